"""``xtalflow show`` and ``log``: one job."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.errors import InvalidInput
from xtalflow.figures import duration, local_time

from ._exit import say
from ._parser import SubParsers, add_command, add_job_argument

if TYPE_CHECKING:
    from rich.tree import Tree

    from xtalflow.engine import Settings


def add(commands: SubParsers) -> None:
    """Add the two commands."""
    show = add_command(commands, "show", _show, summary="show a job: its report, figures, files and child jobs")
    add_job_argument(show)
    show.add_argument(
        "--as",
        dest="form",
        choices=["i2run", "xtalflow", "python"],
        help="print the command, or the script, that would make it again",
    )
    log = add_command(commands, "log", _log, summary="print the log of a job's program", json=False)
    add_job_argument(log)


def _show(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    if arguments.form is not None:
        return _show_command(arguments)

    async def work(settings: Settings) -> dict[str, Any]:
        from xtalflow.services import find_job, job_details

        return await job_details(await find_job(arguments.job, Path.cwd()), with_report=True)

    document = with_store(work)
    if arguments.json:
        print_json(document)
    else:
        _print_job(document)
    return 0


def _show_command(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> tuple[str, list[str]]:
        from xtalflow.services import command_of_job, find_job

        return await command_of_job(await find_job(arguments.job, Path.cwd()), arguments.form)

    command, remarks = with_store(work)
    for remark in remarks:
        say(remark)
    if arguments.json:
        print_json({"as": arguments.form, "command": command})
    else:
        print(command)
    return 0


def _log(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> Path:
        from xtalflow.services import find_job, is_imported, log_path, logged_jobs

        found = await find_job(arguments.job, Path.cwd())
        logged = await logged_jobs(found)
        if found.name not in logged:
            below = [f"  xtalflow log {shlex.quote(name)}" for name in logged]
            if await is_imported(found):
                reason = "none came when its project was imported"
                reason += "; these of its child jobs did:" if below else ""
            else:
                reason = "it ran no program itself; its child jobs did:" if below else "it ran no program"
            raise InvalidInput("\n".join([f"job {found.name} ({found.job.task}) has no log: {reason}", *below]))
        return log_path(found)

    with with_store(work).open(encoding="utf-8", errors="replace") as log:
        shutil.copyfileobj(log, sys.stdout)
    return 0


def _print_job(job: dict[str, Any]) -> None:
    from ._output import console, print_table
    from ._report import print_report
    from ._result import path_in, print_files, print_kpis, print_warnings
    from ._tables import Column

    print(f"{job['project']}/{job['number']} {job['task']}: {job['title']}")
    took = f", {duration(job['duration_s'])}" if job["duration_s"] is not None else ""
    who = f" by {job['user']}" if job["user"] else ""
    finished = f", finished {local_time(job['finished'])}" if job["finished"] and job["duration_s"] is None else ""
    print(f"{job['status']}{took}; made {local_time(job['created'])}{who}{finished}")
    if job["error"]:
        print(job["error"])
    if job["cloned_from"]:
        print(f"clone of {job['project']}/{job['cloned_from']}")
    if job["reuse"]:
        print(job["reuse"])
    print(f"uuid {job['uuid']}")
    print(f"folder {path_in(job['folder'], job['directory'])} in {job['directory']}")
    if programs := _programs(job):
        print(f"programs: {', '.join(programs)}")
    if job["children"]:
        console().print(_tree(job))
    if job["kpis"]:
        print_kpis(job["kpis"])
    if job["parameters"]:
        rows = [(path.partition(".")[2], str(value)) for path, value in job["parameters"].items()]
        print_table(["Parameter", Column("Value", wraps=True)], rows, "Given")
    for title, files in (("Inputs", job["inputs"]), ("Outputs", job["files"])):
        if files:
            print_files("Parameter", files, job["directory"], title)
    if job["report"]:
        print_report(job["report"])
    reported = [
        item["text"]
        for section in (job["report"] or {}).get("sections", [])
        for item in section["items"]
        if item["kind"] == "warning"
    ]
    print_warnings(job | {"warnings": [warning for warning in job["warnings"] if warning not in reported]})


def _programs(job: dict[str, Any]) -> list[str]:
    """Programs of a job and of those below it, with their versions, each once."""
    own = [f"{name} {version}".strip() for name, version in job["program_versions"].items()]
    return list(dict.fromkeys([*own, *(name for child in job["children"] for name in _programs(child))]))


def _tree(job: dict[str, Any], above: Tree | None = None) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    from ._tables import STATUS_STYLE

    line = Text(f"{job['number']} {job['task']}  ")
    line.append(job["status"], style=STATUS_STYLE.get(job["status"], ""))
    line.append(f"  {duration(job['duration_s'])}", style="dim")
    line.append(f"  {job['reuse']}" if above is not None and job["reuse"] else "", style="dim")
    tree = above.add(line) if above is not None else Tree(line, guide_style="dim")
    for child in job["children"]:
        _tree(child, tree)
    return tree
