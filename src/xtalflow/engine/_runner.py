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
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from xtalflow.errors import XtalflowError
from xtalflow.faults import passed
from xtalflow.plugin import AT_ONCE, JobStatus, Outcome, aside, load_task, task_names

from ._files import SMALL
from ._imports import check_inputs, verify_inputs
from ._journal import JOURNAL, JournalWriter
from ._kept_store import JournalStore
from ._life_cycle import create_plugin_for_job
from ._limits import limit_each_process
from ._order import BEAT, JobOrder, RunEnd, read_order, start_of, take_epoch, write_end
from ._processes import become_subreaper, identify
from ._records import JobEnd, JobRecord
from ._tracking import library_versions, track_job

BEAT_S = 15.0
"""Seconds between two beats."""
GAVE_WAY = 3
"""Exit code of a runner that found another one at its job."""
RUN_MARK = "XTALFLOW_RUN"
"""Variable in the environment of a runner and of all that it starts: the token of the run."""


def load_ahead() -> None:
    """Import and look up what every job needs, so that a forked runner has it.

    Nothing that keeps a thread or a file: of the tasks only those that come with xtalflow.
    """
    import lxml.etree  # noqa: F401  parameter files

    for name in task_names(built_in=True):
        load_task(name)
    library_versions()


def set_up() -> None:
    """Make this process fit for a job, whatever job it will be."""
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    AT_ONCE.set(True)
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())  # as later versions do: without a thread per program


class Ready:
    """A process that can run a job as soon as it knows which.

    Attributes
    ----------
    work
        What a signal interrupts, once there is any.
    """

    def __init__(self) -> None:
        become_subreaper()
        self.process = identify(os.getpid())
        self.loop = asyncio.Runner()
        self.work: asyncio.Task[Any] | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            self.loop.get_loop().add_signal_handler(number, self._interrupt)

    def _interrupt(self) -> None:
        if self.work is not None:
            self.work.cancel()


def run_folder(folder: Path, ready: Ready) -> int:
    """Run the job in this folder; returns 0 if it wrote its ``end.json``, else `GAVE_WAY`."""
    order = read_order(folder)
    os.environ.update(order.environment)
    os.environ[RUN_MARK] = order.token
    os.nice(order.niceness)
    limit_each_process(order.limits)
    passed("runner.loaded")
    if not take_epoch(folder, start_of(order, ready.process)):
        sys.stderr.write(f"{folder}: another runner has started this job\n")
        return GAVE_WAY
    passed("runner.took")
    began = time.monotonic()
    outcome, reason = ready.loop.run(_run(folder, order, ready))
    wall_s = round(time.monotonic() - began, 3)
    passed("runner.told")
    write_end(folder, RunEnd(epoch=order.epoch, job=order.job, outcome=outcome, reason=reason, wall_s=wall_s))
    passed("runner.ended")
    return 0


def end_leftovers(grace_s: float = 5.0) -> bool:
    """Kill what the job left running, whatever its parent and session; False if that is not known or did not help."""
    until = time.monotonic() + grace_s
    while time.monotonic() < until:
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return sys.platform == "linux"  # elsewhere orphans are not children of this process
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                process.kill()
        time.sleep(0.01)
    return False


async def _run(folder: Path, order: JobOrder, ready: Ready) -> tuple[Outcome, str]:
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
        ready.work = asyncio.create_task(_work(job, store, order))
        try:
            return await _with_beat(ready.work, folder / BEAT)
        finally:
            await asyncio.get_running_loop().shutdown_default_executor()  # threads of the task have ended


async def _with_beat(work: asyncio.Task[tuple[Outcome, str]], beat: Path) -> tuple[Outcome, str]:
    beating = asyncio.create_task(_beat(beat))
    try:
        return await work
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
        call = aside if sum(file.size for file in order.inputs) <= SMALL else asyncio.to_thread
        await call(verify_inputs, order.inputs, store)
    except (XtalflowError, OSError) as exc:
        await store.update_job_status(job.id, JobStatus.RUNNING)
        await store.finish_job(job.id, JobEnd(status=JobStatus.FAILED, reason=str(exc)))
        return Outcome.FAILED, str(exc)
    except asyncio.CancelledError:
        await store.finish_job(job.id, JobEnd(status=JobStatus.INTERRUPTED))
        raise
    try:
        async with track_job(store, plugin, reusable=order.reusable, limits=order.limits):
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
