"""How much of the disk a project takes, job by job; a file with several names is counted once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import IMPORTED_FILES, TRASH, JobRecord, Usage, UsageMeter

from ._documents import Document

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord

    from ._jobs import FoundJob


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUsage:
    """The bytes of a project, or of a job.

    Attributes
    ----------
    jobs
        Top-level jobs of the project, or children of the job, in the order of their numbers, each with all below it.
    rest
        What is not in the folders of these jobs, by name, in the order in which it was counted.
    """

    project: ProjectRecord
    job: JobRecord | None
    jobs: tuple[tuple[JobRecord, Usage], ...]
    rest: dict[str, Usage]

    @property
    def total(self) -> Usage:
        """All together."""
        return sum((usage for usage in (*(usage for _, usage in self.jobs), *self.rest.values())), Usage())

    def document(self) -> Document:
        """The bytes as JSON values."""
        about = {"project": self.project.name, "directory": str(self.project.directory)}
        if self.job is not None:
            about |= {"number": self.job.number, "task": self.job.task}
        jobs = [
            {"number": job.number, "task": job.task, "title": job.title, "status": job.status.key} | _document(usage)
            for job, usage in self.jobs
        ]
        rest = {name: _document(usage) for name, usage in self.rest.items()}
        return about | {"jobs": jobs} | rest | {"total": _document(self.total)}


async def project_usage(project: ProjectRecord) -> DiskUsage:
    """The bytes of a project's jobs, imported files, trash and papers."""
    jobs = _in_order([summary.job for summary in await db.list_jobs(project.id)])
    return await asyncio.to_thread(_of_project, project, jobs)


async def job_usage(found: FoundJob) -> DiskUsage:
    """The bytes of a job: of its children, and its own; an output that is a child's file is the child's."""
    children = [summary.job for summary in await db.list_jobs(found.project.id, parent=found.job.id)]
    return await asyncio.to_thread(_of_job, found, _in_order(children))


def _in_order(jobs: Sequence[JobRecord]) -> list[JobRecord]:
    """Jobs by number; they come with the newest first."""
    return list(reversed(jobs))


def _of_project(project: ProjectRecord, jobs: Sequence[JobRecord]) -> DiskUsage:
    meter, directory = UsageMeter(), project.directory
    measured = tuple((job, meter.measure(directory / job.folder)) for job in jobs)
    rest = {"imported": meter.measure(directory / IMPORTED_FILES), "trash": meter.measure(directory / TRASH)}
    rest["other"] = meter.measure(directory)
    return DiskUsage(project=project, job=None, jobs=measured, rest=rest)


def _of_job(found: FoundJob, children: Sequence[JobRecord]) -> DiskUsage:
    meter, directory = UsageMeter(), found.project.directory
    measured = tuple((job, meter.measure(directory / job.folder)) for job in children)
    return DiskUsage(project=found.project, job=found.job, jobs=measured, rest={"own": meter.measure(found.folder)})


def _document(usage: Usage) -> Document:
    return {"files": usage.files, "size": usage.size}
