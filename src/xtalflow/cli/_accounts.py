"""``xtalflow accounts``: who may sign in to a server that others reach, and what they and their programs may do."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.errors import InvalidInput

from ._exit import FINISHED
from ._parser import SubParsers, add_command, add_commands_below, add_project_option
from ._run import CLIENT

if TYPE_CHECKING:
    from xtalflow.engine import Settings

_NONE = "none"


def add(commands: SubParsers) -> None:
    """Add the command with those below it."""
    accounts = add_command(
        commands,
        "accounts",
        _list,
        summary="who may sign in to a server that others reach, and what they may do",
        description="Accounts of a server that other machines reach (`xtalflow serve --host ADDRESS`). On this machine "
        "alone nobody needs one.",
    )
    below = add_commands_below(accounts)
    new = add_command(
        below,
        "add",
        _add,
        summary="make an account; its password is asked for, or read from standard input",
        below=True,
    )
    new.add_argument("name", metavar="NAME")
    new.add_argument("--admin", action="store_true", help="may do everything in all projects")
    password = add_command(below, "password", _password, summary="give an account another password", below=True)
    password.add_argument("name", metavar="NAME")
    remove = add_command(below, "remove", _remove, summary="close an account; its jobs stay, with its name", below=True)
    remove.add_argument("name", metavar="NAME")
    role = add_command(
        below, "role", _role, summary="the role of an account in a project: reader, editor or owner", below=True
    )
    role.add_argument("name", metavar="NAME")
    role.add_argument(
        "role", metavar="ROLE", choices=["reader", "editor", "owner", _NONE], help="reader, editor, owner, or none"
    )
    add_project_option(role, "the project", below=True)
    token = add_command(
        below,
        "token",
        _token,
        summary="make a token for programs of an account; it is shown this once",
        below=True,
    )
    token.add_argument("name", metavar="NAME")
    token.add_argument("label", metavar="LABEL", help="what it is for, by which it can be taken back")
    token.add_argument("--scope", choices=["read", "write", "admin"], default="read", help="default: read")
    token.add_argument("--days", metavar="N", type=int, default=90, help="days that it is good for (default: 90)")
    revoke = add_command(below, "revoke", _revoke, summary="take a token back", below=True)
    revoke.add_argument("name", metavar="NAME")
    revoke.add_argument("label", metavar="LABEL")


def _list(arguments: argparse.Namespace) -> int:
    from xtalflow.figures import local_time

    from ._output import print_json, print_table
    from ._session import with_store

    async def work(settings: Settings) -> list[dict[str, Any]]:
        from xtalflow.services import list_accounts

        return await list_accounts()

    rows = with_store(work)
    if arguments.json:
        print_json(rows)
        return FINISHED
    if not rows:
        print("there is no account; `xtalflow accounts add NAME` makes one")
        return FINISHED
    table = [
        (
            row["name"],
            "admin" if row["is_admin"] else ", ".join(f"{role} of {name}" for name, role in row["roles"].items()),
            "\n".join(
                f"{token['name']}: {token['scope']}"
                + (f", until {local_time(token['expiry'])}" * bool(token["expiry"]))
                for token in row["tokens"]
            ),
        )
        for row in rows
    ]
    print_table(["Account", "May", "Tokens"], table)
    return FINISHED


def _add(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    secret = _ask_password(arguments.name)

    async def work(settings: Settings) -> None:
        from xtalflow import db

        await db.add_person(arguments.name, secret, is_admin=arguments.admin)

    with_store(work)
    return _done(arguments, f"{arguments.name} may sign in now" + (", and do everything" * arguments.admin))


def _password(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    secret = _ask_password(arguments.name)

    async def work(settings: Settings) -> None:
        from xtalflow import db

        await db.change_password(arguments.name, secret)

    with_store(work)
    return _done(arguments, f"{arguments.name} has another password now, and is signed out")


def _remove(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> None:
        from xtalflow import db

        await db.remove_person(arguments.name)

    with_store(work)
    return _done(arguments, f"the account {arguments.name} is closed")


def _role(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> str:
        from xtalflow import db
        from xtalflow.services import find_project

        project = await find_project(arguments.project, Path.cwd())
        role = None if arguments.role == _NONE else db.Role(arguments.role)
        await db.give_role(project.id, arguments.name, role, actor=db.Actor(client=CLIENT))
        return project.name

    name = with_store(work)
    has = "no role" if arguments.role == _NONE else f"the role of {arguments.role}"
    return _done(arguments, f"{arguments.name} has {has} in {name} now")


def _token(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> str:
        from xtalflow import db

        person = await db.person_named(arguments.name)
        return await db.make_token(person, arguments.label, db.Scope(arguments.scope), arguments.days)

    token = with_store(work)
    if arguments.json:
        print_json({"account": arguments.name, "name": arguments.label, "scope": arguments.scope, "token": token})
    else:
        print(token)
    return FINISHED


def _revoke(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> None:
        from xtalflow import db

        await db.revoke_token(await db.person_named(arguments.name), arguments.label)

    with_store(work)
    return _done(arguments, f"the token {arguments.label} of {arguments.name} opens nothing any more")


def _ask_password(name: str) -> str:
    """The password: asked for twice, or the first line of standard input; never a word of the command line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(f"password of {name}: ")
    if getpass.getpass("again: ") != first:
        raise InvalidInput("the two passwords differ; nothing was changed")
    return first


def _done(arguments: argparse.Namespace, sentence: str) -> int:
    from ._output import print_json

    if arguments.json:
        print_json({"done": sentence})
    else:
        print(sentence)
    return FINISHED
