"""Indicators of jobs across projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.db import JobFilter, Page

from ._documents import Document, summary_document
from ._job_pages import EVERY_JOB, ROWS

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord

_TOLD = ("project", "number", "uuid", "task", "title", "status", "created", "finished", "duration_s", "evaluation")


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiTable:
    """Jobs with their indicators, and the keys that these have: those asked for, or all of the projects."""

    page: Page[Document]
    keys: list[str]


async def kpi_keys(*projects: ProjectRecord) -> list[Document]:
    """Keys of the indicators that jobs of projects have, in order, and whether each is a number or a text."""
    found = await db.kpi_keys([project.id for project in projects])
    return [{"key": key, "kind": "number" if is_number else "text"} for key, is_number in found.items()]


async def kpi_table(
    projects: Sequence[ProjectRecord],
    *,
    keys: Sequence[str] = (),
    filter: JobFilter = EVERY_JOB,  # noqa: A002  the word for it everywhere
    sort: str = "-created",
    cursor: str = "",
    limit: int = ROWS,
) -> KpiTable:
    """A page of the jobs of projects that have an indicator of these keys, or any if none is named.

    Parameters
    ----------
    sort
        As in `page_of_jobs`.

    Raises
    ------
    InvalidInput
        The order is none, the limit is not 1 to 1000, or the cursor is none of a list in this order.
    """
    uuids = [project.id for project in projects]
    page = await db.kpi_page(uuids, filter, keys=keys, sort=sort, cursor=cursor, limit=limit)
    names = {project.id: project.name for project in projects}
    rows = [summary_document(job, names[job.job.project]) for job in page.rows]
    told = [{name: row[name] for name in (*_TOLD, "kpis")} for row in rows]
    return KpiTable(
        page=Page(rows=told, total=page.total, next=page.next, previous=page.previous),
        keys=list(keys) or list(await db.kpi_keys(uuids)),
    )
