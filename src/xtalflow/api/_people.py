"""Who asks, their tokens, and who may do what in a project."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from xtalflow import __version__, db
from xtalflow.db import Role, Scope
from xtalflow.services import token_document

from ._answers import MemberAnswer, NewTokenAnswer, ServerAnswer, TokenAnswer
from ._asking import asker_of, project_of, refuse_scope
from ._bodies import InPath, NewRole, NewToken, ProjectName
from ._problems import NOT_ALLOWED, NOT_FOUND, Refused
from ._room import Room

people = Room(tags=["people"])
Document = dict[str, Any]


@people.asks("GET", "/server", ServerAnswer)
async def server(request: HttpRequest) -> Document:
    """The server, and who asks it."""
    asker = await asker_of(request)
    return {
        "name": "xtalflow",
        "version": __version__,
        "person": asker.person.name,
        "is_admin": asker.person.is_admin,
        "scope": asker.scope.value,
    }


@people.asks("GET", "/tokens", list[TokenAnswer])
async def list_tokens(request: HttpRequest) -> list[Document]:
    """The tokens of whoever asks."""
    asker = await asker_of(request)
    return [token_document(token) for token in await db.tokens_of(asker.person)]


@people.asks("POST", "/tokens", NewTokenAnswer, status=201)
async def make_token(request: HttpRequest, response: HttpResponse, body: NewToken) -> Document:
    """Make a token for a program.

    It is told once: only its hash is kept. A token makes others only if it is for `admin`.
    """
    asker = await asker_of(request)
    refuse_scope(asker, Scope.ADMIN)
    token = await db.make_token(asker.person, body.name, Scope(body.scope), body.days)
    response["Location"] = "/api/v1/tokens"
    return {"name": body.name.strip(), "token": token, "scope": body.scope}


@people.asks("DELETE", "/tokens/{name}", None, status=204)
async def revoke_token(request: HttpRequest, name: InPath) -> None:
    """Take a token back.

    Programs that have it are strangers from now on.
    """
    asker = await asker_of(request)
    refuse_scope(asker, Scope.ADMIN)
    if name not in (token.name for token in await db.tokens_of(asker.person)):
        raise Refused(NOT_FOUND, f"{asker.person.name} has no token {name!r}")
    await db.revoke_token(asker.person, name)


@people.asks("GET", "/projects/{project}/members", list[MemberAnswer], NOT_ALLOWED)
async def list_members(request: HttpRequest, project: ProjectName) -> list[Document]:
    """Who has a role in a project; its owners may ask."""
    home = await project_of(request, project, Role.OWNER)
    return [{"name": name, "role": role.value} for name, role in await db.members_of(home.id)]


@people.asks("PUT", "/projects/{project}/members/{name}", MemberAnswer)
async def give_role(request: HttpRequest, project: ProjectName, name: InPath, body: NewRole) -> Document:
    """Give somebody a role in a project; its owners may."""
    home = await project_of(request, project, Role.OWNER)
    await db.give_role(home.id, name, Role(body.role), actor=(await asker_of(request)).actor)
    return {"name": name, "role": body.role}


@people.asks("DELETE", "/projects/{project}/members/{name}", None, status=204)
async def take_role(request: HttpRequest, project: ProjectName, name: InPath) -> None:
    """Take somebody's role in a project; its owners may."""
    home = await project_of(request, project, Role.OWNER)
    await db.give_role(home.id, name, None, actor=(await asker_of(request)).actor)
