"""The reference names everything that there is."""

from pathlib import Path

import pytest

from xtalflow.cli._surface import build_parser
from xtalflow.engine._settings import _VARIABLES
from xtalflow.plugin import make_task, task_names

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"


def test_every_command_is_in_the_reference() -> None:
    text = (REFERENCE / "command-line.md").read_text()
    commands = next(action.choices for action in build_parser()._actions if isinstance(action.choices, dict))

    assert commands
    assert [name for name in commands if f"`xtalflow {name}" not in text] == []


def test_every_setting_is_in_the_reference() -> None:
    text = (REFERENCE / "settings.md").read_text()

    for name, variable in _VARIABLES.items():
        assert f"`{name}`" in text
        assert not variable or f"`{variable}`" in text


@pytest.mark.parametrize("name", [name for name in task_names() if make_task(name).__module__.startswith("xtalflow.")])
def test_every_parameter_of_a_shipped_task_is_in_the_reference(name: str) -> None:
    _, _, below = (REFERENCE / "tasks.md").read_text().partition(f"## {name}\n")
    text = below.split("\n## ")[0]
    sections = make_task(name).container.children()

    assert [item.name for section in sections for item in section.children() if f"`{item.name}`" not in text] == []
