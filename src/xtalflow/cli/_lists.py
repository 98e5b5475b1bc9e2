"""``xtalflow jobs``, ``files``, ``kpis``: what there is, in tables."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.figures import duration, figure, heading, local_time, size

from ._exit import say
from ._parser import SubParsers, add_command, add_job_argument, add_project_option
from ._which import project_and_job

if TYPE_CHECKING:
    from xtalflow.engine import Settings

_WHICH = "without it that of this folder, else 'default'"


def add(commands: SubParsers) -> None:
    """Add the three commands."""
    jobs = add_command(commands, "jobs", _jobs, summary="list the jobs of a project, the newest first")
    add_project_option(jobs, _WHICH)
    jobs.add_argument("--all", action="store_true", help="child jobs too")
    jobs.add_argument("--task", metavar="TASK", help="only jobs of this task")
    jobs.add_argument("--limit", metavar="N", type=_count, help="at most so many")
    files = add_command(commands, "files", _files, summary="list the files of a project or of a job")
    kpis = add_command(commands, "kpis", _kpis, summary="compare the performance indicators of jobs")
    for parser in (files, kpis):
        add_project_option(parser, _WHICH)
        add_job_argument(parser, optional=True)
    kpis.add_argument("--keys", metavar="K,K", help="only these indicators, such as R1Factor,R1Free")


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is refused: it must be a whole number above 0")
    return number


def _jobs(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> list[dict[str, Any]]:
        from xtalflow.services import find_project, list_jobs

        project = await find_project(arguments.project, Path.cwd())
        return await list_jobs(project, all_levels=arguments.all, task=arguments.task, limit=arguments.limit)

    rows = with_store(work)
    table = [
        (
            one["number"],
            one["task"],
            one["title"],
            one["status"],
            local_time(one["created"]),
            duration(_took(one)),
            *_factors(one["kpis"]),
        )
        for one in rows
    ]
    if not rows and not arguments.json:
        say("there are no such jobs" if arguments.task else "the project has no jobs yet")
    _show(arguments, rows, ["Job", "~Task", "~Title", "!Status", "~Made", ">Took", ">R work", ">R free", "Data"], table)
    return 0


def _took(job: dict[str, Any]) -> float | None:
    """Seconds that a job took; of a running one those since it started."""
    seconds: float | None = job["duration_s"]
    if job["status"] == "running" and job["started"]:
        return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(job["started"])).total_seconds())
    return seconds


def _factors(kpis: dict[str, Any]) -> tuple[str, str, str]:
    """R factors of a job, and what they are against: intensities with I > 2σ(I), or amplitudes F."""
    if "R1Factor" in kpis or "R1" in kpis:
        value = kpis.get("R1Factor", kpis.get("R1"))
        return figure(value), figure(kpis.get("R1Free")), "I > 2σ"
    if "RFactor" in kpis or "R" in kpis:
        return figure(kpis.get("RFactor", kpis.get("R"))), figure(kpis.get("RFree")), "F"
    return "", "", ""


def _files(arguments: argparse.Namespace) -> int:
    from ._result import absence_in, path_in
    from ._session import with_store

    async def work(settings: Settings) -> tuple[str, list[dict[str, Any]]]:
        from xtalflow.services import list_files

        project, job = await project_and_job(arguments)
        return str(project.directory), await list_files(project, job)

    directory, rows = with_store(work)
    if rows and not arguments.json:
        print(f"files in {directory}")
    table = [
        (
            one["job"] or "",
            one["param"],
            one["type"],
            "" if one["absence"] == "not imported" else size(one["size"]),
            one["annotation"],
            path_in(one["path"], directory) + absence_in(one),
        )
        for one in rows
    ]
    _show(arguments, rows, ["Job", "Parameter", "~Type", ">Size", "~", "/File"], table)
    return 0


def _kpis(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> list[dict[str, Any]]:
        from xtalflow.services import list_kpis

        return await list_kpis(*await project_and_job(arguments))

    rows = with_store(work)
    if arguments.keys:
        wanted = [key for key in arguments.keys.split(",") if key]
        rows = [one | {"kpis": {key: one["kpis"][key] for key in wanted if key in one["kpis"]}} for one in rows]
    else:
        wanted = list(dict.fromkeys(key for one in rows for key in one["kpis"]))
    shown = [one for one in rows if one["kpis"]]
    if len(wanted) > max(len(shown), 6):
        titles = ["~Indicator", *(f">{one['number']}" for one in shown)]
        table = [(heading(key), *(figure(one["kpis"].get(key), key) for one in shown)) for key in wanted]
    else:
        titles = ["Job", "~Task", *(f">{heading(key)}" for key in wanted)]
        table = [(one["number"], one["task"], *(figure(one["kpis"].get(key), key) for key in wanted)) for one in shown]
    _show(arguments, rows, titles, table)
    return 0


def _show(
    arguments: argparse.Namespace, rows: list[dict[str, Any]], titles: Sequence[str], table: Sequence[Sequence[str]]
) -> None:
    """JSON, or a table; the first letter of a title says: > at the right, ~ wraps, ! is a status, / a path."""
    from ._output import print_json, print_table
    from ._tables import Column

    if arguments.json:
        print_json(rows)
        return
    columns = [
        Column(
            title.lstrip(">~!/"),
            right=title[:1] == ">",
            wraps=title[:1] == "~",
            status=title[:1] == "!",
            path=title[:1] == "/",
        )
        for title in titles
    ]
    if table:
        print_table(columns, table)
