"""What goes wrong, as RFC 9457 has it: a problem with a code of ours, a title, a status and a sentence."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
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


BAD_REQUEST = ProblemKind("bad-request", 400, "The request cannot be read")
NOT_SIGNED_IN = ProblemKind("not-signed-in", 401, "Nobody is signed in")
NOT_ALLOWED = ProblemKind("not-allowed", 403, "This is not allowed")
UNKNOWN_PROJECT = ProblemKind("unknown-project", 404, "There is no such project")
UNKNOWN_JOB = ProblemKind("unknown-job", 404, "There is no such job")
UNKNOWN_FILE = ProblemKind("unknown-file", 404, "There is no such file")
UNKNOWN_TASK = ProblemKind("unknown-task", 404, "There is no such task")
UNKNOWN_PARAMETER = ProblemKind("unknown-parameter", 404, "There is no such parameter")
NOT_FOUND = ProblemKind("not-found", 404, "There is nothing here")
CONFLICT = ProblemKind("conflict", 409, "The present state does not allow this")
CHANGED = ProblemKind("changed", 412, "It was changed by somebody else meanwhile")
INVALID = ProblemKind("invalid", 422, "The request is wrong")
INVALID_PARAMETERS = ProblemKind("invalid-parameters", 422, "The parameters cannot be run")
NOT_EQUIPPED = ProblemKind("not-equipped", 503, "Something that the task needs is not there")
UNAVAILABLE = ProblemKind("unavailable", 503, "The record cannot be reached now")
FAILED = ProblemKind("failed", 500, "This did not work")

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
    (IllegalTransition, CONFLICT),
    (StoreUnavailable, UNAVAILABLE),
    (InvalidInput, INVALID),
    (XtalflowError, FAILED),
    (Http404, NOT_FOUND),
]


def kind_of(error: Exception) -> ProblemKind:
    """The kind of problem that an error is."""
    return next((kind for known, kind in _KINDS if isinstance(error, known)), FAILED)


def problem(kind: ProblemKind, detail: str, **more: Any) -> HttpResponse:
    """The answer that tells of a problem."""
    document = {
        "type": f"urn:xtalflow:problem:{kind.code}",
        "code": kind.code,
        "title": kind.title,
        "status": kind.status,
    }
    answer = JsonResponse(
        document | {"detail": detail} | more, status=kind.status, content_type="application/problem+json"
    )
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
        return problem(kind, str(error) or kind.title)

    def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
        errors = [{"where": [str(step) for step in one["loc"]], "text": str(one["msg"])} for one in error.errors]
        detail = "; ".join(f"{'.'.join(one['where'])}: {one['text']}" for one in errors)
        return problem(INVALID, detail, errors=errors)

    def unknown(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(NOT_SIGNED_IN, "sign in, or give a token")

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        kind = BAD_REQUEST if error.status_code == BAD_REQUEST.status else INVALID
        return problem(kind, str(error))

    def unforeseen(request: HttpRequest, error: Any) -> HttpResponse:
        _log.error("%s %s failed", request.method, request.path, exc_info=error)
        return problem(FAILED, "something went wrong that was not foreseen; the server's log tells what")

    for kind in (XtalflowError, NotSignedIn, NotAllowed, Http404):
        api.add_exception_handler(kind, known)
    api.add_exception_handler(
        AuthenticationError, lambda request, error: problem(NOT_SIGNED_IN, "sign in, or give a token")
    )
    api.add_exception_handler(ValidationError, unreadable)
    api.add_exception_handler(HttpError, refused)
    api.add_exception_handler(Exception, unforeseen)
