"""The log of a job: its end at first, any other part of it, what is added while the job runs, and the whole."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_safe

from xtalflow.api import job_of, path_answer
from xtalflow.engine import open_below
from xtalflow.errors import InvalidInput, UnknownFile
from xtalflow.plugin import JobStatus
from xtalflow.services import LogPart, is_imported, log_after, log_before, log_in, log_path, logged_jobs

from ._addresses import job_home
from ._job_head import job_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from xtalflow.engine import OpenedFile
    from xtalflow.services import FoundJob

_Result = TypeVar("_Result")


@require_GET
async def log(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """The last lines of a job's log, or the lines before or after a place in it.

    A job that ran no program itself shows the log of a child job: of the one that is asked for, else see `_telling`.
    """
    found = await job_of(request, project, number)
    logs = [name.rpartition("/")[2] for name in await logged_jobs(found)]
    jobs = {each: await job_of(request, project, each) for each in logs}
    wanted = request.GET.get("of", "")
    shown = jobs.get(wanted) or jobs.get(number) or await asyncio.to_thread(_telling, found, list(jobs.values()))
    part = await _of_log(shown, lambda opened: _asked_part(request, opened)) if shown else None
    imported = await is_imported(found) if shown is None else False
    more = {"logs": list(jobs.values()), "shown": shown, "part": part, "is_imported": imported}
    context = await job_context(request, found, "log", **more)
    if shown:
        context |= {"log_home": job_home(shown, "log/"), "shown_runs": shown.job.status.key in ("running", "queued")}
    return render(request, "xtalflow/job_log.html", context)


@require_GET
async def since(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """What was added to a log after a place, as text; the headers tell where it begins and ends, and the status."""
    found = await job_of(request, project, number)
    start = _place(request, "from") or 0
    headers = {"Cache-Control": "no-store", "X-Job-Status": found.job.status.key, "X-Content-Type-Options": "nosniff"}
    try:
        part = await _of_log(
            found, lambda opened: log_after(opened.source, opened.size, start if start <= opened.size else 0)
        )
    except UnknownFile:
        return HttpResponse(status=204, headers=headers)
    headers |= {"X-Log-Start": str(part.start), "X-Log-End": str(part.end), "X-Log-Size": str(part.size)}
    if not part.text:
        return HttpResponse(status=204, headers=headers)
    return HttpResponse(part.text, content_type="text/plain; charset=utf-8", headers=headers)


@require_safe
async def whole(request: HttpRequest, project: str, number: str) -> HttpResponseBase:
    """The whole log, as plain text; parts of it to whoever asks for a range."""
    found = await job_of(request, project, number)
    below = log_path(found).relative_to(found.project.directory).as_posix()
    return await path_answer(request, found.project.directory, below, inline="save" not in request.GET)


def last_lines(directory: Path, folder: Path, count: int) -> str:
    """The last lines of the log in a job's folder; nothing if there is none."""
    try:
        opened = open_below(directory, log_in(folder).relative_to(directory).as_posix())
    except UnknownFile:
        return ""
    with opened.source:
        part = log_before(opened.source, opened.size)
    return "\n".join(part.text.rstrip().split("\n")[-count:])


def _asked_part(request: HttpRequest, opened: OpenedFile) -> LogPart:
    before, after = _place(request, "before"), _place(request, "from")
    if after is not None:
        return log_after(opened.source, opened.size, after)
    return log_before(opened.source, opened.size, before)


async def _of_log(found: FoundJob, read: Callable[[OpenedFile], _Result]) -> _Result:
    directory = found.project.directory

    def reading() -> _Result:
        opened = open_below(directory, log_path(found).relative_to(directory).as_posix())
        with opened.source:
            return read(opened)

    return await asyncio.to_thread(reading)


def _telling(found: FoundJob, below: list[FoundJob]) -> FoundJob | None:
    """The part of a job whose log one most likely wants.

    While the job runs, the part that writes; then the last part that failed, which says why; else the part that took
    longest, the later of two. The end of a pipeline is often a short check of what the long part made, such as the
    validation after a refinement, and its log says the least.
    """
    if not found.job.status.is_end:
        return max(below, key=_written, default=None)
    failed = [part for part in below if part.job.status is JobStatus.FAILED]
    return failed[-1] if failed else max(reversed(below), key=_duration, default=None)


def _written(found: FoundJob) -> float:
    try:
        return log_path(found).stat().st_mtime
    except OSError:
        return 0.0


def _duration(found: FoundJob) -> float:
    started, finished = found.job.started, found.job.finished
    return (finished - started).total_seconds() if started and finished else 0.0


def _place(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InvalidInput(f"{name} = {text!r} is refused: it must be a place in the log, in bytes")
    return int(text)


_BASE = "projects/<str:project>/jobs/<str:number>/log/"
log_urls = [
    path(_BASE, log, name="job-log"),
    path(f"{_BASE}since/", since, name="job-log-since"),
    path(f"{_BASE}whole/", whole, name="job-log-whole"),
]
