"""The fork server: a lean process with everything imported that a runner needs, which is forked for each job.

It has one thread, no event loop, no database and no open file of a project. Requests come as packets of JSON by a
socket, each with the writing end of a pipe that tells when the runner has done its work; answers go back the same way,
with a descriptor of the new process. It ends when the other end of the socket is closed, and leaves runners alone.
"""

from __future__ import annotations

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

MOST_BYTES = 1 << 16
"""Longest packet."""


def serve(descriptor: int) -> int:
    """Fork a runner for each request until there is nobody who could make one."""
    warnings.filterwarnings("error", message=".*fork", category=DeprecationWarning)  # Python's own of threads
    become_subreaper()
    reader, writer = socket.socketpair()
    with socket.socket(fileno=descriptor) as connection, reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        _runner.load_ahead()
        gc.collect()
        gc.disable()
        gc.freeze()
        _ForkServer(connection, reader, writer).run()
    return 0


class _ForkServer:
    def __init__(self, connection: socket.socket, wake_reader: socket.socket, wake_writer: socket.socket) -> None:
        self._connection, self._wake_reader, self._wake_writer = connection, wake_reader, wake_writer
        self._runners: dict[int, str] = {}

    def run(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_writer.fileno(), warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        poll.register(self._wake_reader, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._wake_reader.fileno() in ready:
                with suppress(BlockingIOError):
                    self._wake_reader.recv(4096)
                self._reap()
            if self._connection.fileno() in ready and not self._answer():
                return

    def _answer(self) -> bool:
        """Answer one request; False if there will be no more."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._connection, MOST_BYTES, 1)
        except ConnectionError:
            return False
        if not data:
            return False
        request, (end,) = json.loads(data), descriptors
        try:
            pid = self._fork(request, end)
        except (OSError, Warning) as exc:
            why = (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
            self._send({"token": request["token"], "error": why})
        else:
            self._runners[pid] = request["token"]
            handle = os.pidfd_open(pid)
            self._send({"token": request["token"], "process": asdict(identify(pid))}, handle)
            os.close(handle)
        finally:
            os.close(end)
        return True

    def _fork(self, request: dict[str, Any], end: int) -> int:
        folder = Path(request["folder"])
        log = os.open(folder / RUNNER_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            pid = os.fork()
            if pid == 0:
                self._become_runner(folder, log, end)
        finally:
            os.close(log)
        return pid

    def _become_runner(self, folder: Path, log: int, end: int) -> NoReturn:
        """What the forked process does; it never comes back."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for unneeded in (self._connection, self._wake_reader, self._wake_writer):
                unneeded.close()
            nothing = os.open(os.devnull, os.O_RDONLY)
            for descriptor, standard in ((nothing, 0), (log, 1), (log, 2)):
                os.dup2(descriptor, standard)
            os.setsid()
            gc.enable()
            warnings.resetwarnings()
            code = _runner.run_folder(folder)
            if _runner.end_leftovers():
                os.write(end, b"%d" % code)  # its last word: its work is done, and nothing that it started is left
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

    def _send(self, message: dict[str, Any], descriptor: int | None = None) -> None:
        with suppress(ConnectionError):  # the next look at the socket sees that nobody is there
            data = json.dumps(message).encode()
            socket.send_fds(self._connection, [data], [] if descriptor is None else [descriptor])
