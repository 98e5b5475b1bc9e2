"""Begins a job again that did not come to a good end; what its child jobs finished is taken, not made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import JobRecord, JobStatus
from xtalflow.errors import IllegalTransition, InvalidInput

from ._following import LEASE_S
from ._open import actor

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, Submitted

    from ._jobs import FoundJob
    from ._open import Client


async def restart_job(found: FoundJob, *, client: Client = "python") -> JobRecord:
    """Queue a failed, interrupted or lost job again, for a worker.

    Raises
    ------
    InvalidInput
        It is a child job, which runs with its parent, or one that cannot be restarted.
    """
    handler = db.AsyncDatabaseHandler.of(found.project, actor=actor(client))
    return (await begin_again(handler, found)).job


async def begin_again(handler: AsyncDatabaseHandler, found: FoundJob, *, owner: str = "") -> Submitted:
    """As `restart_job`; with an `owner`, who claims the run at once."""
    job = found.job
    if job.parent is not None:
        top = found.name.partition(".")[0]
        raise InvalidInput(f"{found.name} runs as a part of {top}; restart {top}: what has finished is re-used")
    if job.status in (JobStatus.FINISHED, JobStatus.UNSATISFACTORY):
        raise InvalidInput(f"{found.name} is {job.status.key}; run it again as a new job: xtalflow clone {found.name}")
    if JobStatus.QUEUED not in job.status.successors:
        raise InvalidInput(f"{found.name} is {job.status.key} and has no need to be restarted")
    try:
        attempt = await handler.queue_attempt(job.id, owner=owner, lease_s=LEASE_S)
    except IllegalTransition as exc:
        raise InvalidInput(f"{found.name} cannot be restarted: {exc}") from exc
    used = await db.job_inputs(found.project.id, job.id)
    return db.Submitted(job=await handler.job(job.id), attempt=attempt, imported=(), used=used)
