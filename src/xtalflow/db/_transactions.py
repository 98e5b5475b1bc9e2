"""The writes that `AsyncDatabaseHandler` offers, each one transaction.

What a user, or a program that tracks jobs in its own process, decides is in ``project.jsonl`` before it is committed.
What a runner does is in its journal already and is written by `_replay`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from xtalflow.engine import (
    FileId,
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
    ProjectId,
    Reuse,
    StatusChange,
    Values,
)
from xtalflow.errors import InvalidInput
from xtalflow.plugin import Progress

from ._layout import ProjectFile, rewrite_project_file
from ._ledger import Ledger, writing
from ._project_log import JobEdit, LogEvent, ProjectEdit, Purge, append_lines
from ._projects import project_by_uuid
from ._queries import job_detail
from ._records import Actor, JobDetail, ProjectRecord, UseRole
from ._rows import batched, ordered_file_records
from ._write_files import add_imports, add_outputs, add_uses
from ._write_jobs import add_job, edit_job, end_job, keep_cycle, keep_progress, keep_reuse, move_job
from ._write_projects import edit_project, news_in
from ._write_values import set_values
from .models import File, FileUse, Project

_SAME_TREE = Q(file__job__top_number=F("job__top_number"))
"""A use of a file by a part of the job that made it."""


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
def report_reuse(writer: Writer, job_uuid: UUID, reuse: Reuse) -> None:
    with writing(writer.project, writer.actor) as ledger:
        keep_reuse(ledger, job_uuid, reuse)
        writer.log(ledger, job_uuid, reuse)


@transaction.atomic
def report_progress(writer: Writer, job_uuid: UUID, progress: Progress) -> None:
    with writing(writer.project, writer.actor) as ledger:
        keep_progress(ledger, job_uuid, progress)


@transaction.atomic
def report_cycle(writer: Writer, job_uuid: UUID, values: Mapping[str, float]) -> None:
    with writing(writer.project, writer.actor) as ledger:
        keep_cycle(ledger, job_uuid, values)


@transaction.atomic
def change_job(writer: Writer, job_uuid: UUID, edit: JobEdit, check: Callable[[JobDetail], object] | None) -> JobRecord:
    with writing(writer.project, writer.actor) as ledger:
        if check is not None:
            check(job_detail(writer.project, job_uuid))
        if edit_job(ledger, job_uuid, edit):
            writer.log(ledger, job_uuid, edit)
        return ledger.job_record(job_uuid)


@transaction.atomic
def change_project(writer: Writer, edit: ProjectEdit, check: Callable[[ProjectRecord], object] | None) -> None:
    with writing(writer.project, writer.actor) as ledger:
        project = project_by_uuid(writer.project)
        if check is not None:
            check(project)
        edit = news_in(edit, project)
        if edit == ProjectEdit():
            return
        edit_project(ledger, edit)
        writer.log(ledger, None, edit)
        if edit.name is not None:
            row = Project.objects.get(pk=ledger.project.pk)
            file = ProjectFile(name=row.name, uuid=ProjectId(row.uuid), created=row.creation_time)
            rewrite_project_file(Path(row.directory), file)


@transaction.atomic
def mark_purged(writer: Writer, file_uuids: Sequence[UUID]) -> None:
    """Say that files are removed for good, unless a job reads one that is no part of the job that made it."""
    with writing(writer.project, writer.actor) as ledger:
        for some in batched(file_uuids):
            uses = FileUse.objects.filter(file__project=ledger.project, file__uuid__in=some, role=UseRole.IN)
            if use := uses.exclude(_SAME_TREE).select_related("file", "job").first():
                raise InvalidInput(f"{use.file.path} is read by job {use.job.number} by now; nothing was removed")
        forget_bytes(ledger, file_uuids)
        writer.log(ledger, None, Purge(files=tuple(FileId(each) for each in file_uuids)))


def forget_bytes(ledger: Ledger, file_uuids: Sequence[UUID]) -> None:
    """Files are not there any more, and keep their rows; within a transaction that holds the project."""
    for some in batched(file_uuids):
        File.objects.filter(project=ledger.project, uuid__in=some).update(available=False)
    ledger.note("purged", None, {"files": len(file_uuids)})
