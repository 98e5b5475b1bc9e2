"""Finds tasks by entry point (group ``xtalflow.tasks``), so that a site ships its own in its own package."""

from __future__ import annotations

import difflib
from functools import cache
from importlib import metadata

from xtalflow.errors import NotEquipped, UnknownTask

from ._script import CPluginScript

GROUP = "xtalflow.tasks"


@cache
def _entry_points() -> dict[str, metadata.EntryPoint]:
    return {point.name: point for point in metadata.entry_points(group=GROUP)}


def task_names(*, built_in: bool = False) -> list[str]:
    """Names of all registered tasks, sorted; only those that come with xtalflow if `built_in`."""
    points = _entry_points().values()
    return sorted(point.name for point in points if not built_in or point.module.partition(".")[0] == "xtalflow")


def load_task(name: str) -> type[CPluginScript]:
    """The class of a task; `UnknownTask` offers close names, `NotEquipped` tells why it cannot be loaded."""
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
