"""Runs of a top-level job: queued, claimed by one supervisor, renewed, ended.

A claim is one guarded update of one row, so that of two supervisors one has the run. A lease that is not renewed
runs out; the epoch tells the run of today from that of yesterday.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from xtalflow.engine import JobId, JobRecord, JobStatus, ProjectId, StatusChange
from xtalflow.errors import IllegalTransition, InvalidInput

from ._clean import clean_json, clean_text
from ._ledger import Ledger, writing
from ._old_outputs import put_outputs_aside
from ._records import AttemptRecord
from ._transactions import Writer
from ._write_jobs import move_job
from .models import Attempt

_State = Attempt.State
OPEN = (_State.QUEUED, _State.SUBMITTING, _State.SUBMITTED, _State.RUNNING)


@transaction.atomic
def queue_attempt(
    writer: Writer, job_uuid: UUID, executor: str, resources: Mapping[str, Any] | None, owner: str, lease_s: float
) -> AttemptRecord:
    """Queue a job, with the next epoch; a failed or interrupted job is restarted by it, and asks for what it asked."""
    with writing(writer.project, writer.actor) as ledger:
        job_pk, job = ledger.job(job_uuid)
        if job.parent is not None:
            raise InvalidInput(f"job {job.number} runs with its parent and is not queued by itself")
        last = Attempt.objects.filter(job=job_pk).order_by("-epoch").first()
        if last is not None and last.state in OPEN:
            raise IllegalTransition(f"job {job.number} is {last.state.lower()} already, as attempt {last.epoch}")
        if last is None:
            put_outputs_aside(ledger, job_pk, job)
        if job.status is not JobStatus.QUEUED:
            move_job(ledger, job_uuid, JobStatus.QUEUED)
            writer.log(ledger, job_uuid, StatusChange(to=JobStatus.QUEUED))
        return open_attempt(
            ledger,
            job_pk,
            job,
            epoch=last.epoch + 1 if last else 1,
            executor=clean_text(executor),
            resources=resources if resources is not None or last is None else last.resources,
            owner=clean_text(owner),
            lease_until=ledger.now + timedelta(seconds=lease_s) if owner else None,
        )


def open_attempt(
    ledger: Ledger,
    job_pk: int,
    job: JobRecord,
    *,
    epoch: int,
    executor: str,
    resources: Mapping[str, Any] | None,
    owner: str = "",
    lease_until: datetime | None = None,
) -> AttemptRecord:
    """Insert a run of a job; one that has an owner is claimed from the beginning."""
    attempt = Attempt.objects.create(
        job_id=job_pk,
        epoch=epoch,
        token=f"{job.id.hex}-{epoch}",
        state=_State.SUBMITTING if owner else _State.QUEUED,
        executor=executor,
        resources=clean_json(resources or {}, "resources"),
        owner=owner,
        lease_until=lease_until,
        queued=ledger.now,
    )
    return _record(attempt, job.id, ProjectId(ledger.project.uuid))


def claim_attempt(project: UUID, job_uuid: UUID, epoch: int, owner: str, lease_s: float) -> AttemptRecord:
    """Take a queued run for `owner`; of two rivals one gets it, the other `IllegalTransition`."""
    now = timezone.now()
    runs = Attempt.objects.filter(job__project__uuid=project, job__uuid=job_uuid, epoch=epoch)
    claimed = runs.filter(state=_State.QUEUED).update(
        state=_State.SUBMITTING, owner=clean_text(owner), lease_until=now + timedelta(seconds=lease_s)
    )
    if not claimed:
        raise IllegalTransition(
            f"attempt {epoch} of job {job_uuid} is not queued: another supervisor has it, or it is over"
        )
    return attempt_record(project, job_uuid, epoch)


def attempt_record(project: UUID, job_uuid: UUID, epoch: int | None = None) -> AttemptRecord:
    """A run of a job, the latest if `epoch` is None; `InvalidInput` if there is none."""
    runs = Attempt.objects.filter(job__project__uuid=project, job__uuid=job_uuid).order_by("-epoch")
    found = attempt_rows((runs if epoch is None else runs.filter(epoch=epoch))[:1])
    if not found:
        raise InvalidInput(f"job {job_uuid} has no such attempt")
    return found[0]


def attempt_rows(runs: QuerySet[Attempt]) -> list[AttemptRecord]:
    """Runs as records, in one query."""
    related = runs.select_related("job__project").only(*_COLUMNS, "job__uuid", "job__project__uuid")
    return [_record(run, JobId(run.job.uuid), ProjectId(run.job.project.uuid)) for run in related]


_COLUMNS = (
    "epoch",
    "state",
    "token",
    "executor",
    "handle",
    "host",
    "owner",
    "lease_until",
    "cancel_requested",
    "exit_code",
    "signal",
    "reason",
    "resources",
    "journal_seq",
)


def _record(attempt: Attempt, job: JobId, project: ProjectId) -> AttemptRecord:
    return AttemptRecord(
        job=job,
        project=project,
        epoch=attempt.epoch,
        state=str(attempt.state),
        token=attempt.token,
        executor=attempt.executor,
        handle=attempt.handle,
        host=attempt.host,
        owner=attempt.owner,
        lease_until=attempt.lease_until,
        cancel_requested=attempt.cancel_requested,
        exit_code=attempt.exit_code,
        signal=attempt.signal,
        reason=attempt.reason,
        resources=attempt.resources,
        journal_seq=attempt.journal_seq,
    )
