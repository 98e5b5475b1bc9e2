"""``xtalflow serve``: the pages, REST and a worker in one process."""

from __future__ import annotations

import argparse
import errno
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, StoreUnavailable

from ._exit import FINISHED
from ._parser import SubParsers, add_command
from ._running_server import RunningServer, lead_in, running_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from xtalflow.engine import Settings
    from xtalflow.services import Serving

DEFAULT_PORT = 8042
_PORTS_TRIED = 20


def add(commands: SubParsers) -> None:
    """Add the command."""
    serve = add_command(
        commands,
        "serve",
        _serve,
        summary="open the projects in a browser; also REST, and a worker",
        description="Open the projects in a browser, answer programs by REST, and run what is queued, until Ctrl-C. "
        "The server listens on this\nmachine only, and opens the browser with an address that is good once; "
        "typed again, it opens the running one. On\nanother address (--host) people sign in with accounts "
        "(`xtalflow accounts add`).",
        json=False,
    )
    serve.add_argument(
        "--port", metavar="N", type=_port, default=None, help=f"default: {DEFAULT_PORT}, or the next free"
    )
    serve.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="the address to listen on")
    serve.add_argument("--no-browser", action="store_true", help="only tell the address")
    serve.add_argument(
        "--slots",
        metavar="N",
        type=_slots,
        default=None,
        help="jobs at the same time; 0 runs none; left out, one for each processor",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number from 1 to 65535")
    return int(text)


def _slots(text: str) -> int:
    if not text.isdecimal() or int(text) > 1000:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number from 0 to 1000")
    return int(text)


def _serve(arguments: argparse.Namespace) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "xtalflow.web.settings"
    from xtalflow.services import load_settings

    settings = load_settings()
    is_local = _is_loopback(arguments.host) and not settings.hosts  # to a proxy all come from this machine
    if is_local and (server := running_server(settings.home)):
        print(f"xtalflow is served at {server.address} already", flush=True)
        lead_in(settings.home, server.address, server.another_token(), browser=not arguments.no_browser)
        return FINISHED
    import asyncio

    print("xtalflow starts …", flush=True)  # what follows may take seconds
    with _bound(arguments.host, arguments.port) as bound:
        asyncio.run(_run(arguments, settings, bound, is_local=is_local))
    return FINISHED


async def _run(arguments: argparse.Namespace, settings: Settings, bound: socket.socket, *, is_local: bool) -> None:
    from xtalflow import db
    from xtalflow.engine import identify, user_name
    from xtalflow.services import open_store
    from xtalflow.web import serve

    from ._session import signals_to

    doors: list[Path] = []
    address = f"http://{_in_address(arguments.host)}:{bound.getsockname()[1]}"
    slots = arguments.slots if arguments.slots is not None else os.cpu_count() or 1

    async with open_store():
        if not is_local and not await db.is_anyone_with_password():
            where, alone = (
                (arguments.host, "without --host")
                if not _is_loopback(arguments.host)
                else (", ".join(settings.hosts), "without the setting `hosts`")
            )
            raise InvalidInput(
                f"{where} can be reached from other machines, where people sign in with accounts, and there is none: "
                f"make one with `xtalflow accounts add NAME`, or serve on this machine only, {alone}"
            )

        def started(serving: Serving, stop: Callable[[], None]) -> None:
            stopping.append(stop)
            print(f"xtalflow is served at {address}; Ctrl-C ends it, and leaves jobs running", flush=True)
            if is_local:
                running = RunningServer(identify(os.getpid()), address, serving.tokens.key)
                doors.append(running.write(settings.home))
                doors.append(lead_in(settings.home, address, serving.tokens.make(), browser=not arguments.no_browser))

        stopping: list[Callable[[], None]] = []

        def stop_all() -> None:
            for stop in stopping:
                stop()

        with signals_to(stop_all):
            try:
                await serve(
                    settings,
                    bound,
                    slots=slots,
                    local_user=user_name() if is_local else "",
                    started=started,
                    tell=_tell,
                )
            finally:
                for door in doors:
                    door.unlink(missing_ok=True)


def _tell(sentence: str) -> None:
    print(sentence, flush=True)


def _bound(host: str, port: int | None) -> socket.socket:
    """A socket that listens on the address; without a port on the first that is free."""
    for candidate in [port] if port is not None else range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED):
        try:
            bound = socket.create_server(
                (host, candidate), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
            )
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or a body waits for the receipt of its head
            return bound
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE and port is None:
                continue
            raise InvalidInput(f"{host}:{candidate} cannot be listened on: {exc.strerror or exc}") from exc
    raise StoreUnavailable(
        f"no port from {DEFAULT_PORT} to {DEFAULT_PORT + _PORTS_TRIED - 1} is free; name one with --port"
    )


def _is_loopback(host: str) -> bool:
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_address(host: str) -> str:
    """The host as a browser can name it: one that listens on all addresses is called by the name of the machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  # compared only
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
