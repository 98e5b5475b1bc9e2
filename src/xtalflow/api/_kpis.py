"""Performance indicators, across jobs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from xtalflow.services import list_kpis

from ._answers import KpiRow
from ._asking import job_of
from ._bodies import NumberInPath, ProjectName
from ._room import Room

kpis = Room(tags=["kpis"])


@kpis.asks("GET", "/projects/{project}/jobs/{number}/kpis", list[KpiRow])
async def get_job_kpis(request: HttpRequest, project: ProjectName, number: NumberInPath) -> list[dict[str, Any]]:
    """The indicators of a job and of all below it."""
    found = await job_of(request, project, number)
    return await list_kpis(found.project, found)
