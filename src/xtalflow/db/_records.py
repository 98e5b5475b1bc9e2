"""What this layer gives out beyond the engine's records: frozen, never a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

from xtalflow import __version__
from xtalflow.engine import FileId, FileRecord, JobId, JobRecord, JobStatus, ProjectId, user_name

KpiValue = float | int | str


class Evaluation(IntEnum):
    """What a user thinks of a job, with CCP4i2's numbers."""

    UNKNOWN = 0
    BEST = 1
    GOOD = 2
    REJECTED = 3


class UseRole(IntEnum):
    """Direction of a file, seen from the job, with CCP4i2's numbers."""

    OUT = 0
    IN = 1


class Role(StrEnum):
    """What somebody may do in a project: readers read, editors write, owners also give roles and delete the project."""

    READER = "reader"
    EDITOR = "editor"
    OWNER = "owner"

    def includes(self, other: Role) -> bool:
        """Whether whoever has this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Scope(StrEnum):
    """What a token opens of all that its account may do: reading, also writing, or all."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def includes(self, other: Scope) -> bool:
        """Whether a token of this scope opens what `other` opens."""
        order = list(Scope)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account; an admin may do everything in every project."""

    id: int
    name: str
    is_admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenRecord:
    """A token for programs, without the token itself."""

    name: str
    scope: Scope
    created: datetime
    expiry: datetime | None = None
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account with what it may do: its roles by the names of projects, and its tokens."""

    person: Person
    has_password: bool
    roles: Mapping[str, Role]
    tokens: tuple[ApiTokenRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who writes, and from where: kept with every job made and every event."""

    user: str = field(default_factory=user_name)
    client: str = "python"
    version: str = __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    """One project; `last_job_number` counts its top-level jobs, deleted ones included."""

    id: ProjectId
    name: str
    directory: Path
    description: str = ""
    created: datetime
    last_access: datetime
    last_job_number: int = 0
    tags: tuple[str, ...] = ()
    is_archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSummary:
    """A project as a list shows it.

    Attributes
    ----------
    jobs
        How many top-level jobs of each status it has; a status of none is left out.
    files, size
        How many registered files are there, and their bytes; what is there under two names counts once.
    """

    project: ProjectRecord
    jobs: Mapping[JobStatus, int] = field(default_factory=dict)
    files: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A job as a list shows it.

    Attributes
    ----------
    progress, cycle_values
        What a running job reported last, as JSON; empty for others.
    children
        How many child jobs it has, those of the next level only.
    """

    job: JobRecord
    evaluation: Evaluation = Evaluation.UNKNOWN
    comments: str = ""
    kpis: Mapping[str, KpiValue] = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)
    cycle_values: Mapping[str, float] = field(default_factory=dict)
    children: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file with its project and the number of its job; empty if no job made or imported it."""

    file: FileRecord
    project: str
    directory: Path
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Projects, jobs and files that a text leads to, the newest first; of each as many as were asked for at most."""

    projects: tuple[ProjectRecord, ...]
    jobs: tuple[tuple[str, JobSummary], ...]
    """Jobs with the names of their projects."""
    files: tuple[FoundFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedFile:
    """A file of a job, under the name of the parameter that it is there."""

    param_name: str
    file: FileRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDetail:
    """All of one job, with its children in the order of their numbers.

    Attributes
    ----------
    progress
        The latest `Progress` of a running job, as JSON; empty when nothing was reported.
    cycle_values
        The values of its latest cycle.
    cloned_from
        Number of the job whose parameters were taken; empty if that was none, or is deleted.
    reused_from
        Number of the job whose results were taken; empty if that was none, or is deleted.
    reuse
        Why results of an earlier job were taken, or were not.
    user
        Who made it; of an imported job as its record says.
    """

    job: JobRecord
    evaluation: Evaluation = Evaluation.UNKNOWN
    comments: str = ""
    cloned_from: str = ""
    reused_from: str = ""
    reuse: str = ""
    user: str = ""
    client: str = ""
    host: str = ""
    xtalflow_version: str = ""
    program_versions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)
    cycle_values: Mapping[str, float] = field(default_factory=dict)
    kpis: Mapping[str, KpiValue] = field(default_factory=dict)
    inputs: tuple[UsedFile, ...] = ()
    outputs: tuple[UsedFile, ...] = ()
    children: tuple[JobDetail, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNeighbours:
    """Numbers of the jobs before and after one, at its level; None at an end."""

    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdge:
    """A job wrote (OUT) or reads (IN) a file as one of its parameters."""

    file: FileId
    job: JobId
    role: UseRole
    param_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A pipeline's output is its child's file: the same bytes under two names."""

    file: FileId
    origin: FileId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceGraph:
    """Jobs and files of one project, and how they hang together; jobs in the order of their numbers."""

    start: JobId
    jobs: tuple[JobRecord, ...]
    files: tuple[FileRecord, ...]
    edges: tuple[FileEdge, ...]
    derivations: tuple[Derivation, ...]
    sources: Mapping[FileId, str]
    """Where imported files came from: the path as the user gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependent:
    """A top-level job that reads files of others, whose numbers these are."""

    job: JobRecord
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionPlan:
    """What goes if jobs are deleted, and what depends on them.

    Attributes
    ----------
    jobs
        Those that are asked about, in the order of their numbers.
    dependents
        Those that read their files, or files of such: they cannot stay.
    clones
        Numbers of jobs that stay, and were cloned from these or re-used them.
    children, files
        How many child jobs and made files go, those of dependents included.
    imports, kept_imports
        Paths of imported files that go, and of those that stay because others read them.
    """

    jobs: tuple[JobRecord, ...]
    dependents: tuple[Dependent, ...]
    clones: tuple[str, ...]
    children: int
    files: int
    imports: tuple[str, ...]
    kept_imports: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One line of a project's history."""

    seq: int
    time: datetime
    job: JobId | None
    kind: str
    who: str
    where_from: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One run of a top-level job.

    Attributes
    ----------
    handle
        What its executor finds it by, on the machine `host`; empty until it was submitted.
    owner, lease_until
        The supervisor that holds it, and until when without a renewal.
    """

    job: JobId
    project: ProjectId
    epoch: int
    state: str
    token: str
    executor: str = ""
    handle: Mapping[str, Any] = field(default_factory=dict)
    host: str = ""
    owner: str = ""
    lease_until: datetime | None = None
    cancel_requested: datetime | None = None
    exit_code: int | None = None
    signal: str = ""
    reason: str = ""
    resources: Mapping[str, Any] = field(default_factory=dict)
    journal_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingJob:
    """A top-level job that is queued or running.

    Attributes
    ----------
    user
        Whose it is, if that is an account.
    attempt
        Its open run; None if the process that made it runs it itself.
    queued
        When the run was queued.
    waits_for
        Numbers of the jobs that must finish before.
    """

    project: str
    job: JobSummary
    user: str
    priority: int
    attempt: AttemptRecord | None
    queued: datetime | None
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """How far a running job is: its latest `Progress` as JSON, and the values of its latest cycle."""

    number: str
    progress: Mapping[str, Any]
    cycle: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectNews:
    """Events of a project, and the jobs that they are about as they are now; a deleted one is not among them."""

    project: ProjectId
    events: tuple[EventRecord, ...]
    jobs: Mapping[JobId, JobSummary]
