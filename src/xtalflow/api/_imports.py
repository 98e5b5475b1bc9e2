"""Projects of CCP4i2 that are sent as archives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from xtalflow import db
from xtalflow.db import Scope
from xtalflow.engine import ProjectId
from xtalflow.errors import CopiedProject, InvalidInput
from xtalflow.services import ARCHIVE, ImportPlan, Upload, drop_upload, import_archive, plan_import, receive_upload

from ._answers import ImportAnswer
from ._asking import Asker, NotAllowed, asker_of, refuse_scope
from ._bodies import NAME
from ._body import STREAMED, body_of
from ._problems import TOO_LARGE, WRONG_TYPE, Refused
from ._room import Room

imports = Room(tags=["projects"])
_SENT = {
    "requestBody": {
        "required": True,
        "content": {STREAMED.decode(): {"schema": {"type": "string", "format": "binary"}}},
    }
}


class ImportQuery(BaseModel):
    """What is to become of an archive."""

    name: str | None = Field(
        default=None, min_length=1, max_length=100, pattern=NAME, description="Of the project; as in the archive"
    )
    dry_run: bool = Field(default=False, description="Only tell what would come, and make nothing")


@imports.asks("POST", "/imports", ImportAnswer, WRONG_TYPE, TOO_LARGE, extra=_SENT)
async def import_project(request: HttpRequest, asked: Query[ImportQuery]) -> dict[str, Any]:
    """Send a project archive of CCP4i2 as the body; whoever sends it owns the project.

    A project that is here already is told, and left as it is.
    """
    asker = await asker_of(request)
    refuse_scope(asker, Scope.WRITE)
    if (request.content_type or "").encode() != STREAMED:
        raise Refused(WRONG_TYPE, f"send the archive itself as the body, as {STREAMED.decode()}")
    upload = await receive_upload(body_of(request), f"sent{ARCHIVE}", owner=asker.person.name)
    async with told_to(asker, upload, "the archive that was sent"):
        try:
            plan = await plan_import(upload.path, name=asked.name)
            await refuse_known_of_others(asker, plan)
            if asked.dry_run:
                return _answer("known" if plan.known else "planned", plan, plan.known, ())
            done = await import_archive(upload.path, name=asked.name, told_as=upload.name, client=asker.actor)
            await refuse_known_of_others(asker, done.plan)  # somebody may have been faster
        finally:
            await asyncio.to_thread(drop_upload, upload.id, owner=upload.owner)
    return _answer("imported" if done.is_new else "known", done.plan, done.project, done.remarks)


@asynccontextmanager
async def told_to(asker: Asker, upload: Upload, name: str) -> AsyncIterator[None]:
    """What is wrong with an upload is told of its name, not of its place on the server, nor of others' projects."""
    try:
        yield
    except CopiedProject as exc:
        if await db.role_in(asker.person, ProjectId(exc.project)) is None:
            raise InvalidInput(CopiedProject.untold) from exc
        raise
    except InvalidInput as exc:
        if str(upload.path) not in str(exc):
            raise
        raise InvalidInput(str(exc).replace(str(upload.path), name)) from exc


async def refuse_known_of_others(asker: Asker, plan: ImportPlan) -> None:
    """Tell nobody where a project is that they may not read.

    Raises
    ------
    NotAllowed
        The project is here already, and is not open to whoever asks.
    """
    if plan.known is not None and await db.role_in(asker.person, plan.known.id) is None:
        raise NotAllowed("this project is here already, and belongs to somebody else")


def _answer(
    outcome: str, plan: ImportPlan, project: db.ProjectRecord | None, remarks: tuple[str, ...]
) -> dict[str, Any]:
    told = plan.document()
    return {name: told[name] for name in ("name", "uuid", "jobs", "files", "tables", "missing", "new_jobs")} | {
        "outcome": outcome,
        "project": project.name if project else None,
        "remarks": [*remarks, *(f"{each['name']} is left out: it {each['reason']}" for each in told["left_out"])],
    }
