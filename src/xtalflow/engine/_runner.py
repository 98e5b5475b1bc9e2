"""The runner: one process that runs one job in its folder, and needs no database.

It takes its epoch by making ``start.json``, touches ``beat``, writes every event to ``journal.jsonl``, and at last
``end.json``. SIGTERM or SIGINT interrupts the job cleanly.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path

from xtalflow.errors import XtalflowError
from xtalflow.faults import passed
from xtalflow.plugin import JobStatus, Outcome

from ._imports import check_inputs, verify_inputs
from ._journal import JOURNAL, JournalWriter
from ._kept_store import JournalStore
from ._life_cycle import create_plugin_for_job
from ._order import BEAT, JobOrder, RunEnd, RunStart, read_order, take_epoch, write_end
from ._records import JobEnd, JobRecord

BEAT_S = 15.0
"""Seconds between two beats."""
RUN_MARK = "XTALFLOW_RUN"
"""Variable in the environment of a runner and of all that it starts: the token of the run."""


def run_folder(folder: Path) -> int:
    """Run the job in this folder; returns 0 if the run wrote its ``end.json``, 3 if another runner has its epoch."""
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    order = read_order(folder)
    os.environ.update(order.environment)
    os.environ[RUN_MARK] = order.token
    start = RunStart(
        epoch=order.epoch,
        token=order.token,
        host=socket.gethostname(),
        pid=os.getpid(),
        started=datetime.now(UTC).isoformat(),
    )
    passed("runner.loaded")
    if not take_epoch(folder, start):
        sys.stderr.write(f"{folder}: another runner has started this job\n")
        return 3
    passed("runner.took")
    began = time.monotonic()
    outcome, reason = asyncio.run(_run(folder, order))
    wall_s = round(time.monotonic() - began, 3)
    passed("runner.told")
    write_end(folder, RunEnd(epoch=order.epoch, job=order.job, outcome=outcome, reason=reason, wall_s=wall_s))
    passed("runner.ended")
    return 0


async def _run(folder: Path, order: JobOrder) -> tuple[Outcome, str]:
    job = JobRecord(
        id=order.job,
        project=order.project,
        number=order.number,
        task=order.task,
        title=order.title,
        status=JobStatus.QUEUED,
        created=datetime.now(UTC),
    )
    with JournalWriter(folder / JOURNAL, epoch=order.epoch) as journal:
        store = JournalStore(
            journal,
            project=order.project,
            project_name=order.project_name,
            project_directory=_project_directory(folder, order.number),
            job=job,
            inputs=order.inputs,
        )
        return await _with_beat_and_signals(_work(job, store, order), folder / BEAT)


async def _with_beat_and_signals(work: Coroutine[None, None, tuple[Outcome, str]], beat: Path) -> tuple[Outcome, str]:
    task, beating = asyncio.create_task(work), asyncio.create_task(_beat(beat))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return Outcome.INTERRUPTED, "interrupted"
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating


async def _work(job: JobRecord, store: JournalStore, order: JobOrder) -> tuple[Outcome, str]:
    try:
        plugin = await create_plugin_for_job(job, store)
        check_inputs(plugin, order.inputs, store)
        await asyncio.to_thread(verify_inputs, order.inputs, store)
    except (XtalflowError, OSError) as exc:
        await store.update_job_status(job.id, JobStatus.RUNNING)
        await store.finish_job(job.id, JobEnd(status=JobStatus.FAILED, reason=str(exc)))
        return Outcome.FAILED, str(exc)
    except asyncio.CancelledError:
        await store.finish_job(job.id, JobEnd(status=JobStatus.INTERRUPTED))
        raise
    try:
        async with store.track_job(plugin):
            await plugin.execute()
    except asyncio.CancelledError:  # it may come when the job has ended already
        return plugin.outcome or Outcome.INTERRUPTED, plugin.errors.reason
    return plugin.outcome or Outcome.FAILED, plugin.errors.reason


async def _beat(path: Path) -> None:
    while True:
        path.touch()
        await asyncio.sleep(BEAT_S)


def _project_directory(folder: Path, number: str) -> Path:
    """The project's folder, from that of a job in it."""
    return folder.absolute().parents[number.count(".") + 1]
