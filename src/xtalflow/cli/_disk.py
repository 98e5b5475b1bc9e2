"""``xtalflow disk``: how much of the disk jobs take."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from xtalflow.figures import size

from ._exit import FINISHED
from ._parser import SubParsers, add_command, add_job_argument, add_project_option
from ._which import project_and_job

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import Document

_NAMES = {
    "imported": "imported files",
    "trash": "trash",
    "other": "papers of the project, and what no job has",
    "own": "files of its own",
}


def add(commands: SubParsers) -> None:
    """Add the command."""
    disk = add_command(
        commands,
        "disk",
        _disk,
        summary="show how much of the disk a project or a job takes",
        description="Show how many bytes the files of a project's jobs have, each with its children, and how many its\n"
        "imported files and its trash; of a job those of its children. A file with several names is counted once.",
    )
    add_project_option(disk, "without it that of this folder, else 'default'")
    add_job_argument(disk, optional=True)


def _disk(arguments: argparse.Namespace) -> int:
    from ._output import print_json, print_table
    from ._session import with_store
    from ._tables import Column

    async def work(settings: Settings) -> Document:
        from xtalflow.services import job_usage, project_usage

        project, job = await project_and_job(arguments)
        usage = await (project_usage(project) if job is None else job_usage(job))
        return usage.document()

    document = with_store(work)
    if arguments.json:
        print_json(document)
        return FINISHED
    rows = [
        (one["number"], one["task"], one["title"], str(one["files"]), size(one["size"])) for one in document["jobs"]
    ]
    rest = [(name, document[key]) for key, name in _NAMES.items() if key in document]
    rows += [("", "", name, str(one["files"]), size(one["size"])) for name, one in rest if one["files"]]
    rows.append(("", "", "all together", str(document["total"]["files"]), size(document["total"]["size"])))
    numbers = Column("Files", right=True), Column("Size", right=True)
    print_table(["Job", Column("Task", wraps=True), Column("", wraps=True), *numbers], rows)
    return FINISHED
