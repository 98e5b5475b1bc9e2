"""Single things of a project and of a job: a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import FileId
from xtalflow.errors import InvalidInput, UnknownFile

from ._projects import uuid_of

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import FileRecord


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
