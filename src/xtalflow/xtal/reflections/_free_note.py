"""A line of MTZ history that tells which value marks the free reflections; programs keep the history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi

_NOTE = re.compile(r"xtalflow: free reflections have (\S+) = (-?\d+)\s*")


def write_free_note(mtz: gemmi.Mtz, label: str, value: int) -> None:
    """Put the free value of a column first in the history, in place of what was said before."""
    mtz.history = [free_note(label, value), *without_notes(mtz.history)]


def free_note(label: str, value: int) -> str:
    """The line that tells the free value of a column."""
    return f"xtalflow: free reflections have {label} = {value}"


def without_notes(history: Sequence[str]) -> list[str]:
    """The lines of a history that tell no free value."""
    return [line for line in history if not _NOTE.fullmatch(line)]


def read_free_note(mtz: gemmi.Mtz, label: str) -> int | None:
    """The free value that the history gives for a column."""
    for line in mtz.history:
        found = _NOTE.fullmatch(line)
        if found and found.group(1) == label:
            return int(found.group(2))
    return None
