"""What a store keeps and gives back: frozen records, never a database model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from xtalflow.plugin import JobStatus

ProjectId = NewType("ProjectId", UUID)
JobId = NewType("JobId", UUID)
FileId = NewType("FileId", UUID)

JOB_DIR = 1
"""`FileRecord.directory` of a file in its job's folder, as CCP4i2 numbers it."""
IMPORT_DIR = 2
"""`FileRecord.directory` of a file in CCP4_IMPORTED_FILES, as CCP4i2 numbers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """One job."""

    id: JobId
    project: ProjectId
    number: str
    task: str
    title: str = ""
    status: JobStatus = JobStatus.PENDING
    parent: JobId | None = None
    task_version: str = ""
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    exit_reason: str = ""

    @property
    def folder(self) -> str:
        """Path of the job's folder below the project's: ``CCP4_JOBS/job_3/job_1``."""
        return job_folder(self.number)


def job_folder(number: str) -> str:
    """Path of a job's folder below its project's: ``3.1`` gives ``CCP4_JOBS/job_3/job_1``."""
    return "/".join(["CCP4_JOBS", *(f"job_{part}" for part in number.split("."))])


class Absence(StrEnum):
    """Why a file that is on record is not there."""

    PURGED = "purged"
    NOT_IMPORTED = "not imported"

    @property
    def sentence(self) -> str:
        """The same about a file, as ``it was purged``."""
        return "it was purged" if self is Absence.PURGED else "it was not there when its project was imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file of a project.

    Attributes
    ----------
    job
        The job that made or imported it.
    path
        Below the project's folder, with ``/``.
    file_type
        The MIME type of its class, such as ``application/CCP4-mtz-observed``.
    facts
        What its content says (cell, space group, columns …), as JSON.
    digests
        SHA-256 of its scientific content by kind (``reflections``, ``free_set``, ``coordinates``, ``restraints``).
    derived_from
        The child's file of which this output of a pipeline is a hard link.
    available
        False if it is not there; of a file that was purged the row and its checksum stay.
    """

    id: FileId
    project: ProjectId
    job: JobId | None
    param_name: str
    path: str
    directory: int
    file_type: str
    sub_type: int | None = None
    content_flag: int | None = None
    annotation: str = ""
    checksum: str = ""
    size: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    derived_from: FileId | None = None
    available: bool = True

    @property
    def absence(self) -> Absence | None:
        """Why it is not there; None if it is. Only a file that was there once has a checksum."""
        if self.available:
            return None
        return Absence.PURGED if self.checksum else Absence.NOT_IMPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file on disk about to be registered; the fields are those of `FileRecord`.

    `file_path` is below the project's folder, with ``/``.
    """

    id: FileId
    file_path: str
    file_type: str
    param_name: str
    annotation: str = ""
    sub_type: int | None = None
    content_flag: int | None = None
    checksum: str = ""
    size: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    derived_from: FileId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewImport:
    """A copy in CCP4_IMPORTED_FILES about to be registered, and where it came from."""

    file: NewFile
    source_path: str
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputUse:
    """A job reads a file as one of its parameters."""

    file: FileId
    param_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A key performance indicator: a finite float, an integer or a text."""

    key: str
    value: float | int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job about to be made.

    `number` and `id` are given for child jobs (numbered by the parent's runner); a store numbers top-level jobs
    itself. `status` is PENDING, or QUEUED for a child, which starts at once. `parameters` are those given, by path.
    `cloned_from` is the job whose parameters were taken. Of jobs that wait, those of higher `priority` are run first,
    and none before the jobs `after` which it is to run have finished. `resources` is what its run asks for.
    """

    task: str
    title: str = ""
    task_version: str = ""
    parent: JobId | None = None
    number: str | None = None
    id: JobId | None = None
    status: JobStatus = JobStatus.PENDING
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cloned_from: JobId | None = None
    priority: int = 0
    after: tuple[JobId, ...] = ()
    resources: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnd:
    """All that belongs to the end of a job, kept together or not at all."""

    status: JobStatus
    reason: str = ""
    outputs: Sequence[NewFile] = ()
    uses: Sequence[InputUse] = ()
    kpis: Sequence[Kpi] = ()
    program_versions: Mapping[str, str] = field(default_factory=dict)
    host: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """Whether a job takes the results of an earlier one.

    Attributes
    ----------
    source, number
        The earlier job.
    is_reused
        Whether its results are taken.
    reason
        Why, or why not, as words.
    """

    source: JobId
    number: str
    is_reused: bool
    reason: str

    @property
    def sentence(self) -> str:
        """``re-used from 3.2: same task …`` or ``not re-used from 3.2: NCYCLES was 10, is 5``."""
        return f"{'re-used from' if self.is_reused else 'not re-used from'} {self.number}: {self.reason}"
