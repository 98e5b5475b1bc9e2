"""The formats of alignments: Clustal, MSF, PHYLIP, Stockholm, FASTA and PIR, each from lines to rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..content import printable
from ._sequences import split_header

Lines: TypeAlias = Sequence[str]


class Misfit(Exception):
    """The lines are not of the format; `line` counts from 1, and 0 is the file as a whole."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line


@dataclass(slots=True)
class Row:
    """A row while it is read, with the line where it begins."""

    name: str
    line: int
    letters: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, line: int, text: str, gaps: str = "-") -> None:
        """Append what a line says: letters in any case, gaps, and blanks, which do not count."""
        letters = "".join(text.split()).upper()
        for letter in letters:
            if not ("A" <= letter <= "Z" or letter in gaps):
                raise Misfit(line, f"{letter!r} stands for no residue and no gap")
        self.letters.append(letters.translate({ord(gap): "-" for gap in gaps}))
        self.length += len(letters)

    @property
    def text(self) -> str:
        """All that was read."""
        return "".join(self.letters)


@dataclass(slots=True)
class Parsed:
    """Rows in the order of the file, and what the file calls the alignment."""

    rows: list[Row]
    identifier: str = ""


def read_fasta(lines: Lines) -> Parsed:
    """FASTA or PIR whose records are of one length, gaps included; ``.`` is a gap too."""
    rows: list[Row] = []
    title_follows = ended = False
    for number, line in enumerate(lines, start=1):
        if title_follows:
            title_follows = False
        elif line.startswith(">"):
            code, name, _ = split_header(line)
            rows.append(Row(name or f"sequence {len(rows) + 1}", number))
            title_follows, ended = code is not None, False
        elif line.strip() and not line.startswith(";"):
            text = line.rstrip()
            if not rows:
                raise Misfit(number, "residues come before the first header ('>')")
            if ended:
                raise Misfit(number, "something follows the '*' that ends the sequence")
            ended = text.endswith("*")
            rows[-1].add(number, text.removesuffix("*"), ".-")
    return Parsed(rows)


def read_clustal(lines: Lines) -> Parsed:
    """Clustal: blocks of lines with name, residues and perhaps their number; the line of marks begins with a blank."""
    rows: dict[str, Row] = {}
    for number, block in _blocks(lines, start=_first(lines) + 1):
        seen: set[str] = set()
        for line_number, line in enumerate(block, start=number):
            if line[0].isspace():
                if line.strip(" \t*:.|"):
                    raise Misfit(line_number, "a line of Clustal begins with a name, or with a blank and marks")
                continue
            words = line.split()
            if len(words) not in (2, 3) or (len(words) == 3 and not words[2].isdigit()):
                raise Misfit(line_number, "a line of Clustal is a name, residues, and perhaps how many they are so far")
            _add_to_block(rows, seen, line_number, words[0], words[1], "-.")
        _check_block(rows, seen, number)
    return Parsed(list(rows.values()))


def read_msf(lines: Lines) -> Parsed:
    """MSF of GCG: names and lengths above ``//``, blocks of names and residues below; ``.`` and ``~`` are gaps."""
    end = next((index for index, line in enumerate(lines) if line.strip() == "//"), None)
    if end is None:
        raise Misfit(0, "the '//' that ends the header of MSF is missing")
    rows: dict[str, Row] = {}
    lengths: dict[str, int] = {}
    for number, line in enumerate(lines[:end], start=1):
        if entry := re.match(r"\s*Name:\s*(\S+).*?\bLen:\s*(\d{1,9})\b", line):
            if entry[1] in rows:
                raise Misfit(number, f"the name {entry[1]!r} comes twice")
            rows[entry[1]], lengths[entry[1]] = Row(entry[1], number), int(entry[2])
    for number, block in _blocks(lines, start=end + 1):
        for line_number, line in enumerate(block, start=number):
            words = line.split()
            if all(word.isdigit() for word in words):
                continue
            if words[0] not in rows:
                raise Misfit(line_number, f"the name {words[0]!r} is not in the header")
            rows[words[0]].add(line_number, "".join(words[1:]), ".~-")
    for name, row in rows.items():
        if row.length != lengths[name]:
            raise Misfit(row.line, f"{name!r} should have {lengths[name]} columns and has {row.length}")
    return Parsed(list(rows.values()))


def read_stockholm(lines: Lines) -> Parsed:
    """Stockholm: lines with name and residues, marks that begin with ``#``, and ``//`` at the end."""
    rows: dict[str, Row] = {}
    identifier = ""
    for number, line in enumerate(lines[_first(lines) + 1 :], start=_first(lines) + 2):
        words = line.split()
        if line.strip() == "//":
            if any(rest.strip() for rest in lines[number:]):
                raise Misfit(number + 1, "a second alignment follows; give a file with one")
            return Parsed(list(rows.values()), identifier)
        if words[:2] == ["#=GF", "ID"] and len(words) > 2:
            identifier = printable(words[2])
        elif words and not line.startswith("#"):
            if len(words) != 2:
                raise Misfit(number, "a line of Stockholm is a name and residues")
            rows.setdefault(words[0], Row(words[0], number)).add(number, words[1], ".-_~")
    raise Misfit(0, "the '//' that ends a Stockholm file is missing: it is truncated")


def read_phylip(lines: Lines) -> Parsed:
    """PHYLIP, interleaved or sequential, names of ten characters or ended by a blank: whichever fits."""
    first = _first(lines)
    head = re.match(r"\s*(\d{1,7})\s+(\d{1,9})\s*$", lines[first])
    if head is None or int(head[1]) == 0:
        raise Misfit(first + 1, "PHYLIP begins with the numbers of rows and columns")
    body = [(number, line) for number, line in enumerate(lines[first + 1 :], first + 2) if line.strip()]
    size = _Size(int(head[1]), int(head[2]), first + 1)
    misfits: dict[_Layout, Misfit] = {}
    found: list[list[Row]] = []
    for layout in (_interleaved, _sequential):
        for split in (_relaxed, _strict):
            try:
                found.append(layout(body, size, split))
            except Misfit as exc:
                misfits.setdefault(layout, exc)
    if not found:
        in_blocks = len(body) <= size.rows or body[-1][0] - body[0][0] >= len(body)  # empty lines are between them
        raise misfits[_interleaved if in_blocks else _sequential]
    readings = {tuple((row.name, row.text) for row in rows) for rows in found}
    if len(readings) > 1:
        raise Misfit(0, "PHYLIP can be read in two ways here, in blocks and row by row; write another format")
    return Parsed(found[0])


@dataclass(frozen=True, slots=True)
class _Size:
    rows: int
    columns: int
    line: int


def _relaxed(line: str) -> tuple[str, str]:
    name, *rest = line.split(None, 1)
    return name, "".join(rest)


def _strict(line: str) -> tuple[str, str]:
    return line[:10].strip(), line[10:]


_Split: TypeAlias = Callable[[str], tuple[str, str]]
_Layout: TypeAlias = Callable[[Sequence[tuple[int, str]], _Size, _Split], list[Row]]


def _interleaved(body: Sequence[tuple[int, str]], size: _Size, split: _Split) -> list[Row]:
    if len(body) < size.rows or len(body) % size.rows:
        raise Misfit(size.line, f"there should be {size.rows} rows, in blocks of as many lines")
    rows = []
    for index, (number, line) in enumerate(body):
        if index < size.rows:
            name, rest = split(line)
            rows.append(Row(name, number))
            rows[-1].add(number, rest)
        else:
            rows[index % size.rows].add(number, line)
    return _of_size(rows, size)


def _sequential(body: Sequence[tuple[int, str]], size: _Size, split: _Split) -> list[Row]:
    rows: list[Row] = []
    for number, line in body:
        if rows and rows[-1].length < size.columns:
            rows[-1].add(number, line)
        else:
            name, rest = split(line)
            rows.append(Row(name, number))
            rows[-1].add(number, rest)
    if len(rows) != size.rows:
        raise Misfit(size.line, f"there should be {size.rows} rows and there are {len(rows)}")
    return _of_size(rows, size)


def _of_size(rows: list[Row], size: _Size) -> list[Row]:
    for row in rows:
        if row.length != size.columns:
            raise Misfit(row.line, f"{row.name!r} should have {size.columns} columns and has {row.length}")
        if not row.name:
            raise Misfit(row.line, "the row has no name")
    return rows


def _first(lines: Lines) -> int:
    """Index of the first line with something in it."""
    return next(index for index, line in enumerate(lines) if line.strip())


def _blocks(lines: Lines, start: int) -> Iterator[tuple[int, list[str]]]:
    """Stretches of lines between empty ones, with the number of the first."""
    block: list[str] = []
    for index in range(start, len(lines)):
        if lines[index].strip():
            block.append(lines[index])
        elif block:
            yield index - len(block) + 1, block
            block = []
    if block:
        yield len(lines) - len(block) + 1, block


def _add_to_block(rows: dict[str, Row], seen: set[str], line: int, name: str, text: str, gaps: str) -> None:
    if name in seen:
        raise Misfit(line, f"the name {name!r} comes twice")
    seen.add(name)
    rows.setdefault(name, Row(name, line)).add(line, text, gaps)


def _check_block(rows: Mapping[str, Row], seen: set[str], line: int) -> None:
    """Refuse a block that does not have all rows of the blocks before it, or whose lines differ in length."""
    if not seen:
        return
    length = rows[next(iter(rows))].length
    for name, row in rows.items():
        if name not in seen:
            raise Misfit(line, f"the block that begins here has no line of {name!r}")
        if row.length != length:
            raise Misfit(line, f"after the block that begins here {name!r} has {row.length} columns, not {length}")
