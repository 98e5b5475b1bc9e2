"""Indicators of jobs across projects; the number of queries never depends on the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef

from ._asked import JobFilter, Page
from ._clean import clean_text
from ._job_pages import filtered, order_of_jobs, summaries
from ._paging import slice_of
from ._records import JobSummary
from .models import Job, JobCharValue, JobFloatValue, JobValueKey, Project


def kpi_keys(projects: Sequence[UUID]) -> dict[str, bool]:
    """Keys of the indicators that jobs of projects have, and whether each is a number; three queries."""
    pks = _keys(projects)
    numbers, texts = (
        JobValueKey.objects.filter(Exists(values.objects.filter(project__in=pks, key=OuterRef("pk"))))
        for values in (JobFloatValue, JobCharValue)
    )
    found = dict.fromkeys(texts.values_list("name", flat=True), False)
    found |= dict.fromkeys(numbers.values_list("name", flat=True), True)
    return dict(sorted(found.items()))


def kpi_page(
    projects: Sequence[UUID], keys: Sequence[str], which: JobFilter, sort: str, cursor: str, limit: int
) -> Page[JobSummary]:
    """A page of jobs that have an indicator of these keys, or any if there are none; nine queries at most."""
    pks = _keys(projects)
    jobs = filtered(Job.objects.filter(project__in=pks), which)
    numbers = JobFloatValue.objects.filter(job=OuterRef("pk"))
    texts = JobCharValue.objects.filter(job=OuterRef("pk"))
    if keys:
        wanted = [clean_text(key) for key in keys]
        numbers, texts = numbers.filter(key__in=wanted), texts.filter(key__in=wanted)
    jobs = jobs.filter(Exists(numbers) | Exists(texts))
    found = slice_of(order_of_jobs(jobs, pks, sort), ["pk"], cursor, limit)
    page = [pk for (pk,) in found.rows]
    rows = summaries(Job.objects.filter(pk__in=page), keys or None)
    return Page(
        rows=[rows[pk] for pk in page if pk in rows],
        total=len(page) if found.is_all else jobs.count(),
        next=found.next,
        previous=found.previous,
    )


def _keys(projects: Sequence[UUID]) -> list[int]:
    return list(Project.objects.filter(uuid__in=projects).order_by("pk").values_list("pk", flat=True))
