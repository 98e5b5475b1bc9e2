"""What is queued and running in all projects."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from xtalflow.plugin import JobStatus

from ._attempts import attempt_rows
from ._job_pages import summaries, top_level_by_status
from ._records import GoingJob
from .models import Attempt, Job, Project

MOST_GOING = 10_000
"""Jobs that are told of; those that are queued behind them are counted."""


def going_jobs(only: frozenset[UUID] | None) -> tuple[list[GoingJob], int]:
    """Top-level jobs that are queued or running, in the order in which they run; and how many there are.

    Eight queries, for any number of jobs and projects.
    """
    projects = Project.objects.all() if only is None else Project.objects.filter(uuid__in=only)
    going = [JobStatus.RUNNING.value, JobStatus.QUEUED.value]
    jobs = top_level_by_status(Job.objects.filter(project__in=projects.values("pk"), status__in=going))
    rows = list(
        jobs.order_by("-status", "-priority", "pk").values_list(
            "pk", "uuid", "project__name", "user__username", "priority"
        )[:MOST_GOING]
    )
    pks = [row[0] for row in rows]
    found = summaries(Job.objects.filter(pk__in=pks))
    runs = Attempt.objects.filter(job__in=pks).exclude(state__in=[Attempt.State.ENDED, Attempt.State.LOST])
    attempts = {run.job: run for run in attempt_rows(runs)}
    queued = dict(runs.values_list("job", "queued"))
    waits: dict[int, list[str]] = defaultdict(list)
    before = Job.objects.filter(before__in=pks).exclude(status=JobStatus.FINISHED.value).order_by("number_key")
    for pk, number in before.values_list("before", "number"):
        waits[pk].append(number)
    told = [
        GoingJob(
            project=name,
            job=found[pk],
            user=user or "",
            priority=priority,
            attempt=attempts.get(found[pk].job.id),
            queued=queued.get(pk),
            waits_for=tuple(waits[pk]),
        )
        for pk, _, name, user, priority in rows
        if pk in found
    ]
    return told, len(rows) if len(rows) < MOST_GOING else jobs.count()
