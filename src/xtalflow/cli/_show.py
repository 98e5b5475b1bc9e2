"""``xtalflow show`` and ``log``: one job."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._numbers import duration, local_time
from ._parser import SubParsers, add_command, add_job_argument

if TYPE_CHECKING:
    from rich.tree import Tree

    from xtalflow.engine import Settings


def add(commands: SubParsers) -> None:
    """Add the two commands."""
    show = add_command(commands, "show", _show, summary="show a job: its report, figures, files and child jobs")
    add_job_argument(show)
    log = add_command(commands, "log", _log, summary="print the log of a job's program", json=False)
    add_job_argument(log)


def _show(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> dict[str, Any]:
        from xtalflow.services import find_job, job_details

        return await job_details(await find_job(arguments.job, Path.cwd()), with_report=True)

    document = with_store(work)
    if arguments.json:
        print_json(document)
    else:
        _print_job(document)
    return 0


def _log(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> Path:
        from xtalflow.services import find_job, log_path

        return log_path(await find_job(arguments.job, Path.cwd()))

    with with_store(work).open(encoding="utf-8", errors="replace") as log:
        shutil.copyfileobj(log, sys.stdout)
    return 0


def _print_job(job: dict[str, Any]) -> None:
    from ._output import Column, console, print_table
    from ._report import print_report
    from ._result import print_kpis

    print(f"{job['project']}/{job['number']} {job['task']}: {job['title']}")
    took = f", {duration(job['duration_s'])}" if job["duration_s"] is not None else ""
    who = f" by {job['user']}" if job["user"] else ""
    print(f"{job['status']}{took}; made {local_time(job['created'])}{who}")
    if job["error"]:
        print(job["error"])
    print(f"uuid {job['uuid']}, folder {job['folder']}")
    if job["program_versions"]:
        print(
            "programs: " + ", ".join(f"{name} {version}".strip() for name, version in job["program_versions"].items())
        )
    if job["children"]:
        console().print(_tree(job))
    if job["kpis"]:
        print_kpis(job["kpis"])
    for title, files in (("Inputs", job["inputs"]), ("Outputs", job["files"])):
        if files:
            rows = [(one["param"], one["annotation"], one["path"]) for one in files]
            print_table(["Parameter", Column("", wraps=True), Column("File", wraps=True)], rows, title)
    if job["report"]:
        print_report(job["report"])


def _tree(job: dict[str, Any], above: Tree | None = None) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    from ._output import STATUS_STYLE

    line = Text(f"{job['number']} {job['task']}  ")
    line.append(job["status"], style=STATUS_STYLE.get(job["status"], ""))
    line.append(f"  {duration(job['duration_s'])}", style="dim")
    tree = above.add(line) if above is not None else Tree(line, guide_style="dim")
    for child in job["children"]:
        _tree(child, tree)
    return tree
