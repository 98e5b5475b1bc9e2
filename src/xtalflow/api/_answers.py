"""What REST answers: the documents of the command line's ``--json``, with their types.

An answer that has more than is written here, or less, is an error of ours and no answer: nothing is left out silently.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-03-09T14:05:12.250Z"])]
Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"}, examples=["0d5cba0e-7a4c-4a6e-9a34-0f8f3e6a1c11"])]
Number = Annotated[str, Field(description="Number of a job", examples=["3.1"])]
Kpis = Annotated[dict[str, float | int | str], Field(examples=[{"RFactor": 0.1782, "RFree": 0.2134}])]
Status = Literal[
    "unknown",
    "pending",
    "queued",
    "running",
    "interrupted",
    "failed",
    "finished",
    "running_remotely",
    "file_holder",
    "to_delete",
    "unsatisfactory",
]
Rating = Literal["unknown", "best", "good", "rejected"]
RoleName = Literal["owner", "editor", "reader"]
ScopeName = Literal["read", "write", "admin"]


class Answer(BaseModel):
    """A document whose members are all known."""

    model_config = ConfigDict(extra="forbid")


class Page(Answer, Generic[T]):
    """A part of a list; `next` and `previous` are cursors of the parts after and before, null where there is none."""

    items: list[T]
    total: int | None = Field(description="Rows of the whole list; null where counting them would take too long")
    next: str | None
    previous: str | None


class ServerAnswer(Answer):
    """The server, and who asks it."""

    name: str = Field(examples=["xtalflow"])
    version: str
    person: str = Field(description="Name of the account that asks", examples=["rosalind"])
    is_admin: bool = Field(description="Whether that account may do everything in every project")
    scope: ScopeName = Field(description="What the token opens of all that the account may do")


class ProjectAnswer(Answer):
    """A project."""

    name: str = Field(examples=["lysozyme"])
    uuid: Uuid
    directory: str = Field(description="Its folder on the server", examples=["/data/xtalflow/lysozyme"])
    description: str
    created: Time
    last_access: Time
    last_job_number: str
    tags: list[str] = Field(examples=[["to be published"]])
    archived: bool


class ProjectRow(ProjectAnswer):
    """A project of a list."""

    jobs: int = Field(description="Jobs of the top level")
    jobs_by_status: dict[Status, int]
    registered_files: int
    registered_size: int = Field(description="Bytes of the registered files")


class ProjectSizeAnswer(Answer):
    """What goes if a project is deleted."""

    project: str
    uuid: Uuid
    directory: str
    jobs: int
    files: int
    size: int = Field(description="Bytes")


class DeletedProjectAnswer(ProjectSizeAnswer):
    """What went, and the folder from which it can be brought back; null if its folder was gone."""

    trash: str | None


class ImportedTable(Answer):
    """What becomes of the rows of a table of an archive."""

    table: str = Field(examples=["job"])
    in_file: int
    imported: int
    remarks: list[str] = Field(description="What is odd about rows, those that are left out among them")


class ImportAnswer(Answer):
    """A project that was imported, would be, or is here already."""

    outcome: Literal["imported", "planned", "known"]
    project: str | None = Field(description="What the project is called here; null if it is not here")
    name: str = Field(description="What it is, or would be, called")
    uuid: Uuid
    jobs: int
    files: int
    tables: list[ImportedTable]
    missing: list[str] = Field(description="Places of files that are on record and not there")
    new_jobs: list[str] = Field(description="Jobs of the archive that the project which is here has not")
    remarks: list[str]


class MemberAnswer(Answer):
    """Somebody with a role in a project."""

    name: str
    role: RoleName


class JobHead(Answer):
    """What every list tells of a job."""

    project: str
    number: Number
    uuid: Uuid
    task: str = Field(examples=["servalcat_refine"])
    title: str
    status: Status
    outcome: str | None = Field(description="How it ended; null while it has not")
    error: str | None = Field(description="Why it did not end well")
    created: Time
    started: Time | None
    finished: Time | None
    duration_s: float | None = Field(description="Seconds")


class JobSummary(JobHead):
    """A job of a list."""

    evaluation: Rating
    comments: str
    kpis: Kpis


class JobRow(JobSummary):
    """A job of a page."""

    parent: Number | None
    depth: int = Field(description="0 of the top level")
    children: int = Field(description="How many it has")
    progress: dict[str, Any] | None = Field(description="Of a running job")
    cycle: dict[str, float] | None = Field(description="Values of the latest cycle of a running job")


class FileAnswer(Answer):
    """A file, as a parameter of the job that shows it."""

    param: str = Field(description="Path of the parameter below its section", examples=["FREEROUT"])
    path: str
    type: str = Field(examples=["application/CCP4-mtz-freerflag"])
    checksum: str = Field(description="SHA-256 of its bytes, in hexadecimal digits")
    uuid: Uuid
    size: int = Field(description="Bytes")
    sub_type: int | None
    content_flag: int | None
    annotation: str
    facts: dict[str, Any] = Field(
        description="What its content says: cell, space group, resolution, columns, chains …",
        examples=[{"space_group": "P 43 21 2", "cell": [79.1, 79.1, 37.9, 90.0, 90.0, 90.0], "d_min": 1.6}],
    )
    digests: dict[str, str] = Field(description="SHA-256 of its scientific content, by kind")
    available: bool = Field(description="False if it is on record and not there")
    absence: Literal["purged", "not imported"] | None = Field(
        description="Why it is not there: it was purged, or did not come when its project was imported"
    )


class ListedFile(FileAnswer):
    """A file of a list."""

    project: str
    job: Number | None = Field(description="The job that made it, or imported it first")
    imported_from: str | None = Field(description="The path that its user gave")


class CreatedBy(Answer):
    """The client that made a job."""

    client: str = Field(examples=["rest"])
    version: str


class JobBelow(JobHead):
    """All of a job, with all below it."""

    folder: str
    kpis: Kpis
    inputs: list[FileAnswer]
    files: list[FileAnswer] = Field(description="Outputs")
    children: list[JobBelow]
    evaluation: Rating
    comments: str
    cloned_from: Number | None
    reused_from: Number | None
    reuse: str | None = Field(description="Why results of an earlier job were taken, or were not")
    user: str
    host: str
    created_by: CreatedBy
    program_versions: dict[str, str]
    parameters: dict[str, Any] = Field(description="Parameters given, by path")
    progress: dict[str, Any] | None
    cycle: dict[str, float] | None = Field(description="Values of the latest cycle of a running job")


class JobAnswer(JobBelow):
    """All of a job."""

    directory: str
    warnings: list[str]


class FindingAnswer(Answer):
    """Something that is wrong with the parameters of a job, or remarked on them."""

    path: str = Field(examples=["inputData.F_SIGF"])
    severity: str = Field(examples=["error"])
    code: int = Field(description="CCP4i2's number of the error in the class of the parameter")
    text: str


class CheckAnswer(Answer):
    """Whether a job could be run, with all that is wrong at once."""

    can_run: bool
    findings: list[FindingAnswer]
    command: str = Field(description="The command line that would make it")


class CommandAnswer(Answer):
    """The command line that would make a job."""

    command: str


class Dependent(JobHead):
    """A job that reads files of jobs that are to be deleted."""

    reads: list[Number]


class DeletionAnswer(Answer):
    """What goes if jobs are deleted, and what depends on them."""

    project: str
    jobs: list[JobHead]
    dependents: list[Dependent] = Field(description="Jobs that read their files, and would have to go with them")
    clones: list[Number]
    children: int
    registered_files: int
    imports: list[str]
    kept_imports: list[str]
    files: int
    size: int = Field(description="Bytes")


class DeletedJobsAnswer(DeletionAnswer):
    """What went, and the entry of the trash that brings it back."""

    entry: str
    trash: str


class TrashedJob(Answer):
    """A job in the trash."""

    number: Number
    task: str


class TrashAnswer(Answer):
    """An entry of the trash of a project."""

    project: str
    entry: str = Field(examples=["job_3"])
    deleted: Time | None
    who: str
    jobs: list[TrashedJob]
    files: int
    size: int
    problem: str = Field(description="Why nobody can tell which jobs it holds; empty if that is known")


class ParameterAnswer(Answer):
    """A parameter of a task."""

    path: str = Field(examples=["controlParameters.NCYCLES"])
    class_: str = Field(alias="class", examples=["CInt"])
    label: str
    default: Any
    state: str
    value: Any
    required: bool
    help: str
    qualifiers: dict[str, Any]
    item: str = Field(default="", description="Of a list: the class of its items")
    parts: list[ParameterAnswer] = Field(default=[], description="Of a composite")


class JobParameterAnswer(Answer):
    """A parameter of a job: as it was asked for, as it ran with it, and whether that is the default."""

    path: str = Field(examples=["controlParameters.NCYCLES"])
    name: str
    label: str
    help: str
    default: Any
    asked: Any
    ran: Any = Field(description="Null while it has not run")
    is_file: bool
    is_set: bool
    differs: bool = Field(description="Whether it was set to something else than its default")
    changed: bool = Field(description="Whether the run changed it")
    expert: bool


class ParameterSection(Answer):
    """Inputs, or controls."""

    title: str
    parameters: list[JobParameterAnswer]


class JobParametersAnswer(Answer):
    """The parameters of a job by section, and the command line that would make it again."""

    sections: list[ParameterSection]
    has_run: bool
    command: str


class GraphNode(Answer):
    """A job or a file."""

    id: Uuid
    kind: Literal["job", "file"]
    project: str = ""
    number: str = ""
    uuid: str = ""
    task: str = ""
    title: str = ""
    status: str = ""
    outcome: str | None = None
    error: str | None = None
    created: str | None = None
    started: str | None = None
    finished: str | None = None
    duration_s: float | None = None
    param: str = ""
    path: str = ""
    name: str = ""
    type: str = ""
    checksum: str = ""
    annotation: str = ""
    imported_from: str | None = None
    absence: Literal["purged", "not imported"] | None = None


class GraphEdge(Answer):
    """Data that go from a job to a file, from a file to a job, or from a file to its copy."""

    from_: str = Field(alias="from")
    to: str
    kind: Literal["input", "output", "copy"]
    param: str


class GraphAnswer(Answer):
    """Where a job's files came from, and what was made of them."""

    project: str
    number: Number
    uuid: Uuid
    nodes: list[GraphNode]
    edges: list[GraphEdge]


class EventAnswer(Answer):
    """Something that happened in a project."""

    seq: int
    time: Time
    kind: str = Field(examples=["status"])
    who: str
    where_from: str
    job: str | None = Field(description="Uuid of the job concerned")
    data: dict[str, Any]


class HistoryAnswer(Answer):
    """A part of the history of a project, the oldest first; `next` is what to ask for as `after`, null at the end."""

    items: list[EventAnswer]
    next: int | None


class JobKpis(Answer):
    """The indicators of a job."""

    project: str
    number: Number
    uuid: Uuid
    task: str
    title: str
    status: Status
    kpis: Kpis


class KpiRow(JobKpis):
    """A job of a table of indicators."""

    created: Time
    finished: Time | None
    duration_s: float | None
    evaluation: Rating


class KpiTableAnswer(Page[KpiRow]):
    """Jobs with their indicators, and the keys that these have."""

    keys: list[str] = Field(examples=[["RFactor", "RFree"]])


class FoundFile(FileAnswer):
    """A file that was found, and the job that it is from."""

    project: str
    job: Number | None


class FoundAnswer(Answer):
    """What a text leads to."""

    projects: list[ProjectAnswer]
    jobs: list[JobSummary]
    files: list[FoundFile]


class HolderAnswer(Answer):
    """The process that holds a run."""

    host: str
    pid: int


class AttemptAnswer(Answer):
    """A run."""

    epoch: int
    state: str
    executor: str
    host: str | None
    held_by: HolderAnswer | None
    lease_until: Time | None
    cancel_requested: Time | None
    resources: dict[str, Any]


class RunningJob(JobRow):
    """A job that runs or waits."""

    user: str | None
    priority: int
    queued: Time | None
    waits_for: list[str]
    attempt: AttemptAnswer | None


class RunningAnswer(Answer):
    """What runs, and what waits; `total` counts also those that are not told of."""

    total: int
    jobs: list[RunningJob]


class TaskAnswer(Answer):
    """A task; `error` says why it cannot be used here, `missing` what it, or a step that it may take, does not find."""

    name: str = Field(examples=["refine_pipeline"])
    title: str
    version: str
    category: str
    summary: str
    programs: list[str]
    missing: list[str]
    error: str | None


class TaskDetailAnswer(TaskAnswer):
    """A task with all its parameters."""

    parameters: list[ParameterAnswer]


class UploadAnswer(Answer):
    """A file that was sent; a job takes it as ``{"upload": …}``."""

    upload: str
    name: str
    size: int
    checksum: str = Field(description="SHA-256 of what came, in hexadecimal digits")


class ColumnsAnswer(Answer):
    """A column of a reflection file."""

    label: str
    type: str
    dataset: str


class PreviewAnswer(Answer):
    """The beginning of a text, or the columns of a file of reflections; of other files neither."""

    kind: Literal["text", "reflections", "none"]
    text: str = Field(description="The first lines of a text")
    is_all: bool = Field(description="Whether that is all of it")
    columns: list[ColumnsAnswer]


class TokenAnswer(Answer):
    """A token for programs, without the token itself."""

    name: str
    scope: ScopeName
    created: Time
    expiry: Time | None
    last_used: Time | None


class NewTokenAnswer(Answer):
    """A new token; it is told once."""

    name: str
    token: str
    scope: ScopeName


class ProblemFinding(BaseModel):
    """A parameter that is wrong."""

    path: str
    text: str


class ProblemError(BaseModel):
    """A part of a request that does not follow this description."""

    where: list[str]
    text: str


class ProblemAnswer(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field(examples=["urn:xtalflow:problem:unknown-project"])
    code: str = Field(examples=["unknown-project"])
    title: str
    status: int
    detail: str = Field(description="A sentence for the user")
    findings: list[ProblemFinding] | None = Field(default=None, description="Of `invalid-parameters`")
    errors: list[ProblemError] | None = Field(default=None, description="Of `bad-request`")
