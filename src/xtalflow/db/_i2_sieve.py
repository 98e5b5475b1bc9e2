"""What of CCP4i2's record the tables can hold; each row that they cannot is named, with the reason."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TypeVar
from uuid import UUID

from xtalflow.engine import IMPORT_DIR, IMPORTED_FILES, job_folder
from xtalflow.errors import InvalidInput
from xtalflow.formats.ccp4i2 import (
    NATIVE,
    I2Association,
    I2Comment,
    I2File,
    I2FileExport,
    I2FileImport,
    I2FileUse,
    I2Job,
    I2Project,
    I2Record,
    I2ServerJob,
    I2Tag,
    I2Value,
    I2XData,
    Oddity,
)
from xtalflow.plugin import HOSTED, JobStatus

from ._clean import clean_number, clean_path, clean_text
from ._job_numbers import LAST_NUMBER, number_key

_Row = TypeVar("_Row")
_OfJob = TypeVar("_OfJob", I2FileUse, I2Value, I2ServerJob, I2XData)
_OfFile = TypeVar("_OfFile", I2FileUse, I2FileImport, I2FileExport)
_LARGEST = 2**31 - 1
_NO_PART_OF_A_TASK = re.compile(r"[^A-Za-z0-9_.-]")
NO_TASK = "unknown"
"""The task of a job that names none."""
WAS_RUNNING = "was running when the archive was made"
WAS_QUEUED = "was queued when the archive was made"
ABANDONED = {JobStatus.RUNNING.value: WAS_RUNNING, JobStatus.QUEUED.value: WAS_QUEUED}
"""Statuses of jobs that nothing runs any more, and what is said of them."""
EVALUATIONS = range(4)
ASSOCIATION_TYPES = range(2)
ASSOCIATION_ROLES = range(3)
READ, TAKEN_IN = 1, 2
"""Roles of a file for the job that reads it; the second in the oldest records only."""


def task_here(told: str) -> str:
    """The name of a task by what a record says: one of CCP4i2's, unless it says that it is one of this program."""
    if told.startswith(NATIVE):
        return told.removeprefix(NATIVE) or NO_TASK
    return f"{HOSTED}{told or NO_TASK}"


class _LeftOut(Exception):
    """A row cannot be kept; the text says why."""


def sound_record(record: I2Record) -> I2Record:
    """The rows of a record that the tables can hold; what was left out or changed is among the oddities."""
    return _Sieve(record).sound()


def places_of(record: I2Record) -> dict[UUID, str]:
    """Where each file of a sound record is, below the project's folder.

    Of several rows with one place the first has it; another gets one beside it, which has its uuid in its name.
    """
    numbers = {job.id: job.number for job in record.jobs}
    taken: set[str] = set()
    places = {}
    for file in record.files:
        place = place_of(file, numbers.get(file.job, "") if file.job else "")
        if place in taken:
            path = PurePosixPath(place)
            place = str(path.with_name(f"{path.stem}_{file.id.hex}{path.suffix}"))
        taken.add(place)
        places[file.id] = place
    return places


def place_of(file: I2File, number: str) -> str:
    """Where a file is that belongs to the job of this number; `InvalidInput` if that is no place in the project."""
    if file.path_flag == IMPORT_DIR:
        folder = IMPORTED_FILES
    elif number:
        folder = job_folder(number)
    else:
        raise InvalidInput("it belongs to no job, and is no imported file")
    below = file.path.strip("/") if not file.path.startswith("/") else ""
    if below.startswith("CCP4_"):
        return clean_path(f"{below}/{file.name}")
    return clean_path("/".join(part for part in (folder, below, file.name) if part))


@dataclass(slots=True)
class _Sieve:
    record: I2Record
    oddities: list[Oddity] = field(default_factory=list)
    row: int = 1
    """The one that is looked at."""

    numbers: dict[UUID, str] = field(default_factory=dict)
    """Numbers of the jobs that are kept."""
    known: set[UUID] = field(default_factory=set)
    """Files that are kept."""

    def sound(self) -> I2Record:
        record = self.record
        project, jobs = self._project(), self._jobs()
        self.numbers = {job.id: job.number for job in jobs}
        files = self._rows("file", record.files, self._file, lambda row: row.id)
        self.known = {file.id for file in files}
        sieved = replace(
            record,
            project=project,
            jobs=jobs,
            files=files,
            uses=self._rows("fileuse", record.uses, self._use, lambda row: row),
            imports=self._rows("importfile", record.imports, self._import, lambda row: row.file),
            exports=self._rows("exportfile", record.exports, self._of_file),
            values=self._rows(
                "jobkeyvalue", record.values, self._value, lambda row: (row.job, row.key, isinstance(row.value, str))
            ),
            comments=self._rows("comment", record.comments, self._comment),
            tags=self._rows("projecttag", record.tags, _tag, lambda row: row),
            associations=self._rows("fileassociation", record.associations, self._together, lambda row: row.id),
            server_jobs=self._rows("serverjob", record.server_jobs, self._server, lambda row: row.job),
            xdata=self._rows("xdata", record.xdata, self._of_job),
        )
        return replace(sieved, oddities=(*record.oddities, *self.oddities))

    def odd(self, table: str, sentence: str) -> None:
        self.oddities.append(Oddity(table=table, row=self.row, sentence=sentence))

    def _rows(
        self,
        table: str,
        rows: Iterable[_Row],
        kept: Callable[[_Row], _Row],
        key: Callable[[_Row], Hashable] | None = None,
    ) -> tuple[_Row, ...]:
        """Rows with clean texts that `kept` lets through; if there is a key, the first of each."""
        found: dict[Hashable, _Row] = {}
        for self.row, row in enumerate(rows, 1):
            try:
                clean = kept(_clean(row))
            except (_LeftOut, InvalidInput) as exc:
                self.odd(table, f"left out: {exc}")
                continue
            if found.setdefault(key(clean) if key else self.row, clean) is not clean:
                self.odd(table, "left out: an earlier row is about the same")
        return tuple(found.values())

    def _project(self) -> I2Project:
        project = _clean(self.record.project)
        if not 0 <= project.last_job_number < LAST_NUMBER:  # the next one must have a number as well
            self.odd("project", f"{project.last_job_number} cannot be the number of its last job")
            project = replace(project, last_job_number=0)
        return project

    def _jobs(self) -> tuple[I2Job, ...]:
        rows = [(number, _clean(job)) for number, job in enumerate(self.record.jobs, 1)]
        known: dict[UUID, I2Job] = {}
        by_number: dict[str, I2Job] = {}
        for self.row, job in sorted(rows, key=lambda each: each[1].number.count(".")):  # parents come first
            try:
                sound = self._job(job, known, by_number)
            except (_LeftOut, InvalidInput) as exc:
                self.odd("job", f"job {job.number} is left out: {exc}")
                continue
            known[job.id] = by_number[job.number] = sound
        order = {job.id: row for row, job in reversed(rows)}
        return tuple(sorted(known.values(), key=lambda job: order[job.id]))

    def _job(self, job: I2Job, known: dict[UUID, I2Job], by_number: dict[str, I2Job]) -> I2Job:
        number_key(job.number)
        if job.id in known or job.number in by_number:
            raise _LeftOut("an earlier row has its number or its id")
        if not job.task:
            self.odd("job", f"job {job.number} names no task")
        if len(task_here(job.task)) > 100:
            raise _LeftOut(f"{job.task[:40]!r} … cannot be the name of its task")
        if _NO_PART_OF_A_TASK.search(job.task):
            name = _NO_PART_OF_A_TASK.sub("_", job.task)
            self.odd("job", f"job {job.number} names a task {job.task!r}, which no task can be called; it is {name}")
            job = replace(job, task=name)
        above = job.number.rpartition(".")[0]
        parent = by_number.get(above)
        if above and parent is None:
            raise _LeftOut(f"there is no job {above} that it could be a part of")
        if job.parent != (parent.id if parent else None):
            said = f"a part of job {above}" if above else "no part of another"
            self.odd("job", f"job {job.number} is {said}, as its number says")
            job = replace(job, parent=parent.id if parent else None)
        if job.status in ABANDONED:
            self.odd("job", f"job {job.number} {ABANDONED[job.status]}; it failed")
        elif job.status not in list(JobStatus):
            self.odd("job", f"{job.status} is no status; that of job {job.number} is unknown")
        if job.evaluation not in EVALUATIONS:
            self.odd("job", f"{job.evaluation} is no rating; job {job.number} has none")
        if not 0 <= job.user_agent < 2**15:
            job = replace(job, user_agent=0)
        return replace(job, process_id=self._integer("job", "process", job.process_id))

    def _of_job(self, row: _OfJob) -> _OfJob:
        if row.job not in self.numbers:
            raise _LeftOut(f"there is no job {row.job}")
        return row

    def _of_file(self, row: _OfFile) -> _OfFile:
        if row.file not in self.known:
            raise _LeftOut(f"there is no file {row.file}")
        return row

    def _file(self, file: I2File) -> I2File:
        if file.job is not None and file.job not in self.numbers:
            if file.path_flag != IMPORT_DIR:
                raise _LeftOut(f"{file.name}: there is no job {file.job}")
            self.odd("file", f"{file.name}: there is no job {file.job} that imported it")
            file = replace(file, job=None)
        place_of(file, self.numbers[file.job] if file.job else "")
        if len(file.type) > 255:
            raise _LeftOut(f"{file.name}: {file.type[:40]!r} … is no type of a file")
        return replace(
            file,
            sub_type=self._integer("file", f"{file.name}: sub-type", file.sub_type),
            content=self._integer("file", f"{file.name}: content", file.content),
        )

    def _use(self, row: I2FileUse) -> I2FileUse:
        if row.role not in (0, READ, TAKEN_IN):
            raise _LeftOut(f"{row.role} is no role of a file")
        return self._of_job(self._of_file(row))

    def _import(self, row: I2FileImport) -> I2FileImport:
        if len(row.checksum) > 64:
            raise _LeftOut(f"{row.checksum[:40]!r} … is no checksum")
        return self._of_file(row)

    def _value(self, row: I2Value) -> I2Value:
        if not 0 < len(row.key) <= 255:
            raise _LeftOut(f"{row.key[:40]!r} cannot be the name of an indicator")
        if not isinstance(row.value, str):
            clean_number(row.key, row.value)
        return self._of_job(row)

    def _comment(self, row: I2Comment) -> I2Comment:
        if row.job is not None and row.job not in self.numbers:
            raise _LeftOut(f"there is no job {row.job}")
        return row

    def _together(self, row: I2Association) -> I2Association:
        members: dict[UUID, int] = {}
        for file, role in row.members:
            if file in self.known:
                members.setdefault(file, role if role in ASSOCIATION_ROLES else 0)
        kept = replace(row, type=row.type if row.type in ASSOCIATION_TYPES else 0, members=tuple(members.items()))
        if kept != row:
            self.odd("fileassociation", f"{row.name or row.id}: a type, a role or a member of it is unknown or twice")
        return kept

    def _server(self, row: I2ServerJob) -> I2ServerJob:
        row = replace(self._of_job(row), process_id=self._integer("serverjob", "process", row.process_id))
        short = {name: getattr(row, name)[:length] for name, length in SERVER_LENGTHS.items()}
        if replace(row, **short) != row:
            self.odd("serverjob", f"{row.machine[:40]}: a text is too long and was cut")
        return replace(row, **short)

    def _integer(self, table: str, what: str, value: int | None) -> int | None:
        if value is None or abs(value) <= _LARGEST:
            return value
        self.odd(table, f"{what} {value} is larger than can be kept")
        return None


SERVER_LENGTHS = {
    "machine": 255,
    "user": 100,
    "mechanism": 32,
    "remote_path": 255,
    "custom_code_file": 255,
    "validate": 32,
    "key_file": 255,
    "group": 32,
}
"""Texts of a job that ran elsewhere, and how long each may be."""


def _clean(row: _Row) -> _Row:
    """A row with texts that any database takes."""
    fields = dataclasses.fields(row)  # type: ignore[arg-type]  # all rows are records
    values = {each.name: getattr(row, each.name) for each in fields}
    texts = {name: clean_text(value) for name, value in values.items() if isinstance(value, str)}
    if all(values[name] == text for name, text in texts.items()):
        return row
    return replace(row, **texts)  # type: ignore[type-var]  # as above


def _tag(row: I2Tag) -> I2Tag:
    if not all(0 < len(text) <= 50 for text in (row.text, *row.parent)):
        raise _LeftOut(f"{row.text[:60]!r}: a tag must have 1 to 50 characters")
    return row
