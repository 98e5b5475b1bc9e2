"""One write to a project: its row is held, and what happens goes into its history without holes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from xtalflow.engine import JobId, JobRecord
from xtalflow.errors import UnknownJob, UnknownProject

from ._records import Actor
from ._rows import job_rows
from .models import Job, JobEvent, Project


@dataclass(slots=True)
class Ledger:
    """A project held by this transaction, and the events that it has so far.

    Attributes
    ----------
    project
        The row; no other transaction writes to this project meanwhile.
    now
        The time of what happens.
    """

    project: Project
    actor: Actor
    now: datetime = field(default_factory=timezone.now)
    events: list[JobEvent] = field(default_factory=list)

    def note(self, kind: str, job: UUID | None = None, data: Mapping[str, Any] | None = None) -> None:
        """Add an event to the project's history."""
        self.events.append(
            JobEvent(
                project=self.project,
                seq=self.project.last_event_seq + len(self.events) + 1,
                time=self.now,
                job_uuid=job,
                kind=kind,
                who=self.actor.user,
                where_from=self.actor.client,
                data=dict(data or {}),
            )
        )

    def job(self, job_uuid: UUID) -> tuple[int, JobRecord]:
        """Primary key and record of a job of this project; `UnknownJob` if it has none such."""
        rows = job_rows(Job.objects.filter(project=self.project, uuid=job_uuid))
        if not rows:
            raise UnknownJob(str(job_uuid))
        return rows[0][0], rows[0][1]

    def job_record(self, job_uuid: UUID) -> JobRecord:
        """The record of a job as it is now."""
        return self.job(JobId(job_uuid))[1]

    def save(self) -> None:
        """Write the events and move the counters: two queries, however many events."""
        if not self.events:
            return
        JobEvent.objects.bulk_create(self.events)
        seq = self.project.last_event_seq + len(self.events)
        Project.objects.filter(pk=self.project.pk).update(
            last_event_seq=seq, last_job_number=self.project.last_job_number, last_access=self.now
        )


@contextmanager
def writing(project_uuid: UUID, actor: Actor) -> Iterator[Ledger]:
    """Hold a project for the rest of this transaction; on leaving its history is written.

    To be used within `transaction.atomic`. On PostgreSQL the row's lock is taken, on SQLite the transaction itself,
    being immediate, keeps others out.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a project is written to within a transaction")
    try:
        project = Project.objects.select_for_update().get(uuid=project_uuid)
    except Project.DoesNotExist:
        raise UnknownProject(str(project_uuid)) from None
    ledger = Ledger(project=project, actor=actor)
    yield ledger
    ledger.save()
