"""Prints: JSON for programs, tables for people. rich is imported when a table is drawn."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ._tables import Columns, fold, table_lines

if TYPE_CHECKING:
    from rich.console import Console


_PIPE_WIDTH = 100_000
"""Columns of a line that goes into a file or a pipe: nothing is wrapped or cut."""


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


def print_text(text: str, *, indent: int = 0) -> None:
    """Print a paragraph, wrapped to the terminal's width; what follows its first line stands further in by `indent`."""
    width = console().width if sys.stdout.isatty() else _PIPE_WIDTH
    for number, line in enumerate(fold(text, max(width - indent, 20))):
        print(f"{' ' * indent if number else ''}{line}")


def print_table(columns: Columns, rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table."""
    out = console()
    width = out.width if sys.stdout.isatty() else None
    for line in table_lines(columns, rows, width=width, title=title):
        out.print(line, soft_wrap=True)
