"""CCP4i2's own definitions, against a reader that shares no code with that of `formats`."""

from __future__ import annotations

import ast
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from xtalflow.data import CContainer, CData, CList, ValueState, own_qualifiers
from xtalflow.formats import read_definition, write_definition

from .test_definition import described

pytestmark = pytest.mark.real_data

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"
DEFINITIONS = Path(os.environ.get("XTALFLOW_TEST_DATA") or BESIDE) / "ccp4i2" / "defs"
FILES = sorted(DEFINITIONS.rglob("*.def.xml"))
IDS = [path.name.removesuffix(".def.xml") for path in FILES]
NUMBERS = {"CInt": int, "CFloat": float}
TEXTS = ("CString", "CFilePath", "CSpaceGroup", "CSMILESString", "CCrystalName", "CDatasetName")
MINIMA = {"CImportUnmergedList": 1, "CMergeMiniMtzList": 2, "CEnsembleList": 1}
"""Blank items that the classes of lists ask for themselves, by the facts of CCP4i2."""
TRUTHS = {
    "onlyEnumerators",
    "allowUndefined",
    "mustExist",
    "fromPreviousJob",
    "saveToDb",
    "isDirectory",
    "ifAtomSelection",
    "ifInfo",
    "jobCombo",
    "autoLoadHeader",
    "multiple",
    "allowAlias",
    "allowUnfound",
}
COUNTS = {
    "min",
    "max",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "charWidth",
    "width",
    "listMinLength",
    "listMaxLength",
    "listCompare",
    "expertLevel",
    "selectionMode",
    "sameCrystalLevel",
    "allowedCharsCode",
    "allowedCharactersMode",
    "compare",
}
COMMAS = {
    "menuText",
    "fileExtensions",
    "toolTipList",
    "downloadModes",
    "columnGroupClassList",
    "correctColumns",
    "requiredSequences",
}
LISTS_OF_NUMBERS = {"requiredSubType", "requiredContentFlag"}


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
            before = tree.get(each.get("id"))
            tree[each.get("id")] = each
            if before is not None and before.getroottree() is not each.getroottree():
                add_what_is_not_said_again(before, each)


def add_what_is_not_said_again(before: Any, each: Any) -> None:
    """A parameter described again keeps the qualifiers that the file it is built on gave it."""
    assert before.findtext("className") == each.findtext("className")
    said = {below.tag for below in each.findall("qualifiers/*")}
    for below in before.findall("qualifiers/*"):
        if below.tag not in said:
            each.find("qualifiers").append(deepcopy(below))


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


def check_declaration(item: CData, element: Any, dropped: set[str]) -> None:
    """Class, qualifiers, default and state are what the element says, but for those that notes say are dropped."""
    kind = element.findtext("className").strip()
    assert item.class_name == kind
    said = {each.tag: each for each in element.findall("qualifiers/*")}
    expected = {name: expected_qualifier(each, kind) for name, each in said.items() if name != "default"}
    own = without_defaults(own_qualifiers(item))
    assert own == {name: value for name, value in expected.items() if value is not None and name not in dropped}
    if "default" in said:
        check_default(item, kind, said["default"], "default" in dropped)
    elif kind in ("CInt", "CFloat", "CString", "CBoolean"):
        assert item.getValueState() is ValueState.NOT_SET
    if isinstance(item, CList):
        minimum = said.get("listMinLength")
        none_said = minimum is None or text_of(minimum) == "None"
        count = MINIMA.get(kind, 0) if none_said else int(text_of(minimum))
        assert len(item) == count
        assert item.getValueState() is (ValueState.DEFAULT if count else ValueState.NOT_SET)
        below = element.find("subItem")
        if below is not None:
            check_declaration(item.makeItem(), below, dropped)


def without_defaults(qualifiers: Any) -> dict[str, Any]:
    """Qualifiers without the defaults of an object and of its parts, which are checked as values."""
    kept = {}
    for name, value in qualifiers.items():
        if name != "default":
            below = without_defaults(value) if isinstance(value, dict) and value else value
            if below != {} or value == {}:
                kept[name] = below
    return kept


def expected_qualifier(element: Any, kind: str) -> Any:
    """The value of a qualifier; None if it says that there is none."""
    name, text = element.tag, text_of(element)
    if name == "columnGroup":
        return tuple(dict(item.attrib) | {part.tag: text_of(part) for part in item} for item in element)
    if len(element):
        parts = {
            part.tag: expected_qualifier(part, "CInt" if name in ("subType", "contentFlag") else "") for part in element
        }
        return {key: value for key, value in parts.items() if value is not None and key != "default"} or None
    if name == "guiDefinition" and not text:
        return {}
    if name in TRUTHS:
        return text in ("True", "true", "1")
    if name in COUNTS:
        return None if text in ("", "None") else float(text)
    if name in COMMAS:
        return tuple(part.strip() for part in text.split(",")) if text else ()
    if name == "enumerators":
        return tuple(choice(part.strip(), kind) for part in text.split(",")) if text else ()
    if name in ("subType", "contentFlag"):
        return int(text) if text else None
    if name in LISTS_OF_NUMBERS:
        return tuple(int(part) for part in text.split(","))
    return text


def choice(text: str, kind: str) -> Any:
    return text == "True" if kind == "CBoolean" else NUMBERS.get(kind, str)(text)


def check_default(item: CData, kind: str, element: Any, is_refused: bool) -> None:
    text = text_of(element)
    if len(element) == 0 and text in ("", "None"):
        assert item.qualifier("default") is None
    elif len(element) or (text.startswith("{") and kind not in TEXTS):
        parts = {part.tag: text_of(part) for part in element} or ast.literal_eval(text)
        for name, part in parts.items():
            if str(part) not in ("", "None"):
                below = item.find(name)
                assert str(below.value) == str(part)
                assert below.getValueState() is ValueState.DEFAULT
                assert item.qualifier("default")[name] == below.value
    elif is_refused:
        assert str(item.qualifier("default")) == element.text
        assert item.getValueState() is ValueState.NOT_SET
    else:
        value = choice(text, kind) if kind in ("CBoolean", *NUMBERS) else element.text
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
    dropped: dict[str, set[str]] = {}
    for note in definition.notes:
        if "is not" in note.what or "is refused" in note.what:
            dropped.setdefault(note.path, set()).add(note.what.split()[0])
    twice = {note.path for note in definition.notes if "twice" in note.what}
    for item, (where, entry) in zip(items, rows, strict=True):
        if not isinstance(entry, dict) and where not in twice:
            check_declaration(item, entry, dropped.get(where, set()))
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


def test_what_is_wrong_in_the_definitions_is_listed_in_the_reference_each_place_once() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "definitions.md"
    notes = {note for path in FILES for note in read_definition(path).notes}
    rows = {f"| {note.file.name.removesuffix('.def.xml')} | `{note.path}` | {note.what} |" for note in notes}
    listed = [row.replace("`<", "<").replace(">`", ">") for row in page.read_text().splitlines() if "| `" in row]

    assert listed == sorted(rows)
