"""CCP4i2's own parameter files in the trees of their tasks, against a reader that shares no code with `formats`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from xtalflow.data import CComposite, CContainer, CData, CScalar, ValueState
from xtalflow.formats import ParamsHeader, read_definition, read_params, write_params

from .test_definition_on_real_data import DEFINITIONS

pytestmark = pytest.mark.real_data

FILES = sorted((DEFINITIONS.parent / "params").glob("*.xml"))
IDS = [path.name.removesuffix(".params.xml") for path in FILES]


def task_tree(path: Path) -> CContainer:
    """The tree of the task that the header names."""
    task = etree.parse(path).findtext("ccp4i2_header/pluginName")
    (definition,) = DEFINITIONS.rglob(f"{task}.def.xml")
    return read_definition(definition).container


def leaves(element: Any, path: str = "") -> list[tuple[str, str]]:
    """Paths and texts of what has no elements of its own."""
    rows = []
    for each in element:
        below = f"{path}.{each.tag}".lstrip(".")
        rows += leaves(each, below) if len(each) else [(below, each.text or "")]
    return rows


def parameter_at(tree: CContainer, path: str) -> CData | None:
    """The object that a path of elements names, if the task has it."""
    item: Any = tree
    for step in path.split("."):
        if not isinstance(item, CComposite) or step not in item:
            return None
        item = item[step]
    found: CData = item
    return found


def explicit(item: CData) -> list[str]:
    if isinstance(item, CScalar):
        return [item.object_path()] if item.getValueState() is ValueState.EXPLICITLY_SET else []
    return [path for child in item.children() for path in explicit(child)]


def test_there_are_such_files(shared_data: Path) -> None:
    assert len(FILES) == 3


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_values_are_those_of_the_file_and_the_rest_is_reported(path: Path) -> None:
    """Every text of the file is the value of a parameter, or in an element that is reported by its path."""
    tree = task_tree(path)
    header = read_params(path, tree)
    body = etree.parse(path, etree.XMLParser(remove_blank_text=False)).find("ccp4i2_body")

    reported = [element.path for element in header.unknown]
    known = []
    for where, text in leaves(body):
        if where == "guiAdmin.jobTitle":
            assert header.job_title == text
        elif any(where == each or where.startswith(f"{each}.") for each in reported):
            pass
        else:
            parameter = parameter_at(tree, where)
            assert isinstance(parameter, CScalar), where
            assert str(parameter) == text
            known.append(where)
    assert sorted(explicit(tree)) == sorted(known)
    assert all(parameter_at(tree, where) is None for where in reported)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_file_round_trips_and_nothing_changes_its_place(path: Path, tmp_path: Path) -> None:
    """Values, states, blanks, and elements that are no parameters."""
    tree = task_tree(path)
    header = read_params(path, tree)
    write_params(tree, header, tmp_path / path.name)
    again = task_tree(path)
    rewritten = read_params(tmp_path / path.name, again)

    assert again == tree
    assert rewritten == header
    assert header != ParamsHeader()
    before, after = (dict(leaves(etree.parse(one).find("ccp4i2_body"))) for one in (path, tmp_path / path.name))
    assert before.items() <= after.items()
