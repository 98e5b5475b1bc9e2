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
from ._interface import interface

__all__ = [
    "SCOPE_KEY",
    "Asker",
    "NotAllowed",
    "NotSignedIn",
    "address_of",
    "asker_of",
    "client_of",
    "interface",
    "job_of",
    "project_of",
    "refuse_scope",
    "serving_of",
    "session_asker",
    "token_asker",
]
