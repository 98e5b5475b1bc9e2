"""The server of this home that runs: where it is, and how its user gets in."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import StoreUnavailable

if TYPE_CHECKING:
    from xtalflow.engine import ProcessIdentity

SERVER_FILE = "server.json"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """What the home's ``server.json`` says, which only its owner can read.

    Attributes
    ----------
    key
        Opens REST, and gives one-time tokens for the pages.
    """

    process: ProcessIdentity
    address: str
    key: str

    def write(self, home: Path) -> Path:
        """Say where the server is."""
        path = home / SERVER_FILE
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
        temporary.replace(path)
        return path

    def another_token(self) -> str:
        """A new one-time token.

        Raises
        ------
        StoreUnavailable
            The server does not answer.
        """
        import urllib.request

        request = urllib.request.Request(  # noqa: S310  # our own server's address
            f"{self.address}/sign-in/token/", method="POST", headers={"Authorization": f"Bearer {self.key}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return str(json.load(answer)["token"])
        except (OSError, ValueError, KeyError) as exc:
            raise StoreUnavailable(f"the server at {self.address} does not answer: {exc}") from exc


def running_server(home: Path) -> RunningServer | None:
    """The server of a home that lives; None if there is none, also if another process has its number by now."""
    from xtalflow.engine import ProcessIdentity

    try:
        document = json.loads((home / SERVER_FILE).read_text(encoding="utf-8"))
        process = ProcessIdentity(**document["process"])
        server = RunningServer(process, str(document["address"]), str(document["key"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return server if process.is_alive() else None


def lead_in(home: Path, address: str, token: str, *, browser: bool, page: str = "/") -> Path:
    """Open the browser at a page, signed in; and tell the address, where only the user reads it.

    A command line is read by everybody on the machine, so the browser is given a file with the address. A log may be
    read by others too, so it is told the name of that file.
    """
    from xtalflow.web import write_door

    door = write_door(home, address, token, page)
    is_read_here = sys.stdout.isatty()
    print(f"open {address}/sign-in/?token={token}" if is_read_here else f"open {door}", flush=True)
    if advice := _advice(address, is_read_here=is_read_here, is_far=bool(os.environ.get("SSH_CONNECTION"))):
        print(advice, flush=True)
    if browser:
        import webbrowser

        webbrowser.open(door.as_uri())
    return door


def _advice(address: str, *, is_read_here: bool, is_far: bool) -> str:
    """How to get in from where the user sits; empty if the address just told can be opened as it is."""
    said = [] if is_read_here else ["this file has an address that is good once; `xtalflow open JOB` makes another"]
    if is_far:
        port = address.rpartition(":")[2]
        said.append(f"on your own machine first `ssh -L {port}:127.0.0.1:{port} {socket.gethostname()}`")
    return "; ".join(said)
