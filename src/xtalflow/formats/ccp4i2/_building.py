"""Makes a record of the rows of a file: what does not hold together is left out, and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from xtalflow.errors import UnsuitableContent

from ._kinds import NOT_OF_XML, TEXT, clean
from ._records import I2Association, I2File, I2Job, I2Project, I2Record, I2Tag, I2Value, Oddity
from ._tables import (
    ASSOCIATION,
    COMMENT,
    DATABASE,
    EXPORT,
    FILE,
    IMPORT,
    JOB,
    MEMBER,
    NUMBER,
    PROJECT,
    PROJECT_COMMENT,
    PROJECT_EXPORT,
    PROJECT_IMPORT,
    PROJECT_TAG,
    SERVER_JOB,
    TAG,
    USE,
    WORD,
    XDATA,
    Need,
    Table,
)

Row = Mapping[str, str]
Rows = Mapping[str, Sequence[Row]]
"""The rows of a file by the name of their table in `TABLES`; columns in small letters, without what has no value."""

_SHOWN = 60
_DEEPEST_TAG = 20


def build_record(source: Path, rows: Rows, oddities: Sequence[Oddity] = (), *, host: str = "") -> I2Record:
    """The record of a project.

    Parameters
    ----------
    source
        The file that the rows are of, for errors.
    oddities
        What was odd before.
    host
        The machine, if no row says it.

    Raises
    ------
    UnsuitableContent
        There is no project with an identifier and a name.
    """
    return _Builder(source, rows, oddities).record(host)


class _Builder:
    def __init__(self, source: Path, rows: Rows, oddities: Sequence[Oddity]) -> None:
        self.source, self.rows, self.oddities = source, rows, list(oddities)
        self.jobs: dict[UUID, I2Job] = {}
        self.files: dict[UUID, I2File] = {}

    def record(self, host: str) -> I2Record:
        project = self.project(host)
        jobs = self.read_jobs(project)
        files = self.read_files()
        imports = self.owned(IMPORT, key=lambda row: row.file, words="a second import of the same file")
        uses = self.owned(USE, key=lambda row: row, words="the same as a use above")
        return I2Record(
            project=project,
            jobs=jobs,
            files=files,
            uses=uses,
            imports=imports,
            exports=self.owned(EXPORT),
            values=self.values(),
            comments=(*self.owned(COMMENT), *self.owned(PROJECT_COMMENT)),
            tags=self.tags(),
            associations=self.associations(),
            server_jobs=self.owned(SERVER_JOB, key=lambda row: row.job, words="a second row of the same job"),
            xdata=self.owned(XDATA),
            project_exports=tuple(row["time"] for _, row in self.read(PROJECT_EXPORT)),
            project_imports=tuple(row["time"] for _, row in self.read(PROJECT_IMPORT)),
            rows=tuple((name, len(rows)) for name, rows in self.rows.items()),
            oddities=tuple(self.oddities),
        )

    def tell(self, table: Table, number: int, sentence: str) -> None:
        self.oddities.append(Oddity(table=table.row, row=number, sentence=sentence))

    def read(self, table: Table) -> list[tuple[int, Any]]:
        """The rows that have what they need, each with its number."""
        made = []
        for number, row in enumerate(self.rows.get(table.row, ()), start=1):
            if (values := self.values_of(table, number, row)) is not None:
                made.append((number, table.make(**values)))
        self.tell_unknown_columns(table)
        return made

    def values_of(self, table: Table, number: int, row: Row) -> dict[str, Any] | None:
        values = {}
        for column in table.columns:
            text = row.get(column.name) or next((row[name] for name in column.others if row.get(name)), "")
            if column.absent is not None:
                values[column.field] = column.absent
            if not text:
                if column.need is Need.OPTIONAL:
                    continue
                left = ": the row is left out" if column.need is Need.KEY else ""
                self.tell(table, number, f"has no {column.name}{left}")
            elif column.kind is TEXT and NOT_OF_XML.search(text):
                values[column.field] = clean(text)
                self.tell(table, number, f"{column.name} has characters that no text can have, which are replaced")
                continue
            else:
                try:
                    values[column.field] = column.kind.read(text)
                    continue
                except ValueError:
                    left = "the row" if column.need is Need.KEY else "it"
                    words = f"{column.name} {_shown(text)} is not {column.kind.words}: {left} is left out"
                    self.tell(table, number, words)
            if column.need is Need.KEY:
                return None
        return values

    def tell_unknown_columns(self, table: Table) -> None:
        known = {name for column in table.columns for name in (column.name, *column.others)} | table.unkept
        unknown: dict[str, int] = {}
        for number, row in enumerate(self.rows.get(table.row, ()), start=1):
            for name in row.keys() - known:
                unknown.setdefault(name, number)
        for name, number in sorted(unknown.items()):
            self.tell(table, number, f"has {_shown(name)}, which is not known: it is left out of this and all rows")

    def project(self, host: str) -> I2Project:
        projects = self.read(PROJECT)
        if not projects:
            why = "; ".join(f"{each.table} {each.row} {each.sentence}" for each in self.oddities[:3])
            raise UnsuitableContent(self.source, f"has no project with a name{f' ({why})' if why else ''}")
        for number, other in projects[1:]:
            self.tell(PROJECT, number, f"is a second project, {_shown(other.name)}: it is left out")
        hosts = [row["host"] for _, row in self.read(DATABASE)]
        project: I2Project = projects[0][1]
        return replace(project, host=hosts[0] if hosts else host)

    def read_jobs(self, project: I2Project) -> tuple[I2Job, ...]:
        rows = self.rows.get(JOB.row, ())
        numbers: dict[str, I2Job] = {}
        kept = []
        for number, job in self.read(JOB):
            owner = rows[number - 1].get("projectid", "").replace("-", "").strip().lower()
            if owner and owner != project.id.hex:
                self.tell(JOB, number, f"job {job.number} is of another project: it is left out")
            elif job.id in self.jobs:
                self.tell(
                    JOB, number, f"job {job.number} has the identifier of job {self.jobs[job.id].number}, left out"
                )
            elif job.number in numbers:
                self.tell(JOB, number, f"there is a job {job.number} above: this one is left out")
            else:
                self.jobs[job.id] = numbers[job.number] = job
                kept.append((number, job))
        return tuple(self.below_its_parent(number, job, numbers) for number, job in kept)

    def below_its_parent(self, number: int, job: I2Job, numbers: Mapping[str, I2Job]) -> I2Job:
        above = job.number.rpartition(".")[0]
        parent = numbers.get(above)
        known = parent.id if parent else None
        if job.parent != known:
            said = "no parent" if job.parent is None else "a parent that has another number or is not in the file"
            if job.parent is not None or parent is not None:
                self.tell(
                    JOB, number, f"job {job.number} has {said}: {f'it is {above}' if parent else 'it has none now'}"
                )
            job = replace(job, parent=known)
            self.jobs[job.id] = job
        elif above and parent is None:
            self.tell(JOB, number, f"job {job.number} has no parent: there is no job {above}")
        return job

    def read_files(self) -> tuple[I2File, ...]:
        for number, file in self.read(FILE):
            if file.id in self.files:
                self.tell(FILE, number, f"{_shown(file.name)} has the identifier of a file above: it is left out")
            elif file.job is not None and file.job not in self.jobs:
                self.tell(FILE, number, f"{_shown(file.name)} is of a job that is not in the record: it is left out")
            else:
                self.files[file.id] = file
        return tuple(self.files.values())

    def owned(self, table: Table, key: Callable[[Any], Any] | None = None, words: str = "") -> tuple[Any, ...]:
        """The rows whose job and file are in the record, each key but once."""
        kept, seen = [], set()
        fields = {column.field for column in table.columns}
        for number, row in self.read(table):
            if "job" in fields and row.job not in self.jobs:
                self.tell(table, number, "is of a job that is not in the record: it is left out")
            elif "file" in fields and row.file not in self.files:
                self.tell(table, number, "is of a file that is not in the record: it is left out")
            elif key is not None and key(row) in seen:
                self.tell(table, number, f"is {words}: it is left out")
            else:
                if key is not None:
                    seen.add(key(row))
                kept.append(row)
        return tuple(kept)

    def values(self) -> tuple[I2Value, ...]:
        return tuple(
            value
            for table in (NUMBER, WORD)
            for value in self.owned(table, key=lambda row: (row.job, row.key), words="a second value of the same kind")
        )

    def tags(self) -> tuple[I2Tag, ...]:
        rows: dict[str, dict[str, str]] = {}
        for number, row in self.read(TAG):
            if rows.setdefault(row["id"], row | {"number": str(number)})["number"] != str(number):
                self.tell(TAG, number, "has the identifier of a tag above: it is left out")
        used: set[str] = set()
        tags: dict[I2Tag, None] = {}
        for number, link in self.read(PROJECT_TAG):
            if link["id"] not in rows:
                self.tell(PROJECT_TAG, number, "is of a tag that is not in the record: it is left out")
                continue
            above: list[str] = []
            each = rows[link["id"]]
            used.add(each["id"])
            while each["parent"] and each["parent"] in rows and len(above) < _DEEPEST_TAG:
                each = rows[each["parent"]]
                used.add(each["id"])
                above.insert(0, each["text"])
            if each["parent"]:
                self.tell(PROJECT_TAG, number, "is of a tag below itself or below one that is not in the record")
            tag = I2Tag(text=rows[link["id"]]["text"], parent=tuple(above))
            if tag in tags:
                self.tell(PROJECT_TAG, number, f"says {_shown(tag.text)} again: it is left out")
            tags[tag] = None
        for row in rows.values():
            if row["id"] not in used:
                self.tell(TAG, int(row["number"]), f"{_shown(row['text'])} is not of this project: it is left out")
        return tuple(tags)

    def associations(self) -> tuple[I2Association, ...]:
        made: dict[UUID, dict[str, Any]] = {}
        members: dict[UUID, dict[tuple[UUID, int], None]] = {}
        for number, row in self.read(ASSOCIATION):
            if row["id"] in made:
                self.tell(ASSOCIATION, number, "has the identifier of an association above: it is left out")
            made.setdefault(row["id"], row)
        for number, row in self.read(MEMBER):
            member = (row["file"], row["role"])
            if row["id"] not in made:
                self.tell(MEMBER, number, "is of an association that is not in the record: it is left out")
            elif row["file"] not in self.files:
                self.tell(MEMBER, number, "is of a file that is not in the record: it is left out")
            elif member in members.setdefault(row["id"], {}):
                self.tell(MEMBER, number, "is the same as a member above: it is left out")
            else:
                members[row["id"]][member] = None
        return tuple(I2Association(**row, members=tuple(members.get(key, ()))) for key, row in made.items())


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
