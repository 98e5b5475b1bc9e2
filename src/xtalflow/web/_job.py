"""Pages of one job."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from xtalflow.api import job_of
from xtalflow.services import job_details, project_document


@require_GET
async def job(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """The report of a job."""
    found = await job_of(request, project, number)
    document = await job_details(found, with_report=True)
    context = {"project": project_document(found.project), "job": document}
    return render(request, "xtalflow/job.html", context)


job_urls = [
    path("projects/<str:project>/jobs/<str:number>/", job, name="job"),
]
