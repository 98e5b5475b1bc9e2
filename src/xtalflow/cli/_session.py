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


def with_store(work: Callable[[Settings], Coroutine[object, object, T]], *, heal: bool = True) -> T:
    """Run a coroutine that asks the record, which is open meanwhile.

    Parameters
    ----------
    heal
        First give all jobs of this machine their end that ended while nobody looked.
    """

    async def opened() -> T:
        from xtalflow.services import open_store, settle_abandoned

        async with open_store() as settings:
            if heal:
                await settle_abandoned("cli")
            return await work(settings)

    return asyncio.run(opened())


@contextmanager
def signals_to(interrupt: Callable[[], None]) -> Iterator[None]:
    """Call `interrupt` on Ctrl-C and its kin, instead of ending this process.

    Once it was called, only the outcome is left to be shown afterwards, which more signals do not cut short.
    """
    loop, asked = asyncio.get_running_loop(), False

    def ask() -> None:
        nonlocal asked
        asked = True
        interrupt()

    for number in _SIGNALS:
        loop.add_signal_handler(number, ask)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
            if asked:
                signal.signal(number, signal.SIG_IGN)
