"""Files of a project, page by page and by what an input can take; queries never depend on the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from xtalflow.formats.ccp4i2 import type_name

from ._asked import FileFilter, Page
from ._clean import clean_text
from ._job_pages import contains, project_key, words_of
from ._paging import Order, Segment, slice_of
from ._queries import family_of, job_by_uuid
from ._records import FoundFile
from ._rows import file_rows
from .models import File, FileUse

_IN = FileUse.Role.IN


def page_of_files(project: UUID, which: FileFilter, cursor: str, limit: int) -> Page[FoundFile]:
    """A page of files in the order in which they were registered; seven queries at most."""
    files = _filtered(project, which)
    segments = [Segment(rows=files.annotate(at=F("creation_time")), kind=datetime)]
    order = Order(name="files", segments=segments, tie="pk", tie_kind=int)
    found = slice_of(order, ["pk"], cursor, limit)
    return Page(
        rows=files_with_jobs([pk for (pk,) in found.rows]),
        total=len(found.rows) if found.is_all else files.count(),
        next=found.next,
        previous=found.previous,
    )


def files_that_fit(project: UUID, which: FileFilter, limit: int) -> list[FoundFile]:
    """Files of a project that are there, the newest first; four queries.

    Of a child job's file that a pipeline gives out as its own, the pipeline's is offered alone.
    """
    given_out = File.objects.filter(derived_from=OuterRef("pk"), available=True)
    files = _filtered(project, which).filter(~Exists(given_out), available=True)
    return files_with_jobs(list(files.order_by("-pk").values_list("pk", flat=True)[:limit]))


def files_with_jobs(pks: Sequence[int]) -> list[FoundFile]:
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


def _filtered(project: UUID, which: FileFilter) -> QuerySet[File]:
    files = File.objects.filter(project=project_key(project))
    if which.job is not None:
        job = job_by_uuid(project, which.job)
        read = FileUse.objects.filter(job__uuid=job.id, role=_IN).values("file")
        files = files.filter(Q(job__in=family_of(project, job.number)) | Q(pk__in=read))
    if which.file_types:
        files = files.filter(type__in=[type_name(clean_text(each)) for each in which.file_types])
    if which.sub_types:
        files = files.filter(Q(sub_type__in=which.sub_types) | Q(sub_type__isnull=True))
    if which.content_flags:
        files = files.filter(Q(content__in=which.content_flags) | Q(content__isnull=True))
    for word in words_of(which.text):
        files = files.filter(contains(["name", "annotation"], word) | Q(job__number__startswith=word))
    return files
