"""Takes projects of CCP4i2 in: from archives, folders, and the SQLite of its Qt generation, which stay as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING
from uuid import UUID

from xtalflow import db
from xtalflow.data import CDataFile
from xtalflow.engine import IMPORTED_FILES, ProjectId, hard_link, sha256_of, sync_together
from xtalflow.errors import CopiedProject, InvalidInput, StoreUnavailable, UnknownProject, XtalflowError
from xtalflow.faults import passed
from xtalflow.figures import counted
from xtalflow.formats.ccp4i2 import Archive, I2Record, open_archive, projects_in_sqlite, read_legacy_sqlite
from xtalflow.xtal import class_named, class_names

from ._documents import Document
from ._open import actor, load_settings
from ._projects import check_project_name, project_document
from ._staging import staged

if TYPE_CHECKING:
    from xtalflow.db import FoundOnDisk, ProjectRecord

    from ._open import Client

_FOLDERS = ("CCP4_JOBS", IMPORTED_FILES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProject:
    """A project of a database of CCP4i2's Qt generation.

    Attributes
    ----------
    uuid, name, directory
        As the database has them.
    is_there
        Whether its folder is where the database says.
    jobs
        How many it has, with those that are parts of others.
    known
        What it is called here, if it is here already.
    is_taken
        Whether its name is another project's here.
    """

    uuid: UUID
    name: str
    directory: str
    is_there: bool
    jobs: int
    known: str | None
    is_taken: bool

    def document(self) -> Document:
        """The project as JSON values."""
        return {
            "name": self.name,
            "uuid": str(self.uuid),
            "directory": self.directory,
            "is_there": self.is_there,
            "jobs": self.jobs,
            "known": self.known,
            "is_taken": self.is_taken,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """What becomes of the rows of one table.

    Attributes
    ----------
    in_file, imported
        How many rows there are, and how many come: none of a project that is here already.
    remarks
        What is odd about rows, those that are left out among them: a sentence each.
    """

    table: str
    in_file: int
    imported: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import would bring.

    Attributes
    ----------
    record
        What the tables can hold of what was on record.
    name
        What the project is to be called.
    missing
        Places of files that are on record and not there.
    left_out
        What is in the archive and not unpacked, and why.
    known
        The project, if it is here already.
    new_jobs
        Numbers of jobs that the project which is here has not.
    """

    source: Path
    record: I2Record
    name: str
    tables: tuple[TableReport, ...]
    missing: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    known: ProjectRecord | None = None
    new_jobs: tuple[str, ...] = ()

    def document(self) -> Document:
        """The plan as JSON values."""
        return {
            "source": str(self.source),
            "name": self.name,
            "uuid": str(self.record.project.id),
            "jobs": len(self.record.jobs),
            "files": len(self.record.files),
            "tables": [
                {"table": one.table, "in_file": one.in_file, "imported": one.imported, "remarks": list(one.remarks)}
                for one in self.tables
            ],
            "missing": list(self.missing),
            "left_out": [{"name": name, "reason": reason} for name, reason in self.left_out],
            "known": project_document(self.known) if self.known else None,
            "new_jobs": list(self.new_jobs),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A project that was taken in; `is_new` is false if it was here already, and nothing was made.

    Attributes
    ----------
    remarks
        Files that are not what their records say, or that cannot be understood: a sentence each.
    group
        The group that it was put into with the project that it was made from, or with those made from it.
    """

    project: ProjectRecord
    plan: ImportPlan
    is_new: bool = True
    remarks: tuple[str, ...] = ()
    group: str | None = None

    def document(self) -> Document:
        """What was imported, as JSON values."""
        return {
            "project": project_document(self.project),
            "outcome": "imported" if self.is_new else "known",
            "remarks": list(self.remarks),
            "group": self.group,
        } | {name: value for name, value in self.plan.document().items() if name not in ("name", "uuid", "known")}


async def plan_import(source: Path, *, name: str | None = None) -> ImportPlan:
    """What importing an archive or an unpacked project folder would bring; nothing is made.

    Parameters
    ----------
    name
        What the project is to be called; as in the archive by default.

    Raises
    ------
    UnreadableFile, UnsuitableContent, RefusedArchive
        It is no archive, or one that must not be unpacked.
    CopiedProject
        Its jobs or files are those of another project.
    InvalidInput
        The name cannot be one, or is another project's.
    """
    return await _plan(*await asyncio.to_thread(_look, source), source, name)


async def import_archive(
    source: Path, *, name: str | None = None, told_as: str = "", client: Client = "python"
) -> Imported:
    """Take a project in from an archive or an unpacked project folder, with all its rows and files, or nothing.

    A project that is here already is told, and left as it is.

    Parameters
    ----------
    told_as
        What the history of the project says that it came from; the path of the source by default.

    Raises
    ------
    UnreadableFile, UnsuitableContent, RefusedArchive
        It is no archive, or one that must not be unpacked.
    CopiedProject
        Its jobs or files are those of another project.
    InvalidInput
        The name cannot be one, or is another project's.
    StoreUnavailable
        There is no room.
    """
    plan = await plan_import(source, name=name)
    return await _import(plan, source, told_as or str(source), client)


async def list_sqlite(source: Path, *, projects: Sequence[str] | None = None) -> list[ListedProject]:
    """The projects of a database of CCP4i2's Qt generation, by name.

    Parameters
    ----------
    projects
        Names or ids; all by default.

    Raises
    ------
    UnreadableFile, UnsuitableContent
        It is damaged, or no database of CCP4i2.
    InvalidInput
        It has no such project.
    """
    database = await asyncio.to_thread(projects_in_sqlite, source, projects)
    here = {project.id: project.name for project in await db.list_projects()}
    listed = []
    for project, jobs in zip(database.projects, database.jobs, strict=True):
        known = here.get(ProjectId(project.id))
        is_there = await asyncio.to_thread(_folder_at, project.directory) is not None
        listed.append(
            ListedProject(
                uuid=project.id,
                name=project.name,
                directory=project.directory,
                is_there=is_there,
                jobs=jobs,
                known=known,
                is_taken=known is None and project.name in here.values(),
            )
        )
    return sorted(listed, key=lambda each: each.name)


async def plan_sqlite(
    source: Path, *, projects: Sequence[str] | None = None, name: str | None = None
) -> list[ImportPlan]:
    """What importing projects of a database of CCP4i2's Qt generation would bring; nothing is made.

    Parameters
    ----------
    projects
        Names or ids; all by default.
    name
        What the project is to be called, if it is one; as in the database by default.

    Raises
    ------
    UnreadableFile, UnsuitableContent
        It is damaged, or no database of CCP4i2.
    InvalidInput
        It has no such project, or one of them cannot come: all that cannot are told.
    """
    records = await asyncio.to_thread(read_legacy_sqlite, source, projects)
    if name is not None and len(records) != 1:
        raise InvalidInput(
            f"{name!r} can be the name of one project, and {len(records)} are asked for: choose one with -p"
        )
    plans: list[ImportPlan] = []
    refused: dict[str, InvalidInput] = {}
    for record in records:
        try:
            places = await asyncio.to_thread(_places_in, _folder_at(record.project.directory))
            new = [plan.name for plan in plans if plan.known is None]
            plans.append(await _plan(record, *places, source, name, new))
        except InvalidInput as exc:
            if len(records) == 1:
                raise
            refused[record.project.name] = exc
    if refused:
        raise InvalidInput(_why_not(refused, [plan for plan in plans if plan.known is None], len(records)))
    return plans


def _why_not(refused: Mapping[str, InvalidInput], others: Sequence[ImportPlan], number: int) -> str:
    """Which projects of a database cannot come, and what to do."""
    reasons = "; ".join(f"{name}: {exc}" for name, exc in refused.items())
    rest = "".join(f" -p {quote(plan.record.project.name)}" for plan in others)
    return (
        f"{len(refused)} of {counted(number, 'project')} cannot come, so nothing was made: {reasons}. "
        + (f"Import the others with{rest}, and these" if rest else "Import these")
        + " one by one with -p PROJECT, and --name where a name is taken"
    )


async def import_sqlite(
    source: Path, *, projects: Sequence[str] | None = None, name: str | None = None, client: Client = "python"
) -> list[Imported]:
    """Take projects in from a database of CCP4i2's Qt generation, each with all its rows and files, or not.

    All are looked at before the first is taken. Of a project whose folder is not there the record comes alone. A
    project and those that were made from it are a group, once two of them are here.

    Parameters
    ----------
    projects, name
        As `plan_sqlite` has them.

    Raises
    ------
    UnreadableFile, UnsuitableContent
        It is damaged, or no database of CCP4i2.
    InvalidInput
        It has no such project, or one of them cannot come: all that cannot are told.
    StoreUnavailable
        There is no room.
    """
    plans = await plan_sqlite(source, projects=projects, name=name)
    done = [await _import(plan, _folder_at(plan.record.project.directory), str(source), client) for plan in plans]
    groups = await _group(source, {each.plan.record.project.id for each in done if each.is_new})
    return [replace(each, group=groups.get(each.plan.record.project.id)) for each in done]


async def _group(source: Path, new: Set[UUID]) -> Mapping[UUID, str]:
    """Put projects that came now into groups with those that they were made from; the group of each."""
    if not new:
        return {}
    every = {project.id: project for project in (await asyncio.to_thread(projects_in_sqlite, source)).projects}
    families: dict[UUID, tuple[str, set[UUID]]] = {}
    for project in every.values():
        parent = every.get(project.parent) if project.parent not in (None, project.id) else None
        if parent is not None and not new.isdisjoint({parent.id, project.id}):
            families.setdefault(parent.id, (parent.name, set()))[1].add(project.id)
    return await db.group_families(families)


def _look(source: Path) -> tuple[I2Record, frozenset[str], tuple[tuple[str, str], ...]]:
    with open_archive(source) as archive:
        return archive.record(), _names(archive), archive.left_out


def _folder_at(directory: str) -> Path | None:
    """Where the files of a project of a database are; None if they are not where they were."""
    folder = Path(directory)
    return folder if directory and folder.is_absolute() and folder.is_dir() else None


def _places_in(folder: Path | None) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    if folder is None:
        return frozenset(), ()
    with open_archive(folder) as archive:
        return _names(archive), archive.left_out


def _names(archive: Archive) -> frozenset[str]:
    return frozenset(member.name for member in archive.members if not member.is_folder)


async def _plan(
    record: I2Record,
    there: frozenset[str],
    left_out: tuple[tuple[str, str], ...],
    source: Path,
    name: str | None,
    others: Sequence[str] = (),
) -> ImportPlan:
    sound = await asyncio.to_thread(db.sound_record, record)
    wanted = name if name is not None else sound.project.name
    known, new_jobs = await _known(sound)
    if known is not None and name is not None:
        check_project_name(name)
        await db.check_name_of_import(name, is_known=True)
    elif known is None:
        if (original := await db.copied_project(sound)) is not None:
            raise CopiedProject(original.id, original.name)
        await _refuse_name(wanted, others)
    places = db.places_of(sound)
    doubles = _doubles(sound, places)
    missing = sorted({place for place in (doubles.get(each, each) for each in places.values()) if place not in there})
    return ImportPlan(
        source=source,
        record=sound,
        name=wanted,
        tables=_report(sound) if known is None else _of_known(_report(sound)),
        missing=tuple(missing),
        left_out=left_out,
        known=known,
        new_jobs=new_jobs,
    )


async def _known(record: I2Record) -> tuple[ProjectRecord | None, tuple[str, ...]]:
    """The project of a record, if it is here, and the jobs of the record that it has not."""
    try:
        known = await db.get_project(record.project.id)
    except UnknownProject:
        return None, ()
    here = {summary.job.id for summary in await db.list_jobs(known.id, all_levels=True)}
    return known, tuple(job.number for job in record.jobs if job.id not in here)


async def _refuse_name(name: str, others: Sequence[str]) -> None:
    check_project_name(name)
    try:
        await db.check_name_of_import(name, others)
    except InvalidInput as exc:
        raise InvalidInput(f"{exc}; give this one another name") from exc


def _of_known(tables: Sequence[TableReport]) -> tuple[TableReport, ...]:
    """Of a project that is here already, of which no row comes."""
    return tuple(replace(table, imported=0) for table in tables)


def _report(record: I2Record) -> tuple[TableReport, ...]:
    """Every table that there is, with every row accounted for."""
    tags = {chain[:depth] for tag in record.tags for chain in [(*tag.parent, tag.text)] for depth in range(1, 99)}
    in_file = dict(record.rows)
    come = {
        "database": in_file.get("database", 0),
        "project": 1,
        "job": len(record.jobs),
        "file": len(record.files),
        "fileuse": len(record.uses),
        "importfile": len(record.imports),
        "exportfile": len(record.exports),
        "xdata": len(record.xdata),
        "comment": sum(row.job is not None for row in record.comments),
        "projectcomment": sum(row.job is None for row in record.comments),
        "jobkeyvalue": sum(not isinstance(row.value, str) for row in record.values),
        "jobkeycharvalue": sum(isinstance(row.value, str) for row in record.values),
        "fileassociationmember": sum(len(row.members) for row in record.associations),
        "fileassociation": len(record.associations),
        "projecttag": len(record.tags),
        "tag": len(tags),
        "projectexport": len(record.project_exports),
        "projectimport": len(record.project_imports),
        "serverjob": len(record.server_jobs),
    }
    remarks: dict[str, list[str]] = {}
    for odd in record.oddities:
        remarks.setdefault(odd.table, []).append(f"row {odd.row} {odd.sentence}" if odd.row else odd.sentence)
    names = dict.fromkeys([*come, *in_file, *remarks])
    return tuple(
        TableReport(
            table=name,
            in_file=in_file.get(name, come.get(name, 0) if not in_file else 0),
            imported=come.get(name, 0),
            remarks=tuple(remarks.get(name, ())),
        )
        for name in names
        if in_file.get(name) or come.get(name) or name in remarks
    )


async def _import(plan: ImportPlan, source: Path | None, told_as: str, client: Client) -> Imported:
    if plan.known is not None:
        return Imported(project=plan.known, plan=plan, is_new=False)
    projects = load_settings().projects
    beside = ExitStack()
    try:
        folder = await asyncio.to_thread(_stage, projects / str(plan.record.project.id), beside)
        await asyncio.to_thread(_unpack, source, folder)
        found, remarks = await asyncio.to_thread(_settle, plan.record, folder)
        passed("archive.unpacked")
        taken = db.RecordTaken(record=plan.record, files=found, source=told_as)
        project = await db.import_record(taken, name=plan.name, folder=folder, actor=actor(client))
    except OSError as exc:
        raise StoreUnavailable(f"{exc.filename or projects}: {exc.strerror or exc}") from exc
    except InvalidInput:
        known, new_jobs = await _known(plan.record)
        if known is None:
            raise
        told = replace(plan, known=known, new_jobs=new_jobs, tables=_of_known(plan.tables))
        return Imported(project=known, plan=told, is_new=False)
    finally:
        await asyncio.to_thread(beside.close)  # the folder has its place by now, or is unwanted
    return Imported(project=project, plan=plan, remarks=tuple(remarks))


def _stage(place: Path, beside: ExitStack) -> Path:
    """A temporary name beside the folders of projects; what imports that were killed left behind goes."""
    place.parent.mkdir(parents=True, exist_ok=True)
    return beside.enter_context(staged(place))


def _unpack(source: Path | None, folder: Path) -> None:
    """Copy all files of a project into a new folder."""
    if source is None:
        folder.mkdir()
    else:
        with open_archive(source) as archive:
            archive.extract_to(folder)
    for name in _FOLDERS:
        (folder / name).mkdir(exist_ok=True)


def _doubles(record: I2Record, places: Mapping[UUID, str]) -> dict[str, str]:
    """Places beside those that several files are said to have, and these."""
    own = {places[file.id]: f"_{file.id.hex}" for file in record.files}
    return {place: place.replace(tail, "") for place, tail in own.items() if tail in place}


def _settle(record: I2Record, folder: Path) -> tuple[dict[str, FoundOnDisk], list[str]]:
    """What is found of each file of a record in the folder that was unpacked, and remarks about them."""
    places = db.places_of(record)
    for place, original in _doubles(record, places).items():
        if (folder / original).is_file() and not (folder / place).exists():
            hard_link(folder / original, folder / place)
    found, remarks = {}, []
    for file in record.files:
        path = folder / places[file.id]
        if not path.is_file():
            continue
        path.chmod(0o444)  # as all files on record
        found[str(file.id)], remark = _found(path, file.type)
        remarks += [f"{places[file.id]} {remark}"] if remark else []
    sync_together([folder])
    return found, remarks


def _found(path: Path, file_type: str) -> tuple[FoundOnDisk, str]:
    """Checksum, size and facts of a file; and why there are no facts."""
    checksum, size = sha256_of(path), path.stat().st_size
    kind = _kinds().get(file_type)
    if kind is None:
        return db.FoundOnDisk(checksum=checksum, size=size), ""
    file = kind()
    file.set(str(path))
    try:
        examined = file.examine()
    except XtalflowError as exc:
        why = str(exc).replace(f"{path}: ", "")
        return db.FoundOnDisk(checksum=checksum, size=size), f"is not what it is said to be: {why}"
    return db.FoundOnDisk(checksum=checksum, size=size, facts=examined.facts, digests=examined.digests), ""


@cache
def _kinds() -> Mapping[str, type[CDataFile]]:
    """Classes of files by their types; of several with one type the simplest."""
    known = [kind for name in class_names() if (kind := class_named(name)) is not None and issubclass(kind, CDataFile)]
    simplest_first = sorted(known, key=lambda kind: len(kind.__mro__), reverse=True)
    return {kind().file_type: kind for kind in simplest_first}
