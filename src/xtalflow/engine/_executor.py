"""The local executor, in its plain form: a runner per job, in a session and process group of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from weakref import finalize

import psutil

from xtalflow.errors import ProgramFailed

from ._order import read_order
from ._processes import ProcessIdentity, identify, marked_processes, signal_marked, to_the_end
from ._programs import ending
from ._runner import RUN_MARK
from ._settings import DATABASE_VARIABLE

RUNNER_LOG = "stdout.txt"
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
    """

    code: int | None

    @property
    def words(self) -> str:
        """``was killed by SIGSEGV``, ``ended with exit code 1`` or, if nobody saw it, ``is gone``."""
        return "is gone" if self.code is None else ending(self.code)


class LocalRun(ABC):
    """A runner on this machine."""

    def __init__(self, identity: ProcessIdentity, token: str) -> None:
        self._identity, self._token = identity, token

    @property
    def handle(self) -> dict[str, Any]:
        """What finds the runner again from another process: plain JSON."""
        return {**asdict(self._identity), "token": self._token}

    @abstractmethod
    async def _end(self) -> int | None:
        """Wait for the end of the runner's process; its exit code, if that can be known."""

    @abstractmethod
    def _signal(self, number: signal.Signals) -> None:
        """Signal the runner; nothing happens if it is gone."""

    async def wait(self) -> RunnerExit:
        """Wait for the runner's end; whatever it left running is killed."""
        code = await self._end()
        await _kill_marked(self._token)
        return RunnerExit(code=code)

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


class StartedRun(LocalRun):
    """A runner that this process started."""

    def __init__(self, process: asyncio.subprocess.Process, identity: ProcessIdentity, token: str) -> None:
        super().__init__(identity, token)
        self._process = process

    async def _end(self) -> int | None:
        return await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)


class AdoptedRun(LocalRun):
    """A runner that another process started, which may be dead.

    Made in a thread, as it looks at the process. Where the system has descriptors of processes, one makes sure that no
    other process is signalled that has its number by now.
    """

    def __init__(self, identity: ProcessIdentity, token: str) -> None:
        super().__init__(identity, token)
        self._descriptor = -1
        if hasattr(os, "pidfd_open"):
            with suppress(ProcessLookupError):
                self._descriptor = os.pidfd_open(identity.pid)
                finalize(self, os.close, self._descriptor)
        self._was_alive = identity.is_alive()

    async def _end(self) -> int | None:
        while await asyncio.to_thread(self._identity.is_alive):
            await asyncio.sleep(ADOPTED_POLL_S)
        return None

    def _signal(self, number: signal.Signals) -> None:
        if not self._was_alive:
            return
        with suppress(ProcessLookupError):
            if self._descriptor >= 0:
                signal.pidfd_send_signal(self._descriptor, number)
            else:
                os.kill(self._identity.pid, number)


class LocalExecutor:
    """Starts runners on this machine, and finds those that run here."""

    async def start(self, folder: Path, environment: Mapping[str, str] | None = None) -> LocalRun:
        """Start the runner of the job in this folder; `ProgramFailed` if the system refuses."""
        token = (await asyncio.to_thread(read_order, folder)).token
        environ = os.environ | dict(environment or {}) | {RUN_MARK: token}
        environ.pop(DATABASE_VARIABLE, None)  # it may hold a password, and no task needs it
        try:
            with (folder / RUNNER_LOG).open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "xtalflow.engine",
                    str(folder),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=asyncio.subprocess.STDOUT,
                    env=environ,
                    start_new_session=True,
                )
        except OSError as exc:
            raise ProgramFailed(f"the runner could not start: {exc.strerror or exc}") from exc
        return StartedRun(process, await asyncio.to_thread(identify, process.pid), token)

    async def find(self, token: str, handle: Mapping[str, Any]) -> LocalRun | None:
        """The living runner of this token, also one that was started by a process that died; None if there is none.

        Parameters
        ----------
        handle
            `LocalRun.handle`, as it was kept; empty if whoever started the runner died before that.
        """
        return await asyncio.to_thread(_adopt, token, handle)

    async def clear(self, token: str) -> None:
        """Kill whatever a run left behind whose runner is gone."""
        await to_the_end(_kill_marked(token))


def identity_of(handle: Mapping[str, Any]) -> ProcessIdentity:
    """The process of a runner by its handle."""
    return ProcessIdentity(
        pid=int(handle["pid"]), start_time=float(handle["start_time"]), boot_id=str(handle["boot_id"])
    )


def _adopt(token: str, handle: Mapping[str, Any]) -> AdoptedRun | None:
    identity = identity_of(handle) if handle else _find_runner(token)
    return AdoptedRun(identity, token) if identity is not None and identity.is_alive() else None


def _find_runner(token: str) -> ProcessIdentity | None:
    """The process that leads the session of a run: all others of its mark were started by it."""
    for process in marked_processes(RUN_MARK, token):
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(process.pid) == process.pid and "xtalflow.engine" in process.cmdline():
                return identify(process.pid)
    return None


async def _kill_marked(token: str) -> None:
    """Kill all that a run started."""
    while await asyncio.to_thread(signal_marked, RUN_MARK, token, signal.SIGKILL):
        await asyncio.sleep(0.05)
