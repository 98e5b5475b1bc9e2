"""CCP4i2's own definitions, against a reader that shares no code with that of `formats`."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from xtalflow.data import CContainer, CData, CList, ValueState
from xtalflow.formats import read_definition, write_definition

from .test_definition import described

pytestmark = pytest.mark.real_data

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"
DEFINITIONS = Path(os.environ.get("XTALFLOW_TEST_DATA") or BESIDE) / "ccp4i2" / "defs"
FILES = sorted(DEFINITIONS.rglob("*.def.xml"))
IDS = [path.name.removesuffix(".def.xml") for path in FILES]
NUMBERS = {"CInt": int, "CFloat": float}
TRUTHS = {"onlyEnumerators", "allowUndefined", "mustExist", "fromPreviousJob", "saveToDb", "isDirectory"}
COUNTS = {"min", "max", "minimum", "maximum", "minLength", "maxLength", "charWidth", "listMinLength", "expertLevel"}
COMMAS = {"menuText", "fileExtensions"}
WORDS = {"guiLabel", "toolTip", "label", "guiMode", "sameCrystalAs", "mimeTypeName", "mtzFileKey"}


def merged(path: Path) -> dict[str, Any]:
    """Containers as dictionaries and contents as elements, those of the files that it names first."""
    root = etree.parse(path, etree.XMLParser(remove_comments=True)).getroot()
    tree: dict[str, Any] = {}
    gather(root.find("ccp4i2_body"), tree)
    return tree


def gather(element: Any, tree: dict[str, Any]) -> None:
    for name in element.xpath("file/CI2XmlDataFile"):
        tree |= merged(DEFINITIONS / name.findtext("relPath") / name.findtext("baseName"))
    for each in element:
        if each.tag == "container":
            gather(each, tree.setdefault(each.get("id"), {}))
        elif each.tag == "ccp4i2_body":
            gather(each, tree)
        elif each.tag == "content":
            tree[each.get("id")] = each


def expected(tree: dict[str, Any], where: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, entry in tree.items():
        path = f"{where}.{name}".lstrip(".")
        rows.append((path, entry))
        if isinstance(entry, dict):
            rows += expected(entry, path)
    return rows


def declared(container: CContainer) -> list[CData]:
    items: list[CData] = []
    for child in container.children():
        items.append(child)
        if isinstance(child, CContainer):
            items += declared(child)
    return items


def text_of(element: Any) -> str:
    return (element.text or "").strip()


def check_declaration(item: CData, element: Any, refused: bool) -> None:
    """Class, qualifiers, default and state are what the element says."""
    kind = element.findtext("className").strip()
    assert item.class_name == kind
    said = {each.tag: each for each in element.findall("qualifiers/*")}
    for name, each in said.items():
        if name == "default":
            check_default(item, kind, each, refused)
        elif len(each) == 0 and not (name in COUNTS and text_of(each) == "None"):
            check_qualifier(item.qualifier(name), name, text_of(each), kind)
        elif len(each) and name == "guiDefinition":
            assert {key: str(value) for key, value in item.qualifier(name).items()} == {
                part.tag: text_of(part) for part in each
            }
        elif len(each):
            assert name in item.get_merged_metadata("qualifiers")
    minimum = said.get("listMinLength")
    if isinstance(item, CList):
        count = int(text_of(minimum)) if minimum is not None and text_of(minimum) != "None" else 0
        assert len(item) == count
        assert item.getValueState() is (ValueState.DEFAULT if count else ValueState.NOT_SET)
        below = element.find("subItem")
        if below is not None:
            check_declaration(item.makeItem(), below, refused)
    elif "default" not in said and kind in ("CInt", "CFloat", "CString", "CBoolean"):
        assert item.getValueState() is ValueState.NOT_SET


def check_qualifier(value: Any, name: str, text: str, kind: str) -> None:
    if name in TRUTHS:
        assert value is (text in ("True", "1"))
    elif name in COUNTS:
        assert value == float(text)
    elif name in COMMAS:
        assert value == (tuple(part.strip() for part in text.split(",")) if text else ())
    elif name == "enumerators":
        assert value == tuple(NUMBERS.get(kind, str)(part.strip()) for part in text.split(","))
    elif name in ("requiredSubType", "requiredContentFlag"):
        assert value == tuple(int(part) for part in text.split(","))
    elif name in WORDS:
        assert value == text
    else:
        assert str(value) == text or value == (text == "True") or value == (text,) or text == ""


def check_default(item: CData, kind: str, element: Any, refused: bool) -> None:
    text = text_of(element)
    if len(element) == 0 and text in ("", "None"):
        assert item.qualifier("default") is None
    elif len(element) or text.startswith("{"):
        parts = {part.tag: text_of(part) for part in element} or ast.literal_eval(text)
        for name, part in parts.items():
            if str(part) not in ("", "None"):
                below = item.find(name)
                assert str(below.value) == str(part)
                assert below.getValueState() is ValueState.DEFAULT
                assert item.qualifier("default")[name] == below.value
    elif refused:
        assert str(item.qualifier("default")) == text
        assert item.getValueState() is ValueState.NOT_SET
    else:
        value = text in ("True", "1") if kind == "CBoolean" else NUMBERS.get(kind, str)(text)
        assert item.qualifier("default") == value
        assert item.getValueState() is ValueState.DEFAULT


def test_all_definitions_are_here(shared_data: Path) -> None:
    assert shared_data in DEFINITIONS.resolve().parents
    assert len(FILES) == 128


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_definition_is_what_its_file_says(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Paths in order, classes, qualifiers, defaults and states; nothing is printed."""
    definition = read_definition(path)

    items, rows = declared(definition.container), expected(merged(path))
    assert [item.object_path() for item in items] == [where for where, _ in rows]
    refused = {note.path for note in definition.notes if "is refused" in note.what}
    twice = {note.path for note in definition.notes if "twice" in note.what}
    for item, (where, entry) in zip(items, rows, strict=True):
        if not isinstance(entry, dict) and where not in twice:
            check_declaration(item, entry, where in refused)
    assert len(set(definition.notes)) == len(definition.notes)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_definition_round_trips(path: Path, tmp_path: Path) -> None:
    """Written without the files that it is built on, it reads as the same tree."""
    definition = read_definition(path)

    write_definition(definition.container, tmp_path / path.name, task=definition.task, header=definition.header)
    again = read_definition(tmp_path / path.name)

    assert described(again.container) == described(definition.container)
    assert again.container == definition.container
    assert (again.task, again.header) == (definition.task, definition.header)
