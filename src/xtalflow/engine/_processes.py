"""Finds and signals processes by a mark in their environment, and identifies a process beyond its number.

A mark reaches every descendant, also one that made a session of its own or lost its parent.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

_T = TypeVar("_T")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A process of this machine: its number alone may be given again to another."""

    pid: int
    start_time: float
    boot_id: str

    def is_alive(self) -> bool:
        """Whether this very process runs; a zombie does not."""
        if self.boot_id != boot_id():
            return False
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            return process.create_time() == self.start_time and process.status() != psutil.STATUS_ZOMBIE
        return False


def identify(pid: int) -> ProcessIdentity:
    """The identity of a process that was just started."""
    return ProcessIdentity(pid=pid, start_time=psutil.Process(pid).create_time(), boot_id=boot_id())


def boot_id() -> str:
    """What tells this boot of the machine from any other."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return f"{psutil.boot_time():.0f}"


def marked_processes(variable: str, mark: str) -> list[psutil.Process]:
    """Living processes of ours that have this variable in their environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.environ().get(variable) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def signal_marked(variable: str, mark: str, number: signal.Signals) -> int:
    """Signal all processes with a mark; returns how many there were."""
    processes = marked_processes(variable, mark)
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(number)
    return len(processes)


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
