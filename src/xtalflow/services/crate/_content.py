"""What a crate tells: jobs with all below them, their files, values and papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xtalflow.engine import FileId, FileRecord

from ._values import TaskMeanings

if TYPE_CHECKING:
    from xtalflow.db import JobDetail

WORKFLOW_FILE = "jobs.sh"
"""The commands that make the jobs again, in the crate's folder: the main workflow of every crate."""
README_FILE = "README.md"
"""What people read first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFile:
    """A file that a job wrote about itself, such as its log; it has no row of its own.

    `path` is below the project's folder, with ``/``.
    """

    path: str
    title: str
    format: str
    size: int
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrateContent:
    """All that a crate tells, gathered from the record and the project's folder.

    Attributes
    ----------
    jobs
        Those asked for, with all below them.
    values
        By number of the job, the values of its parameters by path.
    meanings
        By task, what it says of itself.
    papers
        By number of the job, what it wrote about itself.
    commands, readme
        The texts of `WORKFLOW_FILE` and `README_FILE`.
    can_be_made_again
        Whether the commands make at least one of the jobs.
    licence
        An SPDX name, a URL, or nothing.
    """

    project: str
    description: str
    jobs: Sequence[JobDetail]
    values: Mapping[str, Mapping[str, Any]]
    meanings: Mapping[str, TaskMeanings]
    papers: Mapping[str, Sequence[PaperFile]]
    commands: str
    readme: str
    licence: str
    version: str
    made: datetime
    can_be_made_again: bool = True


def crate_files(jobs: Iterable[JobDetail]) -> dict[FileId, FileRecord]:
    """The files that jobs and those below them read or made, each once."""
    found: dict[FileId, FileRecord] = {}
    for job in jobs:
        found |= {used.file.id: used.file for used in (*job.inputs, *job.outputs)}
        found |= crate_files(job.children)
    return found


def all_jobs(jobs: Iterable[JobDetail]) -> list[JobDetail]:
    """Jobs with all below them, in the order of their numbers."""
    return [each for job in jobs for each in (job, *all_jobs(job.children))]
