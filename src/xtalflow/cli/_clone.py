"""``xtalflow clone``: a new job with the parameters of another."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput

from ._exit import say
from ._parser import SubParsers, add_command, add_project_option
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
    parser.add_argument(
        "words",
        metavar="JOB [PARAM=VALUE …]",
        nargs="*",
        help="PROJECT/3.1, or 3.1 inside a project's folder, or a uuid; and parameters to change",
    )
    parser.add_argument(
        "--params",
        metavar="FILE",
        type=Path,
        help="take the parameters of a file, such as the input_params.xml of a job of CCP4i2, and not those of a JOB",
    )
    parser.add_argument("--task", metavar="TASK", help="with --params: the task, if not the one that the file names")
    add_project_option(parser, "with --params: the project of the new job")
    parser.add_argument("--title", metavar="TEXT", default="", help="title of the job; left out, that of the other")
    parser.add_argument("--submit", action="store_true", help="queue it for a worker")
    add_run_options(parser)


def _clone(arguments: argparse.Namespace) -> int:
    if arguments.params is not None:
        return _clone_file(arguments)
    if not arguments.words:
        raise InvalidInput("which job? Write JOB, or --params FILE")
    for option in ("task", "project"):
        if getattr(arguments, option) is not None:
            raise InvalidInput(f"--{option} goes with --params; a job is cloned as what it is, where it is")
    job, *words = arguments.words

    from ._session import with_store

    async def work(settings: Settings) -> tuple[FoundJob, CPluginScript]:
        from xtalflow.services import clone_parameters, find_job

        found = await find_job(job, Path.cwd())
        return found, await clone_parameters(found)

    from xtalflow.services import give_parameters

    found, plugin = with_store(work)
    give_parameters(plugin, words, Path.cwd())
    options = run_options(arguments, cloned_from=found.job.id)
    give = submit_plugin if arguments.submit else run_plugin
    return give(plugin, options, project=found.project.name, json=arguments.json)


def _clone_file(arguments: argparse.Namespace) -> int:
    from xtalflow.services import give_parameters, load_settings, plugin_of_params

    load_settings()
    plugin, remarks = plugin_of_params(arguments.params, task=arguments.task or "")
    for remark in remarks:
        say(f"left out: {remark}")
    give_parameters(plugin, arguments.words, Path.cwd())
    give = submit_plugin if arguments.submit else run_plugin
    return give(plugin, run_options(arguments), project=arguments.project, json=arguments.json)
