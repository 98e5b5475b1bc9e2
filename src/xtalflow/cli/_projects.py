"""``xtalflow projects``: list, move and delete whole projects."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.figures import local_time, size

from ._asking import agreed
from ._exit import FINISHED, NO_PROJECTS, say
from ._parser import SubParsers, add_command, add_commands_below, add_yes_option
from ._run import CLIENT

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import ProjectSize


def add(commands: SubParsers) -> None:
    """Add the command with those below it."""
    projects = add_command(commands, "projects", _projects, summary="list, move or delete projects")
    below = add_commands_below(projects)
    move = add_command(
        below,
        "move",
        _move,
        summary="move or rename the folder of a project",
        description="Move or rename the folder of a project. One that was moved there by hand is only taken note of.",
        below=True,
    )
    move.add_argument("project", metavar="PROJECT", help="name or uuid")
    move.add_argument("folder", metavar="FOLDER", type=Path, help="its new place: not there yet, or empty")
    delete = add_command(
        below,
        "delete",
        _delete,
        summary="move a whole project to a trash folder beside it",
        description="Move the folder of a project to a trash folder beside it, and forget its jobs. `xtalflow recover` "
        "brings it back.",
        below=True,
    )
    delete.add_argument("project", metavar="PROJECT", help="name or uuid")
    add_yes_option(delete)


def _projects(arguments: argparse.Namespace) -> int:
    from ._output import print_json, print_table
    from ._session import with_store
    from ._tables import Column

    async def work(settings: Settings) -> list[dict[str, Any]]:
        from xtalflow.services import count_jobs, list_projects, project_document

        jobs = await count_jobs()
        return [project_document(project) | {"jobs": jobs.get(project.id, 0)} for project in await list_projects()]

    rows = with_store(work)
    if arguments.json:
        print_json(rows)
    elif not rows:
        print(NO_PROJECTS)
    else:
        columns: list[Column | str] = [
            Column("Project", wraps=True),
            Column("Jobs", right=True),
            "Last used",
            Column("Tags", wraps=True),
            Column("Folder", path=True),
        ]
        table = [
            (
                one["name"],
                str(one["jobs"]),
                local_time(one["last_access"]),
                ", ".join(one["tags"]),
                one["directory"],
            )
            for one in rows
        ]
        print_table(columns, table)
    return FINISHED


def _move(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> dict[str, Any]:
        from xtalflow.services import find_project, move_project, project_document

        project = await find_project(arguments.project, Path.cwd())
        return project_document(await move_project(project, arguments.folder, client=CLIENT))

    document = with_store(work)
    if arguments.json:
        print_json(document)
    else:
        print(f"the project {document['name']} is in {document['directory']}")
    return FINISHED


def _delete(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def look(settings: Settings) -> ProjectSize:
        from xtalflow.services import find_project, project_size

        return await project_size(await find_project(arguments.project, Path.cwd()))

    async def work(settings: Settings) -> Path | None:
        from xtalflow.services import delete_project

        return await delete_project(doomed, client=CLIENT)

    doomed = with_store(look)
    document = doomed.document()
    name = document["project"]
    if not arguments.json:
        print(
            f"project {name} in {document['directory']}: {document['jobs']} jobs, {document['files']} files, "
            f"{size(document['size'])}"
        )
        if not doomed.is_there:
            print("its folder is not there; only what the database has of it goes")
    if not agreed(arguments, f"delete the whole project {name}"):
        say("nothing was changed")
        return FINISHED
    place = with_store(work)
    if arguments.json:
        print_json(document | {"trash": str(place) if place else None})
    elif place is None:
        print(f"{name} is forgotten")
    else:
        print(f"moved to {place}")
        print(f"bring back: xtalflow recover {shlex.quote(str(place))}")
        print(f"remove for good: rm -r {shlex.quote(str(place))}")
    return FINISHED
