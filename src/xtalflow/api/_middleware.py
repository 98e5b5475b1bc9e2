"""What every request of REST goes through, also those that no operation sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware

from ._problems import as_problem

_Answer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
BELOW = "/api/"


@async_only_middleware
def rest(answer: _Answer) -> _Answer:
    """Whatever goes wrong is a problem; HEAD is GET without its body."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(BELOW):
            return await answer(request)
        if request.method != "HEAD":
            return as_problem(request, await answer(request))
        request.method = "GET"
        response = as_problem(request, await answer(request))
        head = HttpResponse(status=response.status_code, headers=dict(response.items()))
        if isinstance(response, HttpResponse):
            head.headers.setdefault("Content-Length", str(len(response.content)))
        response.close()
        return head

    return middleware
