"""Files of a project, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.db import FileFilter, Page

from ._documents import Document, listed_file
from ._job_pages import ROWS

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord

EVERY_FILE = FileFilter()
"""All files of a project."""


async def page_of_files(
    project: ProjectRecord,
    *,
    filter: FileFilter = EVERY_FILE,  # noqa: A002  the word for it everywhere
    cursor: str = "",
    limit: int = ROWS,
) -> Page[Document]:
    """A page of files in the order in which they were registered, with the jobs and imports that they are from.

    Parameters
    ----------
    cursor
        `next` or `previous` of another page of the same list; the first page without it.

    Raises
    ------
    InvalidInput
        The limit is not 1 to 1000, or the cursor is none of this list.
    """
    page = await db.page_of_files(project.id, filter, cursor=cursor, limit=limit)
    sources = await db.import_sources(project.id, [found.file.id for found in page.rows])
    rows = [listed_file(found.file, project, found.job or None, sources.get(found.file.id)) for found in page.rows]
    return Page(rows=rows, total=page.total, next=page.next, previous=page.previous)
