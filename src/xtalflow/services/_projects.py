"""Projects: which there are, which one is meant, and new ones."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from xtalflow import db
from xtalflow.errors import InvalidInput, UnknownProject

from ._documents import iso_time
from ._one_line import is_one_line
from ._open import actor, load_settings

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import ProjectId

    from ._open import Client

DEFAULT_PROJECT = "default"
"""The project of jobs that are run outside a project's folder without naming one."""


def check_project_name(name: str) -> None:
    """Refuse what cannot name a project: nothing, ``.`` and ``..``, which name folders, and what is no line of text."""
    if name.strip() in {"", ".", ".."} or not is_one_line(name):
        raise InvalidInput(f"{name!r} is refused: it cannot be the name of a project")


async def list_projects() -> list[ProjectRecord]:
    """All projects by name."""
    return await db.list_projects()


async def count_jobs() -> Mapping[ProjectId, int]:
    """How many top-level jobs projects have; those without any are left out."""
    return await db.count_jobs()


def project_document(project: ProjectRecord) -> dict[str, Any]:
    """A project as JSON values."""
    return {
        "name": project.name,
        "uuid": str(project.id),
        "directory": str(project.directory),
        "description": project.description,
        "created": iso_time(project.created),
        "last_access": iso_time(project.last_access),
        "last_job_number": str(project.last_job_number),
        "tags": list(project.tags),
        "archived": project.is_archived,
    }


def folder_of_project(here: Path) -> Path | None:
    """The project's folder that `here` is in, if it is in one."""
    for folder in (here, *here.parents):
        if (folder / db.PROJECT_FILE).is_file():
            return folder
    return None


async def project_of_folder(here: Path) -> ProjectRecord | None:
    """The project whose folder `here` is in; None outside any.

    Raises
    ------
    InvalidInput
        The folder is one of a project, but this database does not know it, or knows it elsewhere.
    """
    folder = folder_of_project(here)
    if folder is None:
        return None
    file = await asyncio.to_thread(db.read_project_file, folder)
    try:
        project = await db.get_project(file.uuid)
    except UnknownProject as exc:
        raise InvalidInput(
            f"{folder} is the folder of the project {file.name!r} ({file.uuid}), which this database does not have"
        ) from exc
    if project.directory.resolve() != folder.resolve():
        raise InvalidInput(
            f"{folder} says that it is the project {project.name!r}, but the folder of that is {project.directory}: "
            "it was moved or copied"
        )
    return project


async def find_project(name: str | None, here: Path) -> ProjectRecord:
    """The project of a name or uuid; without one the project of the folder `here`, else the default project."""
    try:
        return await _find_project(name, here)
    except UnknownProject as exc:
        if name is not None:
            raise
        names = [project.name for project in await db.list_projects()]
        advice = f"go to its folder, or name it with -p: {', '.join(names)}"
        none = "there is none yet; `xtalflow run TASK -p NAME …` makes one"
        raise InvalidInput(f"which project? {advice if names else none}") from exc


async def find_or_make_project(
    name: str | None, here: Path, *, client: Client, folder: Path | None = None
) -> ProjectRecord:
    """As `find_project`, but a name that no project has makes one, in a folder or where the settings keep projects."""
    try:
        return await _find_project(name, here)
    except UnknownProject:
        if name is not None and uuid_of(name) is not None:
            raise
    wanted = name or DEFAULT_PROJECT
    if folder is None:
        await asyncio.to_thread(_check_folder_of_projects)
    try:
        return await db.create_project(wanted, directory=folder, actor=actor(client))
    except InvalidInput:
        try:
            return await db.find_project(wanted)  # a rival made it meanwhile
        except UnknownProject:
            pass
        raise


async def _find_project(name: str | None, here: Path) -> ProjectRecord:
    if name is None:
        if found := await project_of_folder(here):
            return found
        name = DEFAULT_PROJECT
    check_project_name(name)
    return await find_project_named(name)


async def find_project_named(name: str) -> ProjectRecord:
    """The project of a name or uuid; `UnknownProject` offers close ones."""
    if (uuid := uuid_of(name)) is not None:
        return await db.get_project(uuid)
    return await db.find_project(name)


def _check_folder_of_projects() -> None:
    """A setting that names what can be no folder is refused before a project is made."""
    projects = load_settings().projects
    try:
        projects.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InvalidInput(f"{projects}: projects cannot be kept here: {exc.strerror or exc}") from exc


def uuid_of(text: str) -> UUID | None:
    """The uuid that a text is; None if it is none."""
    try:
        return UUID(text) if len(text.replace("-", "")) == 32 else None
    except ValueError:
        return None
