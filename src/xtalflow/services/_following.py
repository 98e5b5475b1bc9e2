"""Follows one run to its end: its journal becomes rows, its end the job's end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import (
    JOURNAL,
    RUNNER_LOG,
    JobEnd,
    JobRecord,
    JobStatus,
    JournalLine,
    JournalReader,
    LocalExecutor,
    LocalRun,
    NewJob,
    RunEnd,
    RunnerExit,
    job_folder,
    papers_and_outputs,
    read_end,
    sync_together,
)
from xtalflow.errors import InvalidInput
from xtalflow.faults import passed

from ._news import Newsreader

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, AttemptRecord, RunSettlement

LEASE_S = 60.0
"""Seconds for which a claim is good; its owner renews all of its claims together."""
RENEWAL_S = LEASE_S / 3
"""Seconds between two renewals."""
POLL_S = 0.1
"""Seconds between two looks at a journal, if there are few to look at."""
_GONE = RunnerExit(code=None)


class LeaseLost(Exception):
    """Another supervisor holds the run now."""


class Following:
    """One run, for as long as this process holds its lease.

    Parameters
    ----------
    run
        The living runner; None if it is gone, and its job only has to be settled.

    Attributes
    ----------
    poll_s
        Seconds between two looks at the journal; may be changed at any time.
    """

    def __init__(
        self,
        handler: AsyncDatabaseHandler,
        job: JobRecord,
        attempt: AttemptRecord,
        run: LocalRun | None,
        *,
        news: Newsreader | None = None,
    ) -> None:
        self._handler, self._job, self._attempt, self._run = handler, job, attempt, run
        self._news, self._is_lost = news, False
        self._interrupts = 1 if attempt.cancel_requested else 0
        self._killing: asyncio.Future[RunnerExit] | None = None
        self._folders = {job.id: self._folder}
        self.poll_s = POLL_S

    def interrupt(self) -> None:
        """End the job: the first time cleanly, the second time by killing its runner and all that it started."""
        self._interrupts += 1
        if self._run is None:
            return
        if self._interrupts == 1:
            self._run.interrupt()
        else:
            self._killing = asyncio.ensure_future(self._run.kill())

    def cancel(self) -> None:
        """End the job cleanly, or after the runner's grace by killing all."""
        self._interrupts += 1
        if self._run is not None:
            self._killing = asyncio.ensure_future(self._run.stop())

    def lose(self) -> None:
        """Somebody else holds the run now; `to_the_end` raises `LeaseLost`."""
        self._is_lost = True

    async def to_the_end(self) -> JobRecord:
        """Follow the run until it has ended and its job with it; the job's record.

        Raises
        ------
        LeaseLost
            Somebody else follows it now; nothing is settled here.
        """
        while True:
            lines, settlement, written = await self._follow()
            if settlement.is_lost and (other := await LocalExecutor().find(self._folder, self._attempt.token)):
                self._run = other  # two were started when a supervisor died, and the other one has the job
                continue
            passed("supervisor.settling")
            job = await self._handler.settle(self._job, self._attempt.epoch, lines, settlement, written=written)
            self._tell(lines)
            passed("supervisor.settled")
            return job

    async def catch_up(self) -> None:
        """Replay what the journal tells so far, whoever follows the run."""
        await self._replay(*await self._read(JournalReader(self._folder / JOURNAL)))

    async def _follow(self) -> tuple[list[JournalLine], RunSettlement, list[Path]]:
        """Replay the journal while the runner runs; the last lines, how the run ended, and what it wrote at last."""
        reader = JournalReader(self._folder / JOURNAL)
        ending = asyncio.ensure_future(self._run.wait() if self._run is not None else _gone())
        try:
            while True:
                await asyncio.wait({ending}, timeout=self.poll_s)
                if ending.done():
                    return await asyncio.to_thread(self._last_look, reader, ending.result())
                lines, refusal = await self._read(reader)
                try:
                    await self._replay(lines, refusal)
                except InvalidInput as exc:
                    if self._run is not None:
                        await self._run.stop()
                    return [], await asyncio.to_thread(self._settlement, await ending, str(exc)), []
                if self._is_lost:
                    raise LeaseLost(f"job {self._job.number} is followed by somebody else")
        finally:
            ending.cancel()

    @property
    def _folder(self) -> Path:
        return self._handler.project_directory / self._job.folder

    async def _read(self, reader: JournalReader) -> tuple[list[JournalLine], InvalidInput | None]:
        """What is new in the journal, on the disk from now on, and what is wrong with the line after it."""

        def read() -> tuple[list[JournalLine], InvalidInput | None]:
            lines, refusal = self._read_now(reader)
            sync_together(self._written(lines))
            return lines, refusal

        return await asyncio.to_thread(read)

    def _read_now(self, reader: JournalReader) -> tuple[list[JournalLine], InvalidInput | None]:
        found, refusal = _new_lines(reader)
        for line in found:
            if isinstance(line.event, NewJob) and line.event.number:
                self._folders[line.job] = self._handler.project_directory / job_folder(line.event.number)
        return [line for line in found if not self._is_known(line)], refusal

    def _last_look(
        self, reader: JournalReader, runner_exit: RunnerExit
    ) -> tuple[list[JournalLine], RunSettlement, list[Path]]:
        lines, refusal = self._read_now(reader)
        return lines, self._settlement(runner_exit, str(refusal or "")), self._written(lines)

    def _written(self, lines: Sequence[JournalLine]) -> list[Path]:
        """What must be on the disk before the database says that jobs have ended."""
        ends = [line for line in lines if isinstance(line.event, JobEnd)]
        paths = [self._folder / JOURNAL, self._folder] if ends else []
        for line in ends:
            if isinstance(line.event, JobEnd) and line.job in self._folders:
                written = [self._handler.project_directory / file.file_path for file in line.event.outputs]
                paths += papers_and_outputs(self._folders[line.job], written)
        return paths

    async def _replay(self, lines: Sequence[JournalLine], refusal: InvalidInput | None) -> None:
        """Keep what is new; the lines before one that cannot be understood count."""
        if lines:
            await self._handler.replay(lines)
            passed("supervisor.replayed")
            self._tell(lines)
        if refusal is not None:
            raise refusal

    def _tell(self, lines: Sequence[JournalLine]) -> None:
        if self._news is not None:
            for line in lines:
                self._news.read(line)

    def _is_known(self, line: JournalLine) -> bool:
        """Whether a line was on record already when this process began to follow the run."""
        return line.epoch == self._attempt.epoch and line.seq <= self._attempt.journal_seq

    def _settlement(self, runner_exit: RunnerExit, refusal: str) -> RunSettlement:
        """The end that the runner wrote; without one its job is interrupted, or lost with the runner."""
        try:
            end: RunEnd | None = read_end(self._folder, self._attempt.epoch)
        except InvalidInput as exc:
            end, refusal = None, refusal or str(exc)
        if refusal:
            status, reason = JobStatus.FAILED, f"the journal of the run cannot be understood: {refusal}"
        elif end is not None:
            status, reason = end.outcome.status, end.reason
        elif self._interrupts:
            status, reason = JobStatus.INTERRUPTED, "interrupted, and killed"
        else:
            words = _last_words(self._folder / RUNNER_LOG)
            status, reason = JobStatus.FAILED, f"lost: the runner {runner_exit.words} before its job ended{words}"
        code = runner_exit.code
        return db.RunSettlement(
            status=status,
            reason=reason,
            exit_code=code if code is not None and code >= 0 else None,
            signal=_signal_name(code or 0),
            remark="" if end is not None else reason,
            is_lost=end is None and not refusal and not self._interrupts,
        )


async def _gone() -> RunnerExit:
    return _GONE


def _new_lines(reader: JournalReader) -> tuple[list[JournalLine], InvalidInput | None]:
    """Lines not yet read, and what is wrong with the one after them, if anything is."""
    lines: list[JournalLine] = []
    try:
        for line in reader.read():
            lines.append(line)  # noqa: PERF402  a comprehension would lose the good lines before a bad one
    except InvalidInput as exc:
        return lines, exc
    return lines, None


def _last_words(log: Path) -> str:
    """What a runner said when it died: the error that Python met, else its last line."""
    try:
        lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return ""
    said = [line for line in lines if line.startswith("Fatal Python error")] or [line for line in lines if line]
    return f": {said[-1][:300]}" if said else ""


def _signal_name(code: int) -> str:
    if code >= 0:
        return ""
    with suppress(ValueError):
        return signal.Signals(-code).name
    return str(-code)
