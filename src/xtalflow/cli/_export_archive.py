"""``xtalflow export archive``: a project as CCP4i2 takes it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.figures import counted, size

from ._exit import FINISHED, say_some
from ._parser import SubParsers, add_command

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import Exported


def add(commands: SubParsers) -> None:
    """Add the command."""
    archive = add_command(
        commands,
        "archive",
        _archive,
        summary="write a project archive (*.ccp4_project.zip), which CCP4i2 takes",
        description="Write a project, or some of its jobs with the jobs and imported files that they need,\n"
        "as an archive (*.ccp4_project.zip). CCP4i2 takes it, and so does `xtalflow import archive`, without loss.",
    )
    archive.add_argument("project", metavar="PROJECT", help="name or uuid")
    archive.add_argument("--jobs", metavar="N", nargs="+", help="numbers of top-level jobs; all by default")
    archive.add_argument("-o", "--out", metavar="OUT", type=Path, help="its file; PROJECT.ccp4_project.zip by default")


def _archive(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(settings: Settings) -> Exported:
        from xtalflow.services import export_archive, find_project

        project = await find_project(arguments.project, Path.cwd())
        return await export_archive(project, jobs=arguments.jobs, out=arguments.out)

    exported = with_store(work)
    if arguments.json:
        print_json(exported.document())
        return FINISHED
    print(
        f"{exported.project.name}: {counted(exported.jobs, 'job')}, {counted(exported.files, 'file')}, "
        f"{size(exported.size)}, in {exported.path}"
    )
    say_some(exported.remarks)
    return FINISHED
