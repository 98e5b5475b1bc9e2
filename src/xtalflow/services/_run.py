"""Runs one queued job: claims it, starts its runner, follows its journal, and settles its end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import (
    JOURNAL,
    RUNNER_LOG,
    JobOrder,
    JobRecord,
    JobStatus,
    JournalLine,
    JournalReader,
    LocalExecutor,
    LocalRun,
    RunEnd,
    RunnerExit,
    Settings,
    read_end,
    write_order,
)
from xtalflow.errors import IllegalTransition, InvalidInput, ProgramFailed

from ._news import Listener, Newsreader
from ._open import actor

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, AttemptRecord, JobDetail

LEASE_S = 60.0
"""Seconds for which a claim is good; it is renewed while the job runs."""
POLL_S = 0.05
"""Seconds between two looks at the journal."""


class JobRun:
    """The run of one queued job by this process.

    Parameters
    ----------
    job
        A job that was queued by `submit_job`.
    listener
        Told what happens while the job runs.
    """

    def __init__(
        self, job: JobRecord, settings: Settings, *, listener: Listener | None = None, client: str = "python"
    ) -> None:
        self._job, self._settings = job, settings
        self._news = Newsreader(job, listener or (lambda news: None))
        self._actor = actor(client)
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._interrupts = 0
        self._run: LocalRun | None = None
        self._killing: asyncio.Future[RunnerExit] | None = None

    def interrupt(self) -> None:
        """End the job: the first time cleanly, the second time by killing its runner and all that it started."""
        self._interrupts += 1
        self._pass_on_interrupts()

    async def run(self) -> JobRecord:
        """Run the job to its end and return its record.

        Cancelling interrupts the job as `interrupt` does, and is passed on once the job has ended.
        """
        working = asyncio.ensure_future(self._work())
        cancelled = False
        while not working.done():
            try:
                await asyncio.shield(working)
            except asyncio.CancelledError:
                if not working.done():
                    cancelled = True
                    self.interrupt()
        job = working.result()
        if cancelled:
            raise asyncio.CancelledError
        return job

    def _pass_on_interrupts(self) -> None:
        if self._run is not None and self._interrupts == 1:
            self._run.interrupt()
        elif self._run is not None and self._interrupts > 1:
            self._killing = asyncio.ensure_future(self._run.kill())

    async def _work(self) -> JobRecord:
        handler = await db.AsyncDatabaseHandler.open(self._job.project, actor=self._actor)
        queued = await handler.attempt(self._job.id)
        attempt = await handler.claim_attempt(self._job.id, queued.epoch, owner=self._owner, lease_s=LEASE_S)
        folder = handler.project_directory / self._job.folder
        await asyncio.to_thread(write_order, folder, await self._order(handler, attempt))
        try:
            self._run = await LocalExecutor().start(folder)
        except ProgramFailed as exc:
            await self._end_unfinished(handler, JobStatus.FAILED, str(exc))
            await handler.end_attempt(self._job.id, attempt.epoch, reason=str(exc))
            return await handler.job(self._job.id)
        self._pass_on_interrupts()
        host = socket.gethostname()
        await handler.attempt_submitted(self._job.id, attempt.epoch, handle=self._run.handle, host=host)
        try:
            runner_exit, refusal = await self._follow(handler, attempt, self._run)
        except BaseException:
            await self._run.stop()
            raise
        await self._settle(handler, attempt, runner_exit, refusal)
        return await handler.job(self._job.id)

    async def _order(self, handler: AsyncDatabaseHandler, attempt: AttemptRecord) -> JobOrder:
        """What the runner is told."""
        detail = await db.job_detail(self._job.project, self._job.id)
        library = self._settings.monomer_library
        return JobOrder(
            job=self._job.id,
            number=self._job.number,
            task=self._job.task,
            title=self._job.title,
            project=handler.project,
            project_name=handler.project_name,
            epoch=attempt.epoch,
            token=attempt.token,
            inputs=tuple({used.file.id: used.file for used in detail.inputs}.values()),
            environment={"CLIBD_MON": str(library)} if library else {},
        )

    async def _follow(
        self, handler: AsyncDatabaseHandler, attempt: AttemptRecord, run: LocalRun
    ) -> tuple[RunnerExit, str]:
        """Replay the journal while the runner runs; returns its exit, and why its journal was refused if it was."""
        reader = JournalReader(handler.project_directory / self._job.folder / JOURNAL)
        ending = asyncio.ensure_future(run.wait())
        renewal = time.monotonic() + LEASE_S / 3
        while True:
            ended = ending.done()
            try:
                await self._replay(handler, reader)
            except InvalidInput as exc:
                await run.stop()
                return await ending, f"the journal of the run cannot be understood: {exc}"
            if ended:
                return ending.result(), ""
            if time.monotonic() > renewal:
                await handler.renew_lease(self._job.id, attempt.epoch, owner=self._owner, lease_s=LEASE_S)
                renewal = time.monotonic() + LEASE_S / 3
            await asyncio.wait({ending}, timeout=POLL_S)

    async def _replay(self, handler: AsyncDatabaseHandler, reader: JournalReader) -> None:
        """Replay what is new; the lines before one that cannot be understood count."""
        lines, refusal = await asyncio.to_thread(_new_lines, reader)
        if lines:
            await handler.replay(lines)
            for line in lines:
                self._news.read(line)
        if refusal is not None:
            raise refusal

    async def _settle(
        self, handler: AsyncDatabaseHandler, attempt: AttemptRecord, runner_exit: RunnerExit, refusal: str
    ) -> None:
        """Give the job the end that its runner wrote; without one it is interrupted, or lost with the runner."""
        folder = handler.project_directory / self._job.folder
        try:
            end: RunEnd | None = await asyncio.to_thread(read_end, folder, attempt.epoch)
        except InvalidInput as exc:
            end, refusal = None, refusal or str(exc)
        if refusal:
            status, reason = JobStatus.FAILED, refusal
        elif end is not None:
            status, reason = end.outcome.status, end.reason
        elif self._interrupts:
            status, reason = JobStatus.INTERRUPTED, "interrupted, and killed"
        else:
            words = await asyncio.to_thread(_last_words, folder / RUNNER_LOG)
            status, reason = JobStatus.FAILED, f"lost: the runner {runner_exit.words} before its job ended{words}"
        await self._end_unfinished(handler, status, reason)
        await handler.end_attempt(
            self._job.id,
            attempt.epoch,
            exit_code=runner_exit.code if runner_exit.code >= 0 else None,
            signal=_signal_name(runner_exit.code),
            reason="" if end is not None else reason,
            lost=end is None and not self._interrupts,
        )

    async def _end_unfinished(self, handler: AsyncDatabaseHandler, status: JobStatus, reason: str) -> None:
        """End the job and all below it that has not ended, children first."""
        detail = await db.job_detail(self._job.project, self._job.id)
        for job in _from_below(detail):
            if job.status.is_end:
                continue
            with suppress(IllegalTransition):
                if status not in job.status.successors:
                    await handler.update_job_status(job.id, JobStatus.RUNNING)
                await handler.update_job_status(job.id, status, reason=reason)


def _new_lines(reader: JournalReader) -> tuple[list[JournalLine], InvalidInput | None]:
    """Lines not yet read, and what is wrong with the one after them, if anything is."""
    lines: list[JournalLine] = []
    try:
        for line in reader.read():
            lines.append(line)  # noqa: PERF402  a comprehension would lose the good lines before a bad one
    except InvalidInput as exc:
        return lines, exc
    return lines, None


def _from_below(detail: JobDetail) -> list[JobRecord]:
    return [*(job for child in detail.children for job in _from_below(child)), detail.job]


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
