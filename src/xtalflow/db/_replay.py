"""Replays the journal of a run: the database learns what a runner did.

A line of an older epoch, or one that was replayed before, is skipped; the position in the journal moves in the same
transaction as the rows. A line is input: one about another job or project, with a gap before it, or with what cannot
be kept, is refused, and the lines before it stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
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
    child_id,
)
from xtalflow.errors import IllegalTransition, InvalidInput
from xtalflow.faults import passed
from xtalflow.plugin import Progress

from ._attempts import OPEN
from ._clean import clean_json, clean_text
from ._job_numbers import top_number
from ._ledger import Ledger, writing
from ._records import Actor
from ._rows import job_records, job_rows
from ._transactions import Writer
from ._write_files import add_imports, add_outputs, add_uses
from ._write_jobs import add_job, end_job, keep_cycle, keep_progress, keep_reuse, move_job
from ._write_values import set_values
from .models import Attempt, Job

LINES_PER_TRANSACTION = 500


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
        return _apply(ledger, lines)


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
    writer: Writer, job_uuid: UUID, epoch: int, lines: Sequence[JournalLine], settlement: RunSettlement
) -> JobRecord:
    """The last lines of a run, the end of its job and of the run itself, together.

    Lines that cannot be understood fail the job; those before stand.
    """
    rest = len(lines) % LINES_PER_TRANSACTION
    try:
        replay(writer, lines[: len(lines) - rest])
    except InvalidInput as exc:
        return _settle(writer, job_uuid, epoch, [], _refused(settlement, exc))
    return _settle(writer, job_uuid, epoch, lines[len(lines) - rest :], settlement)


@transaction.atomic
def _settle(
    writer: Writer, job_uuid: UUID, epoch: int, lines: Sequence[JournalLine], settlement: RunSettlement
) -> JobRecord:
    with writing(writer.project, writer.actor) as ledger:
        if lines:
            _, refused = _apply(ledger, lines)
            settlement = settlement if refused is None else _refused(settlement, refused)
        now = timezone.now()
        ledger.now = now
        pk, job = ledger.job(job_uuid)
        tree = Job.objects.filter(project=ledger.project, top_number=top_number(job.number))
        unfinished = job_records(tree.filter(status__in=[status.value for status in JobStatus if not status.is_end]))
        for each in sorted(unfinished, key=lambda one: one.number.count("."), reverse=True):
            if settlement.status not in each.status.successors:
                move_job(ledger, each.id, JobStatus.RUNNING)
                writer.log(ledger, each.id, StatusChange(to=JobStatus.RUNNING))
            move_job(ledger, each.id, settlement.status, settlement.reason)
            writer.log(ledger, each.id, StatusChange(to=settlement.status, reason=settlement.reason))
        runs = Attempt.objects.filter(job=pk, epoch=epoch, state__in=OPEN)
        runs.update(
            state=Attempt.State.LOST if settlement.is_lost else Attempt.State.ENDED,
            exit_code=settlement.exit_code,
            signal=clean_text(settlement.signal),
            reason=clean_text(settlement.remark),
            ended=now,
            lease_until=None,
        )
        return ledger.job_record(job_uuid) if unfinished else job


def _refused(settlement: RunSettlement, why: InvalidInput) -> RunSettlement:
    reason = f"the journal of the run cannot be understood: {why}"
    return replace(settlement, status=JobStatus.FAILED, reason=reason, remark=reason)


def _apply(ledger: Ledger, lines: Sequence[JournalLine]) -> tuple[int, InvalidInput | None]:
    """Apply lines; how many were new, and why the first one that was not taken is refused."""
    run, applied, refusal = _Run(ledger, lines[0]), 0, None
    for line in lines:
        events = len(ledger.events)
        try:
            # progress and cycles are only written at the end of the batch and need no way back
            with nullcontext() if isinstance(line.event, (Progress, Cycle)) else transaction.atomic():
                applied += run.replay(line)
        except InvalidInput as exc:
            del ledger.events[events:]
            refusal = exc
            break
    run.save()
    return applied, refusal


class _Run:
    """The latest attempt of one top-level job, with its tree of jobs."""

    def __init__(self, ledger: Ledger, first: JournalLine) -> None:
        self._ledger = ledger
        self._jobs = self._load_tree(first)
        self._top = next(job for _, job in self._jobs.values() if job.parent is None)
        attempt = Attempt.objects.filter(job=self._jobs[self._top.id][0]).order_by("-epoch").first()
        if attempt is None:
            raise InvalidInput(f"job {self._top.number} was never queued and has no journal")
        self._attempt = attempt
        self._made_by: Actor | None = None
        self._progress: dict[UUID, Progress] = {}
        self._cycles: dict[UUID, Cycle] = {}

    def replay(self, line: JournalLine) -> bool:
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
        attempt.journal_seq = line.seq
        passed("replay.line")
        return True

    def save(self) -> None:
        """Write what only counts at last: progress, values of the cycle, the position in the journal."""
        for job, progress in self._progress.items():
            keep_progress(self._ledger, job, progress)
        for job, cycle in self._cycles.items():
            keep_cycle(self._ledger, job, cycle.values)
        Attempt.objects.filter(pk=self._attempt.pk).update(journal_seq=self._attempt.journal_seq)

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
        states = [Attempt.State.QUEUED, Attempt.State.SUBMITTING, Attempt.State.SUBMITTED]
        runs = Attempt.objects.filter(pk=self._attempt.pk, state__in=states)
        runs.update(state=Attempt.State.RUNNING, started=self._ledger.now)

    def _check_paths(self, files: Sequence[NewFile], folder: str) -> None:
        for file in files:
            if not file.file_path.startswith(f"{folder}/"):
                raise InvalidInput(
                    f"the journal of job {self._top.number} has a file outside {folder}: {file.file_path!r}"
                )

    def _load_tree(self, line: JournalLine) -> dict[UUID, tuple[int, JobRecord]]:
        wanted = [line.job] if not isinstance(line.event, NewJob) else [line.job, line.event.parent or line.job]
        known = Job.objects.filter(project=self._ledger.project, uuid__in=wanted).values_list("top_number", flat=True)
        tops = set(known)
        if len(tops) != 1:
            raise InvalidInput(
                f"a line of a journal is about {line.job}, which is no job of the project {self._ledger.project}"
            )
        tree = Job.objects.filter(project=self._ledger.project, top_number=tops.pop())
        return {job.id: (pk, job) for pk, job, _ in job_rows(tree)}
