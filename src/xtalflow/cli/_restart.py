"""``xtalflow restart``: begin a job again that did not come to a good end."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ._parser import SubParsers, add_command, add_job_argument
from ._queue import tell_queued
from ._run import CLIENT, show_outcome, watch_run

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import Settings
    from xtalflow.services import Document, FoundJob


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "restart",
        _restart,
        summary="begin a failed or interrupted job again, where it was",
        description="Begin a job again that failed, was interrupted or is lost. What its child jobs have finished is "
        "re-used, if task,\nprograms, parameters and inputs are the same; a line says so, or why not. What the last "
        "run left is in attempt_1 …\nin the job's folder. To change a parameter: `xtalflow clone JOB NAME=VALUE "
        "--reuse`",
    )
    add_job_argument(parser)
    parser.add_argument("--submit", action="store_true", help="queue it for a worker")


def _restart(arguments: argparse.Namespace) -> int:
    from xtalflow.services import restarted

    from ._session import with_store

    async def find(settings: Settings) -> FoundJob:
        from xtalflow.services import find_job

        return await find_job(arguments.job, Path.cwd())

    async def submit(settings: Settings) -> Document:
        from xtalflow.services import FoundJob, job_details, restart_job

        job = await restart_job(found, client=CLIENT)
        return await job_details(FoundJob(project=found.project, job=job))

    async def home() -> ProjectRecord:
        return found.project

    found = with_store(find)
    if arguments.submit:
        return tell_queued(with_store(submit), json=arguments.json)
    return show_outcome(watch_run(home, restarted(found), quiet=arguments.json), json=arguments.json)
