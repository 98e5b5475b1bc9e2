"""The door to the database: the record of one project."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from xtalflow.engine import (
    FileId,
    FileRecord,
    InputUse,
    JobEnd,
    JobId,
    JobRecord,
    JobStatus,
    JobStoreBase,
    JournalLine,
    Kpi,
    NewFile,
    NewImport,
    NewJob,
    ProjectId,
    ReusableJob,
    Reuse,
    papers_and_outputs,
    sync_together,
)
from xtalflow.plugin import Progress

from . import _attempts, _deletion, _housing, _queries, _queue, _transactions
from ._project_log import JobEdit, ProjectEdit
from ._projects import project_by_uuid
from ._records import Actor, AttemptRecord, Evaluation, JobDetail, ProjectRecord
from ._replay import RunSettlement, replay, settle
from ._session import in_database
from ._submission import MakeFolder, Submission, Submitted, submit
from ._transactions import Writer
from ._trash import Deletion


class AsyncDatabaseHandler(JobStoreBase):
    """The `JobStore` of a project in the database.

    Every write is one transaction, called once in the process's database thread. What it returns are records.

    Parameters
    ----------
    project_uuid
        The project.
    actor
        Who writes, and from where.

    Examples
    --------
    ``handler = await AsyncDatabaseHandler.open(project_uuid)`` inside a coroutine.
    ``AsyncDatabaseHandler(project_uuid)`` reads the project's name and folder when they are first asked for.
    """

    def __init__(self, project_uuid: UUID, *, actor: Actor | None = None) -> None:
        self.project = ProjectId(project_uuid)
        self._writer = Writer(project_uuid, actor or Actor())
        self._record: ProjectRecord | None = None

    @classmethod
    async def open(cls, project_uuid: UUID, *, actor: Actor | None = None) -> AsyncDatabaseHandler:
        """The handler of a project; `UnknownProject` if there is none such."""
        return cls.of(await in_database(project_by_uuid, project_uuid), actor=actor)

    @classmethod
    def of(cls, project: ProjectRecord, *, actor: Actor | None = None) -> AsyncDatabaseHandler:
        """The handler of a project whose record is at hand."""
        handler = cls(project.id, actor=actor)
        handler._record = project
        return handler

    @property
    def project_name(self) -> str:  # type: ignore[override]  # read-only, as the protocol has it
        """The project's name."""
        return self._known().name

    @property
    def project_directory(self) -> Path:  # type: ignore[override]  # read-only, as the protocol has it
        """The project's folder."""
        return self._known().directory

    async def create_job(self, job: NewJob) -> JobRecord:
        return await in_database(_transactions.create_job, self._writer, job)

    async def job(self, job_uuid: JobId) -> JobRecord:
        return await in_database(_queries.job_by_uuid, self.project, job_uuid)

    async def update_job_status(self, job_uuid: JobId, to: JobStatus, *, reason: str = "") -> JobRecord:
        return await in_database(_transactions.change_status, self._writer, job_uuid, to, reason)

    async def files(self, file_uuids: Sequence[FileId]) -> list[FileRecord]:
        return await in_database(_queries.files_by_uuid, self.project, file_uuids)

    async def know_files(self, files: Sequence[FileRecord]) -> None:
        """The database has all files of its project."""

    async def imported_file(self, checksum: str) -> FileRecord | None:
        return await in_database(_queries.imported_file, self.project, checksum)

    async def register_input_files(self, job_uuid: JobId, uses: Sequence[InputUse]) -> None:
        await in_database(_transactions.register_inputs, self._writer, job_uuid, uses)

    async def register_imported_files(self, job_uuid: JobId, imports: Sequence[NewImport]) -> list[FileRecord]:
        return await in_database(_transactions.register_imports, self._writer, job_uuid, imports)

    async def register_output_files(self, job_uuid: JobId, files: Sequence[NewFile]) -> list[FileRecord]:
        return await in_database(_transactions.register_outputs, self._writer, job_uuid, files)

    async def register_job_values(self, job_uuid: JobId, kpis: Sequence[Kpi]) -> None:
        await in_database(_transactions.register_values, self._writer, job_uuid, kpis)

    async def finish_job(self, job_uuid: JobId, end: JobEnd) -> JobRecord:
        job = await self.job(job_uuid)
        outputs = [self.project_directory / file.file_path for file in end.outputs]
        written = papers_and_outputs(self.project_directory / job.folder, outputs)
        await asyncio.to_thread(sync_together, written)
        return await in_database(_transactions.finish_job, self._writer, job_uuid, end)

    async def report_reuse(self, job_uuid: JobId, reuse: Reuse) -> None:
        await in_database(_transactions.report_reuse, self._writer, job_uuid, reuse)

    async def report_progress(self, job_uuid: JobId, progress: Progress) -> None:
        await in_database(_transactions.report_progress, self._writer, job_uuid, progress)

    async def report_cycle(self, job_uuid: JobId, values: Mapping[str, float]) -> None:
        await in_database(_transactions.report_cycle, self._writer, job_uuid, values)

    async def replay(self, lines: Sequence[JournalLine]) -> int:
        """Learn what a runner did from lines of its journal, all of one run; returns how many were new.

        Raises
        ------
        InvalidInput
            A line is about another job or project, or has what cannot be kept; the lines before it stand.
        """
        return await in_database(replay, self._writer, lines)

    async def submit(self, submission: Submission, make_folder: MakeFolder) -> Submitted:
        """Make a job and queue it with its inputs, all or nothing.

        Parameters
        ----------
        make_folder
            Called with the job and the records of what was imported, once the job's number is known; makes its folder.
        """
        return await in_database(submit, self._writer, submission, make_folder)

    async def settle(
        self,
        job: JobRecord,
        epoch: int,
        lines: Sequence[JournalLine],
        settlement: RunSettlement,
        *,
        written: Sequence[Path] = (),
    ) -> JobRecord:
        """Replay the last lines of a run, and close it; a job that has no end by then gets that of the settlement.

        Parameters
        ----------
        written
            What the run wrote that must be on the disk before its end is on record.
        """
        return await in_database(settle, self._writer, job, epoch, lines, settlement, written)

    async def edit_job(
        self,
        job_uuid: JobId,
        *,
        title: str | None = None,
        comments: str | None = None,
        evaluation: Evaluation | None = None,
        check: Callable[[JobDetail], object] | None = None,
    ) -> JobRecord:
        """Change what a user says about a job.

        Parameters
        ----------
        check
            Called with the job as it is, within the transaction that changes it; nothing is changed if it raises.
        """
        edit = JobEdit(title=title, comments=comments, evaluation=evaluation)
        return await in_database(_transactions.change_job, self._writer, job_uuid, edit, check)

    async def edit_project(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        archived: bool | None = None,
        check: Callable[[ProjectRecord], object] | None = None,
    ) -> ProjectRecord:
        """Change what a user says about the project; `tags` replaces all that it has, its folder stays.

        What the project has already is no change, and nothing is written of it.

        Parameters
        ----------
        check
            Called with the project as it is, within the transaction that changes it; nothing is changed if it raises.

        Raises
        ------
        InvalidInput
            The name or a tag cannot be one, or another project has the name.
        """
        told = None if tags is None else tuple(tags)
        edit = ProjectEdit(name=name, description=description, tags=told, archived=archived)
        await in_database(_transactions.change_project, self._writer, edit, check)
        self._record = await in_database(project_by_uuid, self.project)
        return self._record

    async def delete_jobs(self, job_uuids: Sequence[JobId]) -> Deletion:
        """Delete the record of top-level jobs and all below them; what brings them back is in the trash before.

        The files are where they were; they belong into the trash now.

        Raises
        ------
        InvalidInput
            One is a child job, is queued or running, or another job reads its files.
        """
        return await in_database(_deletion.delete_jobs, self._writer, job_uuids)

    async def restore_jobs(self, deletion: Deletion) -> None:
        """Bring the record of deleted jobs back; `InvalidInput` if a number or path has been taken."""
        await in_database(_deletion.restore_jobs, self._writer, deletion)

    async def confirm_deletions(self, deletions: Sequence[Deletion]) -> set[str]:
        """Names of the entries of the trash whose jobs are deleted; from now on the log says the same."""
        return await in_database(_deletion.confirm_deletions, self._writer, deletions)

    async def mark_purged(self, file_uuids: Sequence[FileId]) -> None:
        """Say that files are removed for good; `InvalidInput` if a job of another tree reads one."""
        await in_database(_transactions.mark_purged, self._writer, file_uuids)

    async def last_event(self) -> int:
        """Number of the latest event: as long as it stays, nothing has happened to the project."""
        return await in_database(_housing.last_event, self._writer)

    async def refuse_busy(self) -> None:
        """Raise `InvalidInput` if a job of the project runs, or waits."""
        await in_database(_housing.refuse_busy, self._writer)

    async def remove_project(self, to: Path | None) -> None:
        """Rename the project's folder to `to` unless that is None, and delete all its rows."""
        await in_database(_housing.remove_project, self._writer, to)

    async def rename_folder(self, to: Path) -> ProjectRecord:
        """Rename the project's folder; `OSError` if it cannot be."""
        return await in_database(_housing.rename_folder, self._writer, to)

    async def learn_folder(self, to: Path, *, last: int | None = None) -> ProjectRecord:
        """Learn where the project's folder is now; `InvalidInput` if event `last` is not the latest any more."""
        return await in_database(_housing.learn_folder, self._writer, to, last)

    async def queue_attempt(
        self,
        job_uuid: JobId,
        *,
        executor: str = "local",
        resources: Mapping[str, Any] | None = None,
        owner: str = "",
        lease_s: float = 0.0,
    ) -> AttemptRecord:
        """Queue a job as its next attempt; a failed or interrupted job is restarted by it.

        Parameters
        ----------
        resources
            What the run asks for; by default what the one before it asked for.
        owner, lease_s
            Who claims it at once, if anybody does.
        """
        return await in_database(_attempts.queue_attempt, self._writer, job_uuid, executor, resources, owner, lease_s)

    async def reusable_jobs(self, job: JobRecord, *, of_all: bool) -> list[ReusableJob]:
        """Finished jobs whose results a job may take, the newest first: those below it, or all of the project."""
        return await in_database(_queries.reusable_jobs, self.project, job, of_all=of_all)

    async def claim_attempt(self, job_uuid: JobId, epoch: int, *, owner: str, lease_s: float) -> AttemptRecord:
        """Take a queued attempt; of two rivals one gets it, the other `IllegalTransition`."""
        return await in_database(_attempts.claim_attempt, self.project, job_uuid, epoch, owner, lease_s)

    async def request_cancel(self, job_uuid: JobId, epoch: int) -> AttemptRecord:
        """Ask for the end of a run, whoever holds it; the history says who asked, and asking again changes nothing."""
        return await in_database(_queue.request_cancel, self._writer, job_uuid, epoch)

    async def cancel_waiting(self, job_uuid: JobId, epoch: int, *, reason: str) -> bool:
        """End a run that nobody has claimed, and its job; False if it was claimed meanwhile."""
        return await in_database(_queue.cancel_waiting, self._writer, job_uuid, epoch, reason)

    async def attempt(self, job_uuid: JobId, epoch: int | None = None) -> AttemptRecord:
        """An attempt of a job, the latest by default."""
        return await in_database(_attempts.attempt_record, self.project, job_uuid, epoch)

    def _known(self) -> ProjectRecord:
        if self._record is None:
            with ThreadPoolExecutor(1) as reader:  # Django refuses to be called from an event loop's thread
                self._record = reader.submit(_read_project, self.project).result()
        return self._record


def _read_project(project_uuid: UUID) -> ProjectRecord:
    try:
        return project_by_uuid(project_uuid)
    finally:
        connection.close()
