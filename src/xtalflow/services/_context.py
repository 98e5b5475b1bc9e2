"""What a job reads, from what another one made: `fromPreviousJob`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.data import CData, CDataFile, CList

from ._parameters import parameters
from .form import FilePlaces

if TYPE_CHECKING:
    from xtalflow.engine import FileRecord
    from xtalflow.plugin import CPluginScript

    from ._jobs import FoundJob


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledInputs:
    """What a job gave to another one.

    Attributes
    ----------
    filled
        The paths of the parameters that were filled.
    remarks
        Sentences on parameters that a file would have fitted which is not there.
    """

    filled: tuple[str, ...]
    remarks: tuple[str, ...] = ()


async def fill_from(plugin: CPluginScript, found: FoundJob) -> FilledInputs:
    """Fill the empty inputs that are marked `fromPreviousJob` with files of a job of the project.

    A parameter gets what fits it best by type, sub-type and content of what the job made; if nothing does, of what it
    read. A list of files gets all that fit.
    """
    detail = await db.job_detail(found.project.id, found.job.id)
    offered = [[used.file for used in files] for files in (detail.outputs, detail.inputs)]
    plugin.container.project_directory = found.project.directory
    filled, remarks = [], []
    for item in parameters(plugin):
        example = item.makeItem() if isinstance(item, CList) else item
        is_marked = bool(item.qualifier("fromPreviousJob") or example.qualifier("fromPreviousJob"))
        if not isinstance(example, CDataFile) or not is_marked:
            continue
        if example.isSet() if item is example else _is_given(item):
            continue
        if fitting := _fitting(example, offered):
            _fill(item, example, fitting)
            filled.append(item.object_path())
        elif absent := _fitting(example, [_as_if_there(records) for records in offered]):
            why = _why_not_there(absent[0], offered)
            remarks.append(f"{item.object_path()}: {absent[0].path} would fit, but is on record only: {why}")
    return FilledInputs(filled=tuple(filled), remarks=tuple(remarks))


def _fitting(example: CDataFile, offered: Sequence[Sequence[FileRecord]]) -> list[FileRecord]:
    """What a parameter can take of the first of these that has anything for it."""
    for records in offered:
        of_type = [record for record in records if record.file_type == example.file_type]
        if fitting := FilePlaces(records=of_type).fitting(example):
            return fitting
    return []


def _fill(item: CData, example: CDataFile, fitting: Sequence[FileRecord]) -> None:
    if isinstance(item, CList):
        item.clear()
    for record in fitting if isinstance(item, CList) else fitting[:1]:
        file = item.addItem() if isinstance(item, CList) else example
        file.link(record)


def _as_if_there(records: Sequence[FileRecord]) -> list[FileRecord]:
    return [replace(record, available=True) for record in records]


def _why_not_there(absent: FileRecord, offered: Sequence[Sequence[FileRecord]]) -> str:
    reasons = [record.absence for records in offered for record in records if record.id == absent.id]
    return reasons[0].sentence if reasons and reasons[0] else ""


def _is_given(items: CData) -> bool:
    return isinstance(items, CList) and any(each.isSet() for each in items)
