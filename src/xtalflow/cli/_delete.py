"""``xtalflow delete`` and ``trash``: jobs that go, and come back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.figures import local_time, size

from ._asking import agreed
from ._exit import FINISHED, say
from ._parser import SubParsers, add_command, add_commands_below, add_project_option, add_yes_option
from ._run import CLIENT

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import Settings
    from xtalflow.services import Document, PlannedDeletion, TrashEntry

_WHICH = "without it that of this folder, else 'default'"


def add(commands: SubParsers) -> None:
    """Add the two commands."""
    delete = add_command(
        commands,
        "delete",
        _delete,
        summary="move jobs with all below them to the trash of their project",
        description="Move jobs with all below them, and what they imported, to the trash of their project. What goes, "
        "and what depends\non it, is shown first. `xtalflow trash restore` brings them back.",
    )
    delete.add_argument(
        "jobs", metavar="JOB", nargs="+", help="PROJECT/3, or 3 inside a project's folder, or a uuid; of one project"
    )
    delete.add_argument("--with-dependents", action="store_true", help="delete also all jobs that read their files")
    add_yes_option(delete)
    trash = add_command(
        commands,
        "trash",
        _trash,
        summary="list what was deleted, bring it back, or remove it for good",
        description="List what is in the trash of a project: deleted jobs, and what `check --repair` took out of its "
        "place.",
    )
    add_project_option(trash, _WHICH)
    below = add_commands_below(trash)
    restore = add_command(
        below, "restore", _restore, summary="bring deleted jobs back, with their numbers, files and figures", below=True
    )
    restore.add_argument("entry", metavar="ENTRY", help="as `xtalflow trash` lists it, such as job_3")
    empty = add_command(below, "empty", _empty, summary="remove what is in the trash for good", below=True)
    empty.add_argument("entries", metavar="ENTRY", nargs="*", help="only these; without it all of them")
    add_yes_option(empty)
    for parser in (restore, empty):
        add_project_option(parser, _WHICH, below=True)


def _delete(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def plan(settings: Settings) -> PlannedDeletion:
        from xtalflow.services import find_job, plan_deletion

        return await plan_deletion([await find_job(name, Path.cwd()) for name in arguments.jobs])

    async def work(settings: Settings) -> Document:
        from xtalflow.services import delete_jobs

        return await delete_jobs(planned, with_dependents=arguments.with_dependents, client=CLIENT)

    from xtalflow.services import refuse_dependents, restore_command

    planned = with_store(plan)
    if not arguments.json:
        _print_plan(planned.document())
    refuse_dependents(planned, with_dependents=arguments.with_dependents)
    count = len(planned.plan.jobs) + len(planned.plan.dependents)
    if not agreed(arguments, f"move {count} job{'s' * (count > 1)} to the trash"):
        say("nothing was changed")
        return FINISHED
    document = with_store(work)
    if arguments.json:
        print_json(document)
    else:
        print(f"moved to {document['trash']}")
        print(f"bring back: {restore_command(document['project'], document['entry'])}")
    return FINISHED


def _print_plan(plan: Document) -> None:
    from ._output import print_table
    from ._tables import Column

    rows = [(job["number"], job["task"], job["title"], job["status"], "") for job in plan["jobs"]]
    for job in plan["dependents"]:
        reads = f"reads files of job {', '.join(job['reads'])}, so it must go too"
        rows.append((job["number"], job["task"], job["title"], job["status"], reads))
    print_table(
        ["Job", "Task", Column("Title", wraps=True), Column("Status", status=True), Column("", wraps=True)],
        rows,
        f"To be deleted from {plan['project']}",
    )
    children = f"{plan['children']} child job{'s' * (plan['children'] != 1)}, "
    print(f"{children if plan['children'] else ''}{plan['files']} files, {size(plan['size'])}")
    for path in plan["imports"]:
        print(f"{path} goes with them")
    for path in plan["kept_imports"]:
        print(f"{path} stays: other jobs read it")
    if plan["clones"]:
        print(f"cloned from them or re-using them, and staying: job {', '.join(plan['clones'])}")


def _trash(arguments: argparse.Namespace) -> int:
    from ._output import print_json, print_table
    from ._session import with_store
    from ._tables import Column

    async def work(settings: Settings) -> list[TrashEntry]:
        from xtalflow.services import list_trash

        return await list_trash(await _project(arguments))

    entries = [entry.document() for entry in with_store(work)]
    if arguments.json:
        print_json(entries)
    elif not entries:
        print("the trash is empty")
    else:
        rows = [
            (
                one["entry"],
                ", ".join(f"{job['number']} {job['task']}" for job in one["jobs"])
                or one["problem"]
                or "no jobs: out of their place",
                local_time(one["deleted"]),
                str(one["files"]),
                size(one["size"]),
            )
            for one in entries
        ]
        numbers = Column("Files", right=True), Column("Size", right=True)
        print_table(["Entry", Column("Jobs", wraps=True), "Deleted", *numbers], rows)
    return FINISHED


def _restore(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> TrashEntry:
        from xtalflow.services import restore_entry

        return await restore_entry(await _project(arguments), arguments.entry, client=CLIENT)

    entry = with_store(work)
    if arguments.json:
        print_json(entry.document())
    else:
        jobs = ", ".join(f"{entry.project}/{number} ({task})" for number, task in entry.jobs)
        print(f"back again: {jobs}")
    return FINISHED


def _empty(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def look(settings: Settings) -> list[TrashEntry]:
        from xtalflow.services import list_trash

        return await list_trash(await _project(arguments))

    async def work(settings: Settings) -> list[TrashEntry]:
        from xtalflow.services import empty_trash

        return await empty_trash(await _project(arguments), arguments.entries, client=CLIENT)

    there = [entry for entry in with_store(look) if not arguments.entries or entry.name in arguments.entries]
    files, taken = sum(entry.usage.files for entry in there), size(sum(entry.usage.size for entry in there))
    names = ", ".join(entry.name for entry in there)
    if there and not agreed(arguments, f"remove {names} for good, {files} files, {taken}"):
        say("nothing was changed")
        return FINISHED
    removed = with_store(work)
    if arguments.json:
        print_json([entry.document() for entry in removed])
    else:
        print(f"removed for good: {', '.join(entry.name for entry in removed)}" if removed else "the trash is empty")
    return FINISHED


async def _project(arguments: argparse.Namespace) -> ProjectRecord:
    from xtalflow.services import find_project

    return await find_project(arguments.project, Path.cwd())
