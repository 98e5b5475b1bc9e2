"""Runs one queued job: a supervisor of this job alone, in the process that asked for it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from xtalflow import db
from xtalflow.engine import JobRecord, Settings
from xtalflow.errors import StoreUnavailable

from ._following import LEASE_S, Following, LeaseLost
from ._news import Listener, Newsreader
from ._open import actor
from ._owner import this_process
from ._starting import start_run

_WATCH_S = 0.5
"""Seconds between two looks at a job that somebody else follows."""


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
        self._interrupts = 0
        self._following: Following | None = None

    def interrupt(self) -> None:
        """End the job: the first time cleanly, the second time by killing its runner and all that it started."""
        self._interrupts += 1
        if self._following is not None:
            self._following.interrupt()

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

    async def _work(self) -> JobRecord:
        handler = await db.AsyncDatabaseHandler.open(self._job.project, actor=self._actor)
        owner = str(this_process())
        queued = await handler.attempt(self._job.id)
        attempt = await handler.claim_attempt(self._job.id, queued.epoch, owner=owner, lease_s=LEASE_S)
        run = await start_run(handler, self._job, attempt, self._settings)
        if run is None:
            return await handler.job(self._job.id)
        self._following = Following(handler, self._job, attempt, run, owner=owner, news=self._news)
        for _ in range(self._interrupts):
            self._following.interrupt()
        heeding = asyncio.create_task(self._heed_cancellation(owner))
        try:
            return await self._following.to_the_end()
        except LeaseLost:
            return await _watch(handler, self._job)
        except BaseException:
            await run.stop()
            raise
        finally:
            heeding.cancel()

    async def _heed_cancellation(self, owner: str) -> None:
        """End the job when another process asks for it."""
        while self._following is not None:
            await asyncio.sleep(_WATCH_S)
            with suppress(StoreUnavailable):
                if self._job.id in await db.jobs_to_cancel(owner):
                    self._following.cancel()
                    return


async def _watch(handler: db.AsyncDatabaseHandler, job: JobRecord) -> JobRecord:
    """Wait for the end of a job that somebody else follows."""
    while not job.status.is_end:
        await asyncio.sleep(_WATCH_S)
        job = await handler.job(job.id)
    return job
