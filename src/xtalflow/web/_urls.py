"""All addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from xtalflow.api import interface

from ._job import job_urls
from ._new_job import new_job_urls
from ._project import project_urls
from ._signing_in import signing_in_urls
from ._structure import structure_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", interface().urls),
    path("admin/", admin.site.urls),
    *signing_in_urls,
    *project_urls,
    *job_urls,
    *structure_urls,
    *new_job_urls,
]
handler404 = "xtalflow.web._errors.not_found"
handler500 = "xtalflow.web._errors.unforeseen"
