"""Ends a job from any process, whoever runs it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import STOP_GRACE_S, JobRecord, JobStatus
from xtalflow.errors import IllegalTransition, InvalidInput

from ._open import actor
from ._takeover import following, is_abandoned, take_over

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler

    from ._jobs import FoundJob
    from ._open import Client

CANCELLED = "cancelled"
"""Reason of a job that was cancelled before it ran."""
_LOOK_S = 0.2
_PATIENCE_S = 2 * STOP_GRACE_S
"""Seconds that a supervisor has to end a run, its runner's grace included."""


async def cancel_job(found: FoundJob, *, client: Client = "python") -> JobRecord:
    """End a queued or running job with all below it, and wait until it has ended; what has ended stays as it is.

    A running job is ended by its supervisor, or by this process if that is gone. The record that comes back has not
    ended only if the supervisor runs on another machine and does not answer.

    Raises
    ------
    InvalidInput
        It is a child job, which ends with its parent.
    """
    job = found.job
    if job.parent is not None:
        top = found.name.partition(".")[0]
        raise InvalidInput(f"{found.name} runs as a part of {top} and ends with it; cancel {top}")
    handler = await db.AsyncDatabaseHandler.open(found.project.id, actor=actor(client))
    if job.status is JobStatus.PENDING:
        return await _withdraw(handler, job)
    if job.status.is_end:
        return job
    attempt = await handler.attempt(job.id)
    if await handler.cancel_waiting(job.id, attempt.epoch, reason=CANCELLED):
        return await handler.job(job.id)
    await handler.request_cancel(job.id, attempt.epoch)
    until = time.monotonic() + _PATIENCE_S
    while not (job := await handler.job(job.id)).status.is_end and time.monotonic() < until:
        attempt = await handler.attempt(job.id)
        if is_abandoned(attempt) and (taken := await take_over(attempt, handler)) is not None:
            run = following(taken)
            run.cancel()
            return await run.to_the_end()
        await asyncio.sleep(_LOOK_S)
    return job


async def _withdraw(handler: AsyncDatabaseHandler, job: JobRecord) -> JobRecord:
    """End a job that was made and not queued yet."""
    try:
        return await handler.update_job_status(job.id, JobStatus.INTERRUPTED, reason=CANCELLED)
    except IllegalTransition:  # it was queued meanwhile
        return await handler.job(job.id)
