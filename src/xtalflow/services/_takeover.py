"""Runs whose supervisor is gone: taken over while their runner lives, settled when it does not."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import JobRecord, LocalExecutor, LocalRun, read_start
from xtalflow.errors import InvalidInput

from ._following import LEASE_S, Following
from ._open import actor
from ._owner import Owner, this_process
from ._starting import LOCAL

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, AttemptRecord

    from ._open import Client


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
    folder = handler.project_directory / job.folder
    run = await executor.find(folder, taken.token)
    if run is None:
        await executor.clear(folder, taken.token)
        started = await asyncio.to_thread(read_start, folder)
        if (started is None or started.epoch != taken.epoch) and await db.give_back(taken, owner=owner):
            return None
    return TakenRun(handler=handler, job=job, attempt=taken, run=run)


async def settle_abandoned(client: Client = "python") -> None:
    """Bring all abandoned runs up to date, so that no job is shown as running that is dead.

    A job whose runner is gone gets its end. Of one that still runs the record learns how far it is; the rest is left to
    a supervisor.
    """
    for attempt in await db.held_attempts():
        if not is_abandoned(attempt):
            continue
        handler = await db.AsyncDatabaseHandler.open(attempt.project, actor=actor(client))
        job = await handler.job(attempt.job)
        run = await LocalExecutor().find(handler.project_directory / job.folder, attempt.token)
        if run is not None:
            living = TakenRun(handler=handler, job=job, attempt=attempt, run=run)
            with suppress(InvalidInput):  # whoever follows the run says what is wrong with its journal
                await following(living).catch_up()
        elif (taken := await take_over(attempt, handler)) is not None:
            await following(taken).to_the_end()


def following(taken: TakenRun) -> Following:
    """What follows a run that was taken over."""
    return Following(taken.handler, taken.job, taken.attempt, taken.run)
