"""Pages for what went wrong: a sentence, and a way on."""

from __future__ import annotations

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xtalflow.api import BAD_REQUEST, FAILED, NOT_ALLOWED, NOT_FOUND, TOO_LARGE, ProblemKind

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (DisallowedHost, "this server is not reached by that name; if it should be, name it in the setting `hosts`"),
    (RequestDataTooBig, "the form is larger than the server takes; upload large files one by one"),
    (TooManyFieldsSent, "the form has more fields than the server takes"),
    (TooManyFilesSent, "the form has more files than the server takes"),
)


def error_page(request: HttpRequest, kind: ProblemKind, sentence: str) -> HttpResponse:
    """The page that tells of an error; REST tells of the same kind."""
    context = {"title": kind.title, "sentence": sentence}
    return render(request, "xtalflow/error.html", context, status=kind.status)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No view was asked, because of what the request is."""
    reason = next((sentence for kind, sentence in _REASONS if isinstance(exception, kind)), "the request is refused")
    return error_page(request, TOO_LARGE if isinstance(exception, RequestDataTooBig) else BAD_REQUEST, reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No view has this address."""
    return error_page(request, NOT_FOUND, f"no page has the address {request.path}")


def unforeseen(request: HttpRequest) -> HttpResponse:
    """A view failed in a way that nobody foresaw; the traceback is in the log."""
    return error_page(request, FAILED, "something went wrong that was not foreseen; the server's log tells what")


def not_from_our_pages(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent that did not come from a page of ours, or from one that is older than the session."""
    sentence = (
        "this form came from no page of this server, or from one that is too old: load the page again, and send it anew"
    )
    return error_page(request, NOT_ALLOWED, sentence)
