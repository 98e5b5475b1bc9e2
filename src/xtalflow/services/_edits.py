"""What a user says about jobs and projects: titles, comments, ratings, names, descriptions, tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xtalflow import db
from xtalflow.errors import InvalidInput

from ._jobs import FoundJob
from ._open import actor
from ._projects import check_project_name
from ._submit import check_title

if TYPE_CHECKING:
    from xtalflow.db import Evaluation, ProjectRecord
    from xtalflow.engine import JobRecord

    from ._open import Client

LONGEST_TEXT = 20_000
"""Characters of the longest comment or description."""


async def retitle_job(found: FoundJob, title: str, *, client: Client = "python") -> JobRecord:
    """Give a job another title; `InvalidInput` if it is no text of one line."""
    check_title(title)
    return await _edit_job(found, client, title=title)


async def comment_job(found: FoundJob, comments: str, *, client: Client = "python") -> JobRecord:
    """Write what there is to remark of a job; it replaces what was there."""
    return await _edit_job(found, client, comments=_checked(comments, "the comment"))


async def rate_job(found: FoundJob, evaluation: Evaluation, *, client: Client = "python") -> JobRecord:
    """Say whether a job is the best, good, or rejected; or nothing of it again."""
    return await _edit_job(found, client, evaluation=evaluation)


async def rename_project(project: ProjectRecord, name: str, *, client: Client = "python") -> ProjectRecord:
    """Give a project another name; its uuid and its folder stay.

    Raises
    ------
    InvalidInput
        It cannot be the name of a project, or another one has it.
    """
    check_project_name(name)
    return await _edit_project(project, client, name=name.strip())


async def describe_project(project: ProjectRecord, description: str, *, client: Client = "python") -> ProjectRecord:
    """Say what a project is about; it replaces what was there."""
    return await _edit_project(project, client, description=_checked(description, "the description"))


async def tag_project(project: ProjectRecord, tags: Sequence[str], *, client: Client = "python") -> ProjectRecord:
    """Give a project these tags, and no others; `InvalidInput` if one has more than 50 characters, or a /."""
    return await _edit_project(project, client, tags=tags)


async def archive_project(project: ProjectRecord, *, archived: bool = True, client: Client = "python") -> ProjectRecord:
    """Take a project out of the list of those that are worked on, or put it back; nothing else changes."""
    return await _edit_project(project, client, archived=archived)


async def _edit_job(found: FoundJob, client: Client, **changes: Any) -> JobRecord:
    handler = db.AsyncDatabaseHandler.of(found.project, actor=actor(client))
    return await handler.edit_job(found.job.id, **changes)


async def _edit_project(project: ProjectRecord, client: Client, **changes: Any) -> ProjectRecord:
    return await db.AsyncDatabaseHandler.of(project, actor=actor(client)).edit_project(**changes)


def _checked(text: str, what: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"{what} is refused: it has {len(text)} characters, and at most {LONGEST_TEXT} are kept")
    return text
