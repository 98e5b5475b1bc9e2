"""Which project, and which of its jobs, a command is about."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.services import FoundJob


async def project_and_job(arguments: argparse.Namespace) -> tuple[ProjectRecord, FoundJob | None]:
    """The project that `-p` or the present folder means, and the JOB if one is given."""
    from xtalflow.services import find_job, find_project

    if arguments.job is None:
        return await find_project(arguments.project, Path.cwd()), None
    name = arguments.job
    if arguments.project is not None and "/" not in name:
        name = f"{arguments.project}/{name}"
    job = await find_job(name, Path.cwd())
    return job.project, job
