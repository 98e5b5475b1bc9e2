"""What changed in projects since somebody looked last: events, jobs that they are about, and progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from xtalflow.engine import JobId, JobStatus, ProjectId

from ._job_pages import summaries
from ._queries import events_of_project
from ._records import JobProgress, ProjectNews
from .models import Job, Project

MOST_EVENTS = 500
"""Events of a project that are taken in one look; the next look takes the others."""


def last_events(projects: Collection[UUID] | None) -> dict[ProjectId, int]:
    """The sequence number of the last event of projects, or of all; one query."""
    rows = Project.objects.all() if projects is None else Project.objects.filter(uuid__in=projects)
    return {ProjectId(uuid): seq for uuid, seq in rows.values_list("uuid", "last_event_seq")}


def news_since(known: Mapping[ProjectId, int]) -> list[ProjectNews]:
    """What happened in projects after these events; one query for all that did not change, six for each that did."""
    return [
        news_of(project, after=known[project]) for project, seq in last_events(known).items() if seq > known[project]
    ]


def news_of(project: UUID, *, after: int) -> ProjectNews:
    """The next events of a project, and the jobs that they are about as they are now."""
    events = events_of_project(project, after=after, limit=MOST_EVENTS)
    jobs = {event.job for event in events if event.job is not None}
    rows = summaries(Job.objects.filter(project__uuid=project, uuid__in=jobs)) if jobs else {}
    return ProjectNews(
        project=ProjectId(project), events=tuple(events), jobs={row.job.id: row for row in rows.values()}
    )


def running_progress(projects: Collection[UUID] | None) -> dict[ProjectId, dict[JobId, JobProgress]]:
    """Progress of the running jobs of projects, or of all; one query."""
    jobs = Job.objects.filter(status=JobStatus.RUNNING.value)
    if projects is not None:
        jobs = jobs.filter(project__uuid__in=projects)
    found: dict[ProjectId, dict[JobId, JobProgress]] = defaultdict(dict)
    for project, job, progress, cycle in jobs.values_list("project__uuid", "uuid", "progress", "cycle_values"):
        found[ProjectId(project)][JobId(job)] = JobProgress(progress=progress, cycle=cycle)
    return found
