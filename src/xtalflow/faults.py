"""Named points where a test may kill the process; anywhere else they do nothing.

A point is armed by the variable ``XTALFLOW_FAULT``: its name, or ``name:3`` for the third time that it is passed. It
kills by SIGKILL, as a power cut or an out-of-memory killer would: nothing is cleaned up.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

VARIABLE = "XTALFLOW_FAULT"

POINTS = (
    "import.copied",
    "import.settled",
    "submit.imported",
    "submit.made",
    "submit.logged",
    "submit.queued",
    "supervisor.claimed",
    "supervisor.ordered",
    "supervisor.started",
    "supervisor.replayed",
    "supervisor.settling",
    "supervisor.settled",
    "replay.line",
    "runner.loaded",
    "runner.took",
    "runner.started",
    "runner.program",
    "program.started",
    "glean.file",
    "glean.collected",
    "runner.told",
    "runner.ended",
)
"""Every point, by who passes it, in the order of a job's life."""

KEEPING_HOUSE = (
    "delete.noted",
    "delete.committed",
    "trash.moved",
    "restore.committed",
    "project.renamed",
    "project.copied",
    "project.settled",
    "project.recorded",
    "purge.committed",
    "purge.removed",
    "archive.unpacked",
    "record.logged",
    "record.placed",
    "archive.written",
    "crate.written",
)
"""Points that deleting, restoring, moving, purging, importing and exporting pass."""

_passes: dict[str, int] = {}
_listener: Callable[[str], None] | None = None
_is_counting = True


def listen(listener: Callable[[str], None] | None) -> None:
    """Call `listener` with each point that this process passes; None for silence."""
    global _listener  # noqa: PLW0603  one process, one listener
    _listener = listener


@contextmanager
def unnoticed() -> Iterator[None]:
    """Let no point count meanwhile: what is done is not a job."""
    global _is_counting  # noqa: PLW0603  one process
    _is_counting = False
    try:
        yield
    finally:
        _is_counting = True


def passed(point: str, victim: int | None = None) -> None:
    """Say that a point is passed; the process `victim`, or this one, is killed here if a test has armed it."""
    if not _is_counting:
        return
    if _listener is not None:
        _listener(point)
    armed = os.environ.get(VARIABLE)
    if not armed:
        return
    name, _, number = armed.partition(":")
    if name != point:
        return
    _passes[point] = _passes.get(point, 0) + 1
    if _passes[point] == int(number or 1):
        os.kill(victim or os.getpid(), signal.SIGKILL)
