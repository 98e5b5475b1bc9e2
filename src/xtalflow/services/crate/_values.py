"""The parameters that a job ran with, and what is known of them: from the job's own papers and its task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.data import CData, CPerformanceIndicator, find_objects_by_type
from xtalflow.engine import scalars
from xtalflow.errors import XtalflowError
from xtalflow.formats import read_params
from xtalflow.plugin import CPluginScript, load_task, make_task

if TYPE_CHECKING:
    from xtalflow.db import JobDetail

_PARAMS = ("params.xml", "input_params.xml")
_SECTIONS = ("inputData", "controlParameters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a task says of one of its parameters."""

    label: str = ""
    help: str = ""
    is_required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMeanings:
    """What an installed task says of itself; all is empty for a task that is not installed."""

    summary: str = ""
    parameters: Mapping[str, Meaning] = field(default_factory=dict)
    """By path: ``inputData.F_SIGF``; those of lists without the index; indicators by their key alone."""

    def of(self, path: str) -> Meaning:
        """What is said of a parameter; nothing of an unknown one."""
        return self.parameters.get(path, Meaning())


def read_values(detail: JobDetail, directory: Path) -> dict[str, Any]:
    """Values in force of a job's inputs and controls, by path, defaults included; files themselves are not among them.

    They are those that the job ran with. Of a task that is not installed, or whose parameter file cannot be read, they
    are the values that were given, as the record has them.
    """
    try:
        plugin = make_task(detail.job.task)
        plugin.container.project_directory = directory
        path = next(path for name in _PARAMS if (path := directory / detail.job.folder / name).is_file())
        read_params(path, plugin.container, keep_refused=True)
    except (XtalflowError, StopIteration):
        return dict(detail.parameters)
    return {
        value.object_path(): value.value
        for section in _SECTIONS
        for value in scalars(plugin.container[section])
        if value.isSet() and value.value is not None
    }


def task_meanings(task: str) -> TaskMeanings:
    """What an installed task says of itself and of its parameters."""
    try:
        plugin, summary = make_task(task), (load_task(task).__doc__ or "").strip()
    except XtalflowError:
        return TaskMeanings()
    return TaskMeanings(summary=summary.partition("\n\n")[0].replace("\n", " "), parameters=_meanings(plugin))


def _meanings(plugin: CPluginScript) -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for section in (*_SECTIONS, "outputData"):
        for item in find_objects_by_type(plugin.container[section], CData):
            found[item.object_path()] = _meaning(item)
    for indicator in find_objects_by_type(plugin.container["outputData"], CPerformanceIndicator):
        found |= {child.name: _meaning(child) for child in indicator.children()}
    return found


def _meaning(item: CData) -> Meaning:
    default = item.qualifier("default")
    return Meaning(
        label=str(item.qualifier("guiLabel") or ""),
        help=str(item.qualifier("toolTip") or ""),
        is_required=item.qualifier("allowUndefined") is False,
        default=default if isinstance(default, (str, int, float, bool)) else None,
    )
