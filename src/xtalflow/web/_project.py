"""Pages of one project: its jobs as a table, what can be done to them there, and the table as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xtalflow import db
from xtalflow.api import asker_of, job_of, project_of
from xtalflow.db import Role
from xtalflow.engine import JobId
from xtalflow.errors import IllegalTransition, InvalidInput
from xtalflow.services import (
    delete_jobs,
    kpi_keys,
    page_of_jobs,
    plan_deletion,
    project_document,
    restore_command,
)

from ._acts import CAN_CANCEL, CAN_DELETE, CAN_RESTART, RATINGS, act_on_job
from ._addresses import project_home, where_from
from ._answers import back_to, done
from ._job_table import (
    COLUMNS,
    STATUS_WORDS,
    TableQuery,
    branch_of,
    every_row,
    heads,
    rights,
    table_of,
    table_rows,
    tasks_to_choose,
)

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.services import Document

ROWS = 100
"""Jobs on a page."""
_MOST_ASKED = 200
"""Jobs whose rows, or whose deletion, can be asked for at once."""
_CSV_COLUMNS = ("number", "task", "title", "status", "evaluation", "created", "started", "finished", "duration_s")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins a formula in a spreadsheet."""


@require_GET
async def jobs(request: HttpRequest, project: str) -> HttpResponse:
    """The jobs of a project."""
    home = await project_of(request, project)
    query = TableQuery.parse(request.GET, kept=request.COOKIES.get(COLUMNS, ""))
    seq = await last_event(home)  # before the rows are read, so that no event falls between
    table = await table_of(home, query, limit=ROWS)
    keys = await kpi_keys(home)
    context = await _around(request, home, query, table.columns) | {
        "rows": table.rows,
        "page": table.page,
        "seq": seq,
        "keys": [(each["key"], each["key"] in table.columns) for each in keys],
        "statuses": STATUS_WORDS,
        "ratings": [each for each in RATINGS if each != "unknown"],
        "acts": {"cancel": CAN_CANCEL, "restart": CAN_RESTART, "delete": CAN_DELETE},
        "tasks": await tasks_to_choose(home, query),
        "columns_query": replace(query, columns=table.columns).kpi_words,
        "without_filter": query.link(text="", status="", task="", rating="", cursor=""),
        "first_page": query.link(cursor=""),
        "previous_page": query.link(cursor=table.page.previous or ""),
        "next_page": query.link(cursor=table.page.next or ""),
        "all_pages": query.link(cursor="", open=()),
    }
    return render(request, "xtalflow/project.html", context)


@require_GET
async def rows(request: HttpRequest, project: str) -> HttpResponse:
    """Rows of the table for some jobs of it, those that its filter leaves out not among them."""
    home = await project_of(request, project)
    query = TableQuery.parse(request.GET)
    asked = tuple(uuid for text in request.GET.getlist("job")[:_MOST_ASKED] if (uuid := _uuid(text)))
    which = replace(query.filter, jobs=asked)
    found = (await page_of_jobs(home, filter=which, sort=query.sort, limit=_MOST_ASKED)).rows if asked else []
    return await _fragment(request, home, query, found)


@require_GET
async def branch(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """Rows of the children of a job."""
    found = await job_of(request, project, number)
    children = await branch_of(found.project, number)
    return await _fragment(request, found.project, TableQuery.parse(request.GET), children)


@require_GET
async def table_file(request: HttpRequest, project: str) -> StreamingHttpResponse:
    """The whole table as comma-separated values, with the indicators that it shows."""
    home = await project_of(request, project)
    query = TableQuery.parse(request.GET)
    columns = tuple(each["key"] for each in await kpi_keys(home)) if query.columns is None else query.columns
    name = quote(f"{home.name}-jobs.csv", safe="")
    return StreamingHttpResponse(
        _csv(home, query, columns),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=\"jobs.csv\"; filename*=UTF-8''{name}"},
    )


@require_POST
async def act(request: HttpRequest, project: str) -> HttpResponse:
    """Do one thing to one job: ``cancel 3``, ``restart 3``, ``best 3``, ``good 3``, ``rejected 3``, ``unknown 3``."""
    what, _, number = request.POST.get("do", "").partition(" ")
    if not number:
        return await _ask_deletion(request, project)
    found = await job_of(request, project, number, Role.EDITOR)
    try:
        sentence = await act_on_job(found, what, (await asker_of(request)).actor)
    except (InvalidInput, IllegalTransition) as exc:
        return done(request, str(exc), back=where_from(request, project_home(found.project.name)), went_well=False)
    return done(request, sentence, back=where_from(request, project_home(found.project.name)))


@require_http_methods(["GET", "POST"])
async def delete(request: HttpRequest, project: str) -> HttpResponse:
    """What goes if jobs are deleted, and what depends on them; and their deletion."""
    home = await project_of(request, project, Role.OWNER)
    given = request.GET if request.method == "GET" else request.POST
    numbers = list(dict.fromkeys(given.getlist("job")))[:_MOST_ASKED]
    if not numbers:
        raise InvalidInput("no job is chosen: mark some in the table, and delete them together")
    found = [await job_of(request, project, number, Role.OWNER) for number in numbers]
    planned = await plan_deletion(found)
    if request.method == "POST":
        actor = (await asker_of(request)).actor
        gone = await delete_jobs(planned, with_dependents="with_dependents" in given, client=actor)
        count = len(gone["jobs"]) + len(gone["dependents"])
        sentence = f"{'1 job is' if count == 1 else f'{count} jobs are'} deleted; "
        sentence += f"`{restore_command(home.name, gone['entry'])}` brings {'it' if count == 1 else 'them'} back."
        return done(request, sentence, back=project_home(home.name))
    context = {
        "project": project_document(home),
        "plan": planned.document(),
        "restore": restore_command(home.name, planned.entry),
        "numbers": numbers,
        "base": project_home(home.name),
    }
    return render(request, "xtalflow/delete_jobs.html", context)


async def last_event(project: ProjectRecord) -> int:
    """The sequence number of the last event of a project."""
    return (await db.last_events([project.id])).get(project.id, 0)


async def _ask_deletion(request: HttpRequest, project: str) -> HttpResponse:
    """Go to the page that shows what goes with the marked jobs."""
    home = await project_of(request, project, Role.OWNER)
    chosen = urlencode([("job", number) for number in request.POST.getlist("job")[:_MOST_ASKED]])
    return back_to(f"{project_home(home.name)}delete-jobs/?{chosen}")


async def _around(
    request: HttpRequest, home: ProjectRecord, query: TableQuery, columns: Sequence[str]
) -> dict[str, Any]:
    """What the table and its rows need to know beside the jobs."""
    role = await db.role_in((await asker_of(request)).person, home.id)
    return {
        "project": project_document(home),
        "base": project_home(home.name),
        "query": query,
        "heads": heads(columns, query),
        "may": rights(role),
    }


async def _fragment(
    request: HttpRequest, home: ProjectRecord, query: TableQuery, found: Sequence[Document]
) -> HttpResponse:
    """Rows without a table around them, for the script of the page."""
    columns = query.columns or ()
    context = await _around(request, home, query, columns) | {"rows": table_rows(found, columns, query)}
    return render(request, "xtalflow/job_rows.html", context)


async def _csv(project: ProjectRecord, query: TableQuery, columns: Sequence[str]) -> AsyncIterator[bytes]:
    """Lines of the file, in pieces."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([*_CSV_COLUMNS, *columns])
    async for job in every_row(project, query):
        writer.writerow([*(_cell(job[key]) for key in _CSV_COLUMNS), *(_cell(job["kpis"].get(key)) for key in columns)])
        if sheet.tell() > 32_768:
            yield sheet.getvalue().encode()
            sheet.seek(0)
            sheet.truncate()
    yield sheet.getvalue().encode()


def _cell(value: object) -> object:
    """A value as a spreadsheet is given it; a text that would be a formula there is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _uuid(text: str) -> JobId | None:
    try:
        return JobId(UUID(text))
    except ValueError:
        return None


project_urls = [
    path("projects/<str:project>/", jobs, name="project"),
    path("projects/<str:project>/rows/", rows, name="project-rows"),
    path("projects/<str:project>/branch/<str:number>/", branch, name="project-branch"),
    path("projects/<str:project>/jobs.csv", table_file, name="project-csv"),
    path("projects/<str:project>/act/", act, name="project-act"),
    path("projects/<str:project>/delete-jobs/", delete, name="project-delete-jobs"),
]
