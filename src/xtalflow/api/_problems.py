"""What goes wrong, as RFC 9457 has it: a problem with a code of ours, a title, a status and a sentence."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from xtalflow.errors import (
    IllegalTransition,
    InvalidInput,
    NotEquipped,
    StoreUnavailable,
    UnknownFile,
    UnknownJob,
    UnknownParameter,
    UnknownProject,
    UnknownTask,
    UploadTooLarge,
    ValidationFailed,
    XtalflowError,
)

from ._asking import NotAllowed, NotSignedIn

_log = logging.getLogger("xtalflow.api")


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its code, the status of its answer, and its title."""

    code: str
    status: int
    title: str


CONTENT_TYPE = "application/problem+json"
BAD_REQUEST = ProblemKind("bad-request", 400, "The request cannot be read")
NOT_SIGNED_IN = ProblemKind("not-signed-in", 401, "Nobody is signed in")
NOT_ALLOWED = ProblemKind("not-allowed", 403, "This is not allowed")
UNKNOWN_PROJECT = ProblemKind("unknown-project", 404, "There is no such project")
UNKNOWN_JOB = ProblemKind("unknown-job", 404, "There is no such job")
UNKNOWN_FILE = ProblemKind("unknown-file", 404, "There is no such file")
UNKNOWN_TASK = ProblemKind("unknown-task", 404, "There is no such task")
UNKNOWN_PARAMETER = ProblemKind("unknown-parameter", 404, "There is no such parameter")
NOT_FOUND = ProblemKind("not-found", 404, "There is nothing here")
WRONG_METHOD = ProblemKind("wrong-method", 405, "This cannot be asked with this method")
CONFLICT = ProblemKind("conflict", 409, "The present state does not allow this")
CHANGED = ProblemKind("changed", 412, "It was changed by somebody else meanwhile")
TOO_LARGE = ProblemKind("too-large", 413, "The request is too large")
WRONG_TYPE = ProblemKind("wrong-type", 415, "The body is of a type that is not taken here")
OUT_OF_RANGE = ProblemKind("out-of-range", 416, "The file has no such bytes")
INVALID = ProblemKind("invalid", 422, "The request is wrong")
OTHER_BYTES = ProblemKind("other-bytes", 422, "What came is not what was sent")
INVALID_PARAMETERS = ProblemKind("invalid-parameters", 422, "The parameters cannot be run")
NOT_EQUIPPED = ProblemKind("not-equipped", 503, "Something that the task needs is not there")
UNAVAILABLE = ProblemKind("unavailable", 503, "The record cannot be reached now")
FAILED = ProblemKind("failed", 500, "This did not work")

KINDS = (
    BAD_REQUEST,
    NOT_SIGNED_IN,
    NOT_ALLOWED,
    UNKNOWN_PROJECT,
    UNKNOWN_JOB,
    UNKNOWN_TASK,
    UNKNOWN_PARAMETER,
    UNKNOWN_FILE,
    NOT_FOUND,
    WRONG_METHOD,
    CONFLICT,
    CHANGED,
    TOO_LARGE,
    WRONG_TYPE,
    OUT_OF_RANGE,
    INVALID,
    OTHER_BYTES,
    INVALID_PARAMETERS,
    FAILED,
    NOT_EQUIPPED,
    UNAVAILABLE,
)
"""Every kind of problem, by status."""

_KINDS: list[tuple[type[Exception], ProblemKind]] = [
    (NotSignedIn, NOT_SIGNED_IN),
    (NotAllowed, NOT_ALLOWED),
    (UnknownProject, UNKNOWN_PROJECT),
    (UnknownJob, UNKNOWN_JOB),
    (UnknownFile, UNKNOWN_FILE),
    (UnknownTask, UNKNOWN_TASK),
    (UnknownParameter, UNKNOWN_PARAMETER),
    (ValidationFailed, INVALID_PARAMETERS),
    (NotEquipped, NOT_EQUIPPED),
    (UploadTooLarge, TOO_LARGE),
    (RequestDataTooBig, TOO_LARGE),
    (TooManyFieldsSent, BAD_REQUEST),
    (IllegalTransition, CONFLICT),
    (StoreUnavailable, UNAVAILABLE),
    (InvalidInput, INVALID),
    (XtalflowError, FAILED),
    (Http404, NOT_FOUND),
]


class Refused(Exception):
    """A problem of a kind that only this layer knows; the text is a sentence for the user."""

    def __init__(self, kind: ProblemKind, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind, self.headers = kind, headers or {}


@contextmanager
def named_in_request() -> Iterator[None]:
    """What is unknown and was named in the body of a request makes it wrong; its address is as it should be."""
    try:
        yield
    except (UnknownJob, UnknownTask, UnknownParameter, UnknownProject) as exc:
        raise InvalidInput(str(exc)) from exc


def kind_of(error: Exception) -> ProblemKind:
    """The kind of problem that an error is."""
    if isinstance(error, Refused):
        return error.kind
    return next((kind for known, kind in _KINDS if isinstance(error, known)), FAILED)


def problem(kind: ProblemKind, detail: str, **more: Any) -> HttpResponse:
    """The answer that tells of a problem."""
    document = {
        "type": f"urn:xtalflow:problem:{kind.code}",
        "code": kind.code,
        "title": kind.title,
        "status": kind.status,
    }
    answer = JsonResponse(document | {"detail": detail} | more, status=kind.status, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "no-store"
    if kind is NOT_SIGNED_IN:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def add_problems(api: NinjaAPI) -> None:
    """Let every error answer as a problem; one that nobody foresaw is logged, and tells nothing of the inside."""

    def known(request: HttpRequest, error: Any) -> HttpResponse:
        kind = kind_of(error)
        if isinstance(error, ValidationFailed):
            findings = [{"path": each.path, "text": each.message} for each in error.findings]
            return problem(kind, str(error), findings=findings)
        answer = problem(kind, str(error) or kind.title)
        for name, value in getattr(error, "headers", {}).items():
            answer[name] = value
        return answer

    def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
        errors = [{"where": [str(step) for step in one["loc"]], "text": str(one["msg"])} for one in error.errors]
        detail = "; ".join(f"{'.'.join(one['where'])}: {one['text']}" for one in errors)
        return problem(BAD_REQUEST, detail, errors=errors)

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        if isinstance(error.__cause__, Refused):  # of reading a body
            return known(request, error.__cause__)
        return problem(BAD_REQUEST, str(error))

    def unforeseen(request: HttpRequest, error: Any) -> HttpResponse:
        _log.error("%s %s failed", request.method, request.path, exc_info=error)
        return problem(FAILED, "something went wrong that was not foreseen; the server's log tells what")

    for kind in (XtalflowError, NotSignedIn, NotAllowed, Refused, RequestDataTooBig, TooManyFieldsSent, Http404):
        api.add_exception_handler(kind, known)
    api.add_exception_handler(
        AuthenticationError, lambda request, error: problem(NOT_SIGNED_IN, "sign in, or give a token")
    )
    api.add_exception_handler(ValidationError, unreadable)
    api.add_exception_handler(HttpError, refused)
    api.add_exception_handler(Exception, unforeseen)


_BY_STATUS = {400: BAD_REQUEST, 404: NOT_FOUND, 405: WRONG_METHOD, 413: TOO_LARGE, 416: OUT_OF_RANGE, 500: FAILED}


def as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """What Django answers by itself to a request that no operation saw, as a problem; other answers as they are."""
    if response.status_code < HTTPStatus.BAD_REQUEST or response.get("Content-Type") == CONTENT_TYPE:
        return response
    kind = _BY_STATUS.get(response.status_code, BAD_REQUEST)
    allowed = response.get("Allow", "").replace("GET", "GET, HEAD")
    details = {
        OUT_OF_RANGE: "the file has no such bytes",
        WRONG_METHOD: f"{request.method} cannot be asked here, but {allowed}",
        NOT_FOUND: "nothing has this address",
    }
    answer = problem(kind, details.get(kind, kind.title))
    if allowed:
        answer["Allow"] = allowed
    for name in ("Content-Range", "Accept-Ranges", "Retry-After"):
        if value := response.get(name):
            answer[name] = value
    return answer
