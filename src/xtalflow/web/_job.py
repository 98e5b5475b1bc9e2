"""Pages of one job: its report and its parameters; the other pages have modules of their own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from xtalflow.api import job_of
from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.services import Document, FoundJob, cycles_of, job_parameters, read_report

from ._job_actions import action_urls
from ._job_files import file_urls
from ._job_graph import graph_urls
from ._job_head import job_context
from ._job_history import history_urls
from ._job_log import last_lines, log_urls
from ._job_report import cycle_sections, report_sections

_LAST_LINES = 20


@require_GET
async def job(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """The report of a job; while it runs, what its journal tells of it so far.

    With ``?part=live`` only what changes while it runs: head and report, or the head as it is on another ``tab``.
    """
    found = await job_of(request, project, number)
    is_part = request.GET.get("part") == "live"
    tab = request.GET.get("tab", "report") if is_part else "report"
    context = await job_context(request, found, tab)
    if tab == "report":
        context |= await _report(found, context)
    response = render(request, "xtalflow/job_live.html" if is_part else "xtalflow/job.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
async def parameters(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """The parameters of a job, as asked and as run."""
    found = await job_of(request, project, number)
    only_set = request.GET.get("only") == "set"
    problem, given = "", None
    try:
        given = await job_parameters(found)
    except InvalidInput as exc:  # the task is not there any more, or its file is broken
        problem = str(exc)
    if given is not None:
        for section in given["sections"]:
            _fold(section, found, only_set=only_set)
    context = await job_context(request, found, "parameters", given=given, only_set=only_set, problem=problem)
    return render(request, "xtalflow/job_parameters.html", context)


def _fold(section: Document, found: FoundJob, *, only_set: bool) -> None:
    """Give a section its parameters for everybody and for experts, with their values as texts."""
    shown = [one for one in section["parameters"] if one["is_set"] or one["changed"] or not only_set]
    for one in shown:
        one |= {f"{name}_text": _text(one[name], found) for name in ("asked", "ran", "default")}
    section["plain"] = [one for one in shown if not one["expert"]]
    section["expert"] = [one for one in shown if one["expert"]]
    section["opens_expert"] = any(one["differs"] or one["changed"] for one in section["expert"])


def _text(value: Any, found: FoundJob) -> str:
    """A value as a page shows it; files of the project without the project's folder."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(each, found) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(each, found)}" for name, each in value.items())
    return str(value).removeprefix(f"{found.project.directory}/")


async def _report(found: FoundJob, context: dict[str, Any]) -> dict[str, Any]:
    """Sections of the report of a job, or of its children while it has none itself."""
    document = context["job"]
    structure = context["has_structure"]
    sections = report_sections(document["report"], document["files"], has_structure=structure)
    shows_cycles = document["status"] == "running" or (not sections and document["status"] != "finished")
    courses = await cycles_of(found) if shows_cycles else []
    below = []
    if not sections:
        for child in context["below"]:
            read = await asyncio.to_thread(_read_report, found, child)
            if theirs := report_sections(read, child["files"], has_structure=structure):
                below.append({"job": child, "sections": theirs})
    told = {report["job"]["number"] for report in below}
    reported = {item["text"] for section in sections for item in section["items"] if item["kind"] == "warning"}
    return {
        "sections": sections,
        "cycles": cycle_sections([course for course in courses if course["number"] not in told]),
        "reports_below": below,
        "warnings": [text for text in document["warnings"] if text not in reported],
        "ended_badly": await _bad_end(found, context) if document["status"] in ("failed", "interrupted") else None,
    }


async def _bad_end(found: FoundJob, context: dict[str, Any]) -> Document:
    """Which part of a job ended badly, and the last lines of its log."""
    status = context["job"]["status"]
    blamed = [child for child in context["below"] if child["status"] == status]
    for part in [*sorted(blamed, key=lambda child: -int(child["depth"])), context["job"]]:
        if lines := await asyncio.to_thread(last_lines, found.project.directory, Path(part["folder"]), _LAST_LINES):
            return {"part": part, "lines": lines}
    return {"part": blamed[0] if blamed else context["job"], "lines": ""}


def _read_report(found: FoundJob, child: Document) -> Document | None:
    """The report of a child job; none if it cannot be read."""
    try:
        return read_report(found.project.directory, Path(child["folder"]))
    except UnreadableFile:
        return None


_BASE = "projects/<str:project>/jobs/<str:number>/"
job_urls = [
    path(_BASE, job, name="job"),
    path(f"{_BASE}parameters/", parameters, name="job-parameters"),
    *log_urls,
    *file_urls,
    *graph_urls,
    *history_urls,
    *action_urls,
]
