"""``xtalflow export crate``: jobs as a Workflow Run RO-Crate."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.figures import counted

from ._exit import FINISHED, say, say_some
from ._parser import SubParsers, add_command

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import ExportedCrate


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "crate",
        _crate,
        summary="write jobs, and all that they read and made, as an RO-Crate",
        description="Write jobs as a Workflow Run RO-Crate (Provenance Run Crate profile): what ran, at which version, "
        "with what, on what, and what came out, with the files. Needs rocrate (pip install 'xtalflow[crate]').",
    )
    parser.add_argument(
        "jobs", metavar="JOB", nargs="+", help="PROJECT/3.1, or 3.1 inside a project's folder, or a uuid"
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="OUT",
        type=Path,
        help="a name that ends with .zip, or a folder, which gets hard links of the project's files where the file "
        "system allows it; if not given, PROJECT-JOB.crate.zip here",
    )
    parser.add_argument(
        "--licence",
        metavar="NAME",
        default="",
        help="under what others may use the data: an SPDX name such as CC-BY-4.0, or a URL",
    )


def _crate(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(_: Settings) -> ExportedCrate:
        from xtalflow.services import export_crate, find_job

        jobs = [await find_job(text, Path.cwd()) for text in arguments.jobs]
        return await export_crate(jobs, arguments.out, licence=arguments.licence)

    done = with_store(work)
    if arguments.json:
        print_json(
            {
                "path": str(done.path),
                "jobs": done.jobs,
                "files": done.files,
                "linked": done.linked,
                "missing": list(done.missing),
            }
        )
        return FINISHED
    links = f", {done.linked} of them hard links of the project's" if done.linked else ""
    print(f"{done.path}: {counted(done.jobs, 'job')}, {counted(done.files, 'file')}{links}")
    if done.missing:
        are = "is" if len(done.missing) == 1 else "are"
        say(f"{counted(len(done.missing), 'file')} on record {are} not there, and not in the crate:")
        say_some(done.missing)
    return FINISHED
