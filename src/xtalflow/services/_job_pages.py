"""Jobs of a project as a table shows them, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.db import JobFilter, Page

from ._documents import Document, row_document

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord

EVERY_JOB = JobFilter()
"""Jobs of the top level, all of them."""
ROWS = 100
"""Rows of a page, unless asked for more or fewer."""


async def page_of_jobs(
    project: ProjectRecord,
    *,
    filter: JobFilter = EVERY_JOB,  # noqa: A002  the word for it everywhere
    sort: str = "-number",
    columns: Sequence[str] | None = None,
    cursor: str = "",
    limit: int = ROWS,
) -> Page[Document]:
    """A page of jobs with their indicators, their places in the tree and, of running ones, progress and latest cycle.

    Parameters
    ----------
    sort
        ``number``, ``created``, ``finished``, ``duration``, ``task``, ``status``, ``title`` or ``kpi:KEY``, from the
        smallest on, or with a minus before it from the largest on; jobs without such a value come last.
    columns
        Keys of the indicators that are wanted; all by default.
    cursor
        `next` or `previous` of another page of the same list; the first page without it.

    Raises
    ------
    InvalidInput
        The order is none, the limit is not 1 to 1000, or the cursor is none of a list in this order.
    """
    page = await db.page_of_jobs(project.id, filter, sort=sort, columns=columns, cursor=cursor, limit=limit)
    rows = [row_document(job, project.name) for job in page.rows]
    return Page(rows=rows, total=page.total, next=page.next, previous=page.previous)
