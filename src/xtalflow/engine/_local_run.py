"""A runner on this machine, whoever started it: wait for its end, interrupt it, kill it with all that it started."""

from __future__ import annotations

import asyncio
import os
import signal
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from weakref import finalize

from ._processes import ProcessIdentity, signal_marked
from ._programs import ending
from ._runner import GAVE_WAY, RUN_MARK

STOP_GRACE_S = 15.0
"""Seconds that a runner has to interrupt its job, which gives programs their own grace."""
ADOPTED_POLL_S = 0.1
"""Seconds between two looks at a runner that another process started, of whose end nobody tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerExit:
    """How a runner's process ended; what became of its job is in ``end.json``.

    Attributes
    ----------
    code
        Exit code, or minus the signal that killed it; None if another process started it, which alone can know.
    is_clean
        It said that nothing is left of what it started.
    """

    code: int | None
    is_clean: bool = False

    @property
    def words(self) -> str:
        """``was killed by SIGSEGV``, ``ended with exit code 1`` or, if nobody saw it, ``is gone``."""
        return "is gone" if self.code is None else ending(self.code)


class LocalRun(ABC):
    """A runner on this machine."""

    def __init__(self, process: ProcessIdentity, token: str) -> None:
        self.process, self._token = process, token

    @abstractmethod
    async def _exit(self) -> RunnerExit:
        """Wait for the end of the runner's process."""

    @abstractmethod
    def _signal(self, number: signal.Signals) -> None:
        """Signal the runner; nothing happens if it is gone."""

    async def wait(self) -> RunnerExit:
        """Wait for the runner's end; whatever it left running is killed."""
        how = await self._exit()
        if not how.is_clean and how.code != GAVE_WAY:  # what is marked is that of the other runner then
            await kill_marked(self._token, session=self.process.pid)
        return how

    def interrupt(self) -> None:
        """Ask the runner to interrupt its job cleanly."""
        self._signal(signal.SIGTERM)

    async def stop(self, grace_s: float = STOP_GRACE_S) -> RunnerExit:
        """Interrupt, and after `grace_s` seconds kill the runner and all that it started."""
        self.interrupt()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                return await self.wait()
        return await self.kill()

    async def kill(self) -> RunnerExit:
        """Kill the runner and all that it started."""
        self._signal(signal.SIGKILL)
        return await self.wait()


class SpawnedRun(LocalRun):
    """A runner that this process started as an interpreter of its own."""

    def __init__(self, process: asyncio.subprocess.Process, identity: ProcessIdentity, token: str) -> None:
        super().__init__(identity, token)
        self._child = process

    async def _exit(self) -> RunnerExit:
        return RunnerExit(code=await self._child.wait())

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._child.send_signal(number)


class AdoptedRun(LocalRun):
    """A runner that another process started, which may be dead.

    Made in a thread, as it looks at the process. Where the system has descriptors of processes, one makes sure that no
    other process is signalled that has its number by now.
    """

    def __init__(self, process: ProcessIdentity, token: str) -> None:
        super().__init__(process, token)
        self._descriptor = -1
        if hasattr(os, "pidfd_open"):
            with suppress(ProcessLookupError):
                self._descriptor = os.pidfd_open(process.pid)
                finalize(self, os.close, self._descriptor)
        self._was_alive = process.is_alive()

    async def _exit(self) -> RunnerExit:
        while await asyncio.to_thread(self.process.is_alive):
            await asyncio.sleep(ADOPTED_POLL_S)
        return RunnerExit(code=None)

    def _signal(self, number: signal.Signals) -> None:
        if not self._was_alive:
            return
        with suppress(ProcessLookupError):
            if self._descriptor >= 0:
                signal.pidfd_send_signal(self._descriptor, number)
            else:
                os.kill(self.process.pid, number)


async def kill_marked(token: str, *, session: int | None = None) -> None:
    """Kill all that a run started."""
    while await asyncio.to_thread(signal_marked, RUN_MARK, token, signal.SIGKILL, session=session):
        await asyncio.sleep(0.05)
