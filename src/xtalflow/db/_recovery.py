"""Rebuilds the rows of a project from its folder alone: from ``project.jsonl`` and the journals of its jobs.

A line of the log that makes a job is followed by what its runner wrote: the journal in the job's folder, which is
replayed before a line that ends the job, before one that names a file or child job not known yet, and at last.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from xtalflow.engine import (
    INPUT_PARAMS,
    JOURNAL,
    ORDER,
    Imports,
    Inputs,
    JobEnd,
    JobId,
    JobRecord,
    JobStatus,
    JournalReader,
    NewJob,
    Outputs,
    ProjectId,
    StatusChange,
    Values,
    read_end,
    read_order,
)
from xtalflow.errors import IllegalTransition, InvalidInput, UnreadableFile

from ._deletion import deletion_of, put_back_jobs, remove_jobs
from ._layout import ProjectFile, read_project_file
from ._ledger import Ledger, writing
from ._project_log import JobDeletion, JobEdit, JobRestoration, LogLine, ProjectEdit, Purge, read_project_log
from ._projects import project_by_uuid
from ._records import Actor, ProjectRecord
from ._replay import replay
from ._rows import job_records
from ._transactions import Writer, forget_bytes
from ._trash import Deletion
from ._write_files import add_imports, add_outputs, add_uses
from ._write_jobs import add_job, edit_job, end_job, move_job
from ._write_projects import edit_project
from ._write_values import set_values
from .models import Attempt, Job, JobEvent, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What became of a project's folder.

    Attributes
    ----------
    outcome
        ``rebuilt``, ``moved`` (its rows were there, for a folder that is gone) or ``known``.
    remarks
        Sentences on what could not be understood and was left out, or is not as it was.
    """

    project: ProjectRecord
    outcome: str
    remarks: tuple[str, ...] = ()


@transaction.atomic
def recover_project(directory: Path) -> Recovery:
    """Give a project's folder its rows, all or none.

    Raises
    ------
    UnreadableFile
        It is no folder of a project.
    InvalidInput
        The rows are those of another folder, which is still there: one of the two is a copy.
    """
    directory = directory.absolute()
    told = read_project_file(directory)
    known = Project.objects.filter(uuid=told.uuid).values_list("directory", flat=True).first()
    if known is not None:
        return _known(told, directory, Path(known))
    remarks = []
    _refuse_folder_of_another(told, directory)
    name = _free_name(told.name)
    if name != told.name:
        remarks.append(f"another project is called {told.name!r}; this one is {name!r} now")
    created = told.created or timezone.now()
    Project.objects.create(uuid=told.uuid, name=name, directory=str(directory), creation_time=created)
    rebuilding = _Rebuilding(directory, told.uuid, remarks)
    rebuilding.rebuild()
    return Recovery(project=project_by_uuid(told.uuid), outcome="rebuilt", remarks=tuple(rebuilding.remarks))


def _known(told: ProjectFile, directory: Path, known: Path) -> Recovery:
    outcome = "known"
    if directory != known:
        with suppress(UnreadableFile):
            if read_project_file(known).uuid == told.uuid and not known.samefile(directory):
                raise InvalidInput(
                    f"{directory}: this is a copy of the project {told.name!r} in {known}, which is still there; one "
                    "project cannot be in two folders"
                )
        _refuse_folder_of_another(told, directory)
        Project.objects.filter(uuid=told.uuid).update(directory=str(directory))
        outcome = "moved"
    return Recovery(project=project_by_uuid(told.uuid), outcome=outcome)


def _refuse_folder_of_another(told: ProjectFile, directory: Path) -> None:
    others = Project.objects.filter(directory=str(directory)).exclude(uuid=told.uuid)
    if other := others.values_list("name", flat=True).first():
        raise InvalidInput(f"{directory}: this is already the folder of the project {other!r}")


def _free_name(name: str) -> str:
    taken, free, number = set(Project.objects.values_list("name", flat=True)), name, 0
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


@dataclass(slots=True)
class _Rebuilding:
    directory: Path
    project: ProjectId
    remarks: list[str]
    _actors: dict[UUID, Actor] = field(default_factory=dict)
    """Who made each top-level job that has not been replayed yet."""
    _deletions: dict[str, Deletion] = field(default_factory=dict)
    """What brings deleted jobs back, by the entry of the trash."""
    _gone: frozenset[JobId] = frozenset()
    """Jobs that are deleted in the end, and whose journals are not in their place."""

    def rebuild(self) -> None:
        self._gone = self._deleted_for_good()
        for number, line in enumerate(read_project_log(self.directory), 1):
            if isinstance(line.event, (JobDeletion, JobRestoration, Purge)):
                self._replay_all()  # these are about all that there is then
            try:
                with transaction.atomic():
                    self._apply(line)
            except InvalidInput:
                self._replay_all()  # it may be about a file or a child job that a journal tells of
                self._again(line, number)
        self._replay_all()
        self._queue_waiting()
        last = JobEvent.objects.filter(project__uuid=self.project).aggregate(last=Max("time"))["last"]
        if last is not None:
            Project.objects.filter(uuid=self.project).update(last_access=last)

    def _again(self, line: LogLine, number: int) -> None:
        try:
            with transaction.atomic():
                self._apply(line)
        except InvalidInput as exc:
            if line.job not in self._gone:
                self.remarks.append(f"line {number} of its log is left out: {exc}")

    def _deleted_for_good(self) -> frozenset[JobId]:
        gone: set[JobId] = set()
        for line in read_project_log(self.directory):
            if isinstance(line.event, JobDeletion):
                gone |= set(line.event.jobs)
            elif isinstance(line.event, JobRestoration):
                gone -= set(line.event.jobs)
        return frozenset(gone)

    def _apply(self, line: LogLine) -> None:
        actor = Actor(user=line.who, client=line.where_from, version=line.version)
        if isinstance(line.event, NewJob) and line.event.parent is None and line.job is not None:
            self._forget_unmade(line.event)
            self._actors[line.job] = actor
        if isinstance(line.event, (StatusChange, JobEnd)) and line.job in self._actors:
            self._replay_journal(line.job)
        with writing(self.project, actor) as ledger:
            ledger.now = line.time
            if line.job is None:
                self._write_about_project(ledger, line)
            else:
                _write(ledger, line.job, line)

    def _write_about_project(self, ledger: Ledger, line: LogLine) -> None:
        event = line.event
        match event:
            case ProjectEdit():
                edit_project(ledger, description=event.description, tags=event.tags)
            case JobDeletion():
                tops = job_records(Job.objects.filter(project=ledger.project, uuid__in=event.jobs, parent=None))
                self._deletions[event.entry] = deletion_of(ledger, tops, event.entry)
                remove_jobs(ledger, tops)
                for job in event.jobs:
                    self._actors.pop(job, None)
            case Purge():
                forget_bytes(ledger, event.files)
            case JobRestoration() if event.entry in self._deletions:
                put_back_jobs(ledger, replace(self._deletions.pop(event.entry), renamed=event.renamed))

    def _forget_unmade(self, new: NewJob) -> None:
        """Of two lines that make a job of one number the earlier one was never committed."""
        same_number = Job.objects.filter(project__uuid=self.project, number=new.number)
        earlier = same_number.exclude(uuid=new.id) if new.id else same_number.none()
        for job_uuid in list(earlier.values_list("uuid", flat=True)):
            self._actors.pop(job_uuid, None)
            earlier.filter(uuid=job_uuid).delete()

    def _replay_all(self) -> None:
        for job_uuid in list(self._actors):
            self._replay_journal(job_uuid)

    def _replay_journal(self, job_uuid: UUID) -> None:
        """Make the latest attempt of a job, as its folder has it, and replay what its runner wrote."""
        job = self._job(job_uuid)
        if job is None or job.status.is_end or not (self.directory / job.folder / ORDER).exists():
            return
        actor, folder = self._actors.pop(job_uuid), self.directory / job.folder
        try:
            order = read_order(folder)
            ended = read_end(folder, order.epoch) is not None
        except UnreadableFile as exc:
            self.remarks.append(f"the run of job {job.number} is left out: {exc}")
            return
        self._add_attempt(
            job, actor, order.epoch, order.token, Attempt.State.ENDED if ended else Attempt.State.SUBMITTED
        )
        try:
            lines = list(JournalReader(folder / JOURNAL).read())
            replay(Writer(self.project, actor), lines)
        except InvalidInput as exc:
            self.remarks.append(f"a part of the run of job {job.number} is left out: {exc}")

    def _queue_waiting(self) -> None:
        """Jobs whose inputs were taken, and which nothing has started, wait again."""
        for job_uuid, actor in list(self._actors.items()):
            job = self._job(job_uuid)
            if job is None or job.status is not JobStatus.PENDING:
                continue
            if (self.directory / job.folder / INPUT_PARAMS).exists():
                self._add_attempt(job, actor, 1, f"{job_uuid.hex}-1", Attempt.State.QUEUED)

    def _add_attempt(self, job: JobRecord, actor: Actor, epoch: int, token: str, state: Attempt.State) -> None:
        with writing(self.project, actor) as ledger:
            if job.status is JobStatus.PENDING:
                ledger.now = job.created
                move_job(ledger, job.id, JobStatus.QUEUED)
            pk, _ = ledger.job(job.id)
            Attempt.objects.create(
                job_id=pk, epoch=epoch, token=token, executor="local", state=state, queued=job.created
            )

    def _job(self, job_uuid: UUID) -> JobRecord | None:
        found = job_records(Job.objects.filter(project__uuid=self.project, uuid=job_uuid))
        return found[0] if found else None


def _write(ledger: Ledger, job_uuid: JobId, line: LogLine) -> None:
    """Do what a line about a job says."""
    event = line.event
    if isinstance(event, NewJob):
        add_job(ledger, event)
        return
    pk, job = ledger.job(job_uuid)
    match event:
        case StatusChange():
            _move(ledger, job, event.to, lambda: move_job(ledger, job_uuid, event.to, event.reason))
        case JobEnd():
            _move(ledger, job, event.status, lambda: end_job(ledger, job_uuid, event))
        case Inputs():
            add_uses(ledger, pk, job, event.uses)
        case Imports():
            add_imports(ledger, pk, job, event.imports)
        case Outputs():
            add_outputs(ledger, pk, job, event.files)
        case Values():
            set_values(ledger, pk, job, event.kpis)
        case JobEdit():
            edit_job(ledger, job_uuid, title=event.title, comments=event.comments, evaluation=event.evaluation)


def _move(ledger: Ledger, job: JobRecord, to: JobStatus, move: Callable[[], object]) -> None:
    """Move a job on; one that has ended already, as its journal tells, stays as it is."""
    if job.status.is_end and to.is_end:
        return
    for step in (JobStatus.QUEUED, JobStatus.RUNNING):
        if to.is_end and to not in job.status.successors and step in job.status.successors:
            with suppress(IllegalTransition):
                move_job(ledger, job.id, step)
                job = ledger.job_record(job.id)
    move()
