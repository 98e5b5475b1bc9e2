"""The queue of all projects: which runs wait, who holds which, which are to end.

Every change is one guarded update of one row; what it answers says whether it was in time.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from xtalflow.engine import JobStatus, StatusChange

from ._attempts import attempt_record, attempt_rows
from ._clean import clean_text
from ._ledger import writing
from ._records import AttemptRecord
from ._transactions import Writer
from ._write_jobs import move_job
from .models import Attempt

_State = Attempt.State
_HELD = (_State.SUBMITTING, _State.SUBMITTED, _State.RUNNING)


def waiting_attempts(executor: str, most: int) -> list[AttemptRecord]:
    """Runs that nobody has claimed, the most urgent first, then the oldest."""
    runs = Attempt.objects.filter(state=_State.QUEUED, executor=executor)
    return attempt_rows(runs.order_by("-job__priority", "queued", "pk")[:most])


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


def release(owner: str) -> int:
    """Let go of all runs of an owner, for the next one to take over at once; how many they were."""
    return Attempt.objects.filter(state__in=_HELD, owner=owner).update(lease_until=timezone.now())


def request_cancel(project: UUID, job_uuid: UUID, epoch: int) -> AttemptRecord:
    """Ask for the end of a run, whoever holds it; asking again changes nothing."""
    runs = Attempt.objects.filter(job__project__uuid=project, job__uuid=job_uuid, epoch=epoch)
    runs.filter(state__in=_HELD, cancel_requested=None).update(cancel_requested=timezone.now())
    return attempt_record(project, job_uuid, epoch)


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
