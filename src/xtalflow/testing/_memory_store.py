"""A store in memory: what a test of a task needs of a database."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from xtalflow.engine import Event, FileRecord, InputUse, JobId, JobRecord, KeptStore, ProjectId


class InMemoryStore(KeptStore):
    """Keeps the record of a project in this process.

    Parameters
    ----------
    project_directory
        The project's folder; files are really written there.
    """

    def __init__(self, project_directory: Path, *, name: str = "test") -> None:
        super().__init__(ProjectId(uuid4()), name, project_directory)
        self.events: list[tuple[JobId, Event]] = []

    def _write(self, job: JobId, event: Event) -> None:
        self.events.append((job, event))

    @property
    def all_jobs(self) -> list[JobRecord]:
        """Jobs in the order in which they were made."""
        return list(self._jobs.values())

    def outputs_of(self, job: JobId) -> list[FileRecord]:
        """Files that a job made or imported."""
        return [file for file in self._files.values() if file.job == job]

    def uses_of(self, job: JobId) -> list[InputUse]:
        """Files that a job reads."""
        return list(self._uses.get(job, {}))

    def kpis_of(self, job: JobId) -> dict[str, float | int | str]:
        """Performance indicators of a job."""
        return {key: kpi.value for key, kpi in self._kpis.get(job, {}).items()}
