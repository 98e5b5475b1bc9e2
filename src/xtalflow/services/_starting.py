"""Starts the runner of a claimed run, or finds the one that was started."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import (
    FileRecord,
    JobOrder,
    JobRecord,
    JobStatus,
    LocalExecutor,
    LocalRun,
    ReusableJob,
    Settings,
    put_aside,
    read_order,
    start_of,
    take_epoch,
    write_order,
)
from xtalflow.errors import InvalidInput, ProgramFailed
from xtalflow.faults import passed

from ._options import Resources
from ._owner import this_process

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, AttemptRecord

LOCAL = "local"
"""Name of the executor of this machine."""


async def start_run(
    handler: AsyncDatabaseHandler,
    job: JobRecord,
    attempt: AttemptRecord,
    settings: Settings,
    executor: LocalExecutor,
    inputs: Sequence[FileRecord] | None = None,
) -> LocalRun | None:
    """Start the runner of a run that this process has claimed; None if it could not start, and the job has failed.

    Parameters
    ----------
    inputs
        What the job reads, if that is known.
    """
    folder = handler.project_directory / job.folder
    passed("supervisor.claimed")
    try:
        if inputs is None:
            inputs = await db.job_inputs(handler.project, job.id)
        wanted = Resources.from_dict(attempt.resources)
        may_reuse = wanted.reuse or attempt.epoch > 1  # of a job that is begun again, only what is its own
        reusable = await handler.reusable_jobs(job, of_all=wanted.reuse) if may_reuse else []
        order = _order(handler, job, attempt, settings, inputs, reusable)
        await asyncio.to_thread(_prepare, folder, order)
        passed("supervisor.ordered")
        run = await executor.start(folder, attempt.token)
        passed("supervisor.started")
    except (ProgramFailed, OSError) as exc:
        if (started := await _started_all_the_same(executor, folder, attempt)) is not None:
            return started
        failed = db.RunSettlement(status=JobStatus.FAILED, reason=str(exc), remark=str(exc))
        await handler.settle(job, attempt.epoch, [], failed)
        return None
    return run


async def _started_all_the_same(executor: LocalExecutor, folder: Path, attempt: AttemptRecord) -> LocalRun | None:
    """The runner of a run of which only the news of its start was lost; if there is none, there will be none.

    Whoever takes the epoch has the run, and what has it cannot be started.
    """
    try:
        order = await asyncio.to_thread(read_order, folder)
        if await asyncio.to_thread(take_epoch, folder, start_of(order, this_process().process)):
            return None
    except (InvalidInput, OSError):  # without an order, or on a full disk, no runner can begin
        return None
    return await executor.find(folder, attempt.token)


def _prepare(folder: Path, order: JobOrder) -> None:
    put_aside(folder, order.epoch)
    write_order(folder, order)


def _order(
    handler: AsyncDatabaseHandler,
    job: JobRecord,
    attempt: AttemptRecord,
    settings: Settings,
    inputs: Sequence[FileRecord],
    reusable: Sequence[ReusableJob],
) -> JobOrder:
    """What the runner is told."""
    return JobOrder(
        job=job.id,
        number=job.number,
        task=job.task,
        title=job.title,
        project=handler.project,
        project_name=handler.project_name,
        epoch=attempt.epoch,
        token=attempt.token,
        inputs=tuple({file.id: file for file in inputs}.values()),
        reusable=tuple(reusable),
        niceness=settings.niceness,
        limits=Resources.from_dict(attempt.resources).limits,
        environment=settings.environment,
    )
