"""What the engine needs of whoever keeps the record of a project.

`AsyncDatabaseHandler` (in `db`), `JournalStore` (here) and the in-memory store of `testing` satisfy `JobStore`;
one contract suite runs on all three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from xtalflow.plugin import CPluginScript, JobStatus, Progress

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


class JobStore(Protocol):
    """Keeps the jobs, files and performance indicators of one project."""

    @property
    def project(self) -> ProjectId:
        """The project."""

    @property
    def project_name(self) -> str:
        """Its name."""

    @property
    def project_directory(self) -> Path:
        """Its folder."""

    async def create_job(self, job: NewJob) -> JobRecord:
        """Make a job; a top-level job gets the project's next number."""

    async def job(self, job_uuid: JobId) -> JobRecord:
        """One job; `UnknownJob` if this project has none such."""

    async def update_job_status(self, job_uuid: JobId, to: JobStatus, *, reason: str = "") -> JobRecord:
        """Move a job to `to` if its status allows it; of two rivals one wins, the other gets `IllegalTransition`."""

    async def files(self, file_uuids: Sequence[FileId]) -> list[FileRecord]:
        """Records of these files in this order; `InvalidInput` names one that this project does not have."""

    async def know_files(self, files: Sequence[FileRecord]) -> None:
        """Learn of files of the project that a job takes over; a store that has them all has nothing to do."""

    async def imported_file(self, checksum: str) -> FileRecord | None:
        """The file in CCP4_IMPORTED_FILES with these bytes (SHA-256), if there is one."""

    async def register_input_files(self, job_uuid: JobId, uses: Sequence[InputUse]) -> None:
        """Record what a job reads; the same use twice is one."""

    async def register_imported_files(self, job_uuid: JobId, imports: Sequence[NewImport]) -> list[FileRecord]:
        """Record copies in CCP4_IMPORTED_FILES and their use by the job; of the same bytes there is one file."""

    async def register_output_files(self, job_uuid: JobId, files: Sequence[NewFile]) -> list[FileRecord]:
        """Record what a job wrote, with its use in the role OUT."""

    async def register_job_values(self, job_uuid: JobId, kpis: Sequence[Kpi]) -> None:
        """Record performance indicators; the last value of a key stands."""

    async def finish_job(self, job_uuid: JobId, end: JobEnd) -> JobRecord:
        """Outputs, uses, indicators and the final status, together or not at all."""

    async def report_reuse(self, job_uuid: JobId, reuse: Reuse) -> None:
        """Record whether a job takes the results of an earlier one, and why."""

    async def report_progress(self, job_uuid: JobId, progress: Progress) -> None:
        """Keep how far a running job is; only the latest counts."""

    async def report_cycle(self, job_uuid: JobId, values: Mapping[str, float]) -> None:
        """Values of one cycle of a running job, such as ``{"cycle": 3, "R1work": 0.231}``."""

    def track_job(self, plugin: CPluginScript) -> AbstractAsyncContextManager[JobRecord]:
        """Keep the record of a plugin while it executes; see `xtalflow.engine.track_job`."""
