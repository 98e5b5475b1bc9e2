"""Runs one job: a supervisor of this job alone, in the process that asked for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import JobRecord, LocalExecutor, Settings
from xtalflow.errors import StoreUnavailable

from ._following import LEASE_S, RENEWAL_S, Following, LeaseLost
from ._news import Listener, Newsreader
from ._open import actor
from ._options import JobOptions
from ._owner import this_process
from ._restart import begin_again
from ._starting import start_run
from ._submit import submit

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, ProjectRecord, Submitted
    from xtalflow.plugin import CPluginScript

    from ._jobs import FoundJob
    from ._open import Client

_WATCH_S = 0.25
"""Seconds between two looks at a job that somebody else follows."""


Begin = Callable[["AsyncDatabaseHandler", str], Awaitable["Submitted"]]
"""Gives a job with its run, which the owner named has claimed."""


def new_job(plugin: CPluginScript, options: JobOptions = JobOptions()) -> Begin:  # noqa: B008  it is frozen
    """A job that is made and queued, as `submit_job` does."""

    async def begin(handler: AsyncDatabaseHandler, owner: str) -> Submitted:
        return await submit(handler, plugin, options, owner=owner)

    return begin


def restarted(found: FoundJob) -> Begin:
    """A job that is queued again, as `restart_job` does."""

    async def begin(handler: AsyncDatabaseHandler, owner: str) -> Submitted:
        return await begin_again(handler, found, owner=owner)

    return begin


class JobRun:
    """A job that is run by this process.

    Parameters
    ----------
    begin
        `new_job` or `restarted`.
    listener
        Told what happens while the job runs.
    begun
        Told of the job before it runs.
    executor
        Starts the runner; by default one for this job alone.
    """

    def __init__(
        self,
        project: ProjectRecord,
        begin: Begin,
        settings: Settings,
        *,
        listener: Listener | None = None,
        begun: Callable[[JobRecord], None] | None = None,
        client: Client = "python",
        executor: LocalExecutor | None = None,
    ) -> None:
        self._project, self._begin, self._settings = project, begin, settings
        self._listener, self._begun = listener, begun
        self._actor = actor(client)
        self._executor = executor
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

        Raises
        ------
        InvalidInput
            The job cannot be made or begun again.
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
        if self._executor is not None:
            return await self._with(self._executor)
        async with LocalExecutor() as executor:
            warming = asyncio.create_task(executor.warm_up())
            try:
                return await self._with(executor)
            finally:
                await warming

    async def _with(self, executor: LocalExecutor) -> JobRecord:
        handler = db.AsyncDatabaseHandler.of(self._project, actor=self._actor)
        owner = str(this_process())
        submitted = await self._begin(handler, owner)
        job, attempt = submitted.job, submitted.attempt
        if self._begun is not None:
            self._begun(job)
        inputs = [*submitted.imported, *submitted.used]
        run = await start_run(handler, job, attempt, self._settings, executor, inputs)
        if run is None:
            return await handler.job(job.id)
        news = Newsreader(job, self._listener) if self._listener is not None else None
        self._following = Following(handler, job, attempt, run, news=news)
        for _ in range(self._interrupts):
            self._following.interrupt()
        holding = asyncio.create_task(self._hold(job, owner))
        try:
            return await self._following.to_the_end()
        except LeaseLost:
            return await _watch(handler, job)
        except BaseException:
            await run.stop()
            raise
        finally:
            holding.cancel()

    async def _hold(self, job: JobRecord, owner: str) -> None:
        """Keep the lease, and end the job when another process asks for it."""
        cancelled, renewed = False, time.monotonic()
        while self._following is not None:
            await asyncio.sleep(_WATCH_S)
            with suppress(StoreUnavailable):
                if not cancelled and job.id in await db.jobs_to_cancel(owner):
                    cancelled = True
                    self._following.cancel()
                if time.monotonic() - renewed > RENEWAL_S:
                    renewed = time.monotonic()
                    if job.id not in await db.renew_attempts(owner, [job.id], lease_s=LEASE_S):
                        self._following.lose()


async def _watch(handler: AsyncDatabaseHandler, job: JobRecord) -> JobRecord:
    """Wait for the end of a job that somebody else follows."""
    while not job.status.is_end:
        await asyncio.sleep(_WATCH_S)
        job = await handler.job(job.id)
    return job
