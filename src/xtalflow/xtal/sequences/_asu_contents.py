"""The contents of the asymmetric unit as CCP4i2 keeps them in a file ``*.asu.xml``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..content import i2_document, printable, read_content, written_here, xml_root
from ._sequences import PolymerKind, guess_polymer_kind

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_COPIES = 12
"""Most copies of a sequence that CCP4i2 allows."""

_ENTRY = "CAsuContentSeq"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsuSequence:
    """One sequence of the asymmetric unit, how many copies of it there are, and the file that it is from, if known."""

    name: str
    sequence: str
    kind: PolymerKind
    copies: int = 1
    description: str = ""
    source: str = ""


def read_asu_contents(path: Path) -> list[AsuSequence]:
    """Read the sequences of an asymmetric unit, XML without entities, DTD and network.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not well-formed XML (with line and column), a document type.
    UnsuitableContent
        XML of something else, no sequence, two of one name, letters that stand for no residue.
    """
    root = xml_root(path, read_content(path))
    entries = [element for element in root.iter() if element.tag == _ENTRY]
    if not entries:
        raise UnsuitableContent(path, f"it holds no sequence ({_ENTRY}), so it is no description of contents")
    sequences = [_sequence(path, number, entry) for number, entry in enumerate(entries, start=1)]
    seen: set[str] = set()
    for one in sequences:
        if one.name in seen:
            raise UnsuitableContent(path, f"two sequences are called {one.name!r}")
        seen.add(one.name)
    return sequences


def _sequence(path: Path, number: int, entry: _Element) -> AsuSequence:
    texts = {child.tag: printable(child.text or "") for child in entry}
    name = texts.get("name") or f"sequence {number}"
    sequence = "".join(texts.get("sequence", "").split()).upper().removesuffix("*")
    if not sequence:
        raise UnsuitableContent(path, f"the sequence {name!r} is empty")
    strange = next((letter for letter in sequence if not ("A" <= letter <= "Z")), None)
    if strange is not None:
        raise UnsuitableContent(path, f"the sequence {name!r} has {strange!r}, which stands for no residue")
    return AsuSequence(
        name=name,
        sequence=sequence,
        kind=_kind(path, name, texts.get("polymerType", ""), sequence),
        copies=_copies(path, name, texts.get("nCopies", "")),
        description=texts.get("description", ""),
        source=_source(entry),
    )


def _kind(path: Path, name: str, text: str, sequence: str) -> PolymerKind:
    if not text:
        return guess_polymer_kind(sequence)
    try:
        return PolymerKind(text.upper())
    except ValueError as exc:
        allowed = ", ".join(PolymerKind)
        raise UnsuitableContent(path, f"the sequence {name!r} is of type {text!r}, which is none of {allowed}") from exc


def _copies(path: Path, name: str, text: str) -> int:
    if not text:
        return 1
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) > MAX_COPIES:
        raise UnsuitableContent(path, f"the sequence {name!r} has {text!r} copies, not a number from 0 to {MAX_COPIES}")
    return int(text)


def _source(entry: _Element) -> str:
    """The path of the file that a sequence is from, as it is written."""
    source = next((child for child in entry if child.tag == "source"), None)
    if source is None:
        return ""
    texts = {child.tag: printable(child.text or "") for child in source}
    name = texts.get("baseName", "")
    return str(PurePosixPath(texts.get("relPath", ""), name)) if name else ""


def write_asu_contents(sequences: Sequence[AsuSequence], path: Path, header: Mapping[str, str] | None = None) -> None:
    """Write sequences and copies as CCP4i2 keeps them; `read_asu_contents` gives them back.

    Parameters
    ----------
    header
        More of the header by tag, such as ``projectName`` and ``jobNumber``.

    Raises
    ------
    InvalidInput
        No sequence, two of one name, a name, letters or a number of copies that the file cannot hold.
    """
    from lxml import etree

    if not sequences:
        raise InvalidInput(f"{path}: there is no sequence to write")
    root = i2_document("ASUCONTENT", {**written_here(), **(header or {})})
    body = etree.SubElement(root, "ccp4i2_body")
    listed = etree.SubElement(body, "seqList")
    seen: set[str] = set()
    for one in sequences:
        _check(path, one, seen)
        entry = etree.SubElement(listed, _ENTRY)
        etree.SubElement(entry, "sequence").text = one.sequence
        etree.SubElement(entry, "nCopies").text = str(one.copies)
        etree.SubElement(entry, "polymerType").text = str(one.kind)
        etree.SubElement(entry, "name").text = one.name
        etree.SubElement(entry, "description").text = one.description
        if one.source:
            source = etree.SubElement(entry, "source")
            etree.SubElement(source, "baseName").text = PurePosixPath(one.source).name
            etree.SubElement(source, "relPath").text = str(PurePosixPath(one.source).parent)
    path.write_bytes(etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True))


def _check(path: Path, one: AsuSequence, seen: set[str]) -> None:
    texts = (one.name, one.description, one.source)
    if not one.name or any(printable(text) != text for text in texts):
        raise InvalidInput(f"{path}: {one.name!r} or what is said of it cannot be written")
    if one.name in seen:
        raise InvalidInput(f"{path}: two sequences are called {one.name!r}")
    seen.add(one.name)
    if not re.fullmatch("[A-Z]+", one.sequence):
        raise InvalidInput(f"{path}: the sequence {one.name!r} is not of letters A to Z")
    if not 0 <= one.copies <= MAX_COPIES:
        raise InvalidInput(f"{path}: {one.copies} copies of {one.name!r}; CCP4i2 keeps 0 to {MAX_COPIES}")
    source = PurePosixPath(one.source)
    kept = PurePosixPath(printable(str(source.parent)), printable(source.name))
    if one.source and (str(kept) != one.source or not source.name):
        raise InvalidInput(f"{path}: {one.source!r} is not the path of a file")
