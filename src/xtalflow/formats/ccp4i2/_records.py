"""The record of a CCP4i2 project as its database has it, whatever file it came in.

Names are those of this project; what each is called in the archives and in the SQLite database of CCP4i2 stands in the
readers. Identifiers are those of CCP4i2, times are aware and in UTC. What a file leaves out is None, an empty text or
an empty tuple; what is there is kept as it is, so that a project that is read and written again is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

NATIVE = "xtalflow."
"""Before the name of a task of this program, where a name by itself means one of CCP4i2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2Project:
    """A project; `directory` is where it was."""

    id: UUID
    name: str
    created: datetime | None = None
    directory: str = ""
    last_job_number: int = 0
    user: str = ""
    host: str = ""
    last_access: datetime | None = None
    description: str = ""
    follow_from_job: UUID | None = None
    parent: UUID | None = None
    i1_name: str = ""
    i1_directory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2Job:
    """A job; `number` is dotted below its parent's."""

    id: UUID
    number: str
    task: str
    """As CCP4i2 calls it; that of a task of this program begins with `NATIVE`."""
    status: int
    parent: UUID | None = None
    title: str = ""
    evaluation: int = 0
    created: datetime | None = None
    finished: datetime | None = None
    user_agent: int = 0
    user: str = ""
    task_version: str = ""
    preceding: UUID | None = None
    process_id: int | None = None
    comments: str = ""
    """The one text that the newer dialect keeps; the older keeps `I2Comment`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2File:
    """A file that a job wrote (`path_flag` 1: in its folder) or imported (2: in the folder of imported files)."""

    id: UUID
    name: str
    type: str
    """The MIME type, in the spelling of `file_type_of`; a type that is not known as it stands."""
    job: UUID | None = None
    param: str = ""
    path_flag: int = 1
    sub_type: int | None = None
    content: int | None = None
    annotation: str = ""
    path: str = ""
    """A folder below that of `path_flag`, in the few records that have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2FileUse:
    """A job wrote (role 0) or read (1) a file, or took it in (2) in the oldest records."""

    file: UUID
    job: UUID
    role: int
    param: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2FileImport:
    """Where an imported file came from; `checksum` is an MD5."""

    file: UUID
    id: UUID | None = None
    created: datetime | None = None
    last_modified: datetime | None = None
    checksum: str = ""
    source: str = ""
    annotation: str = ""
    number: int | None = None
    source_file: UUID | None = None
    export_file: UUID | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2FileExport:
    """A copy of a file that was given to the user."""

    file: UUID
    id: UUID | None = None
    name: str = ""
    annotation: str = ""
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class I2Value:
    """An indicator of a job: a number, or a text such as a space group."""

    job: UUID
    key: str
    """In the spelling of `key_type_of`; one that is not known as it stands."""
    value: float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class I2Comment:
    """A remark on a job, or on the project if it names none."""

    text: str
    id: UUID | None = None
    job: UUID | None = None
    user: str = ""
    time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class I2Tag:
    """A word that the project is found by, perhaps below another."""

    text: str
    parent: tuple[str, ...] = ()
    """The words above it, the topmost first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2Association:
    """Files that belong together, each with its part (role)."""

    id: UUID
    type: int = 0
    name: str = ""
    members: tuple[tuple[UUID, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class I2ServerJob:
    """Where a job ran on another machine."""

    job: UUID
    process_id: int | None = None
    machine: str = ""
    user: str = ""
    mechanism: str = ""
    remote_path: str = ""
    custom_code_file: str = ""
    validate: str = ""
    key_file: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2XData:
    """A piece of XML that a job left in the database."""

    job: UUID
    data_class: str
    xml: str
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something in a record that is not as it should be, and what was made of it; nothing is dropped in silence."""

    table: str
    row: int
    """Which row of the table, from 1."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class I2Record:
    """Everything that CCP4i2 records of a project, table by table, in the order of its file.

    What a reader gives holds together: identifiers and job numbers are there once, a job's parent has the number above
    its own, and what a file, a use, a value or a comment belongs to is in the record. Only `I2Job.preceding`,
    `I2Project.follow_from_job`, `I2Project.parent`, `I2FileImport.source_file` and `.export_file` may name something
    that is elsewhere or no more. Two records are equal if all of this is; `rows` and `oddities` tell of the file.
    """

    project: I2Project
    jobs: tuple[I2Job, ...] = ()
    files: tuple[I2File, ...] = ()
    uses: tuple[I2FileUse, ...] = ()
    imports: tuple[I2FileImport, ...] = ()
    exports: tuple[I2FileExport, ...] = ()
    values: tuple[I2Value, ...] = ()
    comments: tuple[I2Comment, ...] = ()
    tags: tuple[I2Tag, ...] = ()
    associations: tuple[I2Association, ...] = ()
    server_jobs: tuple[I2ServerJob, ...] = ()
    xdata: tuple[I2XData, ...] = ()
    project_exports: tuple[datetime, ...] = ()
    project_imports: tuple[datetime, ...] = ()
    rows: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    """How many rows each table of the file had, so that each can be accounted for."""
    oddities: tuple[Oddity, ...] = field(default=(), compare=False)
