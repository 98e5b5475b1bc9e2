"""Bodies of requests: files are taken as they come, and nothing larger than the site allows is taken at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, cast

from django.http import HttpRequest

from xtalflow.errors import InvalidInput, UploadTooLarge

BODY_KEY = "xtalflow.body"
STREAMED = b"application/octet-stream"
"""Bodies of this type are not read before a view is called: it reads them by `body_of`."""
_FORM = 16 * 1024 * 1024
"""Bytes of a form beside the files in it."""

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]


class StreamedBody:
    """The body of a request for the view that reads it; Django sees an empty one."""

    def __init__(self, receive: _Receive) -> None:
        self._receive, self._seen_by_django, self._gone = receive, False, asyncio.Event()

    async def receive(self) -> _Message:
        """What Django is told: that there is no body, and later that whoever asked is gone."""
        if not self._seen_by_django:
            self._seen_by_django = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes; `InvalidInput` if it breaks off."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] != "http.request":
                self._gone.set()
                raise InvalidInput("the upload broke off")
            more = bool(message.get("more_body"))
            yield message.get("body", b"")


def bounded(receive: _Receive, scope: _Message, limit: int) -> _Receive:
    """What a server hears of a request whose body it does not stream: a body above a limit ends as if broken off.

    Raises
    ------
    UploadTooLarge
        The request says itself that it is larger.
    """
    most = limit + _FORM
    said = header(scope, b"content-length")
    if said.isdigit() and int(said) > most:
        raise UploadTooLarge(f"the request is larger than {limit / 1000**3:g} GB, which is the most allowed")
    taken = 0

    async def receive_bounded() -> _Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b"")) if message["type"] == "http.request" else 0
        return message if taken <= most else {"type": "http.disconnect"}

    return receive_bounded


def header(scope: _Message, name: bytes) -> bytes:
    """A header of a request; empty if it is not there."""
    return next((bytes(value) for key, value in scope.get("headers", ()) if bytes(key).lower() == name), b"")


def body_of(request: HttpRequest) -> AsyncIterator[bytes]:
    """The body of a request whose type says that it is to be streamed.

    Raises
    ------
    InvalidInput
        It is of another type.
    """
    body = request.scope.get(BODY_KEY)  # type: ignore[attr-defined]  # an ASGIRequest has it
    if body is None:
        raise InvalidInput(f"send the file itself as the body, with the type {STREAMED.decode()}")
    return cast(StreamedBody, body).chunks()
