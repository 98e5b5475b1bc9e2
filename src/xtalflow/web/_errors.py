"""Pages for what went wrong: a sentence, and a way on."""

from __future__ import annotations

import logging

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_log = logging.getLogger("xtalflow.web")
_TITLES = {
    400: "This request cannot be read",
    403: "This is not allowed",
    404: "There is nothing here",
    422: "This cannot be done",
    500: "Something went wrong",
}


def error_page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """The page that tells of an error."""
    context = {"title": _TITLES.get(status, _TITLES[500]), "sentence": sentence, "status": status}
    return render(request, "xtalflow/error.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No view has this address."""
    return error_page(request, 404, f"no page has the address {request.path}")


def not_readable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request cannot be answered, mostly because it names the server by a name that is not known to be its own."""
    if not isinstance(exception, DisallowedHost):
        return error_page(request, 400, "this request cannot be read")
    sentence = "this server has no such name: use the address that `xtalflow serve` told, or add the name to `hosts`"
    return HttpResponse(f"{sentence}\n", status=400, content_type="text/plain; charset=utf-8")


def unforeseen(request: HttpRequest) -> HttpResponse:
    """A view failed in a way that nobody foresaw; the traceback is in the log."""
    return error_page(request, 500, "something went wrong that was not foreseen; the server's log tells what")


def not_from_our_pages(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent that did not come from a page of ours, or from one that is older than the session."""
    sentence = (
        "this form came from no page of this server, or from one that is too old: load the page again, and send it anew"
    )
    return error_page(request, 403, sentence)
