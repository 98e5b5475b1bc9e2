"""Starts the runner of a claimed run, or finds the one that was started."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import JobOrder, JobRecord, JobStatus, LocalExecutor, LocalRun, Settings, write_order
from xtalflow.errors import ProgramFailed
from xtalflow.faults import passed

from ._following import end_unfinished

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, AttemptRecord

LOCAL = "local"
"""Name of the executor of this machine."""


async def start_run(
    handler: AsyncDatabaseHandler, job: JobRecord, attempt: AttemptRecord, settings: Settings
) -> LocalRun | None:
    """Start the runner of a run that this process has claimed; None if it could not start, and the job has failed."""
    folder = handler.project_directory / job.folder
    passed("supervisor.claimed")
    try:
        await asyncio.to_thread(write_order, folder, await _order(handler, job, attempt, settings))
        passed("supervisor.ordered")
        run = await LocalExecutor().start(folder)
        passed("supervisor.started")
    except (ProgramFailed, OSError) as exc:
        await end_unfinished(handler, job, JobStatus.FAILED, str(exc))
        await handler.end_attempt(job.id, attempt.epoch, reason=str(exc))
        return None
    await handler.attempt_submitted(job.id, attempt.epoch, handle=run.handle, host=socket.gethostname())
    passed("supervisor.submitted")
    return run


async def _order(handler: AsyncDatabaseHandler, job: JobRecord, attempt: AttemptRecord, settings: Settings) -> JobOrder:
    """What the runner is told."""
    detail = await db.job_detail(handler.project, job.id)
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
        inputs=tuple({used.file.id: used.file for used in detail.inputs}.values()),
        environment={"CLIBD_MON": str(library)} if library else {},
    )
