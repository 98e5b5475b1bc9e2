"""All addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from xtalflow.api import interface

from ._job import job_urls
from ._kpis import kpis_urls
from ._new_job import new_job_urls
from ._project import project_urls
from ._projects import projects_urls
from ._running import running_urls
from ._signing_in import signing_in_urls
from ._structure import structure_urls
from ._trash import trash_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", interface().urls),
    path("admin/login/", RedirectView.as_view(url="/sign-in/?next=/admin/")),  # the one door, which counts tries
    path("admin/", admin.site.urls),
    *signing_in_urls,
    *projects_urls,
    *project_urls,
    *trash_urls,
    *kpis_urls,
    *running_urls,
    *job_urls,
    *structure_urls,
    *new_job_urls,
]
handler400 = "xtalflow.web._errors.unreadable"
handler404 = "xtalflow.web._errors.not_found"
handler500 = "xtalflow.web._errors.unforeseen"
