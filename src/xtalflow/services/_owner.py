"""Who holds a run: a supervising process, told so that another one can see whether it still lives."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache

from xtalflow.engine import ProcessIdentity, identify


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A supervising process, as the database keeps it: ``host pid start-time boot-id``."""

    host: str
    process: ProcessIdentity

    def __str__(self) -> str:
        process = self.process
        return f"{self.host} {process.pid} {process.start_time!r} {process.boot_id}"

    @classmethod
    def parse(cls, text: str) -> Owner | None:
        """The owner that a text means; None if it is none."""
        try:
            host, pid, start_time, boot_id = text.split(" ")
            process = ProcessIdentity(pid=int(pid), start_time=float(start_time), boot_id=boot_id)
        except ValueError:
            return None
        return cls(host=host, process=process)

    @property
    def is_gone(self) -> bool:
        """Whether the process is known to be dead, which only its own machine can tell."""
        return self.host == socket.gethostname() and not self.process.is_alive()


@cache
def _this_process(pid: int) -> Owner:
    return Owner(host=socket.gethostname(), process=identify(pid))


def this_process() -> Owner:
    """The owner that this process is."""
    return _this_process(os.getpid())
