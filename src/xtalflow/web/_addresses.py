"""Addresses of pages: of a project, of a job, and of the page on which a form was."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from xtalflow.services import FoundJob


def project_home(name: str) -> str:
    """The address of the page of the project of this name."""
    return f"/projects/{quote(name, safe='')}/"


def job_home(found: FoundJob, page: str = "") -> str:
    """The address of a job's page."""
    return f"{project_home(found.project.name)}jobs/{found.job.number}/{page}"


def where_from(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that a form was on, as the form says it."""
    page = request.POST.get("next", "")
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) and page.startswith("/") else otherwise
