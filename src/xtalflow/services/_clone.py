"""The parameters of a job, for a new one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import INPUT_PARAMS, create_plugin_for_job, path_below

if TYPE_CHECKING:
    from xtalflow.plugin import CPluginScript

    from ._jobs import FoundJob


async def clone_parameters(found: FoundJob) -> CPluginScript:
    """A task with the parameters that a job was asked with; its inputs are files of the project, not copied again.

    Raises
    ------
    UnknownTask
        The job's task is not installed any more.
    NotEquipped
        It is one of CCP4i2, which is not installed.
    UnreadableFile
        Its parameter file is broken, or leads out of the project.
    """
    await asyncio.to_thread(path_below, found.project.directory, found.folder / INPUT_PARAMS)
    handler = await db.AsyncDatabaseHandler.open(found.project.id)
    plugin = await create_plugin_for_job(found.job, handler)
    plugin.job = None
    return plugin
