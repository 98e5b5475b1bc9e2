"""The registry: tasks are found by entry point, near misses are offered."""

import tomllib
from pathlib import Path

import pytest

from xtalflow.errors import UnknownTask
from xtalflow.plugin import CPluginScript, load_task, make_task, task_names

ENTRY_POINTS = Path(__file__).resolve().parents[3] / "pyproject.toml"
SHIPPED = sorted(tomllib.loads(ENTRY_POINTS.read_text())["project"]["entry-points"]["xtalflow.tasks"])


def test_the_shipped_tasks_are_registered() -> None:
    """All that the project names; where one is not, install the project anew."""
    assert set(SHIPPED) <= set(task_names())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_task_is_registered_under_its_own_name_and_says_what_it_is(name: str) -> None:
    task = load_task(name)

    assert name == task.TASKNAME
    assert task.TASKTITLE
    assert task.TASKVERSION
    assert (task.__doc__ or "").strip()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_parameter_of_a_task_has_words_for_people(name: str) -> None:
    plugin = make_task(name)

    for section in ("inputData", "controlParameters"):
        for item in plugin.container.find(section).children():
            words = item.qualifier("guiLabel") or item.qualifier("toolTip")
            assert words, item.object_path()


def test_an_unknown_task_offers_close_names() -> None:
    with pytest.raises(UnknownTask, match="no task is called 'freeflag'; did you mean freerflag"):
        load_task("freeflag")


def test_two_plugins_of_a_task_share_no_values() -> None:
    first, second = make_task("freerflag"), make_task("freerflag")

    first.container.find("controlParameters.FRAC").set(0.1)

    assert second.container.find("controlParameters.FRAC").value == 0.05


def test_sections_of_a_base_task_are_inherited() -> None:
    class Derived(load_task("freerflag")):  # type: ignore[misc]  # a class that is found by name
        TASKNAME = "derived"

    assert isinstance(Derived(), CPluginScript)
    assert "F_SIGF" in Derived().container.find("inputData").childNames()
