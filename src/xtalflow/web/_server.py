"""Runs the server: uvicorn, the supervisor and the feed in one event loop."""

from __future__ import annotations

import asyncio
import html
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import uvicorn

from xtalflow.services import Feed, Serving, Supervisor, prepare_density

from ._application import application

if TYPE_CHECKING:
    from xtalflow.engine import Settings

_GRACE_S = 2
"""Seconds that requests have to end when the server stops."""
_DOOR_S = 3600.0
_ANY_ADDRESS = ("0.0.0.0", "[::]")  # noqa: S104  # what is listened on, not what a browser can name


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: signals end it by `stop` of whoever runs it."""
        yield


async def serve(
    settings: Settings,
    bound: socket.socket,
    *,
    slots: int,
    local_user: str,
    started: Callable[[Serving, Callable[[], None]], None],
    tell: Callable[[str], None] = lambda sentence: None,
) -> None:
    """Answer requests and run jobs until told to stop.

    Parameters
    ----------
    bound
        A socket that is bound to the server's address.
    slots
        Jobs that run at the same time; with 0 none is run.
    local_user
        Who signs in by one-time tokens; empty where people have accounts.
    started
        Called once requests are answered, with the server and with what stops it.
    tell
        Told in a sentence what jobs do.
    """
    _answer_to(bound)
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)  # the answer says what to do
    async with Feed() as feed, asyncio.TaskGroup() as group:
        supervisor = Supervisor(settings=settings, slots=slots, tell=tell) if slots else None
        serving = Serving(settings=settings, feed=feed, supervisor=supervisor, local_user=local_user)
        config = uvicorn.Config(
            application(serving),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.hosts),  # without a proxy nobody may say that a request is from elsewhere
            timeout_graceful_shutdown=_GRACE_S,
        )
        server = _Server(config)

        def stop() -> None:
            feed.close()
            server.should_exit = True
            if supervisor is not None:
                supervisor.stop()

        if supervisor is not None:
            group.create_task(supervisor.run())
        group.create_task(feed.watch())
        answering = group.create_task(server.serve(sockets=[bound]))
        while not server.started and not answering.done():
            await asyncio.sleep(0.01)
        started(serving, stop)
        group.create_task(prepare_density())
        await answering
        stop()


def _answer_to(bound: socket.socket) -> None:
    """Let browsers name the server by the address that it listens on, which no other site's name can be."""
    from django.conf import settings

    address = str(bound.getsockname()[0])
    host = f"[{address}]" if ":" in address else address
    if host not in (*_ANY_ADDRESS, *settings.ALLOWED_HOSTS):
        settings.ALLOWED_HOSTS.append(host)


def write_door(home: Path, address: str, token: str, page: str = "/") -> Path:
    """A file that only its owner can read, which leads a browser in: a token in a command line would be seen by all.

    Doors whose token is an hour old are removed.
    """
    target = html.escape(f"{address}/sign-in/?{urlencode({'token': token, 'next': page})}")
    for old in home.glob("open-*.html"):
        with suppress(FileNotFoundError):  # another command removes it too
            if time.time() - old.stat().st_mtime > _DOOR_S:
                old.unlink()
    path = home / f"open-{secrets.token_hex(4)}.html"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(
            f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={target}">'
            f'<title>xtalflow</title><a href="{target}">xtalflow</a>\n'
        )
    return path
