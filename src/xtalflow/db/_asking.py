"""What is asked without a handler, for coroutines: each function of one module."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from xtalflow.engine import FileId, FileRecord, JobId, JobRecord, JobStatus, ProjectId
from xtalflow.formats.ccp4i2 import I2Record

from . import (
    _deletion,
    _file_pages,
    _finding,
    _going,
    _i2_arrivals,
    _i2_export,
    _i2_families,
    _i2_import,
    _job_pages,
    _kpi_tables,
    _people,
    _project_pages,
    _projects,
    _provenance,
    _queries,
    _queue,
    _recovery,
    _watching,
)
from ._asked import FileFilter, JobFilter, Page, ProjectFilter, check_limit
from ._project_log import RecordTaken
from ._provenance import Direction
from ._records import (
    Account,
    Actor,
    ApiTokenRecord,
    AttemptRecord,
    DeletionPlan,
    EventRecord,
    Findings,
    FoundFile,
    GoingJob,
    JobDetail,
    JobProgress,
    JobSummary,
    Person,
    ProjectNews,
    ProjectRecord,
    ProjectSummary,
    ProvenanceGraph,
    Role,
    Scope,
)
from ._recovery import Recovery
from ._session import in_database


async def create_project(
    name: str, *, directory: Path | None = None, description: str = "", actor: Actor | None = None
) -> ProjectRecord:
    """Make a project with its folder: `directory`, or a new one where the settings keep projects.

    Raises
    ------
    InvalidInput
        The name is taken or cannot be used, or the folder belongs to another project.
    """
    return await in_database(_projects.make_project, name, directory, description, actor or Actor())


async def recover_project(directory: Path) -> Recovery:
    """Give a project's folder its rows: rebuilt from its log and journals, or moved here with the folder.

    Raises
    ------
    UnreadableFile
        It is no folder of a project.
    InvalidInput
        The rows are those of another folder, which is still there.
    """
    return await in_database(_recovery.recover_project, directory)


async def import_record(taken: RecordTaken, *, name: str, folder: Path, actor: Actor) -> ProjectRecord:
    """Make a project of a record of CCP4i2, all or nothing.

    Parameters
    ----------
    taken
        A record that went through `sound_record`, and what was found of its files.
    folder
        Where the files of the project are, beside the folders of projects; it becomes one of them.

    Raises
    ------
    InvalidInput
        The project is there already, its name is taken, or a job or file of it is another project's.
    StoreUnavailable
        The folder cannot be renamed, or is full.
    """
    name = await in_database(_i2_import.name_of_import, taken.record, name)
    # of a large project this takes a minute, in which others ask the database
    prepared = await asyncio.to_thread(_i2_import.prepare_import, taken, name, folder, actor)
    return await in_database(_i2_import.insert_import, prepared, name, folder, actor)


async def check_name_of_import(name: str, others: Sequence[str] = (), *, is_known: bool = False) -> None:
    """Refuse a name of a project that cannot be one, that a project here has, or that one of `others` is to have.

    Parameters
    ----------
    is_known
        Whether the project is here already, so that it only matters whether the name could be one.

    Raises
    ------
    InvalidInput
        It is so.
    """
    await in_database(_i2_arrivals.check_name_of_import, name, others, is_known=is_known)


async def copied_project(record: I2Record) -> ProjectRecord | None:
    """Another project that is here and has jobs or files of a record; None if there is none."""
    return await in_database(_i2_arrivals.copied_project, record)


async def group_families(families: Mapping[UUID, tuple[str, Collection[UUID]]]) -> dict[UUID, str]:
    """Put projects of CCP4i2's Qt generation into a group with the project that they were made from.

    Parameters
    ----------
    families
        By id of such a project its name there, and the ids of those that were made from it.

    Returns
    -------
    The name of its group for each project that is here with another one of its family.
    """
    return await in_database(_i2_families.group_families, families)


async def export_record(project_uuid: UUID, jobs: Collection[int] | None = None) -> I2Record:
    """The record of a project as CCP4i2 keeps it.

    Parameters
    ----------
    jobs
        Numbers of top-level jobs; they come with all whose results they read, those whose results these
        read, and the imported files that any of them reads.

    Raises
    ------
    InvalidInput
        There is no top-level job of a number.
    """
    return await in_database(_i2_export.export_record, project_uuid, jobs)


async def list_projects() -> list[ProjectRecord]:
    """All projects, by name."""
    return await in_database(_projects.all_projects)


async def page_of_projects(
    which: ProjectFilter, *, sort: str = "name", cursor: str = "", limit: int = 100
) -> Page[ProjectSummary]:
    """A page of the projects that a filter lets through, with counts of their jobs and files.

    Parameters
    ----------
    sort
        ``name``, ``activity``, ``created``, ``jobs`` or ``size``, from the smallest on, or with a minus before it from
        the largest on.
    cursor
        That of a page before or after; the first page without it.

    Raises
    ------
    InvalidInput
        The order is none, the limit is not 1 to 1000, or the cursor is none of a list in this order.
    """
    return await in_database(_project_pages.page_of_projects, which, sort, cursor, limit)


async def list_tags() -> list[str]:
    """The tags that projects have, in order."""
    return await in_database(_project_pages.all_tags)


async def find_project(name: str) -> ProjectRecord:
    """The project of this name; `UnknownProject` offers close ones."""
    return await in_database(_projects.project_by_name, name)


async def get_project(project_uuid: UUID) -> ProjectRecord:
    """The project of this uuid, or `UnknownProject`."""
    return await in_database(_projects.project_by_uuid, project_uuid)


async def find_job(project_uuid: UUID, number: str) -> JobRecord:
    """The job of a project with this number, such as ``3.1``; or `UnknownJob`."""
    return await in_database(_queries.job_by_number, project_uuid, number)


async def get_job(job_uuid: UUID) -> JobRecord:
    """The job of this uuid, whatever its project; or `UnknownJob`."""
    return await in_database(_queries.job_of_any_project, job_uuid)


async def list_jobs(
    project_uuid: UUID,
    *,
    parent: JobId | None = None,
    all_levels: bool = False,
    status: JobStatus | None = None,
    task: str | None = None,
    limit: int | None = None,
) -> list[JobSummary]:
    """Jobs of a project with their indicators, the newest first.

    Parameters
    ----------
    parent
        Only its children; top-level jobs by default.
    all_levels
        Children of every level too.
    """
    which = JobFilter(
        parent=parent,
        flat=all_levels,
        statuses=() if status is None else (status,),
        tasks=() if task is None else (task,),
    )
    return await in_database(_job_pages.all_jobs, project_uuid, which, limit)


async def page_of_jobs(
    project_uuid: UUID,
    which: JobFilter,
    *,
    sort: str = "-number",
    columns: Sequence[str] | None = None,
    cursor: str = "",
    limit: int = 100,
) -> Page[JobSummary]:
    """A page of the jobs that a filter lets through.

    Parameters
    ----------
    sort
        ``number``, ``created``, ``finished``, ``duration``, ``task``, ``status``, ``title`` or ``kpi:KEY``, from the
        smallest on, or with a minus before it from the largest on; jobs without such a value come last.
    columns
        Keys of the indicators that are wanted; all by default.
    cursor
        That of a page before or after; the first page without it.

    Raises
    ------
    InvalidInput
        The order is none, the limit is not 1 to 1000, or the cursor is none of a list in this order.
    """
    return await in_database(_job_pages.page_of_jobs, project_uuid, which, sort, columns, cursor, limit)


async def tasks_of(project_uuid: UUID) -> list[str]:
    """The tasks of the jobs of a project, child jobs among them, sorted."""
    return await in_database(_job_pages.tasks_of, project_uuid)


async def job_detail(project_uuid: UUID, job_uuid: UUID) -> JobDetail:
    """All of a job, its children included."""
    return await in_database(_queries.job_detail, project_uuid, job_uuid)


async def list_files(project_uuid: UUID, *, job: JobId | None = None, file_type: str | None = None) -> list[FileRecord]:
    """Files of a project, or those that a job and its children made or imported, in the order they were registered."""
    return await in_database(_queries.files_of_project, project_uuid, job=job, file_type=file_type)


async def known_files(project_uuid: UUID, file_uuids: Sequence[UUID]) -> list[FileRecord]:
    """Those of these files that a project has, in any order."""
    return await in_database(_queries.known_files, project_uuid, file_uuids)


async def files_read_elsewhere(project_uuid: UUID) -> frozenset[FileId]:
    """Files that a job reads which is no part of the top-level job that made them."""
    return await in_database(_queries.files_read_elsewhere, project_uuid)


async def import_sources(project_uuid: UUID, file_uuids: Sequence[UUID]) -> dict[FileId, str]:
    """Where imported files came from: the paths as their users gave them."""
    return await in_database(_queries.import_sources, project_uuid, file_uuids)


async def imported_jobs(project_uuid: UUID) -> frozenset[JobId]:
    """Jobs that came with the record of another program, and were not made here."""
    return await in_database(_queries.imported_jobs, project_uuid)


async def count_jobs() -> dict[ProjectId, int]:
    """How many top-level jobs projects have; those without any are left out."""
    return await in_database(_queries.count_jobs)


async def list_events(project_uuid: UUID, *, after: int = 0, limit: int = 1000) -> list[EventRecord]:
    """The history of a project from after event `after` on, the oldest first."""
    return await in_database(_queries.events_of_project, project_uuid, after=after, limit=limit)


async def provenance_graph(
    project_uuid: UUID, job_uuid: UUID, direction: Direction = Direction.BOTH
) -> ProvenanceGraph:
    """Where what a job read came from, and what was made of what it wrote."""
    return await in_database(_provenance.provenance, project_uuid, job_uuid, direction)


async def next_attempt(executor: str, *, per_user: int = 0, per_project: int = 0) -> AttemptRecord | None:
    """The run to be claimed next, if any: the most urgent, then the oldest.

    Parameters
    ----------
    per_user, per_project
        Runs that a user and a project may have at the same time; 0 is any number.
    """
    return await in_database(_queue.next_attempt, executor, per_user=per_user, per_project=per_project)


async def is_anything_queued(executor: str) -> bool:
    """Whether a run waits, for whatever it may be."""
    return await in_database(_queue.is_anything_queued, executor)


async def hopeless_attempts() -> list[tuple[AttemptRecord, str, str]]:
    """Runs that wait for a job that did not finish: with its number, and its status as a word."""
    return await in_database(_queue.hopeless_attempts)


async def plan_deletion(project_uuid: UUID, job_uuids: Sequence[UUID]) -> DeletionPlan:
    """What goes if top-level jobs are deleted, and what depends on them.

    Raises
    ------
    InvalidInput
        One is a child job, or is queued or running.
    """
    return await in_database(_deletion.plan_deletion, project_uuid, job_uuids)


async def registered_paths(project_uuid: UUID, paths: Iterable[str]) -> set[str]:
    """Which of these paths are those of files of the project."""
    return await in_database(_deletion.registered_paths, project_uuid, paths)


async def held_attempts() -> list[AttemptRecord]:
    """Runs that some supervisor holds."""
    return await in_database(_queue.held_attempts)


async def job_inputs(project_uuid: UUID, job_uuid: UUID) -> list[FileRecord]:
    """The files that a job reads, each once."""
    return await in_database(_queries.job_inputs, project_uuid, job_uuid)


async def take_over(attempt: AttemptRecord, *, owner: str, lease_s: float) -> AttemptRecord | None:
    """Become the owner of a run whose owner is gone; None if a rival was faster, or the owner is back."""
    return await in_database(_queue.take_over, attempt, owner, lease_s)


async def give_back(attempt: AttemptRecord, *, owner: str) -> bool:
    """Queue a run again that its owner claimed and never started."""
    return await in_database(_queue.give_back, attempt, owner)


async def renew_attempts(owner: str, jobs: Collection[UUID], *, lease_s: float) -> set[UUID]:
    """Keep the runs of these jobs for longer; those among the jobs whose runs are the owner's."""
    return await in_database(_queue.renew, owner, jobs, lease_s)


async def release_attempts(owner: str) -> int:
    """Let go of all runs of an owner, for the next one to take over at once; how many they were."""
    return await in_database(_queue.release, owner)


async def jobs_to_cancel(owner: str) -> set[UUID]:
    """Jobs among an owner's runs that somebody asked the end of."""
    return await in_database(_queue.to_be_cancelled, owner)


async def local_person(name: str) -> Person:
    """The account of whoever runs this process, who may do everything; made without a password if there is none."""
    return await in_database(_people.local_person, name)


async def person_with_password(name: str, password: str) -> Person | None:
    """The account of this name, if this is its password; the hash takes long on purpose, and holds up nobody else."""
    person, hashed = await in_database(_people.person_with_hash, name)
    return person if await asyncio.to_thread(_people.is_password, password, hashed) else None


async def person_of_token(text: str) -> tuple[Person, Scope] | None:
    """Whose token this is, and what it opens; None if it is none, or has expired."""
    return await in_database(_people.person_of_token, text)


async def person_named(name: str) -> Person:
    """The account of this name; `InvalidInput` offers close ones."""
    return await in_database(_people.person_named, name)


async def list_accounts() -> list[Account]:
    """All accounts in use, by name."""
    return await in_database(_people.all_accounts)


async def is_anyone_with_password() -> bool:
    """Whether somebody can sign in by a password."""
    return await in_database(_people.is_anyone_with_password)


async def add_person(name: str, password: str, *, is_admin: bool = False) -> Person:
    """Make an account; `InvalidInput` if its name is taken, or its password is easily guessed."""
    return await in_database(_people.add_person, name, password, is_admin=is_admin)


async def change_password(name: str, password: str) -> None:
    """Give an account another password."""
    await in_database(_people.change_password, name, password)


async def remove_person(name: str) -> None:
    """Close an account; its jobs keep its name."""
    await in_database(_people.remove_person, name)


async def role_in(person: Person, project_uuid: UUID) -> Role | None:
    """What somebody may do in a project."""
    return await in_database(_people.role_in, person, project_uuid)


async def projects_open_to(person: Person) -> frozenset[UUID] | None:
    """The projects that somebody may read; None if all."""
    return await in_database(_people.projects_open_to, person)


async def roles_of(person: Person) -> dict[str, Role]:
    """The roles that somebody has been given, by the names of the projects; an admin may do everything without."""
    return await in_database(_people.roles_of, person)


async def members_of(project_uuid: UUID) -> list[tuple[str, Role]]:
    """Who has a role in a project, by name."""
    return await in_database(_people.members_of, project_uuid)


async def give_role(project_uuid: UUID, name: str, role: Role | None, *, actor: Actor | None = None) -> None:
    """Give somebody a role in a project, or with None take it."""
    await in_database(_people.give_role, project_uuid, name, role, actor or Actor())


async def make_token(person: Person, name: str, scope: Scope, days: int | None = None) -> str:
    """Make a token for programs of an account; this is the one time that it is seen."""
    return await in_database(_people.make_token, person, name, scope, days)


async def tokens_of(person: Person) -> list[ApiTokenRecord]:
    """The tokens of an account, by name."""
    return await in_database(_people.tokens_of, person)


async def revoke_token(person: Person, name: str) -> None:
    """Take a token back."""
    await in_database(_people.revoke_token, person, name)


async def last_events(projects: Collection[UUID] | None) -> dict[ProjectId, int]:
    """The sequence number of the last event of projects, or of all."""
    return await in_database(_watching.last_events, projects)


async def news_since(known: Mapping[ProjectId, int]) -> list[ProjectNews]:
    """What happened in projects after these events."""
    return await in_database(_watching.news_since, known)


async def news_of(project_uuid: UUID, *, after: int) -> ProjectNews:
    """The next events of a project, and the jobs that they are about as they are now."""
    return await in_database(_watching.news_of, project_uuid, after=after)


async def running_progress(projects: Collection[UUID] | None) -> dict[ProjectId, dict[JobId, JobProgress]]:
    """Progress of the running jobs of projects, or of all."""
    return await in_database(_watching.running_progress, projects)


async def kpi_keys(project_uuids: Sequence[UUID]) -> dict[str, bool]:
    """Keys of the indicators that jobs of projects have, in order, and whether each is a number."""
    return await in_database(_kpi_tables.kpi_keys, project_uuids)


async def kpi_page(
    project_uuids: Sequence[UUID],
    which: JobFilter,
    *,
    keys: Sequence[str] = (),
    sort: str = "-created",
    cursor: str = "",
    limit: int = 100,
) -> Page[JobSummary]:
    """A page of the jobs of projects that have an indicator of these keys, or any; orders are as in `page_of_jobs`.

    Raises
    ------
    InvalidInput
        The order is none, the limit is not 1 to 1000, or the cursor is none of a list in this order.
    """
    return await in_database(_kpi_tables.kpi_page, project_uuids, keys, which, sort, cursor, limit)


async def find(text: str, *, only: frozenset[UUID] | None = None, limit: int = 20) -> Findings:
    """Projects, jobs and files that a text leads to, in these projects or in all."""
    return await in_database(_finding.find, text, only, check_limit(limit))


async def page_of_files(
    project_uuid: UUID, which: FileFilter, *, cursor: str = "", limit: int = 100
) -> Page[FoundFile]:
    """A page of the files of a project that a filter lets through, in the order in which they were registered.

    Raises
    ------
    InvalidInput
        The limit is not 1 to 1000, or the cursor is none of this list.
    """
    return await in_database(_file_pages.page_of_files, project_uuid, which, cursor, limit)


async def files_that_fit(project_uuid: UUID, which: FileFilter, *, limit: int = 100) -> list[FoundFile]:
    """Files of a project that are there and that a filter lets through, the newest first."""
    return await in_database(_file_pages.files_that_fit, project_uuid, which, check_limit(limit))


async def going_jobs(only: frozenset[UUID] | None = None) -> tuple[list[GoingJob], int]:
    """Top-level jobs of these projects, or of all, that are queued or running; and how many there are."""
    return await in_database(_going.going_jobs, only)
