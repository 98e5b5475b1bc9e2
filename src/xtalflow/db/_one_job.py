"""What is asked about one job beside its details: its history, and the jobs before and after it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from ._job_numbers import number_key, top_number
from ._queries import job_and_origin, job_by_uuid
from ._records import EventRecord, JobNeighbours
from ._rows import event_records
from ._session import in_database
from .models import Job, JobEvent

MOST_EVENTS = 2000
"""Events of a job that are told; the oldest, if there are more."""


async def job_events(project_uuid: UUID, job_uuid: UUID, *, limit: int = MOST_EVENTS) -> list[EventRecord]:
    """The history of a job and of those below it, the oldest first; of an imported one from its import on.

    Two queries, and one more of an imported job.
    """
    return await in_database(_events, project_uuid, job_uuid, limit)


async def is_imported(project_uuid: UUID, job_uuid: UUID) -> bool:
    """Whether a job came with the record of another program, and was not made here; one query."""
    return (await in_database(job_and_origin, project_uuid, job_uuid))[1]


async def job_neighbours(project_uuid: UUID, job_uuid: UUID) -> JobNeighbours:
    """The numbers of the jobs before and after one, at its level and below the same parent; three queries."""
    return await in_database(_neighbours, project_uuid, job_uuid)


def _events(project: UUID, job_uuid: UUID, limit: int) -> list[EventRecord]:
    job, is_imported = job_and_origin(project, job_uuid)
    number = job.number
    tree = Job.objects.filter(project__uuid=project, top_number=top_number(number))
    tree = tree.filter(Q(number=number) | Q(number__startswith=f"{number}."))
    of_project = JobEvent.objects.filter(project__uuid=project).order_by("seq")
    rows = event_records(of_project.filter(job_uuid__in=tree.values("uuid"))[:limit])
    if is_imported:
        rows = [*event_records(of_project.filter(kind="taken_in")[:1]), *rows]
    return rows


def _neighbours(project: UUID, job_uuid: UUID) -> JobNeighbours:
    job = job_by_uuid(project, job_uuid)
    key = number_key(job.number)
    beside = Job.objects.filter(project__uuid=project)
    beside = beside.filter(parent__uuid=job.parent) if job.parent else beside.filter(parent=None)
    numbers = beside.values_list("number", flat=True)
    return JobNeighbours(
        before=numbers.filter(number_key__lt=key).order_by("-number_key").first(),
        after=numbers.filter(number_key__gt=key).order_by("number_key").first(),
    )
