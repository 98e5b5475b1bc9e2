"""What a user says about jobs and projects: titles, comments, ratings, names, descriptions, tags."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.errors import InvalidInput

from ._documents import Document
from ._jobs import FoundJob, details_document, read_warnings
from ._open import actor
from ._projects import check_project_name, project_document
from ._submit import check_title

if TYPE_CHECKING:
    from xtalflow.db import Evaluation, JobDetail, ProjectRecord
    from xtalflow.engine import JobRecord

    from ._open import Client

LONGEST_TEXT = 20_000
"""Characters of the longest comment or description."""


async def edit_job(
    found: FoundJob,
    *,
    title: str | None = None,
    comments: str | None = None,
    evaluation: Evaluation | None = None,
    check: Callable[[Document], object] | None = None,
    client: Client = "python",
) -> JobRecord:
    """Change what is said of a job, all of it or nothing; what is None stays.

    Parameters
    ----------
    check
        Called with the document of the job, as `job_details` has it, in the instant before it is changed, when nobody
        else changes it; nothing is changed if it raises.

    Raises
    ------
    InvalidInput
        The title is no text of one line, or the comment is too long.
    """
    if title is not None:
        check_title(title)
    if comments is not None:
        comments = _checked(comments, "the comment")
    check_detail = None if check is None else await _check_of_detail(found, check)
    handler = db.AsyncDatabaseHandler.of(found.project, actor=actor(client))
    return await handler.edit_job(
        found.job.id, title=title, comments=comments, evaluation=evaluation, check=check_detail
    )


async def edit_project(
    project: ProjectRecord,
    *,
    name: str | None = None,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    archived: bool | None = None,
    check: Callable[[Document], object] | None = None,
    client: Client = "python",
) -> ProjectRecord:
    """Change what is said of a project, all of it or nothing; what is None stays.

    Parameters
    ----------
    tags
        They replace all that it has.
    check
        Called with the document of the project in the instant before it is changed, when nobody else changes it;
        nothing is changed if it raises.

    Raises
    ------
    InvalidInput
        The name cannot be one, or another project has it; a tag has more than 50 characters, or a /; or the
        description is too long.
    """
    if name is not None:
        check_project_name(name)
        name = name.strip()
    if description is not None:
        description = _checked(description, "the description")
    return await db.AsyncDatabaseHandler.of(project, actor=actor(client)).edit_project(
        name=name,
        description=description,
        tags=tags,
        archived=archived,
        check=None if check is None else lambda now: check(project_document(now)),
    )


async def retitle_job(found: FoundJob, title: str, *, client: Client = "python") -> JobRecord:
    """Give a job another title; `InvalidInput` if it is no text of one line."""
    return await edit_job(found, title=title, client=client)


async def comment_job(found: FoundJob, comments: str, *, client: Client = "python") -> JobRecord:
    """Write what there is to remark of a job; it replaces what was there."""
    return await edit_job(found, comments=comments, client=client)


async def rate_job(found: FoundJob, evaluation: Evaluation, *, client: Client = "python") -> JobRecord:
    """Say whether a job is the best, good, or rejected; or nothing of it again."""
    return await edit_job(found, evaluation=evaluation, client=client)


async def rename_project(project: ProjectRecord, name: str, *, client: Client = "python") -> ProjectRecord:
    """Give a project another name; its uuid and its folder stay.

    Raises
    ------
    InvalidInput
        It cannot be the name of a project, or another one has it.
    """
    return await edit_project(project, name=name, client=client)


async def describe_project(project: ProjectRecord, description: str, *, client: Client = "python") -> ProjectRecord:
    """Say what a project is about; it replaces what was there."""
    return await edit_project(project, description=description, client=client)


async def tag_project(project: ProjectRecord, tags: Sequence[str], *, client: Client = "python") -> ProjectRecord:
    """Give a project these tags, and no others; `InvalidInput` if one has more than 50 characters, or a /."""
    return await edit_project(project, tags=tags, client=client)


async def archive_project(project: ProjectRecord, *, archived: bool = True, client: Client = "python") -> ProjectRecord:
    """Take a project out of the list of those that are worked on, or put it back; nothing else changes."""
    return await edit_project(project, archived=archived, client=client)


async def _check_of_detail(found: FoundJob, check: Callable[[Document], object]) -> Callable[[JobDetail], object]:
    """A check of a job's document for who has its record; the warnings are read before, as no transaction reads files.

    They come with the end of a job, which its record tells too.
    """
    warnings = await asyncio.to_thread(read_warnings, found.project.directory, found.folder)
    return lambda detail: check(details_document(found, detail, warnings))


def _checked(text: str, what: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"{what} is refused: it has {len(text)} characters, and at most {LONGEST_TEXT} are kept")
    return text
