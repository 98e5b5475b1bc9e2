"""Gives the record of a CCP4i2 project its rows: all or none, in a number of statements that rows do not change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from xtalflow.engine import IMPORT_DIR, ProjectId, Settings, sync_folder, to_json
from xtalflow.errors import InvalidInput, StoreUnavailable
from xtalflow.faults import passed
from xtalflow.formats.ccp4i2 import I2File, I2FileUse, I2Job, I2Project, I2Record, I2Tag

from ._clean import clean_number
from ._i2_rows import (
    export_columns,
    file_columns,
    import_columns,
    job_columns,
    project_columns,
    remainder,
    told_export,
    told_file,
    told_import,
    told_job,
)
from ._i2_sieve import ABANDONED, READ, TAKEN_IN, places_of, sound_record
from ._job_numbers import LAST_NUMBER
from ._layout import ProjectFile, free_folder_name, write_project_file
from ._ledger import Ledger, writing
from ._many_rows import ManyRows
from ._project_log import FoundOnDisk, RecordTaken, append_lines
from ._projects import own, project_by_uuid
from ._records import Actor, ProjectRecord, UseRole
from ._remembered import ensure_file_types
from ._rows import batched
from ._write_projects import free_project_name
from .models import (
    File,
    FileAssociation,
    FileAssociationMember,
    FileExport,
    FileImport,
    FileUse,
    Job,
    JobCharValue,
    JobFloatValue,
    JobValueKey,
    Project,
    ProjectExport,
    ProjectImport,
    ProjectTag,
    ServerJob,
)

NOTHING = FoundOnDisk()
"""Of a file that is not there."""
HERE_ALREADY = "this project is here already"


def name_of_import(record: I2Record, name: str) -> str:
    """The name of the project that is made of a record, as it is kept.

    Raises
    ------
    InvalidInput
        The project is there already, its name is taken, or a job or file of it is another project's.
    """
    if Project.objects.filter(uuid=record.project.id).exists():
        raise InvalidInput(HERE_ALREADY)
    name = free_project_name(name)
    _refuse_copies(record)
    return name


def prepare_import(taken: RecordTaken, name: str, folder: Path, actor: Actor) -> PreparedImport:
    """All of an import that needs no database: its rows, and what is written into its folder.

    Raises
    ------
    StoreUnavailable
        The folder is full.
    """
    now = timezone.now()
    created = taken.record.project.created or now
    prepared = PreparedImport(taken, created, now)
    project = ProjectFile(name=name, uuid=ProjectId(taken.record.project.id), created=created)
    try:
        write_project_file(folder, project)
        append_lines(folder, actor, now, [(None, taken)])
    except OSError as exc:
        raise StoreUnavailable(f"{exc.filename or folder}: {exc.strerror or exc}") from exc
    passed("record.logged")
    return prepared


def insert_import(prepared: PreparedImport, name: str, folder: Path, actor: Actor) -> ProjectRecord:
    """Give a project its rows, and its folder its place among the projects.

    Raises
    ------
    InvalidInput
        As for `name_of_import`: somebody was faster.
    StoreUnavailable
        The folder cannot be renamed.
    """
    project, placing = prepared.taken.record.project.id, _Placing(folder)
    try:
        _insert(prepared, name, placing, actor)
    except BaseException:
        placing.undo(project)
        raise
    return project_by_uuid(project)


@transaction.atomic
def _insert(prepared: PreparedImport, name: str, placing: _Placing, actor: Actor) -> None:
    told = prepared.taken.record.project
    if Project.objects.filter(uuid=told.id).exists():
        raise InvalidInput(HERE_ALREADY)
    name = free_project_name(name)
    try:
        row = Project.objects.create(uuid=told.id, name=name, directory=str(told.id), creation_time=prepared.created)
        own(row, actor)
        with writing(told.id, actor) as ledger:
            ledger.now = prepared.now
            _add(ledger, prepared)
    except IntegrityError as exc:  # of two that began at once this is the second
        raise InvalidInput(HERE_ALREADY) from exc
    try:
        place = placing.place(name)
    except OSError as exc:
        raise StoreUnavailable(f"{exc.filename or placing.folder}: {exc.strerror or exc}") from exc
    Project.objects.filter(pk=row.pk).update(directory=str(place))
    passed("record.placed")


@dataclass(slots=True)
class _Placing:
    """A folder that gets its place among the projects, and leaves it if its rows do not come."""

    folder: Path
    placed: Path | None = None

    def place(self, name: str) -> Path:
        """Rename the folder to the one that a project of this name has."""
        projects = Settings.load().projects
        while True:
            place = projects / free_folder_name(name, (entry.name for entry in projects.iterdir()))
            try:
                place.mkdir()
            except FileExistsError:
                continue
            try:
                self.folder.rename(place)  # an empty folder gives way
            except BaseException:
                place.rmdir()
                raise
            self.placed = place
            sync_folder(projects)
            return place

    def undo(self, project: UUID) -> None:
        """Give the folder its old name; not if its rows are there, or nobody can tell."""
        if self.placed is None:
            return
        try:
            if Project.objects.filter(uuid=project).exists():
                return
        except DatabaseError:
            return
        self.placed.rename(self.folder)


def add_record(ledger: Ledger, taken: RecordTaken) -> None:
    """Insert the rows of a record into a project that has none, within a transaction that holds it."""
    taken = replace(taken, record=sound_record(taken.record))
    _refuse_copies(taken.record)
    _add(ledger, PreparedImport(taken, taken.record.project.created or ledger.project.creation_time, ledger.now))


@dataclass(slots=True)
class PreparedImport:
    """A sound record, and what the database is to be told of its many rows, but for the keys that it gives.

    Attributes
    ----------
    created
        When the project was made, which counts for rows that do not say when.
    now
        When it was taken in.
    """

    taken: RecordTaken
    created: datetime
    now: datetime
    comments: dict[UUID | None, list[str]] = field(default_factory=lambda: defaultdict(list))
    file_types: set[str] = field(default_factory=set)
    levels: list[tuple[list[I2Job], ManyRows]] = field(init=False)
    """Jobs, those that others are parts of first."""
    originals: tuple[list[I2File], ManyRows] = field(init=False)
    copies: tuple[list[tuple[I2File, UUID]], ManyRows] = field(init=False)
    """Files that are the same as others, and these."""
    uses: tuple[list[tuple[UUID, UUID]], ManyRows] = field(init=False)
    """Files, and the jobs that have something to do with them."""
    numbers: tuple[list[UUID], ManyRows] = field(init=False)
    texts: tuple[list[UUID], ManyRows] = field(init=False)
    """Jobs of indicators."""
    imports: ManyRows = field(init=False)

    def __post_init__(self) -> None:
        for comment in self.taken.record.comments:
            self.comments[comment.job].append(comment.text)
        self._jobs()
        self._files()
        self._uses()
        self._values()
        rows = []
        for row in self.taken.record.imports:
            columns = import_columns(row, self.created)
            kept = remainder(row, told_import(row.file, columns)) or {}
            rows.append(FileImport(ccp4i2=kept, **columns))
        self.imports = ManyRows.of(FileImport, rows, late=["file_id"])

    def _jobs(self) -> None:
        record = self.taken.record
        beside: dict[UUID, dict[str, Any]] = defaultdict(lambda: defaultdict(list))
        for comment in record.comments:
            if comment.job is not None:
                beside[comment.job]["comments_of_job"].append(to_json(comment))
        for data in record.xdata:
            beside[data.job]["xdata"].append(to_json(data))
        levels: dict[int, list[I2Job]] = defaultdict(list)
        for job in record.jobs:
            levels[job.number.count(".")].append(job)
        self.levels = []
        for _, level in sorted(levels.items()):
            rows = [self._job(job, beside.get(job.id, {})) for job in level]
            self.levels.append((level, ManyRows.of(Job, rows, late=["project_id", "parent_id"])))

    def _job(self, job: I2Job, beside: Mapping[str, Any]) -> Job:
        columns = job_columns(job, self.created, self.comments.get(job.id, ()))
        kept = remainder(job, told_job(job.id, job.parent, columns), but=["status"] if job.status in ABANDONED else [])
        return Job(uuid=job.id, ccp4i2={**(kept or {}), **beside}, **columns)

    def _files(self) -> None:
        record, places = self.taken.record, places_of(self.taken.record)
        ended = {job.id: job.finished or job.created for job in record.jobs}
        imported = {row.file: row.created for row in record.imports}
        first: dict[str, UUID] = {}
        originals, copies, rows = [], [], {}
        for file in record.files:
            found = self.taken.files.get(str(file.id), NOTHING)
            origin = first.setdefault(_sameness(file, found, places[file.id]), file.id)
            time = imported.get(file.id) or (ended.get(file.job) if file.job else None)
            rows[file.id] = self._file(file, found, places[file.id], time or self.created)
            if origin == file.id:
                originals.append(file)
            else:
                copies.append((file, origin))
        late = ["project_id", "job_id", "derived_from_id"]
        self.originals = originals, ManyRows.of(File, [rows[file.id] for file in originals], late=late)
        self.copies = copies, ManyRows.of(File, [rows[file.id] for file, _ in copies], late=late)

    def _file(self, file: I2File, found: FoundOnDisk, place: str, time: datetime) -> File:
        columns = {**file_columns(file), "name": place.rpartition("/")[2]}
        self.file_types.add(columns["type_id"])
        return File(
            uuid=file.id,
            path=place,
            creation_time=time,
            checksum=found.checksum,
            size=found.size,
            facts=found.facts,
            digests=found.digests,
            available=bool(found.checksum),
            ccp4i2=remainder(file, told_file(file.id, file.job, columns)) or {},
            **columns,
        )

    def _uses(self) -> None:
        """What the record says of uses, and what it leaves out: who made a file, and who took it in."""
        record = self.taken.record
        uses: dict[tuple[UUID, UUID, int, str], dict[str, Any]] = {}
        for use in record.uses:
            role = READ if use.role == TAKEN_IN else use.role
            key = (use.file, use.job, role, use.param)
            if key in uses:
                uses[key] = {"also": TAKEN_IN}
            else:
                uses[key] = {"role": TAKEN_IN} if use.role == TAKEN_IN else {}
        for use in implied_uses(record.files, {row.file for row in record.imports}):
            uses.setdefault((use.file, use.job, use.role, use.param), {"implied": True})
        rows = [FileUse(role=role, job_param_name=param, ccp4i2=kept) for (_, _, role, param), kept in uses.items()]
        self.uses = [(file, job) for file, job, _, _ in uses], ManyRows.of(FileUse, rows, late=["file_id", "job_id"])

    def _values(self) -> None:
        jobs_of_numbers, jobs_of_texts = [], []
        numbers, texts = [], []
        for row in self.taken.record.values:
            if isinstance(row.value, str):
                jobs_of_texts.append(row.job)
                texts.append(JobCharValue(key_id=row.key, value=row.value))
            else:
                number, is_integer = clean_number(row.key, row.value)
                jobs_of_numbers.append(row.job)
                numbers.append(JobFloatValue(key_id=row.key, value=number, is_integer=is_integer))
        late = ["project_id", "job_id"]
        self.numbers = jobs_of_numbers, ManyRows.of(JobFloatValue, numbers, late=late)
        self.texts = jobs_of_texts, ManyRows.of(JobCharValue, texts, late=late)


def _sameness(file: I2File, found: FoundOnDisk, place: str) -> str:
    """What files have in common of which only the first stands for itself."""
    if file.path_flag == IMPORT_DIR and found.checksum:
        return found.checksum
    return place.replace(f"_{file.id.hex}", "")


def _add(ledger: Ledger, prepared: PreparedImport) -> None:
    taken = prepared.taken
    _Adding(ledger, taken, prepared).add()
    ledger.note(
        "taken_in", None, {"from": taken.source, "jobs": len(taken.record.jobs), "files": len(taken.record.files)}
    )


def _refuse_copies(record: I2Record) -> None:
    """In words that do not tell of projects that whoever asks may not read."""
    for some in batched([job.id for job in record.jobs]):
        if Job.objects.filter(uuid__in=some).exists():
            raise InvalidInput("jobs of this project are those of another that is here: it is a copy of it")
    for some in batched([file.id for file in record.files]):
        if File.objects.filter(uuid__in=some).exists():
            raise InvalidInput("files of this project are those of another that is here: it is a copy of it")


@dataclass(slots=True)
class _Adding:
    ledger: Ledger
    taken: RecordTaken
    prepared: PreparedImport

    def add(self) -> None:
        record, project = self.taken.record, self.ledger.project
        self._project(self.prepared.comments.get(None, ()))
        jobs = self._jobs()
        files = self._files(jobs)
        self._uses(jobs, files)
        self._values(jobs)
        self._imports_and_exports(files)
        self._associations(files)
        ServerJob.objects.bulk_create(
            [
                ServerJob(
                    job_id=jobs[row.job],
                    server_process_id=row.process_id,
                    machine=row.machine,
                    username=row.user,
                    mechanism=row.mechanism,
                    remote_path=row.remote_path,
                    custom_code_file=row.custom_code_file,
                    validate=row.validate,
                    key_file_name=row.key_file,
                    server_group=row.group,
                )
                for row in record.server_jobs
            ]
        )
        add_tags(project, record.tags)
        done = ProjectExport.Status.COMPLETED
        ProjectExport.objects.bulk_create(
            [ProjectExport(project=project, time=time, status=done) for time in record.project_exports]
        )
        ProjectImport.objects.bulk_create(
            [ProjectImport(project=project, time=time) for time in record.project_imports]
        )
        follow = record.project.follow_from_job
        if follow in jobs:
            Project.objects.filter(pk=project.pk).update(follow_from_job=jobs[follow])

    def _project(self, comments: Sequence[str]) -> None:
        record, project = self.taken.record, self.ledger.project
        columns = project_columns(record.project, project.creation_time, comments)
        tops = [int(job.number) for job in record.jobs if "." not in job.number]
        followed = [number for number in tops if number < LAST_NUMBER]  # none can come after the last
        columns["last_job_number"] = max([columns["last_job_number"], *followed])
        told = I2Project(
            id=record.project.id,
            name=record.project.name,
            created=columns["creation_time"],
            directory=record.project.directory,
            last_job_number=columns["last_job_number"],
            user=columns["creation_user"],
            host=columns["creation_host"],
            last_access=record.project.last_access,
            description=columns["description"],
            follow_from_job=record.project.follow_from_job if self._has_job(record.project.follow_from_job) else None,
            i1_name=columns["i1_project_name"],
            i1_directory=columns["i1_project_directory"],
        )
        kept = remainder(record.project, told, but=["last_job_number"]) or {}
        if own_comments := [comment for comment in record.comments if comment.job is None]:
            kept["comments_of_project"] = to_json(own_comments)
        Project.objects.filter(pk=project.pk).update(**columns, ccp4i2=kept)
        for name, value in columns.items():
            setattr(project, name, value)

    def _has_job(self, job: UUID | None) -> bool:
        return any(each.id == job for each in self.taken.record.jobs)

    def _jobs(self) -> dict[UUID, int]:
        """Insert the jobs, level by level; their primary keys."""
        project, pks = self.ledger.project, dict[UUID, int]()
        for jobs, rows in self.prepared.levels:
            rows.insert((project.pk, pks[job.parent] if job.parent else None) for job in jobs)
            pks = dict(Job.objects.filter(project=project).values_list("uuid", "pk"))
        return pks

    def _files(self, jobs: Mapping[UUID, int]) -> dict[UUID, int]:
        """Insert the files, those that others are copies of first; their primary keys."""
        project, there = self.ledger.project, File.objects.filter(project=self.ledger.project)
        ensure_file_types(self.prepared.file_types)
        originals, rows = self.prepared.originals
        rows.insert((project.pk, jobs[file.job] if file.job else None, None) for file in originals)
        pks = dict(there.values_list("uuid", "pk"))
        copies, rows = self.prepared.copies
        rows.insert((project.pk, jobs[file.job] if file.job else None, pks[origin]) for file, origin in copies)
        return dict(there.values_list("uuid", "pk")) if copies else pks

    def _uses(self, jobs: Mapping[UUID, int], files: Mapping[UUID, int]) -> None:
        uses, rows = self.prepared.uses
        rows.insert((files[file], jobs[job]) for file, job in uses)

    def _values(self, jobs: Mapping[UUID, int]) -> None:
        keys = sorted({row.key for row in self.taken.record.values})
        JobValueKey.objects.bulk_create([JobValueKey(name=key) for key in keys], ignore_conflicts=True)
        for of_jobs, rows in (self.prepared.numbers, self.prepared.texts):
            rows.insert((self.ledger.project.pk, jobs[job]) for job in of_jobs)

    def _imports_and_exports(self, files: Mapping[UUID, int]) -> None:
        record, created = self.taken.record, self.ledger.project.creation_time
        self.prepared.imports.insert((files[row.file],) for row in record.imports)
        exports = []
        for given in record.exports:
            columns = export_columns(given, created)
            kept = remainder(given, told_export(given.file, columns))
            exports.append(FileExport(file_id=files[given.file], ccp4i2=kept or {}, **columns))
        FileExport.objects.bulk_create(exports)

    def _associations(self, files: Mapping[UUID, int]) -> None:
        rows = self.taken.record.associations
        made = FileAssociation.objects.bulk_create(
            [FileAssociation(uuid=row.id, project=self.ledger.project, type=row.type, name=row.name) for row in rows]
        )
        FileAssociationMember.objects.bulk_create(
            [
                FileAssociationMember(association=association, file_id=files[file], role=role)
                for association, row in zip(made, rows, strict=True)
                for file, role in row.members
            ]
        )


def implied_uses(files: Iterable[I2File], imported: set[UUID]) -> list[I2FileUse]:
    """Uses that a record may leave out: a job wrote its files, and took in those that it imported."""
    return [
        I2FileUse(
            file=file.id,
            job=file.job,
            role=(UseRole.IN if file.id in imported or file.path_flag == IMPORT_DIR else UseRole.OUT).value,
            param=file.param,
        )
        for file in files
        if file.job is not None
    ]


def add_tags(project: Project, tags: Iterable[I2Tag]) -> None:
    """Give a project its tags, with those that they are below; a few statements for each level."""
    chains = sorted({(*tag.parent, tag.text) for tag in tags})
    pks: dict[tuple[str, ...], int] = {(): 0}
    for depth in range(1, max(map(len, chains), default=0) + 1):
        wanted = sorted({chain[:depth] for chain in chains if len(chain) >= depth})
        known = _tags_at(pks, wanted)
        new = [ProjectTag(parent_id=pks[chain[:-1]] or None, text=chain[-1]) for chain in wanted if chain not in known]
        ProjectTag.objects.bulk_create(new, ignore_conflicts=True)
        pks |= _tags_at(pks, wanted)
    project.tags.add(*(pks[chain] for chain in chains))


def _tags_at(pks: Mapping[tuple[str, ...], int], wanted: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """Primary keys of those of these tags that there are."""
    below = {pk: chain for chain, pk in pks.items()}
    rows = ProjectTag.objects.filter(text__in={chain[-1] for chain in wanted}).values_list("parent", "text", "pk")
    found = {(*below[parent or 0], text): pk for parent, text, pk in rows if (parent or 0) in below}
    return {chain: found[chain] for chain in wanted if chain in found}
