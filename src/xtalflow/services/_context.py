"""What a job reads, from what another one made: `fromPreviousJob`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.data import CData, CDataFile, CList

from ._parameters import parameters
from .form import FilePlaces

if TYPE_CHECKING:
    from xtalflow.engine import FileRecord
    from xtalflow.plugin import CPluginScript

    from ._jobs import FoundJob


async def fill_from(plugin: CPluginScript, found: FoundJob) -> list[str]:
    """Fill the empty inputs that are marked `fromPreviousJob` with files of a job of the project.

    A parameter gets what fits it best by type, sub-type and content of what the job made; if nothing does, of what it
    read. A list of files gets all that fit.

    Returns
    -------
    The paths of the parameters that were filled.
    """
    detail = await db.job_detail(found.project.id, found.job.id)
    offered = [[used.file for used in files] for files in (detail.outputs, detail.inputs)]
    plugin.container.project_directory = found.project.directory
    return [item.object_path() for item in parameters(plugin) if _filled(item, offered)]


def _filled(item: CData, offered: Sequence[Sequence[FileRecord]]) -> bool:
    """Fill one parameter, if it is empty, marked, and anything fits."""
    example = item.makeItem() if isinstance(item, CList) else item
    is_marked = bool(item.qualifier("fromPreviousJob") or example.qualifier("fromPreviousJob"))
    if not isinstance(example, CDataFile) or not is_marked:
        return False
    if example.isSet() if item is example else _is_given(item):
        return False
    for records in offered:
        of_type = [record for record in records if record.file_type == example.file_type]
        if fitting := FilePlaces(records=of_type).fitting(example):
            if isinstance(item, CList):
                item.clear()
            for record in fitting if isinstance(item, CList) else fitting[:1]:
                file = item.addItem() if isinstance(item, CList) else example
                file.link(record)
            return True
    return False


def _is_given(items: CData) -> bool:
    return isinstance(items, CList) and any(each.isSet() for each in items)
