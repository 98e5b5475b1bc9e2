"""The contents of the asymmetric unit as CCP4i2 keeps them in a file ``*.asu.xml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ._content import read_content
from ._sequences import PolymerKind, guess_polymer_kind

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_COPIES = 12
"""Most copies of a sequence that CCP4i2 allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsuSequence:
    """One sequence of the asymmetric unit and how many copies of it there are."""

    name: str
    sequence: str
    kind: PolymerKind
    copies: int
    description: str


def read_asu_contents(path: Path) -> list[AsuSequence]:
    """Read the sequences of an asymmetric unit, XML without entities, DTD and network.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not well-formed XML (with line and column).
    UnsuitableContent
        XML of something else, a document type, no sequence, letters that stand for no residue.
    """
    root = _parse(path)
    entries = [element for element in root.iter() if _name(element) == "CAsuContentSeq"]
    if not entries:
        raise UnsuitableContent(path, "it holds no sequence (CAsuContentSeq), so it is no description of contents")
    return [_sequence(path, number, entry) for number, entry in enumerate(entries, start=1)]


def _parse(path: Path) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.fromstring(read_content(path), parser)
    except etree.XMLSyntaxError as exc:
        raise UnreadableFile(path, f"it is not correct XML ({exc.msg})") from exc
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # missing in lxml-stubs
        raise UnsuitableContent(path, "it declares a document type, which is not accepted")
    return root


def _name(element: _Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _sequence(path: Path, number: int, entry: _Element) -> AsuSequence:
    texts = {_name(child): (child.text or "").strip() for child in entry}
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
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_COPIES:
        raise UnsuitableContent(path, f"the sequence {name!r} has {text!r} copies, not a number from 0 to {MAX_COPIES}")
    return int(text)
