"""REST: the services, asked by programs."""

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
    serving_of,
    session_asker,
    token_asker,
)
from ._body import BODY_KEY, STREAMED, StreamedBody, body_of, bounded, header
from ._interface import interface

__all__ = [
    "BODY_KEY",
    "SCOPE_KEY",
    "STREAMED",
    "Asker",
    "NotAllowed",
    "NotSignedIn",
    "StreamedBody",
    "address_of",
    "asker_of",
    "body_of",
    "bounded",
    "client_of",
    "header",
    "interface",
    "job_of",
    "project_of",
    "refuse_scope",
    "serving_of",
    "session_asker",
    "token_asker",
]
