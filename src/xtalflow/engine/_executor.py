"""The local executor: runners on this machine, each in a session and process group of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from xtalflow.errors import ProgramFailed

from ._forked_run import ForkServer
from ._local_run import AdoptedRun, LocalRun, SpawnedRun, kill_marked
from ._order import RUNNER_LOG, read_start
from ._processes import boot_id, identify, to_the_end
from ._runner import RUN_MARK
from ._settings import DATABASE_VARIABLE


class LocalExecutor:
    """Starts runners on this machine, and finds those that run here.

    On Linux a runner is forked from a process that has all imported that it needs, so that a job costs milliseconds;
    elsewhere it is an interpreter of its own.

    Examples
    --------
    ``async with LocalExecutor() as executor: run = await executor.start(folder, token)``; runners outlive the
    executor.
    """

    def __init__(self, *, warm: bool = sys.platform == "linux") -> None:
        self._server = ForkServer(_environment()) if warm else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            await to_the_end(self._server.close())

    @property
    def server_pid(self) -> int | None:
        """The process from which runners are forked, once there is one."""
        return self._server.pid if self._server is not None else None

    async def warm_up(self) -> None:
        """Let the first job start as fast as the others; it is no error if that is not possible."""
        if self._server is not None:
            await self._server.open()

    async def start(self, folder: Path, token: str) -> LocalRun:
        """Start the runner of the job in this folder; `ProgramFailed` if the system refuses.

        Parameters
        ----------
        token
            Name of the run, as the order in the folder has it.
        """
        try:
            return await (self._server.fork(folder, token) if self._server else _spawn(folder, token))
        except OSError as exc:
            raise ProgramFailed(f"the runner could not start: {exc.strerror or exc}") from exc

    async def find(self, folder: Path, token: str) -> LocalRun | None:
        """The living runner of this run, also one that was started by a process that died; None if there is none."""
        return await asyncio.to_thread(_adopt, folder, token)

    async def clear(self, folder: Path, token: str) -> None:
        """Kill whatever a run left behind whose runner is gone."""
        session = await asyncio.to_thread(_session, folder, token)
        await to_the_end(kill_marked(token, session=session))


def _environment() -> dict[str, str]:
    """What runners may know; the URL of the database may hold a password, and no task needs it."""
    return {name: value for name, value in os.environ.items() if name != DATABASE_VARIABLE}


def _adopt(folder: Path, token: str) -> AdoptedRun | None:
    start = read_start(folder)
    if start is None or start.token != token or not start.process.is_alive():
        return None
    return AdoptedRun(start.process, token)


def _session(folder: Path, token: str) -> int | None:
    """The session of a run whose runner is gone; None if that number may be another's by now."""
    start = read_start(folder)
    if start is None or start.token != token or start.process.boot_id != boot_id():
        return None
    with suppress(ProcessLookupError):
        return start.pid if identify(start.pid) == start.process else None
    return start.pid


async def _spawn(folder: Path, token: str) -> SpawnedRun:
    with (folder / RUNNER_LOG).open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "xtalflow.engine",
            str(folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            env=_environment() | {RUN_MARK: token},
            start_new_session=True,
        )
    return SpawnedRun(process, await asyncio.to_thread(identify, process.pid), token)
