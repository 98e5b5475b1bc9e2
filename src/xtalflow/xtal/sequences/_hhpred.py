"""Results of HHpred and HHsearch: files ``*.hhr``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..content import printable, read_text

_WANTED = "a file of HHpred (.hhr)"
_HIT = re.compile(r"No (\d{1,6})\s*$")
_FIGURE = re.compile(r"([A-Za-z-]+(?:_[A-Za-z]+)*)=\s*(-?[\d.]+(?:[eE][-+]?\d+)?)")
_ROW = re.compile(r"([QT]) (\S+)\s+(\d{1,9}) ([A-Za-z.~-]+)\s+(\d{1,9}) \((\d{1,9})\)\s*$")
_OTHER_ROWS = ("Consensus", "ss_pred", "ss_dssp", "ss_conf", "sa_dssp", "sa_pred")
_PDB_CHAIN = re.compile(r"([0-9][A-Za-z0-9]{3})[_:]?([A-Za-z0-9]{0,4})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class HhpredHit:
    """A template that HHpred found.

    Attributes
    ----------
    identifier, chain
        Name of the template; of a PDB chain such as ``1GYU_A`` the entry and the chain.
    probability
        That the template is a homologue, in %.
    e_value
        Expected number of such hits by chance.
    identity
        Identical residues in %, as HHpred counts them.
    query_rows, template_rows
        The aligned residues with ``-`` for gaps, of one length.
    query_range, template_range
        First and last residue that are aligned, from 1.
    """

    identifier: str
    chain: str
    annotation: str
    probability: float
    e_value: float
    identity: float | None
    query_row: str
    template_row: str
    query_range: tuple[int, int]
    template_range: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HhpredSearch:
    """What HHpred was asked, and what it found, the best first."""

    query: str
    columns: int
    hits: tuple[HhpredHit, ...]


def read_hhpred(path: Path) -> HhpredSearch:
    """Read the hits of a file ``*.hhr`` that have an alignment.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not text, or an alignment that breaks off (with its line).
    UnsuitableContent
        Not a file of HHpred.
    """
    lines = read_text(path, _WANTED).splitlines()
    head = {words[0]: words[1].strip() for line in lines[:20] if len(words := line.split(None, 1)) == 2}
    columns = head.get("Match_columns", "")
    if not lines[0].startswith("Query ") or not re.fullmatch(r"\d{1,9}", columns):
        raise UnsuitableContent(path, f"this is not {_WANTED}: it does not begin with Query and Match_columns")
    hits = tuple(_Hit(path, number, block).read() for number, block in _hits(lines))
    listed = sum(1 for line in _table(lines) if re.match(r"\s*\d+ ", line))
    if not hits and listed:
        raise UnreadableFile(path, f"it lists {listed} hits but holds no alignment of them; it is truncated")
    return HhpredSearch(query=printable(lines[0].removeprefix("Query ")), columns=int(columns), hits=hits)


def _table(lines: Sequence[str]) -> Iterator[str]:
    """The lines of the list of hits."""
    start = next((index for index, line in enumerate(lines) if line.lstrip().startswith("No Hit")), len(lines))
    for line in lines[start + 1 :]:
        if not line.strip():
            return
        yield line


def _hits(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The lines of each hit after its ``No 1``, with the number of the first."""
    starts = [index for index, line in enumerate(lines) if _HIT.match(line)]
    for place, start in enumerate(starts, start=1):
        stop = starts[place] if place < len(starts) else len(lines)
        yield start + 2, list(lines[start + 1 : stop])


class _Hit:
    """Reads the lines of one hit."""

    def __init__(self, path: Path, start: int, lines: Sequence[str]) -> None:
        self.path, self.start, self.lines = path, start, lines
        self.rows: dict[str, list[str]] = {"Q": [], "T": []}
        self.ranges: dict[str, tuple[int, int]] = {}

    def read(self) -> HhpredHit:
        header, figures = (line.strip() for line in [*self.lines, "", ""][:2])
        values = dict(_FIGURE.findall(figures))
        if not header.startswith(">") or not {"Probab", "E-value"} <= set(values):
            raise self._broken(0, "a hit has a line with '>' and one with Probab= and E-value=")
        for offset, line in enumerate(self.lines):
            self._take(offset, line)
        query, template = "".join(self.rows["Q"]), "".join(self.rows["T"])
        if len(query) != len(template) or not query:
            raise self._broken(0, f"{len(query)} columns of the query are aligned with {len(template)} of the template")
        name, _, annotation = printable(header[1:]).partition(" ")
        chain = _PDB_CHAIN.match(name)
        return HhpredHit(
            identifier=chain[1] if chain else name,
            chain=chain[2] if chain else "",
            annotation=annotation.strip(),
            probability=self._number(values["Probab"]),
            e_value=self._number(values["E-value"]),
            identity=self._number(values["Identities"]) if "Identities" in values else None,
            query_row=query,
            template_row=template,
            query_range=self.ranges["Q"],
            template_range=self.ranges["T"],
        )

    def _take(self, offset: int, line: str) -> None:
        row = _ROW.match(line)
        if row is None:
            if re.match(r"[QT] (?!Consensus|s[sa]_)", line):
                raise self._broken(offset, "a row has a name, a first residue, residues and a last one")
            return
        side, name, first, letters, last = row[1], row[2], int(row[3]), row[4].upper(), int(row[5])
        if name in _OTHER_ROWS:
            return
        letters = letters.replace(".", "-").replace("~", "-")
        known = self.ranges.get(side)
        count = len(letters) - letters.count("-")
        if last - first + 1 != count or (known is not None and first != known[1] + 1):
            raise self._broken(offset, f"residues {first} to {last} are not the {count} of the row")
        self.ranges[side] = (known[0] if known else first, last)
        self.rows[side].append(letters)

    def _number(self, text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self._broken(1, f"{text!r} is not a number")
        return number

    def _broken(self, offset: int, reason: str) -> UnreadableFile:
        return UnreadableFile(self.path, f"line {self.start + offset}: {reason} (broken or truncated file of HHpred)")
