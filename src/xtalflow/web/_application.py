"""The ASGI application: static files, then Django, which finds the server in the scope of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.core.asgi import get_asgi_application
from servestatic import ServeStaticASGI

from xtalflow.api import BODY_KEY, SCOPE_KEY, STREAMED, TOO_LARGE, StreamedBody, bounded, header, problem
from xtalflow.errors import UploadTooLarge
from xtalflow.services import Serving

from ._vendor import STATIC

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


def application(serving: Serving) -> Application:
    """What answers all requests of a server."""
    django = get_asgi_application()
    files = ServeStaticASGI(django, root=str(STATIC), prefix="/static/", max_age=60, add_headers_function=_never_guess)
    files.add_files(str(Path(admin.__file__).parent / "static" / "admin"), prefix="/static/admin/")

    limit = int(serving.settings.upload_limit_gb * 1000**3)

    async def answer(scope: _Scope, receive: _Receive, send: _Send) -> None:
        scope[SCOPE_KEY] = serving
        if header(scope, b"content-type").partition(b";")[0].strip() == STREAMED:
            scope[BODY_KEY] = body = StreamedBody(receive)
            await files(scope, body.receive, send)
            return
        try:
            heard = bounded(receive, scope, limit)
        except UploadTooLarge as exc:
            await _refuse(scope, send, str(exc))
            return
        await files(scope, heard, send)

    return answer


def _never_guess(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


async def _refuse(scope: _Scope, send: _Send, sentence: str) -> None:
    """Say that a request is too large before anything of it is read; to programs as a problem."""
    kind, content = "text/plain; charset=utf-8", sentence.encode()
    if str(scope.get("path", "")).startswith("/api/"):
        answer = problem(TOO_LARGE, sentence)
        kind, content = answer["Content-Type"], answer.content
    headers = [(b"content-type", kind.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": TOO_LARGE.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
