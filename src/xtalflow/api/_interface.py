"""The whole interface: its door, its problems, and its rooms."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.security import HttpBearer
from ninja.security.base import AuthBase

from xtalflow import __version__

from ._asking import Asker, NotAllowed, session_asker, token_asker
from ._bodies import StrictParser
from ._conditions import etag_of, is_known, render
from ._events import events
from ._exports import exports
from ._files import files
from ._imports import imports
from ._jobs import jobs
from ._kpis import kpis
from ._openapi import DESCRIPTION, complete
from ._parameters import parameters
from ._people import people
from ._problems import add_problems
from ._projects import projects
from ._tasks import tasks

ROOMS: tuple[Router, ...] = (people, projects, imports, exports, jobs, parameters, files, kpis, tasks, events)


class Token(HttpBearer):
    """A token for programs."""

    async def authenticate(self, request: HttpRequest, token: str) -> Asker | None:
        """Whose token it is."""
        asker = await token_asker(request, token)
        request.asker = asker  # type: ignore[attr-defined]
        return asker


class Session(AuthBase):
    """The session of a browser, which also proves that its request comes from our own pages."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """A coroutine, as the door of REST awaits it."""
        return self.authenticate(request)

    async def authenticate(self, request: HttpRequest) -> Asker | None:
        """Who is signed in.

        Raises
        ------
        NotAllowed
            A change does not come from a page of ours.
        """
        asker = await session_asker(request)
        if asker is None:
            return None
        if not _comes_from_our_pages(request):
            raise NotAllowed("a change by a browser's session needs the header X-CSRFToken, and our own Origin")
        request.asker = asker  # type: ignore[attr-defined]
        return asker


class Interface(NinjaAPI):
    """Answers documents with their ETags, and describes itself completely."""

    def create_response(
        self, request: HttpRequest, data: Any, *, status: int | None = None, temporal_response: Any = None
    ) -> HttpResponse:
        """The answer with a document; without it, if whoever asks has it already."""
        response: HttpResponse = temporal_response or HttpResponse(status=status or 200)
        content = render(data)
        if request.method in ("GET", "HEAD", "PATCH") and response.status_code == 200:
            response["ETag"] = etag_of(content)
            response["Cache-Control"] = "no-cache, private"
            if request.method != "PATCH" and is_known(request, response["ETag"]):
                response.status_code = 304
                del response["Content-Type"]
                return response
        else:
            response["Cache-Control"] = "no-store"
        response["Content-Type"] = "application/json"
        response.content = content
        return response

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of its function, which no other operation has."""
        return operation.view_func.__name__

    def get_openapi_schema(self, *, path_prefix: Any = None, path_params: Any = None) -> OpenAPISchema:
        """The description, made once."""
        return self._description

    @cached_property
    def _description(self) -> OpenAPISchema:
        return complete(super().get_openapi_schema())


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
    api = Interface(
        title="xtalflow",
        version=__version__,
        description=DESCRIPTION,
        urls_namespace="api",
        auth=[Token(), Session()],
        docs_url=None,
        parser=StrictParser(),
    )
    add_problems(api)
    for room in ROOMS:
        api.add_router("", room)
    return api
