"""The queue of all projects: which runs wait, who holds which, which are to end.

Every change is one guarded update of one row; what it answers says whether it was in time.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from xtalflow.engine import JobStatus, StatusChange

from ._attempts import attempt_record, attempt_rows
from ._clean import clean_text
from ._ledger import writing
from ._project_log import CancelRequest
from ._records import AttemptRecord
from ._transactions import Writer
from ._write_jobs import move_job, note_cancel_request
from .models import Attempt, Job

_State = Attempt.State
_HELD = (_State.SUBMITTING, _State.SUBMITTED, _State.RUNNING)


def next_attempt(executor: str, *, per_user: int = 0, per_project: int = 0) -> AttemptRecord | None:
    """The run to be claimed next: the most urgent, then the oldest.

    Left out are those that wait for another job, and those of users and projects that have as many going as they may
    have (0: any number).
    """
    if not is_anything_queued(executor):  # as most of the time, and quickly told
        return None
    unfinished = Job.objects.exclude(status=JobStatus.FINISHED.value).filter(before=OuterRef("job"))
    runs = Attempt.objects.filter(~Exists(unfinished), state=_State.QUEUED, executor=executor)
    for column, limit in (("job__user", per_user), ("job__project", per_project)):
        if limit:
            runs = runs.exclude(_is_at_its_limit(column, limit))
    found = attempt_rows(runs.order_by("-job__priority", "queued", "pk")[:1])
    return found[0] if found else None


def is_anything_queued(executor: str) -> bool:
    """Whether a run waits, for whatever it may be."""
    return Attempt.objects.filter(state=_State.QUEUED, executor=executor).exists()


def _is_at_its_limit(column: str, limit: int) -> Q:
    """Whether a user or project has this many runs going; jobs without an account are those of one user."""
    going = Attempt.objects.filter(state__in=_HELD).values(column).annotate(count=Count("pk"))
    keys = list(going.filter(count__gte=limit).values_list(column, flat=True))
    at_limit = Q(**{f"{column}__in": [key for key in keys if key is not None]})
    return at_limit | Q(**{f"{column}__isnull": True}) if None in keys else at_limit


def hopeless_attempts() -> list[tuple[AttemptRecord, str, str]]:
    """Runs that wait for a job that did not finish: with its number, and its status as a word."""
    ends = [status.value for status in JobStatus if status.is_end and status is not JobStatus.FINISHED]
    failed = Job.objects.filter(before=OuterRef("job"), status__in=ends).order_by("number_key")
    runs = Attempt.objects.filter(state=_State.QUEUED, job__after__status__in=ends).distinct().order_by("pk")
    rows = runs.annotate(number=Subquery(failed.values("number")[:1]), status=Subquery(failed.values("status")[:1]))
    why = {pk: (number, JobStatus(status).key) for pk, number, status in rows.values_list("pk", "number", "status")}
    return [(attempt_rows(Attempt.objects.filter(pk=pk))[0], *why[pk]) for pk in why]


def held_attempts() -> list[AttemptRecord]:
    """Runs that somebody has claimed and that have not ended."""
    return attempt_rows(Attempt.objects.filter(state__in=_HELD).order_by("pk"))


def take_over(attempt: AttemptRecord, owner: str, lease_s: float) -> AttemptRecord | None:
    """Become the owner of a run whose owner is gone; None if a rival was faster, or the owner is back."""
    until = timezone.now() + timedelta(seconds=lease_s)
    runs = _run(attempt).filter(state__in=_HELD, owner=attempt.owner, lease_until=attempt.lease_until)
    if not runs.update(owner=clean_text(owner), lease_until=until):
        return None
    return attempt_record(attempt.project, attempt.job, attempt.epoch)


def give_back(attempt: AttemptRecord, owner: str) -> bool:
    """Queue a run again that its owner claimed and never started; nothing has it then."""
    runs = _run(attempt).filter(state=_State.SUBMITTING, owner=owner)
    return bool(runs.update(state=_State.QUEUED, owner="", lease_until=None))


def renew(owner: str, jobs: Collection[UUID], lease_s: float) -> set[UUID]:
    """Keep the runs of these jobs for longer; those among the jobs whose runs are the owner's."""
    runs = Attempt.objects.filter(state__in=_HELD, owner=owner, job__uuid__in=jobs)
    runs.update(lease_until=timezone.now() + timedelta(seconds=lease_s))
    return set(runs.values_list("job__uuid", flat=True))


def release(owner: str) -> int:
    """Let go of all runs of an owner, for the next one to take over at once; how many they were."""
    return Attempt.objects.filter(state__in=_HELD, owner=owner).update(lease_until=timezone.now())


@transaction.atomic
def request_cancel(writer: Writer, job_uuid: UUID, epoch: int) -> AttemptRecord:
    """Ask for the end of a run, whoever holds it, with an event that says who asked; asking again changes nothing."""
    with writing(writer.project, writer.actor) as ledger:
        runs = Attempt.objects.filter(job__project=ledger.project, job__uuid=job_uuid, epoch=epoch)
        if runs.filter(state__in=_HELD, cancel_requested=None).update(cancel_requested=ledger.now):
            note_cancel_request(ledger, job_uuid)
            writer.log(ledger, job_uuid, CancelRequest())
    return attempt_record(writer.project, job_uuid, epoch)


def to_be_cancelled(owner: str) -> set[UUID]:
    """Jobs of an owner's runs that somebody asked the end of."""
    runs = Attempt.objects.filter(state__in=_HELD, owner=owner).exclude(cancel_requested=None)
    return set(runs.values_list("job__uuid", flat=True))


@transaction.atomic
def cancel_waiting(writer: Writer, job_uuid: UUID, epoch: int, reason: str) -> bool:
    """End a run that nobody has claimed, and its job with it; False if it was claimed meanwhile."""
    runs = Attempt.objects.filter(job__project__uuid=writer.project, job__uuid=job_uuid, epoch=epoch)
    ended = runs.filter(state=_State.QUEUED).update(
        state=_State.ENDED, reason=clean_text(reason), ended=timezone.now(), cancel_requested=timezone.now()
    )
    if ended:
        with writing(writer.project, writer.actor) as ledger:
            move_job(ledger, job_uuid, JobStatus.INTERRUPTED, reason)
            writer.log(ledger, job_uuid, StatusChange(to=JobStatus.INTERRUPTED, reason=reason))
    return bool(ended)


def _run(attempt: AttemptRecord) -> QuerySet[Attempt]:
    return Attempt.objects.filter(job__project__uuid=attempt.project, job__uuid=attempt.job, epoch=attempt.epoch)
