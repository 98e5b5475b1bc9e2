"""``xtalflow recover``: rebuild the record from project folders."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.figures import counted

from ._exit import FINISHED, say_some
from ._parser import SubParsers, add_command
from ._run import CLIENT

if TYPE_CHECKING:
    from xtalflow.engine import Settings

_WORDS = {
    "rebuilt": "rebuilt from its folder",
    "moved": "known, and is where its folder is now",
    "known": "known, and where it was",
}


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "recover",
        _recover,
        summary="rebuild the record from project folders, or learn where they were moved to",
        description="Rebuild the record of projects from their folders alone: after the database was lost, or on\n"
        "another machine. Of a project that was moved or renamed by hand, learn where it is now.",
    )
    parser.add_argument(
        "folders", metavar="FOLDER", nargs="+", type=Path, help="of a project, or with folders of projects in it"
    )


def _recover(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> list[dict[str, Any]]:
        from xtalflow.services import list_files, list_jobs, project_document, recover_projects

        documents = []
        for one in await recover_projects(arguments.folders, client=CLIENT):
            jobs = await list_jobs(one.project, all_levels=True)
            documents.append(
                project_document(one.project)
                | {
                    "outcome": one.outcome,
                    "jobs": len(jobs),
                    "files": len(await list_files(one.project)),
                    "remarks": list(one.remarks),
                }
            )
        return documents

    documents = with_store(work)
    if arguments.json:
        print_json(documents)
    for one in documents:
        if not arguments.json:
            numbers = f"{counted(one['jobs'], 'job')}, {counted(one['files'], 'file')}"
            print(f"{one['name']}: {_WORDS[one['outcome']]}: {numbers}")
        say_some([f"{one['name']}: {remark}" for remark in one["remarks"]])
    return FINISHED
