"""REST: the services, asked by programs."""

from ._archives import zip_answer
from ._asking import (
    SCOPE_KEY,
    Asker,
    NotAllowed,
    NotSignedIn,
    address_of,
    asker_of,
    client_of,
    job_of,
    project_of,
    refuse_scope,
    server_paths_of,
    serving_of,
    session_asker,
    token_asker,
)
from ._body import BODY_KEY, STREAMED, StreamedBody, body_of, bounded, header
from ._downloads import file_answer, path_answer
from ._exports import archive_answer, crate_answer, mmcif_answer
from ._imports import refuse_known_of_others, told_to
from ._interface import interface
from ._middleware import rest
from ._problems import BAD_REQUEST, FAILED, NOT_ALLOWED, NOT_FOUND, TOO_LARGE, ProblemKind, kind_of, problem

__all__ = [
    "BAD_REQUEST",
    "BODY_KEY",
    "FAILED",
    "NOT_ALLOWED",
    "NOT_FOUND",
    "SCOPE_KEY",
    "STREAMED",
    "TOO_LARGE",
    "Asker",
    "NotAllowed",
    "NotSignedIn",
    "ProblemKind",
    "StreamedBody",
    "address_of",
    "archive_answer",
    "asker_of",
    "body_of",
    "bounded",
    "client_of",
    "crate_answer",
    "file_answer",
    "header",
    "interface",
    "job_of",
    "kind_of",
    "mmcif_answer",
    "path_answer",
    "problem",
    "project_of",
    "refuse_known_of_others",
    "refuse_scope",
    "rest",
    "server_paths_of",
    "serving_of",
    "session_asker",
    "token_asker",
    "told_to",
    "zip_answer",
]
