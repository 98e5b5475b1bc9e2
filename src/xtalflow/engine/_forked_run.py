"""The supervisor's side of the fork server: runners that are forked for it, and how they ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from xtalflow.errors import ProgramFailed

from ._fork_server import MOST_BYTES
from ._local_run import LocalRun, RunnerExit
from ._processes import ProcessIdentity

_EXIT_CODE_S = 1.0
"""Seconds after the end of a runner for the fork server to tell how it ended."""


class ForkServer:
    """A fork server of this process, started when it is first needed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._connection: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._asked: dict[str, tuple[asyncio.Future[ForkedRun], int]] = {}
        self._runs: dict[str, ForkedRun] = {}
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Number of the server's process; None while there is none."""
        return self._process.pid if self._process is not None else None

    async def open(self) -> None:
        """Start the server unless it runs."""
        async with self._starting:
            if self._connection is None:
                await self._start()

    async def fork(self, folder: Path, token: str) -> ForkedRun:
        """Fork a runner for the job in this folder; `OSError` or `ProgramFailed` if that is refused."""
        await self.open()
        if self._connection is None:
            raise _is_gone()
        reader, writer = os.pipe()
        answer: asyncio.Future[ForkedRun] = asyncio.get_running_loop().create_future()
        self._asked[token] = (answer, reader)
        try:
            request = json.dumps({"folder": str(folder), "token": token}).encode()
            socket.send_fds(self._connection, [request], [writer])
        except BaseException:
            del self._asked[token]
            os.close(reader)
            raise
        finally:
            os.close(writer)
        return await answer

    async def close(self) -> None:
        """End the server; runners go on."""
        self._disconnect()
        if self._process is not None:
            process, self._process = self._process, None
            await process.wait()

    async def _start(self) -> None:
        if self._process is not None:
            await self._process.wait()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "xtalflow.engine",
                "--fork-server",
                str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                env=self._environment,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        self._connection = ours
        asyncio.get_running_loop().add_reader(ours, self._receive)

    def _receive(self) -> None:
        if self._connection is None:
            return
        try:
            data, descriptors, _, _ = socket.recv_fds(self._connection, MOST_BYTES, 1)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        if not data:
            self._disconnect()
            return
        message = json.loads(data)
        token = message["token"]
        if "exit_code" in message:
            if run := self._runs.pop(token, None):
                run.ended(message["exit_code"])
        else:
            self._answered(token, message, descriptors)

    def _answered(self, token: str, message: dict[str, Any], descriptors: Sequence[int]) -> None:
        """A runner was forked, whether or not somebody still waits for it; or was not."""
        answer, reader = self._asked.pop(token)
        if "error" in message:
            os.close(reader)
            if not answer.done():
                answer.set_exception(ProgramFailed(f"the runner could not start: {message['error']}"))
            return
        run = ForkedRun(ProcessIdentity(**message["process"]), token, reader=reader, descriptor=descriptors[0])
        self._runs[token] = run
        if not answer.done():
            answer.set_result(run)

    def _disconnect(self) -> None:
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._connection)
            self._connection.close()
            self._connection = None
        for answer, reader in self._asked.values():
            os.close(reader)
            if not answer.done():
                answer.set_exception(_is_gone())
        self._asked.clear()
        self._runs.clear()


class ForkedRun(LocalRun):
    """A runner that the fork server of this process made."""

    def __init__(self, process: ProcessIdentity, token: str, *, reader: int, descriptor: int) -> None:
        super().__init__(process, token)
        self._reader, self._descriptor = reader, descriptor
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[RunnerExit] = self._loop.create_future()
        self._loop.add_reader(reader, self._told)
        self._loop.add_reader(descriptor, self._gone)

    def ended(self, code: int) -> None:
        """The fork server says how the runner ended."""
        self._settle(RunnerExit(code=code))

    async def _exit(self) -> RunnerExit:
        return await asyncio.shield(self._end)

    def _signal(self, number: signal.Signals) -> None:
        if self._descriptor >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, number)

    def _told(self) -> None:
        """The pipe has the runner's last word, or is closed without one: then the fork server knows more."""
        word = os.read(self._reader, 8)
        self._loop.remove_reader(self._reader)
        os.close(self._reader)
        self._reader = -1
        if word:
            self._settle(RunnerExit(code=int(word), is_clean=True))

    def _gone(self) -> None:
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1
        self._loop.call_later(_EXIT_CODE_S, self._settle, RunnerExit(code=None))

    def _settle(self, how: RunnerExit) -> None:
        if not self._end.done():
            self._end.set_result(how)


def _is_gone() -> ProgramFailed:
    return ProgramFailed("the runner could not start: the fork server is gone")
