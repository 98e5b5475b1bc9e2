"""``xtalflow purge``: files that are not needed any more."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput
from xtalflow.figures import size

from ._asking import agreed, can_ask
from ._exit import FINISHED, say
from ._parser import SubParsers, add_command, add_project_option, add_yes_option
from ._run import CLIENT

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import Document, PurgePlan

_CONTEXTS = ("temporary", "intermediate", "extended_intermediate", "project_complete")


def add(commands: SubParsers) -> None:
    """Add the command."""
    purge = add_command(
        commands,
        "purge",
        _purge,
        summary="remove files that are not needed any more; without --yes only say which",
        description="Remove scratch files, intermediate data or maps of jobs that finished, for good. Without --yes it "
        "is only\nshown what would go, and how much that frees. A registered file keeps its row and checksum.",
    )
    purge.add_argument(
        "jobs", metavar="JOB", nargs="*", help="PROJECT/3, or 3 inside a project's folder, or a uuid; else all jobs"
    )
    add_project_option(purge, "without it that of this folder, else 'default'")
    purge.add_argument(
        "--context",
        choices=_CONTEXTS,
        default=_CONTEXTS[0],
        help="how far to go: temporary (scratch files), intermediate (data of child jobs too), extended_intermediate "
        "(those and maps), project_complete (scratch, diagnostic and intermediate files, no maps); default: temporary",
    )
    add_yes_option(purge)


def _purge(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def look(settings: Settings) -> PurgePlan:
        from xtalflow.plugin import PurgeContext
        from xtalflow.services import find_job, find_project, plan_purge

        context = PurgeContext(arguments.context)
        if not arguments.jobs:
            return await plan_purge(await find_project(arguments.project, Path.cwd()), context)
        prefix = f"{arguments.project}/" if arguments.project is not None else ""
        names = [name if "/" in name else f"{prefix}{name}" for name in arguments.jobs]
        found = [await find_job(name, Path.cwd()) for name in names]
        if len({one.project.id for one in found}) > 1:
            raise InvalidInput("these jobs are of several projects; purge those of one project at a time")
        return await plan_purge(found[0].project, context, [one.job for one in found])

    async def work(settings: Settings) -> Document:
        from xtalflow.services import purge

        return await purge(plan, client=CLIENT)

    plan = with_store(look)
    document = plan.document()
    if not arguments.json:
        _print_plan(document)
    does_it = arguments.yes or (can_ask(arguments) and bool(plan.jobs))
    if plan.jobs and does_it:
        count = sum(len(job["files"]) for job in document["jobs"])
        if not agreed(arguments, f"remove {count} file{'s' * (count > 1)} for good"):
            does_it = False
            say("nothing was changed")
        else:
            with_store(work)
    done = bool(plan.jobs) and does_it
    if arguments.json:
        print_json(document | {"done": done})
    elif done:
        print(f"removed; {size(plan.freed)} are free")
    elif plan.jobs and not can_ask(arguments):
        print("nothing was removed; --yes does it")
    return FINISHED


def _print_plan(plan: Document) -> None:
    from ._output import print_table
    from ._tables import Column

    if plan["left_alone"]:
        print(f"left alone, for they did not finish: job {', '.join(plan['left_alone'])}")
    if not plan["jobs"]:
        print("there is nothing to remove")
        return
    for job in plan["jobs"]:
        rows = [
            (file["path"].removeprefix("CCP4_JOBS/"), f"{file['code']} {file['why']}", size(file["size"]))
            for file in job["files"]
        ]
        print_table(
            [Column("File", wraps=True), Column("Why", wraps=True), Column("Size", right=True)],
            rows,
            f"Job {plan['project']}/{job['number']} {job['task']}: {len(rows)} files, {size(job['freed'])} to be freed",
        )
    print(f"{size(plan['freed'])} to be freed in all")
