"""The parameters of a job: as they were asked for, as it ran with them, and what of that is not the default."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from xtalflow.data import CCollection, CData, CDataFile, CList, HierarchicalObject, ValueState
from xtalflow.engine import path_below
from xtalflow.errors import XtalflowError
from xtalflow.formats import expert_level, read_params
from xtalflow.plugin import CPluginScript, make_task

from ._clone import clone_parameters
from ._command_line import command_line
from ._documents import Document
from ._parameters import SECTIONS, is_remembered
from ._python_script import python_script
from ._tasks import as_json, leaves, value_of
from .i2run import i2run_line

if TYPE_CHECKING:
    from ._jobs import FoundJob

PARAMS = "params.xml"
_SECTION_TITLES = {"inputData": "Inputs", "controlParameters": "Controls"}


async def job_parameters(found: FoundJob) -> Document:
    """Parameters of a job by section, and the command line that would make the job again.

    Each parameter has ``asked`` and ``ran``, its values as it was asked for and as it ran (None while it has not),
    its ``default``, and whether it was set, differs from its default, was changed by the run, and is for experts.

    Raises
    ------
    UnknownTask, NotEquipped
        The job's task is not installed.
    UnreadableFile
        Its parameter file is broken.
    """
    asked = await clone_parameters(found)
    return await asyncio.to_thread(_document, found, asked)


async def command_of_job(found: FoundJob, form: str) -> tuple[str, list[str]]:
    """The command or script that would make a job again, and remarks on what it cannot say.

    Parameters
    ----------
    form
        ``xtalflow``, ``i2run`` or ``python``.

    Raises
    ------
    UnknownTask, NotEquipped, UnreadableFile
        As of `job_parameters`.
    """
    asked = await clone_parameters(found)
    write = {"xtalflow": command_line, "i2run": i2run_line, "python": python_script}[form]
    unsaid = [each.path for each in asked.unknown_elements if not is_remembered(each.path)]
    remarks = [f"{path} is kept in the job's parameter file only" for path in unsaid]
    return write(asked, found.project.name, title=found.job.title), remarks


def _document(found: FoundJob, asked: CPluginScript) -> Document:
    ran = _as_run(found)
    title = found.job.title
    return {
        "sections": [
            {"title": title, "parameters": _section(name, asked, ran)} for name, title in _SECTION_TITLES.items()
        ],
        "has_run": ran is not None,
        "command": command_line(asked, found.project.name, title=title),
    }


def _as_run(found: FoundJob) -> CPluginScript | None:
    """The task with the parameters that the run left; None if there are none, or none that can be read."""
    plugin = make_task(found.job.task)
    plugin.container.project_directory = found.project.directory
    try:
        read_params(path_below(found.project.directory, found.folder / PARAMS), plugin.container)
    except XtalflowError:
        return None
    return plugin


def _section(name: str, asked: CPluginScript, ran: CPluginScript | None) -> list[Document]:
    section = asked.container.find(name)
    if name not in SECTIONS or not isinstance(section, CData):
        return []
    return [_parameter(item, ran) for item in leaves(section) if not isinstance(item, CCollection)]


def _parameter(item: CData, ran: CPluginScript | None) -> Document:
    path = item.object_path()
    other = ran.container.find(path) if ran is not None else None
    run_value = _plain(value_of(other)) if isinstance(other, CData) else None
    asked_value, default = _plain(value_of(item)), _plain(as_json(item.qualifier("default")))
    is_set = item.getValueState() is ValueState.EXPLICITLY_SET
    return {
        "path": path,
        "name": item.name,
        "label": str(item.qualifier("guiLabel") or item.name),
        "help": str(item.qualifier("toolTip") or ""),
        "default": default,
        "asked": asked_value,
        "ran": run_value,
        "is_file": isinstance(item, CDataFile) or (isinstance(item, CList) and isinstance(item.makeItem(), CDataFile)),
        "is_set": is_set,
        "differs": is_set and asked_value != default,
        "changed": other is not None and run_value != asked_value,
        "expert": _is_expert(item),
    }


def _is_expert(item: CData) -> bool:
    node: HierarchicalObject | None = item
    while isinstance(node, CData):
        if str(expert_level(node) or "0").strip() not in ("0", ""):
            return True
        node = node.parent
    return False


def _plain(value: Any) -> Any:
    """A value as a page can compare and show it: nothing where there is nothing in it."""
    if isinstance(value, list):
        return [each for each in map(_plain, value) if each is not None] or None
    return None if value in ("", {}) else value
