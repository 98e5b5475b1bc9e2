"""Lays out tables: numbers, job numbers, statuses and paths stay whole; headings wrap at blanks, texts fold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from rich.text import Text

STATUS_STYLE = {
    "finished": "green",
    "failed": "bold red",
    "unsatisfactory": "yellow",
    "interrupted": "magenta",
    "running": "cyan",
    "queued": "blue",
    "pending": "dim",
}

_GAP = 2
_COMFORT, _NARROWEST = 24, 8
"""Widths at which a text still reads well, and still reads."""
_NUMBER = re.compile(r"[-+]?\d[-\d.:eE+]*[%)\],;]?")
_PIECE = re.compile(r"_*[^_/.,–-]*[/.,–-]*")
"""A word too long for its column is broken behind these characters, or before ``_``, if it can be."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand at the right, `wraps` is for texts.

    A `path` is never broken: where it has no room, it stands on a line of its own below its row.
    """

    title: str
    right: bool = False
    wraps: bool = False
    status: bool = False
    path: bool = False


Columns: TypeAlias = Sequence[Column | str]
Row: TypeAlias = Sequence[str]


def table_lines(columns: Columns, rows: Iterable[Row], *, width: int | None, title: str = "") -> list[Text]:
    """The lines of a table that is at most `width` wide, if its numbers and paths have room in that."""
    from rich.text import Text

    described = [column if isinstance(column, Column) else Column(column) for column in columns]
    cells = [list(row) for row in rows]
    below: list[int] = []
    if width is not None and _least_width(described, cells) > width:
        below = [place for place, column in enumerate(described) if column.path]
    beside = [place for place in range(len(described)) if place not in below]
    shown = [described[place] for place in beside]
    texts = [[row[place] for place in beside] for row in cells]
    widths = _widths(shown, texts, width)
    lines = [Text(""), *([Text(title, style="bold")] if title else [])]
    heads = [fold(column.title, wide) for column, wide in zip(shown, widths, strict=True)]
    lines += _row_lines(shown, heads, widths)
    lines += [Text(f"    {described[place].title}") for place in below]
    lines.append(Text("─" * (sum(widths) + _GAP * (len(widths) - 1))))
    for row, text in zip(cells, texts, strict=True):
        parts = zip(shown, text, widths, strict=True)
        lines += _row_lines(
            shown, [fold(each, wide) if column.wraps else [each] for column, each, wide in parts], widths
        )
        lines += [Text(f"    {row[place]}") for place in below if row[place]]
    return [*lines, Text("")]


def fold(text: str, width: int) -> list[str]:
    """A text in lines of this width, broken at blanks; in a word only if it is longer, and never in a number."""
    if _length(text) <= width:
        return [text]
    lines, line = [], ""
    for word in text.split():
        for piece in _pieces(word, width):
            glue = " " if line and piece.begins else ""
            if line and _length(line + glue + piece.text) > width:
                lines.append(line)
                line, glue = "", ""
            line += glue + piece.text
    return [*lines, line]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    begins: bool


def _pieces(word: str, width: int) -> list[_Piece]:
    if _length(word) <= width or _NUMBER.fullmatch(word):
        return [_Piece(word, begins=True)]
    texts = []
    for part in _PIECE.findall(word):
        rest = part
        while rest:
            cut = len(rest)
            while cut > 1 and _length(rest[:cut]) > width:
                cut -= 1
            texts.append(rest[:cut])
            rest = rest[cut:]
    return [_Piece(text, begins=place == 0) for place, text in enumerate(texts)]


def _row_lines(columns: Sequence[Column], cells: Sequence[Sequence[str]], widths: Sequence[int]) -> list[Text]:
    """One row of folded cells."""
    from rich.text import Text

    lines = []
    for number in range(max(len(cell) for cell in cells)):
        line = Text()
        for place, (column, cell, width) in enumerate(zip(columns, cells, widths, strict=True)):
            part = cell[number] if number < len(cell) else ""
            blank = " " * (width - _length(part))
            line.append(" " * _GAP if place else "")
            line.append(blank if column.right else "")
            line.append(part, style=STATUS_STYLE.get(part, "") if column.status else "")
            line.append("" if column.right else blank)
        line.rstrip()
        lines.append(line)
    return lines


def _widths(columns: Sequence[Column], rows: Sequence[Row], width: int | None) -> list[int]:
    """Widths of the columns: as they come, else with headings wrapped, else with texts folded, the widest first."""
    texts = [[row[place] for row in rows] for place in range(len(columns))]
    wanted = [
        max(_length(text) for text in (column.title, *below)) for column, below in zip(columns, texts, strict=True)
    ]
    if width is None:
        return wanted
    room = width - _GAP * (len(columns) - 1)
    for narrowest in (_COMFORT, _NARROWEST):
        least = [_least(column, below, narrowest) for column, below in zip(columns, texts, strict=True)]
        while sum(wanted) > room:
            place = max(range(len(columns)), key=lambda each: (wanted[each] > least[each], wanted[each]))
            if wanted[place] <= least[place]:
                break
            wanted[place] -= 1
    return wanted


def _least_width(columns: Sequence[Column], rows: Sequence[Row]) -> int:
    """The width below which a table would not read well."""
    texts = [[row[place] for row in rows] for place in range(len(columns))]
    least = [_least(column, below, _COMFORT) for column, below in zip(columns, texts, strict=True)]
    return sum(least) + _GAP * (len(columns) - 1)


def _least(column: Column, texts: Row, narrowest: int) -> int:
    """The least width of a column; words of a text longer than `narrowest` may be broken, numbers never."""
    least = max((_length(word) for word in column.title.split()), default=0)
    if not column.wraps:
        return max([least, *(_length(text) for text in texts)])
    words = [word for text in texts for word in text.split()]
    lengths = [_length(word) if _NUMBER.fullmatch(word) else min(_length(word), narrowest) for word in words]
    return max([least, *lengths])


def _length(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
