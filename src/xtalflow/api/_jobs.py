"""Jobs: list, make, watch, change what is said of them, end, begin again, delete."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja import Query
from pydantic import BaseModel, Field

from xtalflow.data import Finding, Severity
from xtalflow.db import Evaluation, Role
from xtalflow.engine import Limits, open_below
from xtalflow.errors import ValidationFailed
from xtalflow.plugin import make_task
from xtalflow.services import (
    FilledForm,
    FoundJob,
    JobOptions,
    cancel_job,
    clone_parameters,
    command_line,
    delete_jobs,
    drop_upload,
    edit_job,
    fill_form,
    job_details,
    job_events,
    job_graph,
    jobs_to_wait_for,
    log_path,
    page_of_jobs,
    plan_deletion,
    read_report,
    restart_job,
    submit_job,
)

from ._answers import (
    CheckAnswer,
    CommandAnswer,
    DeletedJobsAnswer,
    DeletionAnswer,
    EventAnswer,
    GraphAnswer,
    JobAnswer,
    JobRow,
    Page,
)
from ._asking import asker_of, job_of, project_of, server_paths_of
from ._bodies import CheckedJob, JobChange, JobOptionsBody, JobQuery, NewJob, NumberInPath, ProjectName, Truth, Whole
from ._conditions import refusal_of_changed
from ._downloads import path_answer
from ._pages import as_page
from ._problems import (
    INVALID_PARAMETERS,
    NOT_FOUND,
    OUT_OF_RANGE,
    UNKNOWN_FILE,
    UNKNOWN_JOB,
    UNKNOWN_TASK,
    Refused,
    named_in_request,
)
from ._ranges import RANGES
from ._room import Room
from ._values import flat_values, uploads_in

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.plugin import CPluginScript

jobs = Room(tags=["jobs"])
Document = dict[str, Any]
_PLAIN: dict[int, Any] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
_MOST_TAIL = 4 * 1024 * 1024
"""Bytes in which the last lines of a text are looked for."""
_JOBS, _JOB = "/projects/{project}/jobs", "/projects/{project}/jobs/{number}"


class JobListQuery(JobQuery):
    """Which jobs, and in which order."""

    parent: str = Field(
        default="",
        pattern=r"^([1-9][0-9]{0,8}(\.[1-9][0-9]{0,8})*)?$",
        max_length=100,
        description="Only the children of this job",
    )
    sort: str = Field(
        default="-number",
        pattern="^-?(number|created|finished|duration|task|status|title|kpi:[A-Za-z0-9_.-]{1,100})$",
        description="From the smallest on, or with a minus before it from the largest on; `kpi:RFree` is an indicator",
    )
    kpi: list[str] = Field(default=[], max_length=100, description="Only these indicators; all without it")


class DeletionQuery(BaseModel):
    """What goes with a job."""

    with_dependents: Truth = Field(default=False, description="Delete also the jobs that read its files")


class LogQuery(BaseModel):
    """Which part of a log."""

    tail: Whole = Field(default=0, ge=0, le=10_000, description="Only so many of the last lines; 0 is all of it")


@jobs.asks("GET", _JOBS, Page[JobRow], UNKNOWN_JOB)
async def list_jobs(request: HttpRequest, project: ProjectName, asked: Query[JobListQuery]) -> Document:
    """Jobs of a project, the newest first unless another order is asked for."""
    home = await project_of(request, project)
    parent = await job_of(request, project, asked.parent) if asked.parent else None
    found = await page_of_jobs(
        home,
        filter=asked.which(parent.job.id if parent else None),
        sort=asked.sort,
        columns=asked.kpi or None,
        cursor=asked.cursor,
        limit=asked.limit,
    )
    return as_page(found)


@jobs.asks("POST", _JOBS, JobAnswer, INVALID_PARAMETERS, status=201)
async def make_job(request: HttpRequest, response: HttpResponse, project: ProjectName, body: NewJob) -> Document:
    """Make a job and queue it; what it reads is taken into the project now."""
    home = await project_of(request, project, Role.EDITOR)
    with named_in_request():
        plugin = await asyncio.to_thread(make_task, body.task)
        return await _make(request, response, home, plugin, body)


@jobs.asks("POST", "/projects/{project}/check", CheckAnswer)
async def check_job(request: HttpRequest, project: ProjectName, body: CheckedJob) -> Document:
    """Say all that is wrong with a job that is not made, and the command line that would make it."""
    home = await project_of(request, project, Role.EDITOR)
    with named_in_request():
        plugin = await asyncio.to_thread(make_task, body.task)
        plugin.title = body.title
        filled = await _filled(request, home, plugin, body.parameters)
    return {
        "can_run": not _errors(filled.findings),
        "findings": [_finding(finding) for finding in filled.findings],
        "command": filled.form.command,
    }


@jobs.asks("GET", _JOB, JobAnswer)
async def get_job(request: HttpRequest, project: ProjectName, number: NumberInPath) -> Document:
    """All of a job, with the whole tree below it."""
    return await job_details(await job_of(request, project, number))


@jobs.asks("PATCH", _JOB, JobAnswer)
async def change_job(request: HttpRequest, project: ProjectName, number: NumberInPath, body: JobChange) -> Document:
    """Change what is said of a job: its title, its comments, and its rating; all or nothing."""
    found = await job_of(request, project, number, Role.EDITOR)
    actor = (await asker_of(request)).actor
    await edit_job(
        found,
        title=body.title,
        comments=body.comments,
        evaluation=None if body.evaluation is None else Evaluation[body.evaluation.upper()],
        check=refusal_of_changed(request, JobAnswer),
        client=actor,
    )
    return await job_details(found)


@jobs.asks("GET", f"{_JOB}/deletion", DeletionAnswer)
async def plan_job_deletion(request: HttpRequest, project: ProjectName, number: NumberInPath) -> Document:
    """What goes if a job is deleted, and what depends on it."""
    return (await plan_deletion([await job_of(request, project, number)])).document()


@jobs.asks("DELETE", _JOB, DeletedJobsAnswer)
async def remove_job(
    request: HttpRequest, project: ProjectName, number: NumberInPath, asked: Query[DeletionQuery]
) -> Document:
    """Move a job with all below it to the trash of its project; the owners of the project may."""
    planned = await plan_deletion([await job_of(request, project, number, Role.OWNER)])
    actor = (await asker_of(request)).actor
    return await delete_jobs(planned, with_dependents=asked.with_dependents, client=actor)


@jobs.asks("POST", f"{_JOB}/cancel", JobAnswer)
async def cancel(request: HttpRequest, project: ProjectName, number: NumberInPath) -> Document:
    """End a queued or running job with all below it, and wait until it has ended; what has ended stays as it is."""
    found = await job_of(request, project, number, Role.EDITOR)
    job = await cancel_job(found, client=(await asker_of(request)).actor)
    return await job_details(FoundJob(project=found.project, job=job))


@jobs.asks("POST", f"{_JOB}/restart", JobAnswer)
async def restart(request: HttpRequest, project: ProjectName, number: NumberInPath) -> Document:
    """Queue a failed, interrupted or lost job again; what its child jobs have finished is taken, not made again."""
    found = await job_of(request, project, number, Role.EDITOR)
    job = await restart_job(found, client=(await asker_of(request)).actor)
    return await job_details(FoundJob(project=found.project, job=job))


@jobs.asks("POST", f"{_JOB}/clone", JobAnswer, INVALID_PARAMETERS, status=201)
async def clone(
    request: HttpRequest, response: HttpResponse, project: ProjectName, number: NumberInPath, body: JobOptionsBody
) -> Document:
    """Make a job with all parameters of another but those given, and queue it."""
    found = await job_of(request, project, number, Role.EDITOR)
    with named_in_request():
        plugin = await clone_parameters(found)
        return await _make(request, response, found.project, plugin, body, cloned=found)


@jobs.asks("GET", f"{_JOB}/report", dict[str, Any], NOT_FOUND)
async def get_report(request: HttpRequest, project: ProjectName, number: NumberInPath) -> Document:
    """The report of a job: sections of figures, tables, plots, texts and warnings."""
    found = await job_of(request, project, number)
    report = await asyncio.to_thread(read_report, found.project.directory, found.folder)
    if report is None:
        raise Refused(NOT_FOUND, f"{found.name} has no report")
    return report


@jobs.asks(
    "GET",
    f"{_JOB}/log",
    None,
    UNKNOWN_FILE,
    OUT_OF_RANGE,
    extra=RANGES | {"responses": RANGES["responses"] | _PLAIN},
)
async def get_log(
    request: HttpRequest, project: ProjectName, number: NumberInPath, asked: Query[LogQuery]
) -> HttpResponseBase:
    """The log of the programs of a job: all of it, the bytes of a `Range`, or the last lines."""
    found = await job_of(request, project, number)
    path = log_path(found).relative_to(found.project.directory).as_posix()
    if asked.tail:
        text = await asyncio.to_thread(_last_lines, found.project.directory, path, asked.tail)
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
    return await path_answer(request, found.project.directory, path, inline=True)


@jobs.asks("GET", f"{_JOB}/graph", GraphAnswer)
async def get_graph(request: HttpRequest, project: ProjectName, number: NumberInPath) -> Document:
    """Where a job's files came from, and what was made of them, as nodes and edges along the way of the data."""
    return await job_graph(await job_of(request, project, number))


@jobs.asks("GET", f"{_JOB}/history", list[EventAnswer])
async def get_job_history(request: HttpRequest, project: ProjectName, number: NumberInPath) -> list[Document]:
    """What has happened to a job and to those below it, the oldest first: who did what, when, and from where."""
    return await job_events(await job_of(request, project, number))


@jobs.asks("GET", f"{_JOB}/command", CommandAnswer, UNKNOWN_TASK)
async def get_command(request: HttpRequest, project: ProjectName, number: NumberInPath) -> Document:
    """The command line that would make a job."""
    found = await job_of(request, project, number)
    return {"command": command_line(await clone_parameters(found), found.project.name)}


def _last_lines(directory: Path, path: str, count: int) -> str:
    """The last lines of a text."""
    opened = open_below(directory, path)
    with opened.source as source:
        source.seek(max(opened.size - _MOST_TAIL, 0))
        text = source.read(_MOST_TAIL).decode("utf-8", "replace")
    return "".join(text.splitlines(keepends=True)[-count:])


async def _make(
    request: HttpRequest,
    response: HttpResponse,
    home: ProjectRecord,
    plugin: CPluginScript,
    body: JobOptionsBody,
    *,
    cloned: FoundJob | None = None,
) -> Document:
    """Fill a task, make its job, queue it, and forget the uploads that it took."""
    asker = await asker_of(request)
    filled = await _filled(request, home, plugin, body.parameters)
    if errors := _errors(filled.findings):
        raise ValidationFailed(errors)
    options = JobOptions(
        title=body.title,
        cloned_from=cloned.job.id if cloned else None,
        priority=body.priority,
        reuse=body.reuse,
        limits=Limits(time_s=body.limits.time_s, memory_mb=body.limits.memory_mb),
        after=await jobs_to_wait_for(body.after, home, home.directory),
    )
    job = await submit_job(home, filled.plugin, options, client=asker.actor)
    for upload in uploads_in(body.parameters):
        await asyncio.to_thread(drop_upload, upload, owner=asker.person.name)
    response["Location"] = reverse("api:get_job", args=[str(home.id), job.number])
    return await job_details(FoundJob(project=home, job=job))


async def _filled(request: HttpRequest, home: ProjectRecord, plugin: CPluginScript, given: Document) -> FilledForm:
    """A task with the parameters given, and all that is wrong with it."""
    asker = await asker_of(request)
    values = await asyncio.to_thread(flat_values, plugin, given)
    here = server_paths_of(asker)
    return await fill_form(home, plugin, values, owner=asker.person.name, here=here)


def _errors(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity >= Severity.ERROR]


def _finding(finding: Finding) -> Document:
    severity = finding.severity.name.lower()
    return {"path": finding.path, "severity": severity, "code": finding.code, "text": finding.message}
