"""``xtalflow export mmcif``: a refined model with what a deposition asks for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._parser import SubParsers, add_command, add_job_argument

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import ExportedModel


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "mmcif",
        _mmcif,
        summary="write a refined model as mmCIF with what a deposition asks for",
        description="Write the mmCIF of a refinement, or of a pipeline that ends with one, with software, data and "
        "refinement statistics from the record of the jobs that led to it, as far as they are known.",
    )
    add_job_argument(parser)
    parser.add_argument(
        "-o", "--out", metavar="OUT", type=Path, help="the file to write; if not given, PROJECT-JOB.cif here"
    )


def _mmcif(arguments: argparse.Namespace) -> int:
    from ._output import print_json
    from ._session import with_store

    async def work(_: Settings) -> ExportedModel:
        from xtalflow.services import export_mmcif, find_job

        return await export_mmcif(await find_job(arguments.job, Path.cwd()), arguments.out)

    done = with_store(work)
    if arguments.json:
        print_json(_document(done))
    else:
        print(f"{done.path}: the model of job {done.refinement}; filled in: {', '.join(done.categories) or 'nothing'}")
        if done.check is None:
            print("not checked: cctbx, which brings the PDBx dictionary, is not installed (xtalflow[validation])")
        else:
            print(f"PDBx dictionary {done.check.version}: {'valid' if done.check.is_valid else 'not valid'}")
            for remark in done.check.remarks:
                print(f"  {remark}")
    return 0


def _document(done: ExportedModel) -> dict[str, Any]:
    check = done.check
    return {
        "path": str(done.path),
        "refinement": done.refinement,
        "categories": list(done.categories),
        "dictionary": check.version if check else None,
        "valid": check.is_valid if check else None,
        "remarks": list(check.remarks) if check else [],
    }
