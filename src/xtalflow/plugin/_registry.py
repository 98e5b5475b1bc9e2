"""Finds tasks by entry point (group ``xtalflow.tasks``), so that a site ships its own in its own package.

Those of the package ccp4i2 are found in its own Python environment.
"""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass
from functools import cache
from importlib import metadata

from xtalflow.errors import NotEquipped, UnknownTask

from ._script import CPluginScript
from .hosted import HOSTED, find_package, hosted_info, hosted_names, load_hosted

GROUP = "xtalflow.tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHead:
    """What a task is, without its parameters.

    Attributes
    ----------
    summary
        What it does, in a sentence or two.
    programs
        Those that it runs.
    missing
        What it, or a step that it may take, is known to need and does not find.
    error
        Why it cannot be loaded; empty if it can.
    """

    name: str
    title: str = ""
    version: str = ""
    category: str = ""
    summary: str = ""
    programs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    error: str = ""


@cache
def _entry_points() -> dict[str, metadata.EntryPoint]:
    return {point.name: point for point in metadata.entry_points(group=GROUP)}


def task_names(*, built_in: bool = False, hosted: bool = True) -> list[str]:
    """Names of all registered tasks, sorted.

    Parameters
    ----------
    built_in
        Only those that come with xtalflow.
    hosted
        Also those of the package ccp4i2.
    """
    points = _entry_points().values()
    if built_in:
        return sorted(point.name for point in points if point.module.partition(".")[0] == "xtalflow")
    return sorted([point.name for point in points] + (hosted_names() if hosted else []))


def load_task(name: str) -> type[CPluginScript]:
    """The class of a task; `UnknownTask` offers close names, `NotEquipped` tells why it cannot be loaded."""
    if name.startswith(HOSTED):
        return load_hosted(name)
    point = _entry_points().get(name)
    if point is None:
        raise UnknownTask(name, close=difflib.get_close_matches(name, task_names()))
    try:
        task = point.load()
    except (ImportError, AttributeError) as exc:
        raise NotEquipped(f"the task {name} ({point.value}) cannot be loaded: {exc}") from exc
    if not (isinstance(task, type) and issubclass(task, CPluginScript)):
        raise NotEquipped(f"the task {name} ({point.value}) is not a CPluginScript")
    return task


def make_task(name: str) -> CPluginScript:
    """A new plugin of a task, with its parameters at their defaults."""
    return load_task(name)()


def task_head(name: str) -> TaskHead:
    """What a task is; of one that cannot be loaded, why.

    Raises
    ------
    UnknownTask
        There is none of this name; close ones are offered.
    """
    try:
        return _hosted_head(name) if name.startswith(HOSTED) else _head(name, load_task(name))
    except NotEquipped as exc:
        return TaskHead(name=name, error=str(exc))


def _head(name: str, task: type[CPluginScript]) -> TaskHead:
    return TaskHead(
        name=name,
        title=task.TASKTITLE,
        version=task.TASKVERSION,
        category=task.CATEGORY,
        summary=(inspect.getdoc(task) or "").partition("\n\n")[0].replace("\n", " "),
        programs=task.PROGRAMS,
    )


def _hosted_head(name: str) -> TaskHead:
    """From what is kept of the package: definitions are not read for it."""
    info, package = hosted_info(name), find_package()
    return TaskHead(
        name=name,
        title=info.title,
        version=package.version,
        category=info.category,
        summary=info.summary,
        programs=info.programs,
        missing=package.missing(info.name),
        error=f"CCP4i2 cannot load it: {info.error}" if info.error else "",
    )
