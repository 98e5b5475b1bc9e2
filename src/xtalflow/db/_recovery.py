"""Rebuilds the rows of a project from its folder alone: from ``project.jsonl`` and the journals of its jobs.

A line of the log that makes a job is followed by what its runner wrote: the journal in the job's folder, which is
replayed before a line that ends the job, before one that names a file or child job not known yet, and at last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from xtalflow.engine import (
    INPUT_PARAMS,
    JOURNAL,
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
    Reuse,
    StatusChange,
    Values,
    read_end,
    read_order,
    read_start,
    runs_in,
)
from xtalflow.errors import IllegalTransition, InvalidInput, UnreadableFile

from ._clean import clean_json
from ._deletion import deletion_of, put_back_jobs, remove_jobs
from ._i2_import import add_record
from ._layout import ProjectFile, read_project_file
from ._ledger import Ledger, writing
from ._old_outputs import put_outputs_aside
from ._project_log import (
    CancelRequest,
    JobDeletion,
    JobEdit,
    JobRestoration,
    LogLine,
    ProjectEdit,
    Purge,
    RecordTaken,
    read_project_log,
)
from ._projects import project_by_uuid
from ._records import Actor, ProjectRecord
from ._replay import replay
from ._rows import job_records
from ._transactions import Writer, forget_bytes
from ._trash import Deletion
from ._write_files import add_imports, add_outputs, add_uses
from ._write_jobs import add_job, edit_job, end_job, keep_reuse, move_job, note_cancel_request
from ._write_projects import compared_name, edit_project
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
    _refuse_folder_of_another(told, directory)
    created = told.created or timezone.now()
    name = _free_name(told.name)
    Project.objects.create(uuid=told.uuid, name=name, directory=str(directory), creation_time=created)
    rebuilding = _Rebuilding(directory, told.uuid, told.name)
    rebuilding.rebuild()
    project, remarks = project_by_uuid(told.uuid), rebuilding.remarks
    if project.name != rebuilding.name:
        remarks = [f"another project is called {rebuilding.name!r}; this one is {project.name!r} now", *remarks]
    return Recovery(project=project, outcome="rebuilt", remarks=tuple(remarks))


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


def _free_name(name: str, *, but: str = "") -> str:
    """A name that no project has, or only the one that is called `but`."""
    others = Project.objects.exclude(name=but).values_list("name", flat=True)
    taken, free, number = {compared_name(other) for other in others}, name, 0
    while compared_name(free) in taken:
        number += 1
        free = f"{name}_{number}"
    return free


@dataclass(frozen=True, slots=True)
class _QueuedRun:
    """A run of a top-level job: who made the job, what it asks for, which run it is, and whether it was replayed."""

    actor: Actor
    resources: Mapping[str, Any]
    epoch: int
    done: bool = False


@dataclass(slots=True)
class _Rebuilding:
    directory: Path
    project: ProjectId
    name: str
    """What the project was called last."""
    remarks: list[str] = field(default_factory=list)
    _runs: dict[UUID, _QueuedRun] = field(default_factory=dict)
    """The latest run of each top-level job."""
    _beginnings: dict[tuple[UUID, int], datetime] = field(default_factory=dict)
    """When runs began, by job and epoch."""
    _deleted: dict[UUID, _QueuedRun] = field(default_factory=dict)
    """The latest runs of deleted jobs."""
    _deletions: dict[str, Deletion] = field(default_factory=dict)
    """What brings deleted jobs back, by the entry of the trash."""
    _gone: frozenset[JobId] = frozenset()
    """Jobs that are deleted in the end, and whose journals are not in their place."""

    def rebuild(self) -> None:
        self._gone = self._deleted_for_good()
        for number, line in enumerate(read_project_log(self.directory), 1):
            if isinstance(line.event, (JobDeletion, JobRestoration, Purge)):
                self._replay_begun(line.time)  # these are about all that there is then
            try:
                with transaction.atomic():
                    self._apply(line)
            except InvalidInput:
                self._replay_begun(line.time)  # it may be about a file or a child job that a journal tells of
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
            self._runs[line.job] = _QueuedRun(
                actor, line.event.resources, epoch=int(line.event.status is JobStatus.QUEUED)
            )
        elif isinstance(line.event, (StatusChange, JobEnd)) and line.job in self._runs:
            self._replay_begun(line.time)
            self._replay_journal(line.job)
            if isinstance(line.event, StatusChange) and line.event.to is JobStatus.QUEUED:
                self._runs[line.job] = replace(self._runs[line.job], epoch=self._runs[line.job].epoch + 1, done=False)
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
                if event.name is not None:
                    self.name = event.name
                    event = replace(event, name=_free_name(event.name, but=ledger.project.name))
                edit_project(ledger, event)
            case JobDeletion():
                tops = job_records(Job.objects.filter(project=ledger.project, uuid__in=event.jobs, parent=None))
                self._deletions[event.entry] = deletion_of(ledger, tops, event.entry)
                remove_jobs(ledger, tops)
                self._deleted |= {job: self._runs.pop(job) for job in event.jobs if job in self._runs}
            case Purge():
                forget_bytes(ledger, event.files)
            case RecordTaken():
                add_record(ledger, event)
                jobs = Job.objects.filter(project=ledger.project, parent=None).values_list("uuid", flat=True)
                self._runs |= {job: _QueuedRun(ledger.actor, {}, epoch=0, done=True) for job in jobs}
            case JobRestoration() if event.entry in self._deletions:
                self._runs |= {job: self._deleted.pop(job) for job in event.jobs if job in self._deleted}
                put_back_jobs(ledger, replace(self._deletions.pop(event.entry), renamed=event.renamed))

    def _forget_unmade(self, new: NewJob) -> None:
        """Of two lines that make a job of one number the earlier one was never committed."""
        same_number = Job.objects.filter(project__uuid=self.project, number=new.number)
        earlier = same_number.exclude(uuid=new.id) if new.id else same_number.none()
        for job_uuid in list(earlier.values_list("uuid", flat=True)):
            self._runs.pop(job_uuid, None)
            earlier.filter(uuid=job_uuid).delete()

    def _replay_all(self) -> None:
        for _, job_uuid in self._pending():
            self._replay_journal(job_uuid)

    def _replay_begun(self, time: datetime) -> None:
        """Replay the runs that began before a time, in their order: one may have taken results of an earlier one."""
        for began, job_uuid in self._pending():
            if began <= time:
                self._replay_journal(job_uuid)

    def _pending(self) -> list[tuple[datetime, UUID]]:
        """Runs whose journals were not replayed, with the times when they began, the earliest first."""
        return sorted((self._beginning(job), job) for job, run in self._runs.items() if not run.done)

    def _beginning(self, job_uuid: UUID) -> datetime:
        """When the latest run of a job began; later than anything if it did not."""
        key = job_uuid, self._runs[job_uuid].epoch
        if key not in self._beginnings:
            self._beginnings[key] = self._read_beginning(job_uuid)
        return self._beginnings[key]

    def _read_beginning(self, job_uuid: UUID) -> datetime:
        job, run = self._job(job_uuid), self._runs[job_uuid]
        folder = self._folder_of(job, run.epoch) if job is not None else None
        start = read_start(folder) if folder is not None else None
        return start.started if start is not None else datetime.max.replace(tzinfo=UTC)

    def _replay_journal(self, job_uuid: UUID) -> None:
        """Make the latest run of a job, as its folder has it, and replay what its runner wrote; once."""
        job, run = self._job(job_uuid), self._runs[job_uuid]
        if run.done or job is None:
            return
        folder = self._folder_of(job, run.epoch)
        if folder is None:
            return
        self._runs[job_uuid] = replace(run, done=True)
        try:
            order = read_order(folder)
            ended = folder.name.startswith("attempt_") or read_end(folder, order.epoch) is not None
        except UnreadableFile as exc:
            self.remarks.append(f"the run of job {job.number} is left out: {exc}")
            return
        state = Attempt.State.ENDED if ended else Attempt.State.SUBMITTED
        self._add_attempt(job, run, order.token, state)
        try:
            lines = list(JournalReader(folder / JOURNAL).read())
            replay(Writer(self.project, run.actor), lines)
        except InvalidInput as exc:
            self.remarks.append(f"a part of the run of job {job.number} is left out: {exc}")

    def _folder_of(self, job: JobRecord, epoch: int) -> Path | None:
        """Where the run of this epoch left its order; None if it was never started, or its order is spoilt."""
        try:
            folders = runs_in(self.directory / job.folder)
            return next((folder for folder in folders if read_order(folder).epoch == epoch), None)
        except UnreadableFile as exc:
            self.remarks.append(f"the run of job {job.number} is left out: {exc}")
            return None

    def _queue_waiting(self) -> None:
        """Jobs whose inputs were taken, and which nothing has started, wait again."""
        for job_uuid, run in list(self._runs.items()):
            if run.done:
                continue
            job = self._job(job_uuid)
            if job is None or job.status not in (JobStatus.PENDING, JobStatus.QUEUED):
                continue
            if (self.directory / job.folder / INPUT_PARAMS).exists():
                waiting = replace(run, epoch=max(run.epoch, 1))
                self._add_attempt(job, waiting, f"{job_uuid.hex}-{waiting.epoch}", Attempt.State.QUEUED)

    def _add_attempt(self, job: JobRecord, run: _QueuedRun, token: str, state: Attempt.State) -> None:
        with writing(self.project, run.actor) as ledger:
            if job.status is JobStatus.PENDING:
                ledger.now = job.created
                move_job(ledger, job.id, JobStatus.QUEUED)
            pk, _ = ledger.job(job.id)
            Attempt.objects.create(
                job_id=pk,
                epoch=run.epoch,
                token=token,
                executor="local",
                resources=clean_json(run.resources, "resources"),
                state=state,
                queued=job.created,
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
            if event.to is JobStatus.QUEUED:
                put_outputs_aside(ledger, pk, job)
            _move(ledger, job, event.to, lambda: move_job(ledger, job_uuid, event.to, event.reason))
        case JobEnd():
            _move(ledger, job, event.status, lambda: end_job(ledger, pk, job, event))
        case Inputs():
            add_uses(ledger, pk, job, event.uses)
        case Imports():
            add_imports(ledger, pk, job, event.imports)
        case Outputs():
            add_outputs(ledger, pk, job, event.files)
        case Values():
            set_values(ledger, pk, job, event.kpis)
        case Reuse():
            keep_reuse(ledger, job_uuid, event)
        case JobEdit():
            edit_job(ledger, job_uuid, event)
        case CancelRequest():
            note_cancel_request(ledger, job_uuid)


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
