"""``xtalflow db``: the database itself, backed up and moved."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.figures import counted, size

from ._exit import FINISHED
from ._parser import SubParsers, add_command, add_commands_below

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import MovedDatabase


def add(commands: SubParsers) -> None:
    """Add the command with those below it."""
    parser = add_command(commands, "db", _none, summary="back up the database, or move it", json=False)
    parser.set_defaults(parser=parser)
    below = add_commands_below(parser)
    backup = add_command(
        below,
        "backup",
        _backup,
        summary="write all that the database holds to a file, while others go on",
        description="Write all that the database holds now to a file, while others go on writing: a database of\n"
        "SQLite, or of a PostgreSQL database what pg_restore(1) reads. Files of projects are not in it.",
    )
    backup.add_argument(
        "-o", "--out", metavar="OUT", type=Path, help="its file; xtalflow-TIME.sqlite3 or .dump here by default"
    )
    move = add_command(
        below,
        "move",
        _move,
        summary="copy the database into another one, of SQLite or PostgreSQL, and compare them",
        description="Copy all rows of the database into a new one and compare them row by row. The old one stays as\n"
        "it is, and is used until the settings name the new one. Stop workers and servers first.",
    )
    move.add_argument(
        "target",
        metavar="TARGET",
        help="postgresql://USER@HOST/NAME of an empty database (its password in PGPASSWORD or ~/.pgpass), or a folder: "
        "the home of a new SQLite database",
    )


def _none(arguments: argparse.Namespace) -> int:
    arguments.parser.error("say what to do: backup or move")
    raise AssertionError("the parser has ended this")


def _backup(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> Path:
        from xtalflow.services import back_up_database

        return await back_up_database(settings, arguments.out)

    path = with_store(work)
    if arguments.json:
        print_json({"path": str(path), "size": path.stat().st_size})
        return FINISHED
    print(f"{size(path.stat().st_size)} in {path}")
    return FINISHED


def _move(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> MovedDatabase:
        from xtalflow.services import move_database

        return await move_database(arguments.target, settings)

    moved = with_store(work)
    if arguments.json:
        print_json(moved.document())
        return FINISHED
    filled = [one for one in moved.tables if one.rows]
    width = max((len(one.table) for one in filled), default=0)
    for one in filled:
        print(f"{one.table:{width}}  {one.rows:>9}")
    rows = counted(sum(one.rows for one in filled), "row")
    print(f"{rows} of {counted(len(filled), 'table')} are in {moved.place}, equal to those here")
    name = "DATABASE_URL (or database_url in settings.toml)" if "://" in moved.place else "XTALFLOW_HOME"
    print(f"it is used once {name} names it")
    return FINISHED
