"""``xtalflow import``: projects of CCP4i2."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.figures import counted

from ._exit import FINISHED, MOST_SHOWN, say, say_some
from ._parser import SubParsers, add_command, add_commands_below
from ._run import CLIENT

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import Imported, ImportPlan, ListedProject


def add(commands: SubParsers) -> None:
    """Add the command with those below it."""
    parser = add_command(commands, "import", _neither, summary="take in projects of CCP4i2", json=False)
    parser.set_defaults(parser=parser)
    below = add_commands_below(parser)
    archive = add_command(
        below,
        "archive",
        _archive,
        summary="take in a project archive (*.ccp4_project.zip), or an unpacked project folder",
        description="Take in a project from an archive (*.ccp4_project.zip) or an unpacked project folder, with all\n"
        "that is on record, or nothing. Files are copied; the original stays as it is.",
    )
    archive.add_argument("source", metavar="FILE", type=Path, help="the archive, or the folder")
    archive.add_argument("--name", help="what the project is to be called; as in the archive by default")
    sqlite = add_command(
        below,
        "sqlite",
        _sqlite,
        summary="take in projects from a database.sqlite of CCP4i2's Qt generation",
        description="Take in projects from a database.sqlite of CCP4i2's Qt generation, with their folders where\n"
        "these are in their places. Database and folders stay as they are.",
    )
    sqlite.add_argument("source", metavar="FILE", type=Path, help="the database")
    sqlite.add_argument(
        "-p", "--project", metavar="PROJECT", action="append", help="only this project, by name or id; may repeat"
    )
    sqlite.add_argument("--name", help="what the project is to be called, if it is one; as in the database by default")
    only_look = sqlite.add_mutually_exclusive_group()
    only_look.add_argument("--list", action="store_true", help="show which projects there are, and make nothing")
    for each in (archive, only_look):
        each.add_argument("--dry-run", action="store_true", help="show what would come, and make nothing")


def _neither(arguments: argparse.Namespace) -> int:
    arguments.parser.error("say what to import: archive or sqlite")
    raise AssertionError("the parser has ended this")


def _archive(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def plan(settings: Settings) -> list[ImportPlan]:
        from xtalflow.services import plan_import

        return [await plan_import(arguments.source, name=arguments.name)]

    async def work(settings: Settings) -> list[Imported]:
        from xtalflow.services import import_archive

        return [await import_archive(arguments.source, name=arguments.name, client=CLIENT)]

    if arguments.dry_run:
        return _show_plans(with_store(plan), arguments, one=True)
    return _show(with_store(work), arguments, one=True)


def _sqlite(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def plan(settings: Settings) -> list[ImportPlan]:
        from xtalflow.services import plan_sqlite

        return await plan_sqlite(arguments.source, projects=arguments.project, name=arguments.name)

    async def work(settings: Settings) -> list[Imported]:
        from xtalflow.services import import_sqlite

        return await import_sqlite(arguments.source, projects=arguments.project, name=arguments.name, client=CLIENT)

    async def look(settings: Settings) -> list[ListedProject]:
        from xtalflow.services import list_sqlite

        return await list_sqlite(arguments.source, projects=arguments.project)

    if arguments.list:
        return _show_list(with_store(look), arguments)
    if arguments.dry_run:
        return _show_plans(with_store(plan), arguments, one=False)
    return _show(with_store(work), arguments, one=False)


def _show_list(projects: Sequence[ListedProject], arguments: argparse.Namespace) -> int:
    from ._output import print_json, print_table
    from ._tables import Column

    if arguments.json:
        print_json([project.document() for project in projects])
        return FINISHED
    rows = [
        (
            one.name,
            str(one.jobs),
            f"as {one.known}" if one.known is not None else "name is taken" if one.is_taken else "",
            str(one.uuid),
            "yes" if one.is_there else "no",
            one.directory,
        )
        for one in projects
    ]
    print_table(
        [
            Column("Project", wraps=True),
            Column("Jobs", right=True),
            "Here",
            "Id",
            "Folder is there",
            Column("Folder", path=True),
        ],
        rows,
    )
    return FINISHED


def _show_plans(plans: Sequence[ImportPlan], arguments: argparse.Namespace, *, one: bool) -> int:
    from ._output import print_json

    if arguments.json:
        documents = [plan.document() for plan in plans]
        print_json(documents[0] if one else documents)
        return FINISHED
    for plan in plans:
        if plan.known is not None:
            _tell_known(plan, arguments)
        else:
            print(f"{plan.name}: {_counted(plan)} would come; nothing was made")
            _print_report(plan)
    return FINISHED


def _show(results: Sequence[Imported], arguments: argparse.Namespace, *, one: bool) -> int:
    from ._output import print_json

    if arguments.json:
        documents = [result.document() for result in results]
        print_json(documents[0] if one else documents)
        return FINISHED
    for result in results:
        if not result.is_new:
            _tell_known(result.plan, arguments)
            continue
        print(f"{result.project.name}: {_counted(result.plan)} imported, in {result.project.directory}")
        if result.group is not None:
            print(f"{result.project.name}: in the group {result.group}")
        _print_report(result.plan)
        say_some(result.remarks)
    return FINISHED


def _tell_known(plan: ImportPlan, arguments: argparse.Namespace) -> None:
    """A project that is here already: what it is without, and what can be done about that."""
    assert plan.known is not None
    new = ""
    if plan.new_jobs:
        shown = [*plan.new_jobs[:MOST_SHOWN], *(["…"] if len(plan.new_jobs) > MOST_SHOWN else [])]
        are = "is" if len(plan.new_jobs) == 1 else "are"
        new = f", without {counted(len(plan.new_jobs), 'job')} that {are} in the archive ({', '.join(shown)})"
    print(f"this project is here already: {plan.known.name}, in {plan.known.directory}{new}; nothing was made")
    if plan.new_jobs:
        say(
            "a project that is here is not brought up to date; to have all of the archive beside it, import it into a "
            "home of its own: XTALFLOW_HOME=NEW/home XTALFLOW_PROJECTS=NEW/projects xtalflow import …"
        )
    if arguments.name not in (None, plan.known.name):
        say(f"--name makes no second copy of a project that is here; this one stays {plan.known.name}")


def _counted(plan: ImportPlan) -> str:
    return f"{counted(len(plan.record.jobs), 'job')}, {counted(len(plan.record.files), 'file')}"


def _print_report(plan: ImportPlan) -> None:
    """Every table with every row, then what is odd, and what is missing."""
    from ._output import print_table
    from ._tables import Column

    rows = [(one.table, str(one.in_file), str(one.imported), str(len(one.remarks) or "")) for one in plan.tables]
    print_table(
        ["Table", Column("In file", right=True), Column("Imported", right=True), Column("Odd", right=True)], rows
    )
    for one in plan.tables:
        say_some([f"{one.table}: {remark}" for remark in one.remarks])
    if plan.missing:
        are = "is" if len(plan.missing) == 1 else "are"
        say(f"{len(plan.missing)} of {counted(len(plan.record.files), 'file')} on record {are} not there:")
        say_some(plan.missing)
    say_some([f"{name} is not imported: it {reason}" for name, reason in plan.left_out])
