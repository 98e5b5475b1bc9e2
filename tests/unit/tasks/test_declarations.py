"""What every shipped task declares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xtalflow.data import CContainer, CData, CPerformanceIndicator
from xtalflow.plugin import load_task, make_task, task_names

TASKS = [name for name in task_names() if load_task(name).__module__.startswith("xtalflow.")]


def parameters(task: str) -> Iterator[CData]:
    plugin = make_task(task)
    for section in ("inputData", "controlParameters", "outputData"):
        container = plugin.container[section]
        assert isinstance(container, CContainer)
        yield from container


@pytest.mark.parametrize("task", TASKS)
def test_every_parameter_has_a_label_and_help(task: str) -> None:
    """A form can be made of any task without inventing words."""
    silent = [one.name for one in parameters(task) if not (one.qualifier("guiLabel") and one.qualifier("toolTip"))]

    assert silent == []


@pytest.mark.parametrize("task", TASKS)
def test_every_task_says_what_it_is(task: str) -> None:
    """Name, title, version, category and a docstring are there."""
    plugin = make_task(task)

    assert task == plugin.TASKNAME
    assert plugin.TASKTITLE
    assert plugin.TASKVERSION
    assert plugin.CATEGORY
    assert plugin.__doc__


@pytest.mark.parametrize("task", TASKS)
def test_no_indicator_can_be_reported_twice(task: str) -> None:
    """Indicators of one task have different names, but those that only one of two sets."""
    shared = {"value", "annotation", "RFactor", "RFree"}  # of every indicator; of a refinement and its geometry
    shared |= {"spaceGroup", "highResLimit"}  # of reduced data, by Rmeas and by CC1/2
    names = [
        child.name for one in parameters(task) if isinstance(one, CPerformanceIndicator) for child in one.children()
    ]

    assert {name for name in names if names.count(name) > 1} <= shared
