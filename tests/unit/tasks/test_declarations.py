"""What every shipped task declares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xtalflow.data import CContainer, CData, CPerformanceIndicator
from xtalflow.plugin import CPluginScript, make_task
from xtalflow.tasks.convert_reflections import ConvertReflections
from xtalflow.tasks.join_mtz import JoinMtz
from xtalflow.tasks.split_mtz import SplitMtz

TASKS = [
    ConvertReflections,
    JoinMtz,
    SplitMtz,
    "add_waters",
    "french_wilson",
    "freerflag",
    "import_merged",
    "import_model",
    "make_maps",
    "refine_pipeline",
    "servalcat_refine",
    "validate_model",
]


def make(task: str | type[CPluginScript]) -> CPluginScript:
    return make_task(task) if isinstance(task, str) else task()


def parameters(task: str | type[CPluginScript]) -> Iterator[CData]:
    plugin = make(task)
    for section in ("inputData", "controlParameters", "outputData"):
        container = plugin.container[section]
        assert isinstance(container, CContainer)
        yield from container


@pytest.mark.parametrize("task", TASKS)
def test_every_parameter_has_a_label_and_help(task: str | type[CPluginScript]) -> None:
    """A form can be made of any task without inventing words."""
    silent = [one.name for one in parameters(task) if not (one.qualifier("guiLabel") and one.qualifier("toolTip"))]

    assert silent == []


@pytest.mark.parametrize("task", TASKS)
def test_every_task_says_what_it_is(task: str | type[CPluginScript]) -> None:
    """Name, title, version, category and a docstring are there."""
    plugin = make(task)

    assert (task if isinstance(task, str) else type(plugin).__module__.split(".")[-2]) == plugin.TASKNAME
    assert plugin.TASKTITLE
    assert plugin.TASKVERSION
    assert plugin.CATEGORY
    assert plugin.__doc__


@pytest.mark.parametrize("task", TASKS)
def test_no_indicator_can_be_reported_twice(task: str | type[CPluginScript]) -> None:
    """Indicators of one task have different names, but those that only one of two sets."""
    shared = {"value", "annotation", "RFactor", "RFree"}  # of every indicator; of a refinement and its geometry
    names = [
        child.name for one in parameters(task) if isinstance(one, CPerformanceIndicator) for child in one.children()
    ]

    assert {name for name in names if names.count(name) > 1} <= shared
