"""Reads ``database.sqlite``, in which CCP4i2's Qt generation keeps all projects of a user, and never writes it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent

from ._building import build_record
from ._records import I2Project, I2Record, Oddity
from ._tables import ASSOCIATION, DATABASE, FILE, JOB, MEMBER, PROJECT, PROJECT_TAG, TABLES, TAG, USE, Table

_MAGIC = b"SQLite format 3\0"
_WAL = 2
_ASIDE = ("-wal", "-journal")
"""Files beside a database with what is not in it yet; the index of the first is made anew from it."""
_ATTEMPTS = 20
_QUIET_S = 0.05
"""How long a database must have been left alone before it is copied: longer than the clock of a file's time ticks."""
_NEEDED = (PROJECT, JOB, FILE)
_MAX_ROWS = 5_000_000
_MAX_VALUE = 16 * 2**20
_LONGEST_S = 600.0
_STEPS = 1_000_000
_SHOWN = 3
_COMPUTED = {2, 3}
"""What ``table_xinfo`` says in its last column of one that is computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class I2Database:
    """The projects of a SQLite database, and its rows that belong to none.

    Attributes
    ----------
    jobs
        How many jobs each project has, with those that are parts of others, in the same order.
    """

    projects: tuple[I2Project, ...]
    jobs: tuple[int, ...]
    oddities: tuple[Oddity, ...] = ()


def projects_in_sqlite(path: Path, projects: Collection[str] | None = None) -> I2Database:
    """Which projects a SQLite database of CCP4i2 has; parameters and errors are those of `read_legacy_sqlite`."""
    with _opened(path) as database:
        records = database.records(projects, kept=(DATABASE, PROJECT, JOB))
        return I2Database(
            projects=tuple(record.project for record in records),
            jobs=tuple(len(record.jobs) for record in records),
            oddities=tuple(database.oddities),
        )


def read_legacy_sqlite(path: Path, projects: Collection[str] | None = None) -> list[I2Record]:
    """The records of the projects of a SQLite database of CCP4i2's Qt generation.

    Parameters
    ----------
    projects
        Names, or identifiers in hexadecimal digits, of those that are asked for; None for all.

    Raises
    ------
    UnreadableFile
        It cannot be read, is no SQLite database, or is damaged.
    UnsuitableContent
        It is not one of CCP4i2.
    InvalidInput
        It has no such project.
    """
    with _opened(path) as database:
        return database.records(projects)


@contextmanager
def _opened(path: Path) -> Iterator[_Database]:
    """A database that nothing is written to, and that cannot make us do anything but read tables."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise UnreadableFile(path, "there is no such file") from None
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    if not head.startswith(_MAGIC):
        raise UnreadableFile(path, "is empty" if not head else "is no SQLite database")
    with TemporaryDirectory(prefix="xtalflow-") as folder:
        here = path
        try:
            if len(_state(path)) > 1 or _WAL in head[18:20]:  # what was not finished would be finished in the original
                here = _copy(path, Path(folder))
            address = f"file:{quote(str(here.absolute()))}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
                connection.execute("BEGIN")  # all tables are read as they are at one moment
                _restrict(connection)
                yield _Database(path, connection)
        except (sqlite3.Error, UnicodeDecodeError) as exc:  # the second of names that are no text
            raise UnreadableFile(path, f"is damaged, or no database of CCP4i2, or in use: {exc}") from exc
        except OSError as exc:
            raise UnreadableFile(path, exc.strerror or str(exc)) from exc


def _state(path: Path) -> list[tuple[str, int, int, int]]:
    """By what a change of a database is seen: names, sizes, times and places of its files."""
    found = []
    for each in (*(path.with_name(path.name + end) for end in _ASIDE), path):
        with suppress(FileNotFoundError):
            status = each.stat()
            found.append((each.name, status.st_size, status.st_mtime_ns, status.st_ino))
    return found


def _copy(path: Path, folder: Path) -> Path:
    """A copy of a database with what stands beside it, between whose files nothing was written."""
    for _ in range(_ATTEMPTS):
        before = _state(path)
        time.sleep(_QUIET_S)
        if _state(path) != before:
            continue
        with suppress(FileNotFoundError):  # one of them is gone by now
            for name, *_rest in before:
                shutil.copyfile(path.with_name(name), folder / name)
            if _state(path) == before:
                return folder / path.name
        for each in folder.iterdir():
            each.unlink()
    raise UnreadableFile(path, "is written all the time; close CCP4i2, or ask again later")


def _restrict(connection: sqlite3.Connection) -> None:
    ends = time.monotonic() + _LONGEST_S
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    connection.text_factory = bytes
    connection.set_progress_handler(lambda: int(time.monotonic() > ends), _STEPS)
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA}
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY,
    )


class _Database:
    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self.connection = path, connection
        self.oddities: list[Oddity] = []
        self.left = _MAX_ROWS
        self.counted: set[str] = set()
        self.names: dict[str, str] = {}
        wanted = {name.lower(): name for name in (*(table.sqlite for table in TABLES), "Users")}
        for name, kind, page in connection.execute("SELECT name, type, rootpage FROM sqlite_master"):
            if (table := wanted.get(_text(name).lower())) and _text(kind) in {"table", "view"}:
                self.names[table] = _text(name)
                if not page or self.is_computed(table):
                    raise UnsuitableContent(path, f"is no database of CCP4i2: {table} is computed, and no plain table")
        problems = [_text(row[0]) for row in connection.execute(f"PRAGMA quick_check({_SHOWN})")]
        if problems != ["ok"]:
            raise UnreadableFile(path, f"is damaged: {'; '.join(problems)[:300]}")
        if missing := [table.sqlite for table in _NEEDED if table.sqlite not in self.names]:
            raise UnsuitableContent(path, f"is no database of CCP4i2: it has no table {', '.join(missing)}")
        self.users = {
            row.get("userid", ""): row.get("username", "") for row in self.rows("Users", ("userid", "username"))
        }

    def quoted(self, table: str) -> str:
        return '"' + self.names[table].replace('"', '""') + '"'

    def is_computed(self, table: str) -> bool:
        """Whether a column is; one of a view has no place at all."""
        return any(row[-1] in _COMPUTED for row in self.connection.execute(f"PRAGMA table_xinfo({self.quoted(table)})"))

    def rows(self, table: str, columns: Collection[str] = ()) -> Iterator[dict[str, str]]:
        """The rows of a table, in the order in which they were made; what has no value is left out."""
        if table not in self.names:
            return
        cursor = self.connection.execute(f"SELECT * FROM {self.quoted(table)}")  # noqa: S608  the name is one of its own
        found = [
            _text(each[0]).lower() if isinstance(each[0], bytes) else each[0].lower() for each in cursor.description
        ]
        is_first = table not in self.counted
        self.counted.add(table)
        for values in cursor:
            self.left -= is_first
            if self.left < 0:
                raise UnreadableFile(self.path, f"has more than {_MAX_ROWS} rows")
            yield {
                name: _text(value)
                for name, value in zip(found, values, strict=True)
                if value is not None and (not columns or name in columns)
            }

    def records(self, asked: Collection[str] | None, kept: Collection[Table] = TABLES) -> list[I2Record]:
        """The records of these projects, or of all, with no more than these tables of them."""
        chosen = self.chosen(asked)
        owners = _Owners(self)
        parts: dict[str, dict[str, list[dict[str, str]]]] = {key: {} for key in chosen}
        for table in TABLES:
            for number, row in enumerate(self.rows(table.sqlite), start=1):
                keys = owners.of(table, row)
                if not keys and table is not DATABASE:
                    self.oddities.append(Oddity(table=table.row, row=number, sentence="belongs to no project"))
                for key in parts.keys() & keys if table in kept else ():
                    parts[key].setdefault(table.row, []).append(self.named(table, row))
        return [record for rows in parts.values() for record in self.built(rows, needed=asked is not None)]

    def built(self, rows: dict[str, list[dict[str, str]]], *, needed: bool) -> list[I2Record]:
        """The record of a project, or none if it has no identifier or name and was not asked for."""
        try:
            return [build_record(self.path, rows)]
        except UnsuitableContent as exc:
            if needed:
                raise
            self.oddities.append(Oddity(table=PROJECT.row, row=0, sentence=exc.reason))
            return []

    def chosen(self, asked: Collection[str] | None) -> list[str]:
        projects = {_key(row.get("projectid", "")): row.get("projectname", "") for row in self.rows(PROJECT.sqlite)}
        if asked is None:
            return list(projects)
        chosen: list[str] = []
        for each in asked:
            keys = [key for key, name in projects.items() if each == name or _key(each) == key]
            if not keys:
                raise InvalidInput(
                    f"{self.path} has no project {each!r}; it has {', '.join(sorted(projects.values()))}"
                )
            chosen.extend(key for key in keys if key not in chosen)
        return chosen

    def named(self, table: Table, row: dict[str, str]) -> dict[str, str]:
        """A row with the names of users in place of their identifiers."""
        if not (user := self.users.get(row.get("userid", ""))):
            return row
        return row | ({"username": user} if table is PROJECT else {"userid": user})


class _Owners:
    """To which projects each row belongs."""

    def __init__(self, database: _Database) -> None:
        self.jobs: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.associations: dict[str, dict[str, None]] = {}
        self.tags: dict[str, dict[str, None]] = {}
        self.projects = {_key(row.get("projectid", "")) for row in database.rows(PROJECT.sqlite)}
        for row in database.rows(JOB.sqlite, ("jobid", "projectid")):
            if (project := _key(row.get("projectid", ""))) in self.projects:
                self.jobs[_key(row.get("jobid", ""))] = project
        for row in database.rows(FILE.sqlite, ("fileid", "jobid")):
            if project := self.jobs.get(_key(row.get("jobid", "")), ""):
                self.files[_key(row.get("fileid", ""))] = project
        for row in database.rows(USE.sqlite, ("fileid", "jobid")):  # of files that no job made
            if project := self.jobs.get(_key(row.get("jobid", "")), ""):
                self.files.setdefault(_key(row.get("fileid", "")), project)
        for row in database.rows(MEMBER.sqlite):
            if project := self.files.get(_key(row.get("fileid", "")), ""):
                self.associations.setdefault(_key(row.get("fileassociationid", "")), {})[project] = None
        self.find_tags(database)

    def find_tags(self, database: _Database) -> None:
        """Tags are of the projects that they are put on, and of those that tags below them are put on."""
        parents = {_key(row.get("tagid", "")): _key(row.get("parenttagid", "")) for row in database.rows(TAG.sqlite)}
        for row in database.rows(PROJECT_TAG.sqlite):
            tag, project = _key(row.get("tagid", "")), _key(row.get("projectid", ""))
            while tag and project not in self.tags.setdefault(tag, {}):
                self.tags[tag][project] = None
                tag = parents.get(tag, "")

    def of(self, table: Table, row: dict[str, str]) -> Collection[str]:
        if table is DATABASE:
            return self.projects if row.get("thisisme", "1") != "0" else ()
        if table is TAG:
            return self.tags.get(_key(row.get("tagid", "")), ())
        if table is ASSOCIATION:
            return self.associations.get(_key(row.get("fileassociationid", "")), ())
        if table is FILE:
            owner = self.files.get(_key(row.get("fileid", "")))
        elif "projectid" in row:
            owner = _key(row["projectid"])
            owner = owner if owner in self.projects else None
        elif "jobid" in row:
            owner = self.jobs.get(_key(row["jobid"]))
        else:
            owner = self.files.get(_key(row.get("fileid", "")))
        return () if owner is None else (owner,)


def _key(identifier: str) -> str:
    return identifier.strip().replace("-", "").lower()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return repr(value) if isinstance(value, float) else str(value)
