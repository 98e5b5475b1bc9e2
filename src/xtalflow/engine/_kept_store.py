"""A store that keeps its records in memory and writes every change ahead to whoever inherits from it."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4, uuid5

from xtalflow.errors import IllegalTransition, InvalidInput, UnknownJob
from xtalflow.plugin import JobStatus, Progress

from ._journal import Cycle, Event, Imports, Inputs, JournalWriter, Outputs, StatusChange, Values
from ._records import (
    IMPORT_DIR,
    JOB_DIR,
    FileId,
    FileRecord,
    InputUse,
    JobEnd,
    JobId,
    JobRecord,
    Kpi,
    NewFile,
    NewImport,
    NewJob,
    ProjectId,
    Reuse,
)
from ._store_base import JobStoreBase


def child_id(parent: JobId, number: str) -> JobId:
    """The uuid of a child job: the same each time its line is replayed."""
    return JobId(uuid5(parent, number))


class KeptStore(JobStoreBase):
    """Rules of a `JobStore` on plain dictionaries; `_write` sees each change before it is made."""

    def __init__(self, project: ProjectId, project_name: str, project_directory: Path) -> None:
        self.project, self.project_name, self.project_directory = project, project_name, project_directory
        self._jobs: dict[JobId, JobRecord] = {}
        self._files: dict[FileId, FileRecord] = {}
        self._uses: dict[JobId, dict[InputUse, None]] = {}
        self._kpis: dict[JobId, dict[str, Kpi]] = {}
        self._last_number = 0

    @abc.abstractmethod
    def _write(self, job: JobId, event: Event) -> None:
        """Keep the event beyond this process, before it counts."""

    async def create_job(self, job: NewJob) -> JobRecord:
        if job.parent is not None and job.parent not in self._jobs:
            raise UnknownJob(str(job.parent))
        if job.parent is not None and job.number is None:
            raise InvalidInput("a child job needs a number: its parent's runner hands it out")
        number = job.number or str(self._last_number + 1)
        if any(known.number == number for known in self._jobs.values()):
            raise InvalidInput(f"the project {self.project_name} has a job {number} already")
        job_uuid = job.id or (child_id(job.parent, number) if job.parent else JobId(uuid4()))
        self._write(job_uuid, replace(job, number=number, id=job_uuid))
        record = JobRecord(
            id=job_uuid,
            project=self.project,
            number=number,
            task=job.task,
            title=job.title,
            status=job.status,
            parent=job.parent,
            task_version=job.task_version,
            created=datetime.now(UTC),
        )
        self._jobs[job_uuid] = record
        self._last_number = max(self._last_number, int(number.split(".")[0]))
        return record

    async def job(self, job_uuid: JobId) -> JobRecord:
        if job_uuid not in self._jobs:
            raise UnknownJob(str(job_uuid))
        return self._jobs[job_uuid]

    async def update_job_status(self, job_uuid: JobId, to: JobStatus, *, reason: str = "") -> JobRecord:
        await self._check_transition(job_uuid, to)
        self._write(job_uuid, StatusChange(to=to, reason=reason))
        return self._move(job_uuid, to, reason)

    async def files(self, file_uuids: Sequence[FileId]) -> list[FileRecord]:
        for file_uuid in file_uuids:
            if file_uuid not in self._files:
                raise InvalidInput(f"the project {self.project_name} has no file {file_uuid}")
        return [self._files[file_uuid] for file_uuid in file_uuids]

    async def know_files(self, files: Sequence[FileRecord]) -> None:
        self._files.update({file.id: file for file in files})

    async def imported_file(self, checksum: str) -> FileRecord | None:
        imported = (file for file in self._files.values() if file.directory == IMPORT_DIR)
        return next((file for file in imported if file.checksum == checksum), None)

    async def register_input_files(self, job_uuid: JobId, uses: Sequence[InputUse]) -> None:
        await self.job(job_uuid)
        await self.files([use.file for use in uses])
        self._write(job_uuid, Inputs(uses=tuple(uses)))
        self._use(job_uuid, uses)

    async def register_imported_files(self, job_uuid: JobId, imports: Sequence[NewImport]) -> list[FileRecord]:
        await self.job(job_uuid)
        self._write(job_uuid, Imports(imports=tuple(imports)))
        records = []
        for imported in imports:
            record = await self.imported_file(imported.file.checksum) or self._keep(job_uuid, imported.file, IMPORT_DIR)
            records.append(record)
            self._use(job_uuid, [InputUse(file=record.id, param_name=imported.file.param_name)])
        return records

    async def register_output_files(self, job_uuid: JobId, files: Sequence[NewFile]) -> list[FileRecord]:
        await self.job(job_uuid)
        self._check_paths(files)
        self._write(job_uuid, Outputs(files=tuple(files)))
        return [self._keep(job_uuid, file, JOB_DIR) for file in files]

    async def register_job_values(self, job_uuid: JobId, kpis: Sequence[Kpi]) -> None:
        await self.job(job_uuid)
        self._write(job_uuid, Values(kpis=tuple(kpis)))
        self._kpis.setdefault(job_uuid, {}).update({kpi.key: kpi for kpi in kpis})

    async def finish_job(self, job_uuid: JobId, end: JobEnd) -> JobRecord:
        await self._check_transition(job_uuid, end.status)
        await self.files([use.file for use in end.uses])
        self._check_paths(end.outputs)
        self._write(job_uuid, end)
        for file in end.outputs:
            self._keep(job_uuid, file, JOB_DIR)
        self._use(job_uuid, end.uses)
        self._kpis.setdefault(job_uuid, {}).update({kpi.key: kpi for kpi in end.kpis})
        return self._move(job_uuid, end.status, end.reason)

    async def report_reuse(self, job_uuid: JobId, reuse: Reuse) -> None:
        await self.job(job_uuid)
        self._write(job_uuid, reuse)

    async def report_progress(self, job_uuid: JobId, progress: Progress) -> None:
        await self.job(job_uuid)
        self._write(job_uuid, progress)

    async def report_cycle(self, job_uuid: JobId, values: Mapping[str, float]) -> None:
        await self.job(job_uuid)
        self._write(job_uuid, Cycle(values=dict(values)))

    async def _check_transition(self, job_uuid: JobId, to: JobStatus) -> None:
        job = await self.job(job_uuid)
        if to not in job.status.successors:
            raise IllegalTransition(f"job {job.number} is {job.status.key} and cannot become {to.key}")

    def _check_paths(self, files: Sequence[NewFile]) -> None:
        taken = {file.path: file.id for file in self._files.values()}
        for file in files:
            if taken.setdefault(file.file_path, file.id) != file.id:
                raise InvalidInput(f"{file.file_path}: this file is registered already")

    def _keep(self, job_uuid: JobId, file: NewFile, directory: int) -> FileRecord:
        record = FileRecord(
            id=file.id,
            project=self.project,
            job=job_uuid,
            param_name=file.param_name,
            path=file.file_path,
            directory=directory,
            file_type=file.file_type,
            sub_type=file.sub_type,
            content_flag=file.content_flag,
            annotation=file.annotation,
            checksum=file.checksum,
            size=file.size,
            facts=file.facts,
            digests=file.digests,
            derived_from=file.derived_from,
        )
        return self._files.setdefault(file.id, record)

    def _use(self, job_uuid: JobId, uses: Sequence[InputUse]) -> None:
        self._uses.setdefault(job_uuid, {}).update(dict.fromkeys(uses))

    def _move(self, job_uuid: JobId, to: JobStatus, reason: str) -> JobRecord:
        job, now = self._jobs[job_uuid], datetime.now(UTC)
        if to is JobStatus.RUNNING:
            job = replace(job, started=now)
        if to.is_end:
            job = replace(job, finished=now)
        self._jobs[job_uuid] = replace(job, status=to, exit_reason=reason)
        return self._jobs[job_uuid]


class JournalStore(KeptStore):
    """The store of a runner: every call is a line of the journal; it needs no database.

    Parameters
    ----------
    job
        The top-level job that runs, QUEUED.
    inputs
        The files of the project that it may read.
    """

    def __init__(
        self,
        journal: JournalWriter,
        *,
        project: ProjectId,
        project_name: str,
        project_directory: Path,
        job: JobRecord | None = None,
        inputs: Sequence[FileRecord] = (),
    ) -> None:
        super().__init__(project, project_name, project_directory)
        self._journal = journal
        if job is not None:
            self._jobs[job.id] = job
            self._last_number = int(job.number.split(".")[0])
        self._files.update({file.id: file for file in inputs})

    def _write(self, job: JobId, event: Event) -> None:
        self._journal.write(job, event)
