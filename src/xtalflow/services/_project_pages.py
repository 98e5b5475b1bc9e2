"""Projects as a table shows them, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.db import Page, ProjectFilter

from ._documents import Document
from ._job_pages import ROWS
from ._projects import project_document

if TYPE_CHECKING:
    from xtalflow.db import ProjectSummary

EVERY_PROJECT = ProjectFilter()
"""All projects that are not archived."""


async def page_of_projects(
    *,
    filter: ProjectFilter = EVERY_PROJECT,  # noqa: A002  the word for it everywhere
    sort: str = "name",
    cursor: str = "",
    limit: int = ROWS,
) -> Page[Document]:
    """A page of projects, with the counts of their top-level jobs by status and the bytes of their registered files.

    Parameters
    ----------
    sort
        ``name``, ``activity``, ``created``, ``jobs`` or ``size``, from the smallest on, or with a minus before it from
        the largest on.
    cursor
        `next` or `previous` of another page of the same list; the first page without it.

    Raises
    ------
    InvalidInput
        The order is none, the limit is not 1 to 1000, or the cursor is none of a list in this order.
    """
    page = await db.page_of_projects(filter, sort=sort, cursor=cursor, limit=limit)
    rows = [project_row(project) for project in page.rows]
    return Page(rows=rows, total=page.total, next=page.next, previous=page.previous)


async def list_tags() -> list[str]:
    """The tags that projects have, in order."""
    return await db.list_tags()


def project_row(summary: ProjectSummary) -> Document:
    """A project of a page as JSON values."""
    return project_document(summary.project) | {
        "jobs": sum(summary.jobs.values()),
        "jobs_by_status": {status.key: count for status, count in sorted(summary.jobs.items())},
        "registered_files": summary.files,
        "registered_size": summary.size,
    }
