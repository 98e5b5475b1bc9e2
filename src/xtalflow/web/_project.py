"""Pages of projects: which there are, and the jobs of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from xtalflow import db
from xtalflow.api import asker_of, project_of
from xtalflow.services import list_jobs, list_projects, project_document


@require_GET
async def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    return HttpResponseRedirect("/projects/")


@require_GET
async def projects(request: HttpRequest) -> HttpResponse:
    """All projects that whoever asks may read."""
    asker = await asker_of(request)
    open_to = await db.projects_open_to(asker.person)
    known = [project for project in await list_projects() if open_to is None or project.id in open_to]
    return render(request, "xtalflow/projects.html", {"projects": [project_document(project) for project in known]})


@require_GET
async def jobs(request: HttpRequest, project: str) -> HttpResponse:
    """The jobs of a project."""
    home_of_jobs = await project_of(request, project)
    rows = await list_jobs(home_of_jobs, limit=100)
    context = {"project": project_document(home_of_jobs), "jobs": rows}
    return render(request, "xtalflow/project.html", context)


project_urls = [
    path("", home, name="home"),
    path("projects/", projects, name="projects"),
    path("projects/<str:project>/", jobs, name="project"),
]
