"""How a command ends: exit codes, and sentences on stderr."""

from __future__ import annotations

import sys

FINISHED, FAILED, REQUEST_WRONG, UNSATISFACTORY, INTERRUPTED = 0, 1, 2, 3, 130

NO_PROJECTS = "there are no projects yet; `xtalflow run TASK -p NAME …` makes one"


def say(text: str) -> None:
    """Print sentences on stderr, each with our name before it."""
    for line in text.splitlines() or [""]:
        print(f"xtalflow: {line}", file=sys.stderr)
