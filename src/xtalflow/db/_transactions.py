"""The writes that `AsyncDatabaseHandler` offers, each one transaction.

What a user, or a program that tracks jobs in its own process, decides is in ``project.jsonl`` before it is committed.
What a runner does is in its journal already and is written by `_replay`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from django.db import transaction

from xtalflow.engine import (
    FileRecord,
    Imports,
    Inputs,
    InputUse,
    JobEnd,
    JobRecord,
    JobStatus,
    Kpi,
    NewFile,
    NewImport,
    NewJob,
    Outputs,
    StatusChange,
    Values,
)
from xtalflow.errors import InvalidInput
from xtalflow.plugin import Progress

from ._job_numbers import top_number
from ._ledger import Ledger, writing
from ._project_log import JobDeletion, JobEdit, LogEvent, ProjectEdit, append_lines
from ._records import Actor, Evaluation, UseRole
from ._rows import ordered_file_records
from ._write_files import add_imports, add_outputs, add_uses
from ._write_jobs import add_job, edit_job, end_job, keep_cycle, keep_progress, move_job
from ._write_projects import edit_project
from ._write_values import set_values
from .models import File, FileUse, Job


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes to which project."""

    project: UUID
    actor: Actor

    def log(self, ledger: Ledger, job: UUID | None, *events: LogEvent, others: Sequence[Path] = ()) -> None:
        """Put events into ``project.jsonl``, and others on the disk, within the transaction that does the same."""
        directory, lines = Path(ledger.project.directory), [(job, event) for event in events]
        append_lines(directory, self.actor, ledger.now, lines, others=others)


@transaction.atomic
def create_job(writer: Writer, new: NewJob) -> JobRecord:
    with writing(writer.project, writer.actor) as ledger:
        _, job = add_job(ledger, new)
        writer.log(ledger, job.id, replace(new, id=job.id, number=job.number))
        return job


@transaction.atomic
def change_status(writer: Writer, job_uuid: UUID, to: JobStatus, reason: str) -> JobRecord:
    with writing(writer.project, writer.actor) as ledger:
        move_job(ledger, job_uuid, to, reason)
        writer.log(ledger, job_uuid, StatusChange(to=to, reason=reason))
        return ledger.job_record(job_uuid)


@transaction.atomic
def register_inputs(writer: Writer, job_uuid: UUID, uses: Sequence[InputUse]) -> None:
    with writing(writer.project, writer.actor) as ledger:
        job_pk, job = ledger.job(job_uuid)
        add_uses(ledger, job_pk, job, uses)
        if uses:
            writer.log(ledger, job_uuid, Inputs(uses=tuple(uses)))


@transaction.atomic
def register_imports(writer: Writer, job_uuid: UUID, imports: Sequence[NewImport]) -> list[FileRecord]:
    with writing(writer.project, writer.actor) as ledger:
        job_pk, job = ledger.job(job_uuid)
        records = add_imports(ledger, job_pk, job, imports)
        if imports:
            writer.log(ledger, job_uuid, Imports(imports=tuple(imports)))
        return records


@transaction.atomic
def register_outputs(writer: Writer, job_uuid: UUID, files: Sequence[NewFile]) -> list[FileRecord]:
    with writing(writer.project, writer.actor) as ledger:
        job_pk, job = ledger.job(job_uuid)
        add_outputs(ledger, job_pk, job, files)
        records = ordered_file_records(ledger.project, [file.id for file in files])
        if files:
            writer.log(ledger, job_uuid, Outputs(files=tuple(files)))
        return records


@transaction.atomic
def register_values(writer: Writer, job_uuid: UUID, kpis: Sequence[Kpi]) -> None:
    with writing(writer.project, writer.actor) as ledger:
        job_pk, job = ledger.job(job_uuid)
        set_values(ledger, job_pk, job, kpis)
        if kpis:
            writer.log(ledger, job_uuid, Values(kpis=tuple(kpis)))


@transaction.atomic
def finish_job(writer: Writer, job_uuid: UUID, end: JobEnd) -> JobRecord:
    with writing(writer.project, writer.actor) as ledger:
        end_job(ledger, *ledger.job(job_uuid), end)
        writer.log(ledger, job_uuid, end)
        return ledger.job_record(job_uuid)


@transaction.atomic
def report_progress(writer: Writer, job_uuid: UUID, progress: Progress) -> None:
    with writing(writer.project, writer.actor) as ledger:
        keep_progress(ledger, job_uuid, progress)


@transaction.atomic
def report_cycle(writer: Writer, job_uuid: UUID, values: Mapping[str, float]) -> None:
    with writing(writer.project, writer.actor) as ledger:
        keep_cycle(ledger, job_uuid, values)


@transaction.atomic
def change_job(
    writer: Writer, job_uuid: UUID, title: str | None, comments: str | None, evaluation: Evaluation | None
) -> JobRecord:
    with writing(writer.project, writer.actor) as ledger:
        edit_job(ledger, job_uuid, title=title, comments=comments, evaluation=evaluation)
        writer.log(ledger, job_uuid, JobEdit(title=title, comments=comments, evaluation=evaluation))
        return ledger.job_record(job_uuid)


@transaction.atomic
def change_project(writer: Writer, description: str | None, tags: Sequence[str] | None) -> None:
    with writing(writer.project, writer.actor) as ledger:
        edit_project(ledger, description=description, tags=tags)
        writer.log(ledger, None, ProjectEdit(description=description, tags=None if tags is None else tuple(tags)))


@transaction.atomic
def delete_job(writer: Writer, job_uuid: UUID) -> None:
    """Delete the rows of a job and its children; files on the disk are not touched."""
    with writing(writer.project, writer.actor) as ledger:
        _, job = ledger.job(job_uuid)
        tree = _tree(ledger, job)
        _refuse_needed(job, tree)
        writer.log(ledger, job_uuid, JobDeletion())
        remove_job(ledger, job)


def remove_job(ledger: Ledger, job: JobRecord) -> None:
    """Delete the rows of a job and its children, within a transaction that holds the project."""
    File.objects.filter(job__in=_tree(ledger, job)).delete()
    Job.objects.filter(project=ledger.project, uuid=job.id).delete()
    ledger.note("deleted", job.id, {"number": job.number, "task": job.task})


def _tree(ledger: Ledger, job: JobRecord) -> list[int]:
    """Primary keys of a job and all below it."""
    jobs = Job.objects.filter(project=ledger.project, top_number=top_number(job.number)).values_list("pk", "number")
    return [pk for pk, number in jobs if number == job.number or number.startswith(f"{job.number}.")]


def _refuse_needed(job: JobRecord, tree: Sequence[int]) -> None:
    if job.status in {JobStatus.QUEUED, JobStatus.RUNNING}:
        raise InvalidInput(f"job {job.number} is {job.status.key}; cancel it before it is deleted")
    readers = FileUse.objects.filter(file__job__in=tree, role=UseRole.IN).exclude(job__in=tree)
    if others := readers.order_by("job__number_key").values_list("job__number", flat=True).distinct()[:5]:
        raise InvalidInput(f"job {job.number} cannot be deleted: job {', '.join(others)} reads its files")
