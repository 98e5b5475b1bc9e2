"""Who asks, and what they may do: for REST and for pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from xtalflow import db
from xtalflow.db import Actor, Person, Role, Scope
from xtalflow.errors import UnknownJob, UnknownProject
from xtalflow.services import FoundJob, Serving, find_project_named

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import ProjectId

LOOPBACK = frozenset({"127.0.0.1", "::1", ""})
SCOPE_KEY = "xtalflow"
_SCOPES = {Role.READER: Scope.READ, Role.EDITOR: Scope.WRITE, Role.OWNER: Scope.ADMIN}
"""What a token must open for what needs a role."""
_JOB_NUMBER = re.compile(r"[1-9]\d{0,8}(\.[1-9]\d{0,8})*", re.ASCII)


class NotSignedIn(Exception):
    """Nobody is known to ask."""


class NotAllowed(Exception):
    """Whoever asks may not do this; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, from where, and what their token opens; a browser's session opens everything."""

    person: Person
    client: str
    scope: Scope = Scope.ADMIN

    @property
    def actor(self) -> Actor:
        """As the record keeps it."""
        return Actor(user=self.person.name, client=self.client)


def serving_of(request: HttpRequest) -> Serving:
    """The server that answers."""
    return cast(Serving, request.scope[SCOPE_KEY])  # type: ignore[attr-defined]  # an ASGIRequest has it


def address_of(request: HttpRequest) -> str:
    """Where a request comes from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def client_of(request: HttpRequest, name: str) -> str:
    """The client as the record keeps it: with its address, if that is another machine."""
    address = address_of(request)
    return name if address in LOOPBACK else f"{name} from {address}"


async def session_asker(request: HttpRequest) -> Asker | None:
    """Who is signed in, in this browser."""
    person = await db.in_database(_person_of_session, request)
    return None if person is None else Asker(person=person, client=client_of(request, "web"))


async def token_asker(request: HttpRequest, token: str) -> Asker | None:
    """Whose token this is: the key of a server of this machine, or one that was made for programs."""
    serving = serving_of(request)
    if serving.local_user and serving.tokens.is_key(token):
        person = await db.local_person(serving.local_user)
        return Asker(person=person, client=client_of(request, "rest"))
    known = await db.person_of_token(token)
    return None if known is None else Asker(person=known[0], client=client_of(request, "rest"), scope=known[1])


async def asker_of(request: HttpRequest) -> Asker:
    """Who asks, as the middleware or the door of REST found; `NotSignedIn` if nobody is known."""
    asker = getattr(request, "asker", None)
    if not isinstance(asker, Asker):
        raise NotSignedIn
    return asker


async def project_of(request: HttpRequest, name: str, role: Role = Role.READER) -> ProjectRecord:
    """The project of a name or uuid, if whoever asks has this role in it.

    Raises
    ------
    UnknownProject
        There is none, or nobody tells whoever asks that there is.
    NotAllowed
        It may be read only, or belongs to others.
    """
    asker = await asker_of(request)
    try:
        project = await find_project_named(name)
    except UnknownProject as exc:
        raise exc if asker.person.is_admin else UnknownProject(name) from None  # the names of others are not told
    theirs = await db.role_in(asker.person, project.id)
    if theirs is None:
        raise UnknownProject(name)
    refuse_scope(asker, _SCOPES[role])
    if not theirs.includes(role):
        needed = f"{'an' if role is not Role.READER else 'a'} {role.value}"
        raise NotAllowed(f"{asker.person.name} is a {theirs.value} of {project.name}; this needs {needed} of it")
    return project


async def may_still_read(request: HttpRequest, project: ProjectId) -> bool:
    """Whether whoever asked may read a project still: an account, a token or a role may have been taken back since."""
    token = request.headers.get("Authorization", "").partition(" ")[2]
    asker = (await token_asker(request, token) if token else None) or await session_asker(request)
    return asker is not None and await db.role_in(asker.person, project) is not None


def refuse_scope(asker: Asker, scope: Scope) -> None:
    """`NotAllowed` if the token of whoever asks does not open this."""
    if not asker.scope.includes(scope):
        raise NotAllowed(f"this token opens {asker.scope.value} only; this needs one for {scope.value}")


def server_paths_of(asker: Asker) -> Path | None:
    """The folder against which paths on the server are resolved; None for those who may name none."""
    return Path.home() if asker.person.is_admin and asker.scope.includes(Scope.ADMIN) else None


async def job_of(request: HttpRequest, project: str, number: str, role: Role = Role.READER) -> FoundJob:
    """The job of a project with this number, if whoever asks has this role in the project."""
    home = await project_of(request, project, role)
    if not _JOB_NUMBER.fullmatch(number):
        raise UnknownJob(f"{home.name}/{number}")
    try:
        return FoundJob(project=home, job=await db.find_job(home.id, number))
    except UnknownJob as exc:
        raise UnknownJob(f"{home.name}/{number}") from exc


def _person_of_session(request: HttpRequest) -> Person | None:
    from django.contrib.auth import get_user

    if SESSION_KEY not in request.session:
        return None
    user = get_user(request)
    if not user.is_authenticated or not user.is_active:
        return None
    return Person(id=user.pk, name=user.get_username(), is_admin=bool(user.is_superuser))
