"""The fork server: a lean process with everything imported that a runner needs, which is forked for each job.

It has one thread, no event loop, no database and no open file of a project. Requests come as packets of JSON by a
socket, each with the writing end of a pipe that tells when the runner has done its work; answers go back the same way,
with a descriptor of the new process. It ends when the other end of the socket is closed, and leaves runners alone.

One runner is always forked ahead and waits for a folder, so that a request does not wait for a fork. It ends with the
server: the socket by which it would get its job is closed then.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
import warnings
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from . import _runner
from ._order import RUNNER_LOG
from ._processes import become_subreaper, identify
from ._rehearsal import rehearse

MOST_BYTES = 1 << 16
"""Longest packet."""
_QUIET_MS = 50
"""Milliseconds without anything to do after which the next runner is forked; that a runner ends is another occasion.

Forking at once would take the processor from the runner that has just got its job.
"""


def serve(descriptor: int) -> int:
    """Fork a runner for each request until there is nobody who could make one."""
    warnings.filterwarnings("error", message=".*fork", category=DeprecationWarning)  # Python's own of threads
    become_subreaper()
    reader, writer = socket.socketpair()
    with socket.socket(fileno=descriptor) as connection, reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        _runner.load_ahead()
        _runner.set_up()
        with suppress(OSError), asyncio.Runner() as loop:  # without room for it, the runners do without it
            rehearse(identify(os.getpid()), loop)
        gc.collect()
        gc.disable()
        gc.freeze()
        _ForkServer(connection, reader, writer).run()
    return 0


class _Spare:
    """A runner that waits for its job, as the server sees it."""

    def __init__(self, pid: int, orders: socket.socket) -> None:
        self.process, self.handle = identify(pid), os.pidfd_open(pid)
        self._orders = orders

    def give(self, folder: Path, log: int, end: int) -> None:
        """Let it run the job in this folder; `ConnectionError` if it is gone."""
        socket.send_fds(self._orders, [os.fsencode(folder)], [log, end])

    def close(self) -> None:
        """Forget it; without a job it ends."""
        self._orders.close()
        os.close(self.handle)


class _ForkServer:
    def __init__(self, connection: socket.socket, wake_reader: socket.socket, wake_writer: socket.socket) -> None:
        self._connection, self._wake_reader, self._wake_writer = connection, wake_reader, wake_writer
        self._runners: dict[int, str] = {}
        self._spare: _Spare | None = None

    def run(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_writer.fileno(), warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        poll.register(self._wake_reader, select.POLLIN)
        try:
            self._fork_ahead()
            self._serve(poll)
        finally:
            signal.set_wakeup_fd(-1)

    def _serve(self, poll: select.poll) -> None:
        while True:
            ready = {descriptor for descriptor, _ in poll.poll(_QUIET_MS if self._spare is None else None)}
            if self._wake_reader.fileno() in ready:
                with suppress(BlockingIOError):
                    self._wake_reader.recv(4096)
                self._reap()
            if self._connection.fileno() in ready:
                if not self._answer():
                    return
            else:
                self._fork_ahead()

    def _answer(self) -> bool:
        """Answer one request; False if there will be no more."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._connection, MOST_BYTES, 1)
        except ConnectionError:
            return False
        if not data:
            return False
        request, (end,) = json.loads(data), descriptors
        token = request["token"]
        try:
            runner = self._start(Path(request["folder"]), end)
        except (OSError, Warning) as exc:
            self._send({"token": token, "error": (exc.strerror if isinstance(exc, OSError) else None) or str(exc)})
        else:
            self._runners[runner.process.pid] = token
            self._send({"token": token, "process": asdict(runner.process)}, runner.handle)
            runner.close()
        finally:
            os.close(end)
        return True

    def _start(self, folder: Path, end: int) -> _Spare:
        """Give the spare runner its job."""
        log = os.open(folder / RUNNER_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            runner, self._spare = self._spare or self._fork(), None
            try:
                runner.give(folder, log, end)
            except ConnectionError:  # it was killed while it waited
                runner.close()
                runner = self._fork()
                runner.give(folder, log, end)
        finally:
            os.close(log)
        return runner

    def _fork_ahead(self) -> None:
        if self._spare is None:
            with suppress(OSError, Warning):  # the next request tells why this is not possible
                self._spare = self._fork(rehearsing=not self._runners)

    def _fork(self, *, rehearsing: bool = False) -> _Spare:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                pid = os.fork()
                if pid == 0:
                    ours.close()
                    self._become_runner(theirs, rehearsing=rehearsing)
            return _Spare(pid, ours)
        except BaseException:
            ours.close()
            raise

    def _become_runner(self, orders: socket.socket, *, rehearsing: bool) -> NoReturn:
        """What the forked process does; it never comes back."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for unneeded in (self._connection, self._wake_reader, self._wake_writer):
                unneeded.close()
            os.setsid()
            gc.enable()
            warnings.resetwarnings()
            ready = _runner.Ready()
            if rehearsing:
                with suppress(OSError):
                    rehearse(ready.process, ready.loop)
            folder, descriptors, _, _ = socket.recv_fds(orders, MOST_BYTES, 2)
            orders.close()
            if folder:
                log, end = descriptors
                code = _run_job(Path(os.fsdecode(folder)), log, end, ready)
            else:
                code = 0  # the server is gone, and no job will come
        except BaseException:  # noqa: BLE001  the outer frame of a process that must not go on as a server
            traceback.print_exc()
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        """Tell how runners ended; orphans of those that were killed end here too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if token := self._runners.pop(pid, None):
                self._send({"token": token, "exit_code": os.waitstatus_to_exitcode(status)})
            elif self._spare is not None and self._spare.process.pid == pid:
                self._spare.close()
                self._spare = None

    def _send(self, message: dict[str, Any], descriptor: int | None = None) -> None:
        with suppress(ConnectionError):  # the next look at the socket sees that nobody is there
            data = json.dumps(message).encode()
            socket.send_fds(self._connection, [data], [] if descriptor is None else [descriptor])


def _run_job(folder: Path, log: int, end: int, ready: _runner.Ready) -> int:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, standard in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, standard)
    code = _runner.run_folder(folder, ready)
    if _runner.end_leftovers():
        os.write(end, b"%d" % code)  # its last word: its work is done, and nothing that it started is left
    return code
