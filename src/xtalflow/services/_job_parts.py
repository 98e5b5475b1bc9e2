"""Parts of a job that are asked for one by one: a file, its history, its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import FileId
from xtalflow.errors import InvalidInput, UnknownFile

from ._documents import Document
from ._feed import event_document
from ._projects import uuid_of

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import FileRecord

    from ._jobs import FoundJob


async def file_of_project(project: ProjectRecord, text: str) -> FileRecord:
    """The file of a project with this uuid.

    Raises
    ------
    UnknownFile
        The project has none.
    """
    uuid = uuid_of(text)
    if uuid is None:
        raise UnknownFile(f"{text!r}", "is not the uuid of a file")
    handler = db.AsyncDatabaseHandler.of(project)
    try:
        (file,) = await handler.files([FileId(uuid)])
    except InvalidInput as exc:
        raise UnknownFile(text, f"is not a file of {project.name}") from exc
    return file


async def job_events(found: FoundJob) -> list[Document]:
    """The history of a job and of those below it, the oldest first, as the events of the project tell it."""
    return [event_document(event) for event in await db.job_events(found.project.id, found.job.id)]


async def job_neighbours(found: FoundJob) -> Document:
    """The numbers of the jobs ``before`` and ``after`` a job, at its level; None at an end."""
    neighbours = await db.job_neighbours(found.project.id, found.job.id)
    return {"before": neighbours.before, "after": neighbours.after}
