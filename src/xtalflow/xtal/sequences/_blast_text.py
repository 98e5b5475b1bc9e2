"""The report of BLAST for people (``-outfmt 0``), of BLAST+ and of the older blastall."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_QUERY = re.compile(r"Query= ?(.*)")
_SCORE = re.compile(r"\s*Score\s*=\s*([\d.]+(?:e[-+]?\d+)?) bits.*?\bExpect(?:\(\d+\))?\s*=\s*([\d.]*(?:e[-+]?\d+)?)")
_IDENTITIES = re.compile(r"\s*Identities = (\d{1,9})/(\d{1,9})\b")
_ROW = re.compile(r"(Query|Sbjct):?\s+(?:(\d{1,12})\s*([A-Za-z*-]+)\s+(\d{1,12})|(-+))\s*$")
"""Of a row with nothing but gaps BLAST writes no numbers."""
_END_OF_HEADER = re.compile(r"\s*Length\s*=\s*\d+")
_ROUND = re.compile(r"Results from round \d+")


class TextProblem(Exception):
    """Something in the report is not as it should be; the text begins with the line."""


@dataclass(slots=True)
class TextRow:
    """One side of an alignment: its residues with gaps, and the numbers of the first and the last."""

    row: str = ""
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class TextHit:
    """An alignment of the report."""

    line: int
    header: str
    bit_score: float
    e_value: float
    identities: int = 0
    columns: int = 0
    query: TextRow = field(default_factory=TextRow)
    hit: TextRow = field(default_factory=TextRow)


def read_blast_text(lines: Sequence[str]) -> tuple[str, list[str], list[TextHit]]:
    """Program, names of the queries, and the alignments of the last round.

    Raises
    ------
    TextProblem
        An alignment breaks off, or its rows do not agree with what is said of them.
    """
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        reader.take(number, line)
    reader.finish_hit()
    return next(line for line in lines if line.strip()).strip(), reader.queries, reader.hits


class _Reader:
    """Goes through the lines once; one alignment is open at a time."""

    def __init__(self) -> None:
        self.queries: list[str] = []
        self.hits: list[TextHit] = []
        self.header: list[str] = []
        self.in_header = False
        self.open: TextHit | None = None

    def take(self, number: int, line: str) -> None:
        if query := _QUERY.match(line):
            self.finish_hit()
            self.queries.append((query[1].split() or [""])[0])
        elif _ROUND.match(line):
            self.finish_hit()
            self.hits = []
        elif line.startswith(">"):
            self.finish_hit()
            self.header, self.in_header = [line[1:].strip()], True
        elif self.in_header and (_END_OF_HEADER.match(line) or not line.strip()):
            self.in_header = False
        elif self.in_header:
            self.header.append(line.strip())
        elif score := _SCORE.match(line):
            self.finish_hit()
            self._open(number, score[1], score[2])
        elif self.open is not None:
            self._continue(self.open, number, line)

    def _open(self, number: int, bits: str, expect: str) -> None:
        if not self.header:
            raise TextProblem(f"line {number}: a score without the sequence that it is of")
        try:
            numbers = float(bits), float(f"1{expect}" if expect.startswith("e") else expect)  # blastall writes e-100
        except ValueError:
            numbers = math.nan, math.nan
        if not all(math.isfinite(each) for each in numbers):
            raise TextProblem(f"line {number}: the score or the expectation is not a number")
        self.open = TextHit(number, " ".join(self.header), *numbers)

    def _continue(self, hit: TextHit, number: int, line: str) -> None:
        if identities := _IDENTITIES.match(line):
            hit.identities, hit.columns = int(identities[1]), int(identities[2])
        elif row := _ROW.match(line):
            side = hit.query if row[1] == "Query" else hit.hit
            if row[5]:
                side.row += row[5]
            else:
                side.first = side.first or int(row[2])
                side.row, side.last = side.row + row[3].upper(), int(row[4])
        elif line.startswith(("Query ", "Sbjct ", "Query:", "Sbjct:")):
            raise TextProblem(f"line {number}: a row has a first residue, residues and a last one")

    def finish_hit(self) -> None:
        """Close the open alignment, if its rows are as long as it says."""
        hit, self.open = self.open, None
        if hit is None:
            return
        if not (len(hit.query.row) == len(hit.hit.row) == hit.columns >= max(hit.identities, 1)):
            rows = f"{len(hit.query.row)} columns of the query and {len(hit.hit.row)} of the hit"
            raise TextProblem(f"line {hit.line}: the alignment should have {hit.columns} columns and has {rows}")
        self.hits.append(hit)
