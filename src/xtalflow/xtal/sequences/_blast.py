"""Results of BLAST: XML (``-outfmt 5``, ``-m 7``), tables (``-outfmt 6`` and ``7``), and text (``-outfmt 0``)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..content import printable, read_content, read_text, xml_root
from ._blast_text import TextHit, TextProblem, read_blast_text

if TYPE_CHECKING:
    from lxml import etree

_WANTED = "a result of BLAST in XML (-outfmt 5), tables (6, 7) or text (0)"
_ROOT = "BlastOutput"
_REPORT = re.compile(r"\s*[A-Z]*BLAST[NPX]?\s+\d")
_COLUMNS = (
    "query id",
    "subject id",
    "% identity",
    "alignment length",
    "mismatches",
    "gap opens",
    "q. start",
    "q. end",
    "s. start",
    "s. end",
    "evalue",
    "bit score",
)
"""The twelve columns of a table, as its comments name them."""

_ID_COLUMNS = {
    "query id": ("query acc.ver", "query acc."),
    "subject id": ("subject acc.ver", "subject acc."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastHit:
    """A stretch of a sequence in the database that is aligned with the query.

    Attributes
    ----------
    identifier, description
        Of the sequence, as the database has it; a table has no description.
    identity
        Identical residues in % of the columns of the alignment, gaps included, as BLAST counts.
    query_range, hit_range
        First and last residue, from 1.
    query_row, hit_row
        The aligned residues with ``-`` for gaps, of one length; empty where the file does not tell them.
    """

    identifier: str
    description: str
    e_value: float
    bit_score: float
    identity: float
    query_range: tuple[int, int]
    hit_range: tuple[int, int]
    query_row: str = ""
    hit_row: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastSearch:
    """What BLAST was asked and what it found, in the order of the file; `program` is empty where it is not told."""

    format: str
    program: str
    query: str
    hits: tuple[BlastHit, ...]


def read_blast(path: Path) -> BlastSearch:
    """Read what BLAST found for one query; of several rounds (PSI-BLAST) the last counts.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, broken, truncated, with the line.
    UnsuitableContent
        Not a result of BLAST, or the results of several queries.
    """
    content = read_content(path)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _read_xml(path, xml_root(path, content, document_type=_ROOT))
    text = read_text(path, _WANTED)
    if _REPORT.match(text):
        return _read_text(path, text)
    return _read_table(path, text.splitlines())


def _one_query(path: Path, names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    if len(different) > 1:
        listed = ", ".join(different[:3])
        raise UnsuitableContent(path, f"it holds the results of {len(different)} queries ({listed}, …), not of one")
    return different[0] if different else ""


def _read_xml(path: Path, root: etree._Element) -> BlastSearch:
    if root.tag != _ROOT:
        raise UnsuitableContent(path, f"this is XML of <{root.tag}>, not {_WANTED}")
    own = _texts(root)
    query = _real_name(own.get("BlastOutput_query-ID", ""), own.get("BlastOutput_query-def", ""))
    rounds = list(root.iter("Iteration"))
    told = [_texts(each) for each in rounds]
    names = [
        _real_name(each.get("Iteration_query-ID", ""), each.get("Iteration_query-def", "")) or query for each in told
    ]
    query = _one_query(path, names) or query
    hits = [hit for element in (rounds[-1].iter("Hit") if rounds else ()) for hit in _xml_hits(path, element)]
    return BlastSearch(
        format="XML", program=printable(own.get("BlastOutput_version", "")), query=query, hits=tuple(hits)
    )


def _texts(element: etree._Element) -> dict[str, str]:
    return {child.tag: child.text or "" for child in element}


def _real_name(identifier: str, definition: str) -> str:
    """The name of a sequence; where BLAST gave a number instead, the first word of its definition."""
    numbered = re.match(r"Query_\d+$|lcl\||gnl\|BL_ORD_ID\|", identifier)
    words = printable(definition).split()
    return words[0] if words and (numbered or not identifier) else printable(identifier)


def _xml_hits(path: Path, element: etree._Element) -> Iterator[BlastHit]:
    texts = _texts(element)
    definition = printable(texts.get("Hit_def", ""))
    identifier = _real_name(texts.get("Hit_id", ""), definition)
    for hsp in element.iter("Hsp"):
        values = _Values(path, f"line {hsp.sourceline}", _texts(hsp))
        query_row, hit_row = values.row("Hsp_qseq"), values.row("Hsp_hseq")
        if len(query_row) != len(hit_row) or not query_row:
            raise values.broken(
                f"{len(query_row)} columns of the query are aligned with {len(hit_row)} of {identifier}"
            )
        yield BlastHit(
            identifier=identifier,
            description=definition,
            e_value=values.number("Hsp_evalue"),
            bit_score=values.number("Hsp_bit-score"),
            identity=100.0 * values.integer("Hsp_identity") / len(query_row),
            query_range=(values.integer("Hsp_query-from"), values.integer("Hsp_query-to")),
            hit_range=(values.integer("Hsp_hit-from"), values.integer("Hsp_hit-to")),
            query_row=query_row,
            hit_row=hit_row,
        )


class _Values:
    """Texts by name, read as what they should be."""

    def __init__(self, path: Path, where: str, texts: Mapping[str, str]) -> None:
        self.path, self.where, self.texts = path, where, texts

    def number(self, name: str) -> float:
        text = self.texts.get(name, "").strip()
        try:
            value = float(text) if "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.broken(f"{name} is {text!r}, not a number")
        return value

    def integer(self, name: str) -> int:
        text = self.texts.get(name, "").strip()
        if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
            raise self.broken(f"{name} is {text!r}, not a whole number")
        return int(text)

    def row(self, name: str) -> str:
        text = self.texts.get(name, "").strip().upper()
        if not re.fullmatch(r"[A-Z*-]*", text):
            raise self.broken(f"{name} holds something else than residues and gaps")
        return text

    def broken(self, reason: str) -> UnreadableFile:
        return UnreadableFile(self.path, f"{self.where}: {reason} (broken or truncated result of BLAST)")


def _read_table(path: Path, lines: Sequence[str]) -> BlastSearch:
    columns: Sequence[str] = _COLUMNS
    program, query, hits, names = "", "", [], []
    for number, line in enumerate(lines, start=1):
        if line.startswith("#"):
            label, _, rest = line[1:].partition(":")
            if label.strip() == "Fields":
                columns = [word.strip() for word in rest.split(",")]
            elif label.strip() == "Query":
                query = (printable(rest).split() or [""])[0]
                names.append(query)
            elif _REPORT.match(label):
                program = printable(label)
        elif line.strip():
            hit, asked = _table_row(path, number, line, columns)
            hits.append(hit)
            names.append(asked)
    if not names:
        raise UnsuitableContent(path, f"this is not {_WANTED}")
    asked_names = [name for name in names if name] or [query]
    return BlastSearch(format="table", program=program, query=_one_query(path, asked_names), hits=tuple(hits))


def _table_row(path: Path, number: int, line: str, columns: Sequence[str]) -> tuple[BlastHit, str]:
    words = line.rstrip("\r\n").split("\t")
    if len(words) != len(columns):
        if columns is _COLUMNS:
            raise UnsuitableContent(path, f"this is not {_WANTED}: line {number} has not {len(_COLUMNS)} columns")
        raise UnreadableFile(path, f"line {number} has {len(words)} columns, and the comments name {len(columns)}")
    texts = dict(zip(columns, words, strict=True))
    for name, others in _ID_COLUMNS.items():
        texts.setdefault(name, next((texts[other] for other in others if other in texts), ""))
    values = _Values(path, f"line {number}", texts)
    if not texts["subject id"].strip():
        raise values.broken("there is no subject id")
    hit = BlastHit(
        identifier=printable(texts["subject id"]),
        description="",
        e_value=values.number("evalue"),
        bit_score=values.number("bit score"),
        identity=values.number("% identity"),
        query_range=(values.integer("q. start"), values.integer("q. end")),
        hit_range=(values.integer("s. start"), values.integer("s. end")),
        query_row=values.row("query seq"),
        hit_row=values.row("subject seq"),
    )
    return hit, printable(texts["query id"])


def _read_text(path: Path, text: str) -> BlastSearch:
    try:
        program, queries, found = read_blast_text(text.splitlines())
    except TextProblem as exc:
        raise UnreadableFile(path, f"{exc} (broken or truncated result of BLAST)") from exc
    query = _one_query(path, [printable(name) for name in queries])
    return BlastSearch(
        format="text", program=printable(program), query=query, hits=tuple(_hit_of_text(one) for one in found)
    )


def _hit_of_text(one: TextHit) -> BlastHit:
    name, _, description = printable(one.header).partition(" ")
    return BlastHit(
        identifier=name,
        description=description.strip(),
        e_value=one.e_value,
        bit_score=one.bit_score,
        identity=100.0 * one.identities / len(one.query.row),
        query_range=(one.query.first, one.query.last),
        hit_range=(one.hit.first, one.hit.last),
        query_row=one.query.row,
        hit_row=one.hit.row,
    )
