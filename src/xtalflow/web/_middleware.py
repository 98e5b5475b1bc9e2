"""What every request goes through: who asks, what may be loaded, and what an error looks like."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import async_only_middleware

from xtalflow.api import NotAllowed, NotSignedIn, kind_of, session_asker
from xtalflow.errors import XtalflowError

from ._errors import error_page
from ._vendor import has_vendor

_Answer = Callable[[HttpRequest], Awaitable[HttpResponse]]
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""What a page may load: what this server gives, and pictures that it makes itself."""


@async_only_middleware
def headers(answer: _Answer) -> _Answer:
    """Say what a page may load, unless its view has said it."""

    async def middleware(request: HttpRequest) -> HttpResponse:
        response = await answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response

    return middleware


@async_only_middleware
def errors(answer: _Answer) -> _Answer:
    """Every error is a page with a sentence; REST answers its own."""

    async def middleware(request: HttpRequest) -> HttpResponse:
        return await answer(request)

    middleware.process_exception = answer_error  # type: ignore[attr-defined]  # where Django looks for it
    return middleware


@async_only_middleware
def people(answer: _Answer) -> _Answer:
    """Find out who asks; views say what they need."""

    async def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            request.asker = await session_asker(request)  # type: ignore[attr-defined]
        return await answer(request)

    return middleware


def answer_error(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The page of an error that a view raised; None if it is Django's to answer."""
    if isinstance(error, NotSignedIn):
        return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
    if isinstance(error, (NotAllowed, XtalflowError)):
        return error_page(request, kind_of(error), str(error))
    if isinstance(error, Http404):
        return error_page(request, kind_of(error), "there is nothing here")
    return None


def page(request: HttpRequest) -> dict[str, Any]:
    """What every template knows."""
    asker = getattr(request, "asker", None)
    return {"asker": asker, "has_vendor": has_vendor()}
