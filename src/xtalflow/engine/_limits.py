"""Limits of a run: how long it may take, and how much memory it and all that it started may use."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from xtalflow.errors import LimitReached

_LOOK_S = 0.5
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a run may use; None is without limit.

    Attributes
    ----------
    time_s
        Wall time in seconds.
    memory_mb
        Resident memory of the runner and all processes below it together, in MB (10⁶ bytes).
    """

    time_s: float | None = None
    memory_mb: float | None = None


def limit_each_process(limits: Limits) -> None:
    """Keep this process, and each that it starts, from taking the machine down between two looks at the memory.

    A process that asks for twice what all together may have does not get it.
    """
    if limits.memory_mb is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = int(2e6 * limits.memory_mb)
        resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))


@contextmanager
def watched(limits: Limits, stop: Callable[[LimitReached], None]) -> Iterator[None]:
    """Call `stop` once, with the reason, when this process and those below it pass a limit."""
    loop, watching = asyncio.get_running_loop(), []
    if limits.time_s is not None:
        reason = LimitReached(f"ran out of time: its limit is {_time(limits.time_s)}")
        watching.append(loop.call_later(limits.time_s, stop, reason))
    looking = loop.create_task(_watch_memory(limits.memory_mb, stop)) if limits.memory_mb is not None else None
    try:
        yield
    finally:
        for timer in watching:
            timer.cancel()
        if looking is not None:
            looking.cancel()


async def _watch_memory(limit_mb: float, stop: Callable[[LimitReached], None]) -> None:
    while (used := await asyncio.to_thread(_memory_mb)) <= limit_mb:
        await asyncio.sleep(_LOOK_S)
    stop(LimitReached(f"used {_memory(used)} of memory: its limit is {_memory(limit_mb)}"))


def _memory_mb() -> float:
    """Resident memory of this process and all below it."""
    this, used = psutil.Process(), 0
    for process in (this, *this.children(recursive=True)):
        with suppress(psutil.Error):
            used += process.memory_info().rss
    return used / 1e6


def _time(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"


def _memory(megabytes: float) -> str:
    return f"{megabytes / 1000:.3g} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"
