"""Starts the runner of a claimed run, or finds the one that was started."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import FileRecord, JobOrder, JobRecord, JobStatus, LocalExecutor, LocalRun, Settings, write_order
from xtalflow.errors import ProgramFailed
from xtalflow.faults import passed

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
        order = _order(handler, job, attempt, settings, inputs)
        await asyncio.to_thread(write_order, folder, order)
        passed("supervisor.ordered")
        run = await executor.start(folder, attempt.token)
        passed("supervisor.started")
    except (ProgramFailed, OSError) as exc:
        failed = db.RunSettlement(status=JobStatus.FAILED, reason=str(exc), remark=str(exc))
        await handler.settle(job, attempt.epoch, [], failed)
        return None
    return run


def _order(
    handler: AsyncDatabaseHandler,
    job: JobRecord,
    attempt: AttemptRecord,
    settings: Settings,
    inputs: Sequence[FileRecord],
) -> JobOrder:
    """What the runner is told."""
    library = settings.monomer_library
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
        environment={"CLIBD_MON": str(library)} if library else {},
    )
