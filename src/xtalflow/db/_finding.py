"""Finds projects, jobs and files by words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from ._asked import JobFilter, ProjectFilter
from ._clean import clean_text
from ._file_pages import files_with_jobs
from ._job_pages import contains, filtered, summaries, words_of
from ._project_pages import filtered_projects
from ._projects import project_records
from ._records import Findings
from .models import File, Job, Project

_SHORTEST_CHECKSUM = 6
_HEX = frozenset("0123456789abcdef")


def find(text: str, only: frozenset[UUID] | None, limit: int) -> Findings:
    """What a text leads to in these projects, or in all; eleven queries at most.

    A text like ``gamma/3.1`` also leads to the job, and the beginning of a checksum to its file.
    """
    if not words_of(text):
        return Findings(projects=(), jobs=(), files=())
    projects = filtered_projects(ProjectFilter(text=text, archived=None, only=only)).order_by("-last_access")
    within = {} if only is None else {"project__in": Project.objects.filter(uuid__in=only).values("pk")}
    jobs = _found_jobs(Job.objects.filter(**within), text)
    files = File.objects.filter(_is_about(text), **within)
    return Findings(
        projects=tuple(project_records(projects[:limit])),
        jobs=_with_projects(_keys_of(jobs, limit)),
        files=tuple(files_with_jobs(_keys_of(files, limit))),
    )


def _found_jobs(jobs: QuerySet[Job], text: str) -> QuerySet[Job]:
    name, slash, number = clean_text(text).strip().rpartition("/")
    by_words = filtered(jobs, JobFilter(text=text, flat=True))
    if not slash:
        return by_words
    return jobs.filter(project__name=name, number=number)


def _is_about(text: str) -> Q:
    """A file has all words of a text in its name or annotation, or its checksum begins with it."""
    found = Q()
    for word in words_of(text):
        found &= contains(["name", "annotation"], word)
    digest = text.strip().lower()
    if len(digest) >= _SHORTEST_CHECKSUM and set(digest) <= _HEX:
        found |= Q(checksum__startswith=digest)
    return found


def _keys_of(rows: QuerySet[Any], limit: int) -> list[int]:
    """Primary keys of the newest rows."""
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:limit])


def _with_projects(pks: Sequence[int]) -> tuple[Any, ...]:
    """Jobs with the names of their projects, in this order."""
    jobs = Job.objects.filter(pk__in=pks)
    found, names = summaries(jobs), dict(jobs.values_list("pk", "project__name"))
    return tuple((names[pk], found[pk]) for pk in pks if pk in found and pk in names)
