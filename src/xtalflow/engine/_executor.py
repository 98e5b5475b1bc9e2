"""The local executor, in its plain form: a runner per job, in a session and process group of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xtalflow.errors import ProgramFailed

from ._order import read_order
from ._processes import ProcessIdentity, identify, signal_marked, to_the_end
from ._programs import ending
from ._runner import RUN_MARK
from ._settings import DATABASE_VARIABLE

RUNNER_LOG = "stdout.txt"
STOP_GRACE_S = 15.0
"""Seconds that a runner has to interrupt its job, which gives programs their own grace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerExit:
    """How a runner's process ended; what became of its job is in ``end.json``."""

    code: int

    @property
    def words(self) -> str:
        """``was killed by SIGSEGV`` or ``ended with exit code 1``."""
        return ending(self.code)


class LocalRun:
    """A runner that was started here."""

    def __init__(self, process: asyncio.subprocess.Process, identity: ProcessIdentity, token: str) -> None:
        self._process, self._identity, self._token = process, identity, token

    @property
    def handle(self) -> dict[str, Any]:
        """What finds the runner again from another process: plain JSON."""
        return {**asdict(self._identity), "token": self._token}

    async def wait(self) -> RunnerExit:
        """Wait for the runner's end; whatever it left running is killed."""
        code = await self._process.wait()
        await _kill_marked(self._token)
        return RunnerExit(code=code)

    def interrupt(self) -> None:
        """Ask the runner to interrupt its job cleanly."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    async def stop(self, grace_s: float = STOP_GRACE_S) -> RunnerExit:
        """Interrupt, and after `grace_s` seconds kill the runner and all that it started."""
        self.interrupt()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                return await self.wait()
        return await self.kill()

    async def kill(self) -> RunnerExit:
        """Kill the runner and all that it started."""
        with suppress(ProcessLookupError):
            self._process.kill()
        return await self.wait()


class LocalExecutor:
    """Starts runners on this machine."""

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
        return LocalRun(process, await asyncio.to_thread(identify, process.pid), token)


async def end_orphans(handle: Mapping[str, Any]) -> bool:
    """Kill what a runner left behind if the runner itself is gone; True if it is gone.

    Parameters
    ----------
    handle
        `LocalRun.handle`, as it was kept.
    """
    identity = ProcessIdentity(
        pid=int(handle["pid"]), start_time=float(handle["start_time"]), boot_id=str(handle["boot_id"])
    )
    if await asyncio.to_thread(identity.is_alive):
        return False
    await to_the_end(_kill_marked(str(handle["token"])))
    return True


async def _kill_marked(token: str) -> None:
    """Kill all that a run started."""
    while await asyncio.to_thread(signal_marked, RUN_MARK, token, signal.SIGKILL):
        await asyncio.sleep(0.05)
