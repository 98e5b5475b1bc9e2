"""``xtalflow import``: projects of CCP4i2."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ._exit import FINISHED, say
from ._parser import SubParsers, add_command, add_commands_below
from ._run import CLIENT

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import Imported, ImportPlan

MOST_SHOWN = 20
"""Files that are told by name; ``--json`` has all."""


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
    for each in (archive, sqlite):
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

        return await plan_sqlite(arguments.source, projects=arguments.project)

    async def work(settings: Settings) -> list[Imported]:
        from xtalflow.services import import_sqlite

        return await import_sqlite(arguments.source, projects=arguments.project, client=CLIENT)

    if arguments.dry_run:
        return _show_plans(with_store(plan), arguments, one=False)
    return _show(with_store(work), arguments, one=False)


def _show_plans(plans: Sequence[ImportPlan], arguments: argparse.Namespace, *, one: bool) -> int:
    from ._output import print_json

    if arguments.json:
        documents = [plan.document() for plan in plans]
        print_json(documents[0] if one else documents)
        return FINISHED
    for plan in plans:
        if plan.known is not None:
            print(_known(plan))
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
            print(_known(result.plan))
            continue
        print(f"{result.project.name}: {_counted(result.plan)} imported, in {result.project.directory}")
        _print_report(result.plan)
        _say_some(result.remarks)
    return FINISHED


def _known(plan: ImportPlan) -> str:
    assert plan.known is not None
    new = f", without {len(plan.new_jobs)} jobs that are in the archive" if plan.new_jobs else ""
    return f"this project is here already: {plan.known.name}, in {plan.known.directory}{new}; nothing was made"


def _counted(plan: ImportPlan) -> str:
    return f"{len(plan.record.jobs)} jobs, {len(plan.record.files)} files"


def _print_report(plan: ImportPlan) -> None:
    """Every table with every row, then what is odd, and what is missing."""
    from ._output import print_table
    from ._tables import Column

    rows = [(one.table, str(one.in_file), str(one.imported), str(len(one.remarks) or "")) for one in plan.tables]
    print_table(
        ["Table", Column("In file", right=True), Column("Imported", right=True), Column("Odd", right=True)], rows
    )
    for one in plan.tables:
        _say_some([f"{one.table}: {remark}" for remark in one.remarks])
    _say_some([f"{place} is on record, and not there" for place in plan.missing])
    _say_some([f"{name} is not imported: it {reason}" for name, reason in plan.left_out])


def _say_some(sentences: Sequence[str]) -> None:
    for sentence in sentences[:MOST_SHOWN]:
        say(sentence)
    if len(sentences) > MOST_SHOWN:
        say(f"… and {len(sentences) - MOST_SHOWN} more like the last; --json has all")
