"""``xtalflow i2run``: a job by a command line of CCP4i2."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ._exit import FINISHED
from ._parser import SubParsers, add_command
from ._queue import submit_plugin
from ._run import fill_from_job, run_plugin

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import Settings
    from xtalflow.plugin import CPluginScript
    from xtalflow.services import I2RunRequest, NamedFiles, OptionNames

_DESCRIPTION = """\
Run a task by a command line of CCP4i2's i2run. TASK --help lists its options.

  --PARAM VALUE                                      a parameter, by any ending of its path
  --F_SIGF fullPath=data.mtz columnLabels=[F,SIGF]   a file with what is chosen in it; without that, --F_SIGF data.mtz
  --XYZIN "fileUse=servalcat_refine[-1].XYZOUT"      a file that a job of the project made
  --ASUIN seqFile=protein.fasta                      a sequence file as contents of the asymmetric unit
  --DICT_LIST a.cif --DICT_LIST b.cif                items of a list
  --project_name NAME [--project_path FOLDER]        the project, which is made if there is none such
  --delay                                            queue the job for a worker
  --batch                                            show what came out only
Beyond CCP4i2: --title TEXT, --from JOB, --json, --dry-run
"""


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands, "i2run", _i2run, summary="run a task by a command line of CCP4i2", description=_DESCRIPTION
    )
    parser.add_argument("task", metavar="TASK", help="its name; CCP4i2's task where that is installed")
    parser.add_argument("words", metavar="--PARAM VALUE", nargs=argparse.REMAINDER, help="options of the task")


def _i2run(arguments: argparse.Namespace) -> int:
    from xtalflow.plugin import make_task
    from xtalflow.services import OptionNames, load_settings, read_request, task_meant

    load_settings()
    plugin = make_task(task_meant(arguments.task))
    names = OptionNames(plugin.container)
    request = read_request(names, arguments.words)
    request.json = request.json or arguments.json
    if request.help:
        return _show_options(plugin, names)
    with TemporaryDirectory(prefix="xtalflow-") as scratch:
        return _give_and_run(plugin, request, Path(scratch))


def _give_and_run(plugin: CPluginScript, request: I2RunRequest, scratch: Path) -> int:
    from xtalflow.services import JobOptions, give_options

    plugin.container.base_directory = Path.cwd()
    give_options(request.given, Path.cwd(), scratch, _files(plugin, request))
    if request.source is not None:
        request.project = fill_from_job(plugin, request.source, request.project)
    if request.dry_run:
        from ._dry_run import show_dry_run

        shown = argparse.Namespace(title=request.title, project=request.project, json=request.json)
        return show_dry_run(plugin, shown)
    options = JobOptions(title=request.title)
    folder = Path.cwd() / Path(request.project_path).expanduser() if request.project_path else None
    if request.delay:
        return submit_plugin(plugin, options, project=request.project, json=request.json, folder=folder)
    return run_plugin(plugin, options, project=request.project, json=request.json, folder=folder, quiet=request.batch)


def _files(plugin: CPluginScript, request: I2RunRequest) -> NamedFiles:
    """The files of the project that the command names by their jobs."""
    from xtalflow.services import named_files

    from ._session import with_store

    named = named_files(request)
    if not named:
        return {}

    async def work(settings: Settings) -> tuple[ProjectRecord | None, NamedFiles]:
        from xtalflow.errors import UnknownProject
        from xtalflow.services import find_job, find_project, resolve_files

        if request.project is None and request.source is not None:
            project: ProjectRecord | None = (await find_job(request.source, Path.cwd())).project
            return project, await resolve_files(named, project)
        try:
            project = await find_project(request.project, Path.cwd())
        except UnknownProject:
            project = None
        return project, await resolve_files(named, project)

    project, files = with_store(work)
    if project is not None:
        plugin.container.project_directory = project.directory
    return files


def _show_options(plugin: CPluginScript, names: OptionNames) -> int:
    from xtalflow.services import option_documents

    from ._output import print_table
    from ._tables import Column

    rows = [(f"--{one['name']}", one["class"], one["default"], one["help"]) for one in option_documents(names)]
    wide = Column("Default", wraps=True), Column("", wraps=True)
    print_table([Column("Option", wraps=True), "Class", *wide], rows, plugin.TASKNAME)
    return FINISHED
