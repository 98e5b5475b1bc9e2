"""A line of MTZ history that tells which value marks the free reflections; programs keep the history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi

_NOTE = re.compile(r"xtalflow: free reflections have (\S+) = (-?\d+)\s*")


def write_free_note(mtz: gemmi.Mtz, label: str, value: int) -> None:
    """Put the free value of a column first in the history, in place of what was said before."""
    others = [line for line in mtz.history if not _NOTE.fullmatch(line)]
    mtz.history = [f"xtalflow: free reflections have {label} = {value}", *others]


def read_free_note(mtz: gemmi.Mtz, label: str) -> int | None:
    """The free value that the history gives for a column."""
    for line in mtz.history:
        found = _NOTE.fullmatch(line)
        if found and found.group(1) == label:
            return int(found.group(2))
    return None
