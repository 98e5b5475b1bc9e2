"""The ASGI application: static files, then Django, which finds the server in the scope of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.asgi import get_asgi_application
from servestatic import ServeStaticASGI

from xtalflow.api import SCOPE_KEY
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

    async def answer(scope: _Scope, receive: _Receive, send: _Send) -> None:
        scope[SCOPE_KEY] = serving
        await files(scope, receive, send)

    return answer


def _never_guess(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
