"""How a command ends: exit codes, and sentences on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence

FINISHED, FAILED, REQUEST_WRONG, UNSATISFACTORY, INTERRUPTED = 0, 1, 2, 3, 130

NO_PROJECTS = "there are no projects yet; `xtalflow run TASK -p NAME …` makes one"


MOST_SHOWN = 10
"""Of many sentences of one kind; ``--json`` has all."""


def say(text: str) -> None:
    """Print sentences on stderr, each with our name before it."""
    for line in text.splitlines() or [""]:
        print(f"xtalflow: {line}", file=sys.stderr)


def say_some(sentences: Sequence[str]) -> None:
    """Say sentences of one kind, of many the first ones."""
    for sentence in sentences[:MOST_SHOWN]:
        say(sentence)
    if len(sentences) > MOST_SHOWN:
        say(f"… and {len(sentences) - MOST_SHOWN} more; --json has all")
