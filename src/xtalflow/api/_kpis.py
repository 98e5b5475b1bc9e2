"""Across jobs and projects: performance indicators, search, and what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from xtalflow import db
from xtalflow.services import kpi_table, list_kpis, search, what_runs

from ._answers import FoundAnswer, JobKpis, KpiTableAnswer, RunningAnswer
from ._asking import asker_of, job_of, project_of
from ._bodies import Asked, JobQuery, NumberInPath, ProjectName, Whole
from ._pages import as_page
from ._problems import UNKNOWN_PROJECT
from ._room import Room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xtalflow.db import ProjectRecord

kpis = Room(tags=["kpis"])
Document = dict[str, Any]


class KpiQuery(JobQuery):
    """Which jobs, and which of their indicators."""

    sort: str = Field(
        default="-created",
        pattern="^-?(number|created|finished|duration|task|status|title|kpi:[A-Za-z0-9_.-]{1,100})$",
        description="From the smallest on, or with a minus before it from the largest on; `kpi:RFree` is an indicator",
    )
    kpi: list[str] = Field(
        default=[], max_length=100, description="Jobs that have one of these; without it that have any"
    )


class ProjectsKpiQuery(KpiQuery):
    """The same, of several projects."""

    project: list[str] = Field(
        default=[], max_length=100, description="Names or uuids of projects; without it all that may be read"
    )


class SearchQuery(Asked):
    """What is looked for."""

    text: str = Field(min_length=1, max_length=200, description="Words, or a job as `lysozyme/3.1`")
    limit: Whole = Field(default=20, ge=1, le=100, description="At most so many of each kind")


@kpis.asks("GET", "/projects/{project}/jobs/{number}/kpis", list[JobKpis])
async def get_job_kpis(request: HttpRequest, project: ProjectName, number: NumberInPath) -> list[Document]:
    """The indicators of a job and of all below it."""
    found = await job_of(request, project, number)
    return await list_kpis(found.project, found)


@kpis.asks("GET", "/projects/{project}/kpis", KpiTableAnswer)
async def get_kpis(request: HttpRequest, project: ProjectName, asked: Query[KpiQuery]) -> Document:
    """Jobs of a project with their indicators, side by side."""
    return await _table([await project_of(request, project)], asked)


@kpis.asks("GET", "/kpis", KpiTableAnswer, UNKNOWN_PROJECT)
async def compare_kpis(request: HttpRequest, asked: Query[ProjectsKpiQuery]) -> Document:
    """Jobs of several projects with their indicators, side by side."""
    if asked.project:
        projects = [await project_of(request, name) for name in asked.project]
    else:
        asker = await asker_of(request)
        open_to = await db.projects_open_to(asker.person)
        projects = [each for each in await db.list_projects() if open_to is None or each.id in open_to]
    return await _table(projects, asked)


@kpis.asks("GET", "/search", FoundAnswer)
async def find(request: HttpRequest, asked: Query[SearchQuery]) -> Document:
    """Projects, jobs and files that a text leads to, the newest first."""
    asker = await asker_of(request)
    return await search(asked.text, projects=await db.projects_open_to(asker.person), limit=asked.limit)


@kpis.asks("GET", "/running", RunningAnswer)
async def list_running(request: HttpRequest) -> Document:
    """Jobs that run, and those that wait in the order in which they will run, in all projects that may be read."""
    asker = await asker_of(request)
    return await what_runs(projects=await db.projects_open_to(asker.person))


async def _table(projects: Sequence[ProjectRecord], asked: KpiQuery) -> Document:
    found = await kpi_table(
        projects,
        keys=asked.kpi,
        filter=asked.which(),
        sort=asked.sort,
        cursor=asked.cursor,
        limit=asked.limit,
    )
    return as_page(found.page) | {"keys": found.keys}
