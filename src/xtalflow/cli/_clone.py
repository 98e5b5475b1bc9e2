"""``xtalflow clone``: a new job with the parameters of another."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ._parser import SubParsers, add_command, add_job_argument
from ._queue import submit_plugin
from ._run import add_run_options, run_options, run_plugin

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.plugin import CPluginScript
    from xtalflow.services import FoundJob


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "clone",
        _clone,
        summary="run a job again as a new one, with some parameters changed",
        description="Make a new job with all parameters of another but those given, and run it now. What the other\n"
        "read is read again and not copied; a list that is given takes the place of the whole list.",
        mixed=True,
    )
    add_job_argument(parser)
    parser.add_argument("words", metavar="PARAM=VALUE", nargs="*", help="parameters to change")
    parser.add_argument("--title", metavar="TEXT", default="", help="title of the job; left out, that of the other")
    parser.add_argument("--submit", action="store_true", help="queue it for a worker")
    add_run_options(parser)


def _clone(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> tuple[FoundJob, CPluginScript]:
        from xtalflow.services import clone_parameters, find_job

        found = await find_job(arguments.job, Path.cwd())
        return found, await clone_parameters(found)

    from xtalflow.services import give_parameters

    found, plugin = with_store(work)
    give_parameters(plugin, arguments.words, Path.cwd())
    options = run_options(arguments, cloned_from=found.job.id)
    give = submit_plugin if arguments.submit else run_plugin
    return give(plugin, options, project=found.project.name, json=arguments.json)
