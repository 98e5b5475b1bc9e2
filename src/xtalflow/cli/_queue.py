"""``xtalflow submit``, ``worker`` and ``cancel``: jobs that run without whoever asked for them."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ._exit import FAILED, FINISHED, say
from ._parser import SubParsers, add_command, add_job_argument
from ._run import CLIENT, add_run_options, add_task_words, filled_plugin, run_options, say_remarks

if TYPE_CHECKING:
    from xtalflow.engine import JobRecord, Settings
    from xtalflow.plugin import CPluginScript
    from xtalflow.services import Document, JobOptions


def add(commands: SubParsers) -> None:
    """Add the three commands."""
    submit = add_command(
        commands,
        "submit",
        _submit,
        summary="queue a task, for a worker to run",
        description="Queue a task, for a worker to run (`xtalflow worker`). What the task reads is taken into the "
        "project now.\nParameters are given as to `xtalflow run`.",
        mixed=True,
    )
    add_task_words(submit)
    add_run_options(submit)
    submit.add_argument(
        "--priority",
        metavar="N",
        type=int,
        default=0,
        help="-100 to 100: of jobs that wait, the higher are run first (default: 0)",
    )
    submit.add_argument(
        "--after",
        metavar="JOB",
        action="append",
        default=[],
        help="run it when this job of the project has finished, and not at all if that fails; may be repeated",
    )
    worker = add_command(
        commands,
        "worker",
        _work,
        summary="run what is queued, and take over what was left alone",
        description="Run what is queued, several jobs at a time, until Ctrl-C. Jobs that run then go on by themselves, "
        "and the next worker\nfollows them to their end; so a worker may be stopped and started at any time.",
        json=False,
    )
    worker.add_argument(
        "--slots",
        metavar="N",
        type=_slots,
        default=None,
        help="jobs at the same time; left out, one for each processor",
    )
    worker.add_argument("--until-idle", action="store_true", help="end when nothing waits and nothing runs")
    cancel = add_command(
        commands,
        "cancel",
        _cancel,
        summary="end a queued or running job, with all below it",
        description="End a queued or running job with all below it, and wait for its end. Logs and partial files stay "
        "in its folder.\nAsking twice is harmless.",
    )
    add_job_argument(cancel)


def _slots(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number above 0")
    return number


def _submit(arguments: argparse.Namespace) -> int:
    plugin = filled_plugin(arguments)
    options = run_options(arguments, priority=arguments.priority)
    return submit_plugin(plugin, options, project=arguments.project, json=arguments.json, after=arguments.after)


def submit_plugin(
    plugin: CPluginScript,
    options: JobOptions,
    *,
    project: str | None,
    json: bool,
    after: Sequence[str] = (),
    folder: Path | None = None,
) -> int:
    """Queue a filled plugin as a job, and tell which it is; `folder` is that of the project, if it is made."""
    from ._session import with_store

    say_remarks(plugin, options.title)

    async def work(settings: Settings) -> Document:
        from xtalflow.services import FoundJob, find_or_make_project, job_details, jobs_to_wait_for, submit_job

        home = await find_or_make_project(project, Path.cwd(), client=CLIENT, folder=folder)
        before = await jobs_to_wait_for(after, home, Path.cwd())
        job = await submit_job(home, plugin, replace(options, after=before), client=CLIENT)
        return await job_details(FoundJob(project=home, job=job))

    return tell_queued(with_store(work), json=json)


def tell_queued(document: Document, *, json: bool) -> int:
    """Tell which job is queued now."""
    from ._output import print_json

    name = f"{document['project']}/{document['number']}"
    if json:
        print_json(document)
    else:
        print(f"job {name} ({document['task']}) is queued")
        print(f"run it: xtalflow worker    look: xtalflow show {shlex.quote(name)}")
    return FINISHED


def _work(arguments: argparse.Namespace) -> int:
    from ._session import signals_to, with_store

    slots = arguments.slots or os.cpu_count() or 1

    async def work(settings: Settings) -> None:
        from xtalflow.services import Supervisor

        supervisor = Supervisor(settings=settings, slots=slots, tell=lambda sentence: print(sentence, flush=True))
        print(
            f"worker of {slots} job{'s' * (slots > 1)} at a time; Ctrl-C ends it, and leaves jobs running", flush=True
        )
        with signals_to(supervisor.stop):
            await supervisor.run(until_idle=arguments.until_idle)

    with_store(work, heal=False)
    return FINISHED


def _cancel(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> tuple[bool, JobRecord, Document]:
        from xtalflow.services import FoundJob, cancel_job, find_job, job_details

        found = await find_job(arguments.job, Path.cwd())
        job = await cancel_job(found, client=CLIENT)
        document = await job_details(FoundJob(project=found.project, job=job))
        return found.job.status.is_end, job, document

    had_ended, job, document = with_store(work)
    name = f"{document['project']}/{document['number']}"
    if arguments.json:
        print_json(document)
    elif job.status.is_end:
        print(f"job {name} ({job.task}) {'was ' if had_ended else 'is '}{job.status.key}{' already' * had_ended}")
    if not job.status.is_end:
        say(f"job {name} was asked to end; its supervisor has not answered yet")
        return FAILED
    return FINISHED
