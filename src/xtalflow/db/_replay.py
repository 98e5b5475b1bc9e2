"""Replays the journal of a run: the database learns what a runner did.

A line of an older epoch, or one that was replayed before, is skipped; the position in the journal moves in the same
transaction as the rows. A line is input: one about another job or project, with a gap before it, or with what cannot
be kept, is refused, and the lines before it stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from xtalflow.engine import (
    IMPORTED_FILES,
    Cycle,
    Event,
    Imports,
    Inputs,
    JobEnd,
    JobId,
    JobRecord,
    JobStatus,
    JournalLine,
    NewFile,
    NewJob,
    Outputs,
    Reuse,
    StatusChange,
    Values,
    begin_sync,
    child_id,
)
from xtalflow.errors import IllegalTransition, InvalidInput, UnknownJob
from xtalflow.faults import passed
from xtalflow.plugin import Progress

from ._attempts import OPEN
from ._clean import clean_json, clean_text
from ._job_numbers import top_number
from ._ledger import Ledger, writing
from ._records import Actor
from ._rows import job_rows
from ._transactions import Writer
from ._write_files import add_imports, add_outputs, add_uses
from ._write_jobs import add_job, end_job, keep_cycle, keep_progress, keep_reuse, move_job, moved
from ._write_values import set_values
from .models import Attempt, Job

LINES_PER_TRANSACTION = 500
_NOT_BEGUN = (Attempt.State.QUEUED, Attempt.State.SUBMITTING, Attempt.State.SUBMITTED)


def replay(writer: Writer, lines: Sequence[JournalLine]) -> int:
    """Replay lines of one run, in few transactions; returns how many were new."""
    new = 0
    for start in range(0, len(lines), LINES_PER_TRANSACTION):
        applied, refused = _replay_some(writer, lines[start : start + LINES_PER_TRANSACTION])
        new += applied
        if refused is not None:
            raise refused
    return new


@transaction.atomic
def _replay_some(writer: Writer, lines: Sequence[JournalLine]) -> tuple[int, InvalidInput | None]:
    with writing(writer.project, writer.actor) as ledger:
        run = _Run(ledger, _top_of(ledger, lines[0]))
        applied, refused = run.replay(lines)
        run.save()
        return applied, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettlement:
    """How a run ended, for a job whose own end is not in its journal.

    Attributes
    ----------
    status, reason
        What becomes of the job and of those below it that have not ended.
    exit_code, signal, remark
        What is kept of the run itself.
    """

    status: JobStatus
    reason: str
    exit_code: int | None = None
    signal: str = ""
    remark: str = ""
    is_lost: bool = False


def settle(
    writer: Writer,
    job: JobRecord,
    epoch: int,
    lines: Sequence[JournalLine],
    settlement: RunSettlement,
    written: Sequence[Path],
) -> JobRecord:
    """The last lines of a run, the end of its job and of the run itself, together; what was written is on the disk.

    Lines that cannot be understood fail the job; those before stand. Of a run that is not the latest of its job
    nothing is left to settle.
    """
    rest = len(lines) % LINES_PER_TRANSACTION
    synced = begin_sync(written)
    if rest < len(lines):
        synced()
    try:
        replay(writer, lines[: len(lines) - rest])
    except InvalidInput as exc:
        return _settle(writer, job, epoch, [], _refused(settlement, exc), synced)
    return _settle(writer, job, epoch, lines[len(lines) - rest :], settlement, synced)


@transaction.atomic
def _settle(
    writer: Writer,
    job: JobRecord,
    epoch: int,
    lines: Sequence[JournalLine],
    settlement: RunSettlement,
    synced: Callable[[], None],
) -> JobRecord:
    with writing(writer.project, writer.actor) as ledger:
        run = _Run(ledger, top_number(job.number))
        _, refused = run.replay(lines)
        ledger.now = timezone.now()
        if run.epoch != epoch:
            run.save()
        else:
            settlement = settlement if refused is None else _refused(settlement, refused)
            for ended, change in run.end_jobs(settlement):
                writer.log(ledger, ended, change)
            run.save(settlement)
        synced()  # before the commit: the disk had the time of all these statements
        return run.job(job.id)


def _refused(settlement: RunSettlement, why: InvalidInput) -> RunSettlement:
    reason = f"the journal of the run cannot be understood: {why}"
    return replace(settlement, status=JobStatus.FAILED, reason=reason, remark=reason)


_LATEST = ("attempts__pk", "attempts__epoch", "attempts__state", "attempts__journal_seq")


@dataclass(slots=True)
class _Attempt:
    """What is read of an attempt, in the order of `_LATEST`; its position in the journal moves with the lines."""

    pk: int
    epoch: int
    state: str
    journal_seq: int


class _Run:
    """The latest attempt of one top-level job, with its tree of jobs."""

    def __init__(self, ledger: Ledger, number: int) -> None:
        self._ledger = ledger
        tree = Job.objects.filter(project=ledger.project, top_number=number).order_by("attempts__epoch")
        rows = job_rows(tree, *_LATEST)  # the top job once for each of its attempts, the latest last
        self._jobs: dict[UUID, tuple[int, JobRecord]] = {job.id: (pk, job) for pk, job, _ in rows}
        tops = [(job, _Attempt(*columns)) for _, job, columns in rows if job.parent is None]
        if not tops:
            raise UnknownJob(str(number))
        self._top, self._attempt = tops[-1]
        if not self._attempt.epoch:
            raise InvalidInput(f"job {self._top.number} was never queued and has no journal")
        self._began: datetime | None = None
        self._made_by: Actor | None = None
        self._progress: dict[UUID, Progress] = {}
        self._cycles: dict[UUID, Cycle] = {}

    @property
    def epoch(self) -> int:
        """Number of the attempt."""
        return self._attempt.epoch

    def job(self, job_uuid: UUID) -> JobRecord:
        """A job of the tree as it is now."""
        if job_uuid not in self._jobs:
            raise UnknownJob(str(job_uuid))
        return self._jobs[job_uuid][1]

    def replay(self, lines: Sequence[JournalLine]) -> tuple[int, InvalidInput | None]:
        """Apply lines; how many were new, and why the first one that was not taken is refused."""
        applied = 0
        for line in lines:
            events = len(self._ledger.events)
            try:
                # progress and cycles are only written with `save`, a status is one statement: they need no way back
                is_simple = isinstance(line.event, (Progress, Cycle, StatusChange))
                with nullcontext() if is_simple else transaction.atomic():
                    applied += self._replay_one(line)
            except InvalidInput as exc:
                del self._ledger.events[events:]
                return applied, exc
        return applied, None

    def end_jobs(self, settlement: RunSettlement) -> list[tuple[JobId, StatusChange]]:
        """End what has not ended, children before their parents; all changes of status, in their order."""
        ledger, changes = self._ledger, []
        unfinished = [job for _, job in self._jobs.values() if not job.status.is_end]
        for job in sorted(unfinished, key=lambda one: one.number.count("."), reverse=True):
            change = StatusChange(to=settlement.status, reason=settlement.reason)
            steps = [change]
            if settlement.status not in job.status.successors:
                steps.insert(0, StatusChange(to=JobStatus.RUNNING))
            for step in steps:
                move_job(ledger, job.id, step.to, step.reason)
                self._move(job.id, step.to, step.reason)
                changes.append((job.id, step))
        return changes

    def save(self, settlement: RunSettlement | None = None) -> None:
        """Write what only counts at last: progress, values of the cycle, the position in the journal, the run's end."""
        for job, progress in self._progress.items():
            keep_progress(self._ledger, job, progress)
        for job, cycle in self._cycles.items():
            keep_cycle(self._ledger, job, cycle.values)
        run = Attempt.objects.filter(pk=self._attempt.pk)
        columns: dict[str, Any] = {"journal_seq": self._attempt.journal_seq}
        began = {"started": self._began} if self._began is not None else {}
        if settlement is not None:
            ended = {
                "state": Attempt.State.LOST if settlement.is_lost else Attempt.State.ENDED,
                "exit_code": settlement.exit_code,
                "signal": clean_text(settlement.signal),
                "reason": clean_text(settlement.remark),
                "ended": self._ledger.now,
                "lease_until": None,
            }
            if run.filter(state__in=OPEN).update(**columns, **began, **ended):
                return
        elif began and run.filter(state__in=_NOT_BEGUN).update(state=Attempt.State.RUNNING, **columns, **began):
            return
        run.update(**columns)

    def _replay_one(self, line: JournalLine) -> bool:
        """Apply one line; False if it is an old one."""
        attempt = self._attempt
        if line.epoch > attempt.epoch:
            raise InvalidInput(
                f"a line of attempt {line.epoch} of job {self._top.number}, which is at attempt {attempt.epoch}"
            )
        if line.epoch < attempt.epoch or line.seq <= attempt.journal_seq:
            return False
        if line.seq != attempt.journal_seq + 1:
            raise InvalidInput(
                f"line {line.seq} of the journal of job {self._top.number} follows line {attempt.journal_seq}"
            )
        self._ledger.now = line.time
        try:
            self._apply(line.job, line.event)
        except IllegalTransition as exc:  # it was cancelled, or given up as lost, before this line was read
            self._ledger.note("refused", line.job, {"reason": str(exc)})
        else:
            match line.event:
                case StatusChange(to=to, reason=reason) | JobEnd(status=to, reason=reason):
                    self._move(line.job, to, reason)
        attempt.journal_seq = line.seq
        passed("replay.line")
        return True

    def _move(self, job_uuid: JobId, to: JobStatus, reason: str) -> None:
        """Know what the row of a job says since `move_job`."""
        pk, job = self._jobs[job_uuid]
        self._jobs[job_uuid] = (pk, moved(job, to, reason, self._ledger.now))

    def _apply(self, job_uuid: JobId, event: Event) -> None:
        if isinstance(event, NewJob):
            self._make(job_uuid, event)
            return
        if job_uuid not in self._jobs:
            raise InvalidInput(
                f"a line of the journal of job {self._top.number} is about {job_uuid}, which is not part of it"
            )
        ledger, (pk, job) = self._ledger, self._jobs[job_uuid]
        match event:
            case StatusChange():
                move_job(ledger, job_uuid, event.to, event.reason)
                if event.to is JobStatus.RUNNING and job_uuid == self._top.id:
                    self._begin()
            case Inputs():
                add_uses(ledger, pk, job, event.uses)
            case Imports():
                self._check_paths([entry.file for entry in event.imports], IMPORTED_FILES)
                add_imports(ledger, pk, job, event.imports)
            case Outputs():
                self._check_paths(event.files, job.folder)
                add_outputs(ledger, pk, job, event.files)
            case Values():
                set_values(ledger, pk, job, event.kpis)
            case JobEnd():
                self._check_paths(event.outputs, job.folder)
                end_job(ledger, pk, job, event)
            case Reuse():
                keep_reuse(ledger, job_uuid, event)
            case Progress():
                clean_json((event.done, event.total), "progress")
                self._progress[job_uuid] = event
            case Cycle():
                clean_json(event.values, "cycle")
                self._cycles[job_uuid] = event

    def _make(self, job_uuid: JobId, new: NewJob) -> None:
        if new.parent is None or new.parent not in self._jobs or new.number is None:
            raise InvalidInput(f"the journal of job {self._top.number} makes a job that is not one of its children")
        if not job_uuid == (new.id or job_uuid) == child_id(new.parent, new.number):
            raise InvalidInput(
                f"the journal of job {self._top.number} makes job {new.number} with a wrong uuid, {job_uuid}"
            )
        ledger = self._ledger
        actor, ledger.actor = ledger.actor, self._maker()
        self._jobs[job_uuid] = add_job(ledger, new)
        ledger.actor = actor

    def _maker(self) -> Actor:
        """Whoever made the job made its children, through whatever supervisor their lines come."""
        if self._made_by is None:
            made_by = Job.objects.filter(pk=self._jobs[self._top.id][0]).values_list(
                "created_by_client", "created_by_version"
            )
            client, version = made_by[0]
            self._made_by = replace(self._ledger.actor, client=client, version=version)
        return self._made_by

    def _begin(self) -> None:
        if self._attempt.state in _NOT_BEGUN:
            self._began = self._ledger.now

    def _check_paths(self, files: Sequence[NewFile], folder: str) -> None:
        for file in files:
            if not file.file_path.startswith(f"{folder}/"):
                raise InvalidInput(
                    f"the journal of job {self._top.number} has a file outside {folder}: {file.file_path!r}"
                )


def _top_of(ledger: Ledger, line: JournalLine) -> int:
    """The number of the top-level job of the tree that a line is about."""
    wanted = [line.job] if not isinstance(line.event, NewJob) else [line.job, line.event.parent or line.job]
    known = Job.objects.filter(project=ledger.project, uuid__in=wanted).values_list("top_number", flat=True)
    tops = set(known)
    if len(tops) != 1:
        raise InvalidInput(f"a line of a journal is about {line.job}, which is no job of the project {ledger.project}")
    return int(tops.pop())
