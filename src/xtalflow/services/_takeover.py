"""Runs whose supervisor is gone: taken over while their runner lives, settled when it does not."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psutil

from xtalflow import db
from xtalflow.engine import START, JobRecord, JobStatus, LocalExecutor, LocalRun
from xtalflow.errors import IllegalTransition, InvalidInput

from ._following import LEASE_S, Following
from ._open import actor
from ._owner import Owner, this_process
from ._starting import LOCAL

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, AttemptRecord

NEVER_QUEUED = "it was never queued: whoever made it died before"
"""Reason of a job that came to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRun:
    """A run that this process holds now, and its runner; None if that is gone."""

    handler: AsyncDatabaseHandler
    job: JobRecord
    attempt: AttemptRecord
    run: LocalRun | None


def is_abandoned(attempt: AttemptRecord) -> bool:
    """Whether nobody follows a run of this machine any more: its supervisor is dead, or has let its lease run out."""
    here = socket.gethostname()
    if attempt.executor != LOCAL or attempt.host not in ("", here):
        return False
    owner = Owner.parse(attempt.owner)
    if owner is not None and owner.host != here:
        return False
    expired = attempt.lease_until is None or attempt.lease_until <= datetime.now(UTC)
    return expired or (owner is not None and owner.is_gone)


async def take_over(attempt: AttemptRecord, handler: AsyncDatabaseHandler) -> TakenRun | None:
    """Become the supervisor of an abandoned run; None if a rival was faster, or if it never started and is queued anew.

    Whatever a dead runner left running is killed.
    """
    owner = str(this_process())
    taken = await db.take_over(attempt, owner=owner, lease_s=LEASE_S)
    if taken is None:
        return None
    job, executor = await handler.job(taken.job), LocalExecutor()
    run = await executor.find(taken.token, taken.handle)
    if run is not None:
        taken = await handler.attempt_submitted(job.id, taken.epoch, handle=run.handle, host=socket.gethostname())
        return TakenRun(handler=handler, job=job, attempt=taken, run=run)
    await executor.clear(taken.token)
    started = bool(taken.handle) or await asyncio.to_thread((handler.project_directory / job.folder / START).exists)
    if not started and await db.give_back(taken, owner=owner):
        return None
    return TakenRun(handler=handler, job=job, attempt=taken, run=None)


async def settle_abandoned(client: str = "python") -> None:
    """Bring all abandoned runs up to date, so that no job is shown as running that is dead.

    A job whose runner is gone gets its end. Of one that still runs the record learns how far it is; the rest is left to
    a supervisor.
    """
    await _end_unqueued(client)
    for attempt in await db.held_attempts():
        if not is_abandoned(attempt):
            continue
        handler = await db.AsyncDatabaseHandler.open(attempt.project, actor=actor(client))
        run = await LocalExecutor().find(attempt.token, attempt.handle)
        if run is not None:
            living = TakenRun(handler=handler, job=await handler.job(attempt.job), attempt=attempt, run=run)
            with suppress(InvalidInput):  # whoever follows the run says what is wrong with its journal
                await following(living).catch_up()
        elif (taken := await take_over(attempt, handler)) is not None:
            await following(taken).to_the_end()


async def _end_unqueued(client: str) -> None:
    """Jobs that were made by a process that died before it queued them come to nothing."""
    for project, job, process in await db.unqueued_jobs(socket.gethostname()):
        if await asyncio.to_thread(_is_older, process, job.created):
            continue
        handler = await db.AsyncDatabaseHandler.open(project, actor=actor(client))
        with suppress(IllegalTransition):
            await handler.update_job_status(job.id, JobStatus.INTERRUPTED, reason=NEVER_QUEUED)


def _is_older(process: int, than: datetime) -> bool:
    """Whether a process lives that was there at this time, to a second; another may have its number by now."""
    try:
        return psutil.Process(process).create_time() <= than.timestamp() + 1.0
    except psutil.Error:
        return False


def following(taken: TakenRun) -> Following:
    """What follows a run that was taken over."""
    return Following(taken.handler, taken.job, taken.attempt, taken.run, owner=str(this_process()))
