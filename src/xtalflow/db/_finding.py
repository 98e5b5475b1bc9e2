"""Finds projects, jobs and files by words, and files that an input can take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from xtalflow.formats.ccp4i2 import type_name

from ._asked import FileFilter, JobFilter, ProjectFilter
from ._clean import clean_text
from ._job_pages import contains, filtered, project_key, summaries, words_of
from ._project_pages import filtered_projects
from ._projects import project_records
from ._records import Findings, FoundFile
from ._rows import file_rows
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
        files=tuple(_with_jobs(_keys_of(files, limit))),
    )


def files_that_fit(project: UUID, which: FileFilter, limit: int) -> list[FoundFile]:
    """Files of a project that are there, the newest first; four queries.

    Of a child job's file that a pipeline gives out as its own, the pipeline's is offered alone.
    """
    files = File.objects.filter(project=project_key(project), available=True)
    if which.file_types:
        files = files.filter(type__in=[type_name(clean_text(each)) for each in which.file_types])
    if which.sub_types:
        files = files.filter(Q(sub_type__in=which.sub_types) | Q(sub_type__isnull=True))
    if which.content_flags:
        files = files.filter(Q(content__in=which.content_flags) | Q(content__isnull=True))
    for word in words_of(which.text):
        files = files.filter(contains(["name", "annotation"], word) | Q(job__number__startswith=word))
    given_out = File.objects.filter(derived_from=OuterRef("pk"), available=True)
    return _with_jobs(_keys_of(files.filter(~Exists(given_out)), limit))


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


def _with_jobs(pks: Sequence[int]) -> list[FoundFile]:
    """Files with their projects and jobs, in this order."""
    files = File.objects.filter(pk__in=pks)
    records = dict(file_rows(files))
    rows = files.values_list("pk", "project__name", "project__directory", "job__number")
    places = {pk: (name, Path(directory), number or "") for pk, name, directory, number in rows}
    return [
        FoundFile(file=records[pk], project=places[pk][0], directory=places[pk][1], job=places[pk][2])
        for pk in pks
        if pk in records and pk in places
    ]
