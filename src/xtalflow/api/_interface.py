"""The whole interface: its door, its problems, and its rooms."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja import NinjaAPI
from ninja.security import HttpBearer
from ninja.security.base import AuthBase

from xtalflow import __version__

from ._asking import Asker, session_asker, token_asker
from ._events import events
from ._problems import add_problems


class _Token(HttpBearer):
    """A token for programs."""

    async def authenticate(self, request: HttpRequest, token: str) -> Asker | None:
        """Whose token it is."""
        asker = await token_asker(request, token)
        request.asker = asker  # type: ignore[attr-defined]
        return asker


class _Session(AuthBase):
    """The session of a browser, which also proves that its request comes from our own pages."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """A coroutine, as the door of REST awaits it."""
        return self.authenticate(request)

    async def authenticate(self, request: HttpRequest) -> Asker | None:
        """Who is signed in."""
        asker = await session_asker(request)
        if asker is None or not _comes_from_our_pages(request):
            return None
        request.asker = asker  # type: ignore[attr-defined]
        return asker


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _comes_from_our_pages(request: HttpRequest) -> bool:
    """Whether a request that changes something has the word that only our pages know, as Django checks it."""
    request._dont_enforce_csrf_checks = False  # type: ignore[attr-defined]
    check = CsrfViewMiddleware(_nothing)
    check.process_request(request)
    return check.process_view(request, _nothing, (), {}) is None


@cache
def interface() -> NinjaAPI:
    """The interface under ``/api/v1``; made once."""
    api = NinjaAPI(
        title="xtalflow",
        version=__version__,
        description="Runs macromolecular crystallography tasks and remembers everything about them.",
        urls_namespace="api",
        auth=[_Token(), _Session()],
        docs_url=None,
    )
    add_problems(api)
    api.add_router("", events)
    return api
