"""The one-by-one forms of a store, written in terms of its bulk forms."""

from __future__ import annotations

import abc
import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import UUID, uuid4

from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript, JobStatus, Progress

from ._files import sha256_of
from ._records import (
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


class JobStoreBase(abc.ABC):
    """Base of every `JobStore`: what a program that embeds xtalflow calls for one file or one value."""

    project: ProjectId
    project_name: str
    project_directory: Path

    @abc.abstractmethod
    async def create_job(self, job: NewJob) -> JobRecord: ...
    @abc.abstractmethod
    async def job(self, job_uuid: JobId) -> JobRecord: ...
    @abc.abstractmethod
    async def update_job_status(self, job_uuid: JobId, to: JobStatus, *, reason: str = "") -> JobRecord: ...
    @abc.abstractmethod
    async def files(self, file_uuids: Sequence[FileId]) -> list[FileRecord]: ...
    @abc.abstractmethod
    async def know_files(self, files: Sequence[FileRecord]) -> None: ...
    @abc.abstractmethod
    async def imported_file(self, checksum: str) -> FileRecord | None: ...
    @abc.abstractmethod
    async def register_input_files(self, job_uuid: JobId, uses: Sequence[InputUse]) -> None: ...
    @abc.abstractmethod
    async def register_imported_files(self, job_uuid: JobId, imports: Sequence[NewImport]) -> list[FileRecord]: ...
    @abc.abstractmethod
    async def register_output_files(self, job_uuid: JobId, files: Sequence[NewFile]) -> list[FileRecord]: ...
    @abc.abstractmethod
    async def register_job_values(self, job_uuid: JobId, kpis: Sequence[Kpi]) -> None: ...
    @abc.abstractmethod
    async def finish_job(self, job_uuid: JobId, end: JobEnd) -> JobRecord: ...
    @abc.abstractmethod
    async def report_reuse(self, job_uuid: JobId, reuse: Reuse) -> None: ...
    @abc.abstractmethod
    async def report_progress(self, job_uuid: JobId, progress: Progress) -> None: ...
    @abc.abstractmethod
    async def report_cycle(self, job_uuid: JobId, values: Mapping[str, float]) -> None: ...

    async def register_input_file(self, job_uuid: UUID, file_uuid: UUID, param_name: str) -> None:
        """Record that a job reads a file."""
        await self.register_input_files(JobId(job_uuid), [InputUse(file=FileId(file_uuid), param_name=param_name)])

    async def register_imported_file(
        self,
        job_uuid: UUID,
        *,
        file_path: Path,
        file_type: str,
        param_name: str,
        source_path: Path,
        annotation: str = "",
    ) -> FileRecord:
        """Record a copy in CCP4_IMPORTED_FILES; `file_path` is where it is."""
        file = await asyncio.to_thread(self._new_file, file_path, file_type, param_name, annotation=annotation)
        imported = NewImport(file=file, source_path=str(source_path))
        return (await self.register_imported_files(JobId(job_uuid), [imported]))[0]

    async def register_output_file(
        self,
        job_uuid: UUID,
        *,
        file_path: Path,
        file_type: str,
        param_name: str,
        annotation: str = "",
        sub_type: int | None = None,
        content_flag: int | None = None,
    ) -> FileRecord:
        """Record a file that a job wrote; `file_path` is where it is."""
        file = await asyncio.to_thread(
            self._new_file,
            file_path,
            file_type,
            param_name,
            annotation=annotation,
            sub_type=sub_type,
            content_flag=content_flag,
        )
        return (await self.register_output_files(JobId(job_uuid), [file]))[0]

    async def register_job_float_value(self, job_uuid: UUID, key: str, value: float) -> None:
        """Record a number, a float or an integer."""
        await self.register_job_values(JobId(job_uuid), [Kpi(key=key, value=value)])

    async def register_job_char_value(self, job_uuid: UUID, key: str, value: str) -> None:
        """Record a text, such as a space group."""
        await self.register_job_values(JobId(job_uuid), [Kpi(key=key, value=value)])

    def track_job(self, plugin: CPluginScript) -> AbstractAsyncContextManager[JobRecord]:
        """Keep the record of a plugin while it executes."""
        from ._tracking import track_job

        return track_job(self, plugin)

    def _new_file(
        self,
        file_path: Path,
        file_type: str,
        param_name: str,
        *,
        annotation: str,
        sub_type: int | None = None,
        content_flag: int | None = None,
    ) -> NewFile:
        inside, directory = (self.project_directory / file_path).resolve(), self.project_directory.resolve()
        if not inside.is_relative_to(directory):
            raise InvalidInput(f"{file_path}: not in the folder of the project {self.project_name}")
        return NewFile(
            id=FileId(uuid4()),
            file_path=inside.relative_to(directory).as_posix(),
            file_type=file_type,
            param_name=param_name,
            annotation=annotation,
            sub_type=sub_type,
            content_flag=content_flag,
            checksum=sha256_of(inside),
            size=inside.stat().st_size,
        )
