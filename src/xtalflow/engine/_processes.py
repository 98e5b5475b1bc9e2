"""Finds and signals processes by a mark in their environment, and identifies a process beyond its number.

A mark reaches every program that a run starts, also one that made a session of its own or lost its parent.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import psutil

_T = TypeVar("_T")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A process of this machine: its number alone may be given again to another.

    Attributes
    ----------
    start_time
        When it started, as its system counts: on Linux in clock ticks since the boot, which no change of the clock
        moves.
    """

    pid: int
    start_time: float
    boot_id: str

    def is_alive(self) -> bool:
        """Whether this very process runs; a zombie does not."""
        return self.boot_id == boot_id() and _start_time(self.pid) == self.start_time


def identify(pid: int) -> ProcessIdentity:
    """The identity of a living process; `ProcessLookupError` if there is none such."""
    started = _start_time(pid)
    if started is None:
        raise ProcessLookupError(f"there is no process {pid}")
    return ProcessIdentity(pid=pid, start_time=started, boot_id=boot_id())


@cache
def boot_id() -> str:
    """What tells this boot of the machine from any other."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return f"{psutil.boot_time():.0f}"


def _start_time(pid: int) -> float | None:
    """When a process started; None if there is none such, or only a zombie."""
    if sys.platform != "linux":
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
        return None
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = text.rpartition(b")")[2].split()  # the name in parentheses may hold anything, see proc(5)
    return None if fields[0] in (b"Z", b"X") else float(fields[19])


def marked_processes(variable: str, mark: str, *, session: int | None = None) -> list[psutil.Process]:
    """Living processes of ours that have this variable in their environment.

    Parameters
    ----------
    session
        Also those of this session: a process that was forked has the environment of its parent's start.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied, ProcessLookupError):
            marked = process.environ().get(variable) == mark or os.getsid(process.pid) == session
            if marked and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def signal_marked(variable: str, mark: str, number: signal.Signals, *, session: int | None = None) -> int:
    """Signal all processes with a mark, or of a session; returns how many there were."""
    processes = marked_processes(variable, mark, session=session)
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(number)
    return len(processes)


def become_subreaper() -> bool:
    """Become the parent of all orphans below this process; False where the system does not know this (only Linux)."""
    if sys.platform != "linux":
        return False
    import ctypes

    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


async def to_the_end(work: Coroutine[Any, Any, _T]) -> _T:
    """Await a coroutine to its end even if this task is cancelled meanwhile; the cancellation is passed on then."""
    task, cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    result = task.result()
    if cancelled:
        raise asyncio.CancelledError
    return result
