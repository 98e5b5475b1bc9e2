"""The one event loop of the process, and the signals that reach it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from xtalflow.engine import Settings

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def with_store(work: Callable[[Settings], Coroutine[object, object, T]]) -> T:
    """Run a coroutine that asks the record, which is open meanwhile."""

    async def opened() -> T:
        from xtalflow.services import open_store

        async with open_store() as settings:
            return await work(settings)

    return asyncio.run(opened())


@contextmanager
def signals_to(interrupt: Callable[[], None]) -> Iterator[None]:
    """Call `interrupt` on Ctrl-C and its kin, instead of ending this process."""
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
