"""``xtalflow run``: make a job and run it now."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._exit import FAILED, FINISHED, INTERRUPTED, UNSATISFACTORY, say
from ._parser import Parser, SubParsers, add_command, add_project_option

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import Settings
    from xtalflow.plugin import CPluginScript
    from xtalflow.services import Begin, Document, FilledInputs, FoundJob, JobOptions

CLIENT = "cli"
_DESCRIPTION = """\
Run a task now, with live progress.

PARAM=VALUE sets a parameter; the name may be shortened to any ending that only one parameter has.
  F_SIGF=data.mtz                    a file
  'F_SIGF=data.mtz:/*/*/[F,SIGF]'    a file with the columns that are meant; F_SIGF=data.mtz:F,SIGF is the same
  data.mtz                           a file for the first empty input that its content fits
  DICT_LIST=a.cif DICT_LIST=b.cif    items of a list
  XYZIN.selection.text=A/            a part of a parameter
"""


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands, "run", _run_task, summary="run a task now, with live progress", description=_DESCRIPTION, mixed=True
    )
    add_task_words(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what would run, and make nothing")
    add_run_options(parser)


def add_run_options(parser: Parser) -> None:
    """Add the options of a run: re-use and limits."""
    parser.add_argument(
        "--reuse", action="store_true", help="take results of the project's jobs that did the same, and say why not"
    )
    parser.add_argument(
        "--time-limit", metavar="MINUTES", type=_above_zero, help="the job fails if it takes longer than this"
    )
    parser.add_argument(
        "--memory-limit", metavar="GB", type=_above_zero, help="the job fails if it uses more memory than this"
    )


def _above_zero(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} must be a number above 0")
    return number


def run_options(arguments: argparse.Namespace, **more: Any) -> JobOptions:
    """What the command line says of a job beyond its parameters."""
    from xtalflow.engine import Limits
    from xtalflow.services import JobOptions

    limits = Limits(
        time_s=arguments.time_limit and 60 * arguments.time_limit,
        memory_mb=arguments.memory_limit and 1000 * arguments.memory_limit,
    )
    return JobOptions(title=arguments.title, reuse=arguments.reuse, limits=limits, **more)


def add_task_words(parser: Parser) -> None:
    """Add the task and its parameters, the project and the title."""
    parser.add_argument("task", metavar="TASK", help="its name; `xtalflow tasks` lists all")
    words = parser.add_argument("words", metavar="PARAM=VALUE", nargs="*", help="parameters, and files without a name")
    words.complete = {"bash": "_shtab_compgen_files", "zsh": "_files"}  # type: ignore[attr-defined]  # read by shtab
    add_project_option(parser, "made if there is none such; without it that of this folder, else 'default'")
    parser.add_argument("--title", metavar="TEXT", default="", help="title of the job")
    parser.add_argument(
        "--from",
        metavar="JOB",
        dest="source",
        help="fill empty inputs with what this job made or read, by type and content; in the same project",
    )


def _run_task(arguments: argparse.Namespace) -> int:
    if arguments.dry_run:
        from ._dry_run import show_dry_run

        return show_dry_run(filled_plugin(arguments), arguments)
    plugin = filled_plugin(arguments)
    return run_plugin(plugin, run_options(arguments), project=arguments.project, json=arguments.json)


def run_plugin(
    plugin: CPluginScript,
    options: JobOptions,
    *,
    project: str | None,
    json: bool,
    folder: Path | None = None,
    quiet: bool = False,
) -> int:
    """Run a filled plugin as a job, show how it goes and what came out; the exit code tells how it ended.

    Parameters
    ----------
    folder
        That of the project, if it is made.
    quiet
        Show what came out only.
    """
    from xtalflow.services import find_or_make_project, new_job

    remarks = say_remarks(plugin, options.title)
    home = partial(find_or_make_project, project, Path.cwd(), client=CLIENT, folder=folder)
    document = watch_run(home, new_job(plugin, options), quiet=quiet or json)
    return show_outcome(document, json=json, said=remarks)


def show_outcome(document: Document, *, json: bool, said: Sequence[str] = ()) -> int:
    """Show a job that has ended; the exit code tells how."""
    from ._output import print_json
    from ._result import print_result

    if json:
        print_json(document)
    else:
        print_result(document, said=said)
    tell_failure(document)
    return exit_code(document)


def say_remarks(plugin: CPluginScript, title: str) -> list[str]:
    """Check a job that is to be made, and say what is remarked on it; the sentences."""
    import asyncio

    from xtalflow.services import check_job, check_title

    check_title(title)
    remarks = [f"{remark.path}: {remark.message}" for remark in asyncio.run(check_job(plugin))]
    for remark in remarks:
        say(remark)
    return remarks


def filled_plugin(arguments: argparse.Namespace) -> CPluginScript:
    """The task of the command line with the parameters given."""
    from xtalflow.plugin import make_task
    from xtalflow.services import give_parameters, load_settings

    load_settings()
    plugin = make_task(arguments.task)
    give_parameters(plugin, arguments.words, Path.cwd())
    if arguments.source is not None:
        arguments.project = fill_from_job(plugin, arguments.source, arguments.project)
    return plugin


def fill_from_job(plugin: CPluginScript, source: str, project: str | None) -> str:
    """Fill empty inputs from a job, and say which; returns the name of its project, in which the new job must be."""
    from ._session import with_store

    async def work(settings: Settings) -> tuple[FoundJob, FilledInputs]:
        from xtalflow.errors import InvalidInput
        from xtalflow.services import fill_from, find_job

        found = await find_job(source, Path.cwd())
        if project not in (None, found.project.name, str(found.project.id)):
            raise InvalidInput(f"--from {source}: {found.name} is not a job of {project}")
        return found, await fill_from(plugin, found)

    found, given = with_store(work)
    for remark in given.remarks:
        say(remark)
    what = ", ".join(given.filled) or f"no empty input of {plugin.TASKNAME}"
    say(f"from {found.name}: {what}")
    return found.project.name


def exit_code(document: dict[str, Any]) -> int:
    """The exit code that tells how a job ended."""
    codes = {"finished": FINISHED, "unsatisfactory": UNSATISFACTORY, "interrupted": INTERRUPTED}
    return codes.get(document["status"], FAILED)


def watch_run(home: Callable[[], Awaitable[ProjectRecord]], begin: Begin, *, quiet: bool) -> Document:
    """Run a job of a project and show how it goes unless `quiet`; returns the job as JSON values."""
    from ._session import signals_to, with_store

    async def work(settings: Settings) -> Document:
        from xtalflow.services import FoundJob, JobRun, job_details

        from ._progress import watching

        project = await home()
        with watching(project.name, quiet=quiet) as watcher:
            run = JobRun(project, begin, settings, listener=watcher.tell, begun=watcher.begin, client=CLIENT)
            with signals_to(run.interrupt):
                job = await run.run()
                return await job_details(FoundJob(project=project, job=job))

    return with_store(work)


def tell_failure(document: dict[str, Any]) -> None:
    """Say on stderr that a job did not succeed, and why."""
    reason = document["error"] or "no reason is known"
    words = {"interrupted": "was interrupted", "unsatisfactory": f"is unsatisfactory: {reason}"}
    if document["status"] != "finished":
        outcome = words.get(document["status"], f"{document['status']}: {reason}")
        say(f"job {document['project']}/{document['number']} {outcome}")
