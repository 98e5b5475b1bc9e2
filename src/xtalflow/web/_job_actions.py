"""What is done with a job from its page: ended, begun again, rated, named, remarked on, deleted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from xtalflow.api import asker_of, job_of
from xtalflow.db import Actor, Role
from xtalflow.errors import IllegalTransition, InvalidInput
from xtalflow.services import (
    FoundJob,
    comment_job,
    delete_jobs,
    plan_deletion,
    restore_command,
    retitle_job,
)

from ._acts import act_on_job
from ._addresses import job_home, project_home, where_from
from ._answers import done
from ._job_head import job_context


@require_POST
async def act(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """Do what a button of the page says, and come back with a sentence."""
    found = await job_of(request, project, number, Role.EDITOR)
    back = where_from(request, job_home(found))
    try:
        sentence = await _act(request, found, (await asker_of(request)).actor)
    except (InvalidInput, IllegalTransition) as exc:
        return done(request, str(exc), back=back, went_well=False)
    return done(request, sentence, back=back)


@require_http_methods(["GET", "POST"])
async def delete(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """What would go with a job and what depends on it; with a confirmation, its deletion."""
    found = await job_of(request, project, number, Role.OWNER)
    try:
        planned = await plan_deletion([found])
    except InvalidInput as exc:
        return done(request, str(exc), back=job_home(found), went_well=False)
    if request.method == "POST":
        with_dependents = request.POST.get("with_dependents") == "yes"
        try:
            gone = await delete_jobs(planned, with_dependents=with_dependents, client=(await asker_of(request)).actor)
        except InvalidInput as exc:
            return done(request, str(exc), back=request.path, went_well=False)
        count = len(gone["jobs"]) + len(gone["dependents"])
        others = f" with {count - 1} more" if count > 1 else ""
        sentence = (
            f"Job {number} was deleted{others}; `{restore_command(found.project.name, gone['entry'])}` brings it back."
        )
        return done(request, sentence, back=project_home(found.project.name))
    context = await job_context(
        request, found, "delete", plan=planned.document(), restore=restore_command(found.project.name, planned.entry)
    )
    return render(request, "xtalflow/job_delete.html", context)


async def _act(request: HttpRequest, found: FoundJob, actor: Actor) -> str:
    """Do it; what was done, in a sentence."""
    number, sent = found.job.number, request.POST
    match sent.get("do", ""):
        case "comment":
            await comment_job(found, sent.get("comment", "").replace("\r\n", "\n").strip(), client=actor)
            return f"The comment on job {number} is kept."
        case "retitle":
            await retitle_job(found, sent.get("title", "").strip(), client=actor)
            return f"Job {number} has a new title."
        case other:
            return await act_on_job(found, other, actor)


_BASE = "projects/<str:project>/jobs/<str:number>/"
action_urls = [
    path(f"{_BASE}act/", act, name="job-act"),
    path(f"{_BASE}delete/", delete, name="job-delete"),
]
