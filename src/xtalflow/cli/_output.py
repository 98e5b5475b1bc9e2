"""Prints: JSON for programs, tables for people. rich is imported when a table is drawn."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_PIPE_WIDTH = 240
"""Columns of a line that goes into a file or a pipe; tables are only as wide as they need."""

STATUS_STYLE = {
    "finished": "green",
    "failed": "bold red",
    "unsatisfactory": "yellow",
    "interrupted": "magenta",
    "running": "cyan",
    "queued": "blue",
    "pending": "dim",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand at the right."""

    title: str
    right: bool = False
    wraps: bool = False
    status: bool = False


Columns: TypeAlias = Sequence[Column | str]


def print_json(value: Any) -> None:
    """Print one JSON value."""
    json.dump(value, sys.stdout, ensure_ascii=False, allow_nan=False, indent=1)
    sys.stdout.write("\n")


def console() -> Console:
    """Where people read; what it is given is text, never markup."""
    from rich.console import Console

    class OurConsole(Console):
        def on_broken_pipe(self) -> None:
            """Leave it to `main`, which knows the exit code."""
            raise BrokenPipeError

    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return OurConsole(file=sys.stdout, markup=False, highlight=False, emoji=False, width=width)


def make_table(columns: Columns, rows: Iterable[Sequence[str]], title: str = "") -> Table:
    """A table; columns and rows have one text per place."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    described = [column if isinstance(column, Column) else Column(column) for column in columns]
    table = Table(title=Text(title, style="bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD)
    for column in described:
        table.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            no_wrap=not column.wraps,
            overflow="fold" if column.wraps else "ellipsis",
        )
    for row in rows:
        cells = [
            Text(text, style=STATUS_STYLE.get(text, "") if column.status else "")
            for column, text in zip(described, row, strict=True)
        ]
        table.add_row(*cells)
    return table


def print_table(columns: Columns, rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table."""
    console().print(make_table(columns, rows, title))
