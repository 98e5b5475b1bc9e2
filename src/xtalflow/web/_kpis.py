"""The page that plots indicators over the jobs of a project."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from xtalflow import db
from xtalflow.api import asker_of, project_of
from xtalflow.figures import figure, heading
from xtalflow.services import Document, kpi_keys, kpi_table, project_document

from ._addresses import project_home
from ._job_table import TableQuery, rights, tasks_to_choose, usual_of
from ._project import last_event

MOST_JOBS = 1000
"""Jobs that a plot shows, the latest of them."""
_MOST_CURVES = 6


@require_GET
async def kpis(request: HttpRequest, project: str) -> HttpResponse:
    """Indicators against the numbers of the jobs, as a plot and as the table that it draws."""
    home = await project_of(request, project)
    query = TableQuery.parse(request.GET)
    seq = await last_event(home)
    numbers = [each["key"] for each in await kpi_keys(home) if each["kind"] == "number"]
    columns = (usual_of(numbers)[:2] if query.columns is None else query.columns)[:_MOST_CURVES]
    page = (
        await kpi_table([home], keys=columns, filter=query.filter, sort="-number", cursor=query.cursor, limit=MOST_JOBS)
    ).page
    jobs = page.rows[::-1] if columns else []
    role = await db.role_in((await asker_of(request)).person, home.id)
    context = {
        "project": project_document(home),
        "base": project_home(home.name),
        "may": rights(role),
        "query": query,
        "seq": seq,
        "columns": [(key, heading(key)) for key in columns],
        "keys": [(key, key in columns) for key in numbers],
        "tasks": await tasks_to_choose(home, query),
        "rows": [{"job": job, "cells": _cells(job, columns)} for job in jobs],
        "page": page,
        "older": query.link(cursor=page.next or ""),
        "newer": query.link(cursor=page.previous or ""),
        "csv": f"jobs.csv?{urlencode([*_words(query), *(('kpi', key) for key in columns)])}",
    }
    return render(request, "xtalflow/kpis.html", context)


def _cells(job: Document, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Values as people read them, and as the plot does: with all digits, nothing where there is no number."""
    cells = []
    for key in columns:
        value = job["kpis"].get(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        cells.append({"text": figure(value, key), "value": repr(value) if is_number else ""})
    return cells


def _words(query: TableQuery) -> list[tuple[str, str]]:
    words = [("q", query.text), ("task", query.task), ("view", "flat" if query.flat else "")]
    return [(name, value) for name, value in words if value]


kpis_urls = [
    path("projects/<str:project>/kpis/", kpis, name="project-kpis"),
]
