"""The JSON Schema of a task accepts the documents that its tree takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from xtalflow.data import (
    CUUID,
    CBoolean,
    CCollection,
    CComposite,
    CContainer,
    CDataFile,
    CFloat,
    CInt,
    CList,
    COneWord,
    CString,
    CUnknown,
    declare,
    declare_in,
)
from xtalflow.errors import InvalidInput
from xtalflow.formats import json_schema, read_definition
from xtalflow.plugin import make_task, task_names
from xtalflow.xtal import CPdbDataFile, class_named, class_names

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema, which checks documents against schemas, is absent")


def schema_of(container: CContainer) -> dict[str, Any]:
    """A schema that is valid against that of schemas, and is JSON."""
    schema = json_schema(container, title="a task")
    jsonschema.Draft202012Validator.check_schema(schema)
    loaded: dict[str, Any] = json.loads(json.dumps(schema, allow_nan=False))
    return loaded


class Shell(CComposite):
    number = CInt(default=1, min=0, allowUndefined=False)
    note = CString()


class Inputs(CContainer):
    F_SIGF = CDataFile(allowUndefined=False, guiLabel="Reflections", toolTip="Merged data")
    DICT = CList(CDataFile(), listMinLength=1)


class Controls(CContainer):
    NCYCLES = CInt(default=10, min=1, max=1000, guiLabel="Cycles", guiDefinition={"expertLevel": 2})
    MODE = CString(default="a", enumerators=("a", "b"), menuText=("An a", "A b"), onlyEnumerators=True)
    LABEL = CString(enumerators=("F", "I"), minLength=1, maxLength=30)
    WORD = COneWord()
    SHELL = Shell(default={"note": "inner"}, guiLabel="Shell")


class Outputs(CContainer):
    XYZOUT = CPdbDataFile(allowUndefined=False)


class Task(CContainer):
    inputData = Inputs()
    controlParameters = Controls()
    outputData = Outputs()


def test_sections_are_objects_in_the_order_of_the_declaration() -> None:
    schema = schema_of(Task())

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "a task"
    assert list(schema["properties"]) == ["inputData", "controlParameters", "outputData"]
    assert list(schema["properties"]["controlParameters"]["properties"]) == Controls().childNames()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["controlParameters"]["additionalProperties"] is False


def test_only_what_the_user_must_give_is_required() -> None:
    """Not what has a default, nor what the task makes."""
    schema = schema_of(Task())

    assert schema["required"] == ["inputData"]
    assert schema["properties"]["inputData"]["required"] == ["F_SIGF"]
    assert "required" not in schema["properties"]["controlParameters"]
    assert "required" not in schema["properties"]["outputData"]
    assert schema["properties"]["outputData"]["readOnly"] is True


def test_a_parameter_has_its_type_limits_and_words() -> None:
    controls = schema_of(Task())["properties"]["controlParameters"]["properties"]

    assert controls["NCYCLES"] == {
        "title": "Cycles",
        "x-expertLevel": 2,
        "default": 10,
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": 1000,
    }
    assert controls["MODE"] == {
        "x-menuText": ["An a", "A b"],
        "default": "a",
        "type": ["string", "null"],
        "enum": ["a", "b", None],
    }
    assert controls["LABEL"] == {
        "type": ["string", "null"],
        "$ref": "#/$defs/text",
        "minLength": 1,
        "maxLength": 30,
        "examples": ["F", "I"],
    }
    assert controls["WORD"]["pattern"] == r"^\S+(?!\n)$"


def test_choices_and_bounds_that_the_tree_refuses_are_not_offered() -> None:
    class Narrow(CContainer):
        CHOICE = CString(enumerators=["a", "bbb", "BB"], onlyEnumerators=True, minLength=2, patternRegex="^[a-z]+$")
        COUNT = CInt(min=-1e300, max=1e300)

    properties = schema_of(Narrow())["properties"]

    assert properties["CHOICE"]["enum"] == ["bbb", None]
    assert (properties["COUNT"]["minimum"], properties["COUNT"]["maximum"]) == (1 - 2**63, 2**63 - 1)


def test_what_has_parts_is_described_once() -> None:
    schema = schema_of(Task())
    described = schema["$defs"]

    assert schema["properties"]["inputData"]["properties"]["DICT"]["items"] == {"$ref": "#/$defs/CDataFile"}
    assert list(described["CDataFile"]["properties"]) == CDataFile().childNames()
    assert described["CDataFile"]["type"] == ["string", "object", "null"]
    assert described["CPdbDataFile"]["x-fileExtensions"] == list(CPdbDataFile().qualifier("fileExtensions"))
    shell = schema["properties"]["controlParameters"]["properties"]["SHELL"]
    assert shell == {"title": "Shell", "default": {"number": 1, "note": "inner"}, "$ref": "#/$defs/Shell"}


def test_classes_that_are_declared_in_two_ways_have_two_names() -> None:
    root = CContainer()
    root.add("one", CDataFile(subType={"min": 1}))
    root.add("other", CDataFile(subType={"min": 2}))
    root.add("same", CDataFile(subType={"min": 1}, guiLabel="again"))
    properties = schema_of(root)["properties"]

    assert [properties[name]["$ref"].rpartition("/")[2] for name in properties] == [
        "CDataFile",
        "CDataFile_2",
        "CDataFile",
    ]


def test_what_is_set_does_not_show() -> None:
    task = Task()
    task.controlParameters.NCYCLES = 5
    task.inputData.DICT = ["a.cif"]

    assert schema_of(task) == schema_of(Task())


# The schema and the tree agree.


class Item(CComposite):
    file = CDataFile()
    number = CInt(min=2, max=9, allowUndefined=False)
    names = CList(CString(), listMaxLength=2)


class Pair(CComposite):
    a = CFloat(min=0.0)
    b = CFloat(max=180.0)


class Wide(CComposite):
    pair = Pair(allowUndefined=False)
    files = CList(CDataFile(allowUndefined=False), allowUndefined=False)


class Inner(CContainer):
    AGE = CInt(allowUndefined=False, default=7)
    NAME = CString(allowUndefined=False)


class Everything(CContainer):
    INT = CInt(min=-3, max=9)
    INT_ENUM = CInt(enumerators=(2, 4), onlyEnumerators=True)
    INT_NEEDED = CInt(allowUndefined=False)
    INT_DEFAULT = CInt(allowUndefined=False, default=3)
    REAL = CFloat(min=-1.5, max=2.5)
    ANY_REAL = CFloat()
    FLAG = CBoolean()
    TEXT = CString(minLength=2, maxLength=4)
    WORD = COneWord()
    UUID = CUUID()
    PATTERN = CString(patternRegex=r"\A[A-Z]{2}\d?\Z")
    LOOSE = CString(patternRegex=r"b[^c]")
    ENUM = CString(enumerators=("a", "b c"), onlyEnumerators=True, allowUndefined=False)
    FILE = CDataFile()
    FILE_NEEDED = CPdbDataFile(allowUndefined=False)
    LIST = CList(CInt(min=2), listMinLength=2, listMaxLength=3)
    LIST_NEEDED = CList(CString(allowUndefined=False), allowUndefined=False)
    ITEMS = CList(Item(allowUndefined=False))
    ITEM = Item()
    ITEM_NEEDED = Item(allowUndefined=False)
    WIDE = Wide()
    PARTS = CCollection()
    ODD = CUnknown("COdd")


def make_everything() -> CContainer:
    """Sections of everything; lists with items as declared, and of containers."""
    root = CContainer()
    for name in ("inputData", "outputData"):
        root.add(name, Everything())
    root.add("optional", Inner())
    inputs = root["inputData"]
    inputs.add("BLANK", CList(Item(), listMinLength=2, allowUndefined=False))
    inputs.add("FREE", CList(CInt(), listMinLength=1))
    scope: CContainer = declare(CContainer, {})
    declare_in(scope, "AGE", CInt(allowUndefined=False, default=7))
    declare_in(scope, "NAME", CString(allowUndefined=False))
    declare_in(inputs, "SCOPES", declare(CList, {}, item=scope))
    root["optional"].add("LAST", CInt())
    return root


junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers().filter(lambda number: number not in (0, 1)),
        st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
        st.sampled_from(
            [
                "",
                "a",
                "b c",
                "x\x01",
                "\n",
                "AB",
                "AB1",
                "AB1\n",
                "abd\n",
                "/",
                ".",
                "a/",
                "a/.",
                "x/y.z",
                "..x",
                "\ufffe",
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["A", "B.c", "no name", "baseName", "number", "file"]), inner, max_size=2),
    ),
    max_leaves=4,
)
whole = st.integers(2, 10)
files = st.one_of(
    st.sampled_from(["data.mtz", "/x/y z.mtz", "", "/", ".", "a/.", "a/"]),
    st.fixed_dictionaries(
        {},
        optional={
            "baseName": st.sampled_from(["", "x.mtz", None]),
            "dbFileId": st.sampled_from(["", "x", "0" * 32]),
            "contentFlag": st.integers(-2, 2),
            "annotation": st.sampled_from(["", "seen"]),
        },
    ),
)
items = st.fixed_dictionaries(
    {},
    optional={
        "file": files,
        "number": st.one_of(whole, st.none()),
        "names": st.lists(st.sampled_from(["a", "b"]), max_size=3),
    },
)
pairs = st.fixed_dictionaries(
    {}, optional={"a": st.sampled_from([-1.5, 10.5, None]), "b": st.sampled_from([90.5, 180.5])}
)
inners = st.fixed_dictionaries({}, optional={"AGE": st.one_of(whole, st.none()), "NAME": st.sampled_from(["n", None])})
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "INT": st.integers(-5, 11),
    "INT_ENUM": st.integers(2, 5),
    "INT_NEEDED": whole,
    "INT_DEFAULT": whole,
    "REAL": st.sampled_from([-1.5, -1.6, 2.5, 2.75]),
    "ANY_REAL": st.one_of(st.integers(-(10**400), 10**400), st.just(0.5)),
    "FLAG": st.booleans(),
    "TEXT": st.text("ab\n\x01", max_size=5),
    "WORD": st.text("ab \n", max_size=3),
    "UUID": st.sampled_from(["", "0" * 32, "0" * 31, "12345678-1234-1234-1234-123456789abc", "0" * 32 + "\n"]),
    "PATTERN": st.text("AB1\n", max_size=4),
    "LOOSE": st.text("bc\n", max_size=4),
    "ENUM": st.sampled_from(["a", "b c"]),
    "FILE": files,
    "FILE_NEEDED": st.one_of(st.just("model.pdb"), files),
    "LIST": st.lists(whole, max_size=4),
    "LIST_NEEDED": st.lists(st.sampled_from(["a", "b"]), max_size=2),
    "ITEMS": st.lists(items, max_size=2),
    "ITEM": items,
    "ITEM_NEEDED": items,
    "WIDE": st.fixed_dictionaries({}, optional={"pair": pairs, "files": st.lists(files, max_size=2)}),
    "PARTS": st.one_of(
        st.text("ab", max_size=2), st.dictionaries(st.sampled_from(["A", "b c"]), st.text("x", max_size=1))
    ),
    "ODD": st.lists(st.tuples(st.sampled_from(["A", "A-b", "1"]), st.text("x", max_size=1)).map(list), max_size=2),
    "BLANK": st.lists(items, max_size=3),
    "FREE": st.lists(st.one_of(whole, st.none()), max_size=2),
    "SCOPES": st.lists(st.one_of(inners, st.none()), max_size=2),
}
NEEDED = {
    "INT_NEEDED": 5,
    "ENUM": "a",
    "FILE_NEEDED": "m.pdb",
    "LIST_NEEDED": ["a"],
    "ITEM_NEEDED": {"number": 3},
    "BLANK": [{"number": 2}, {"file": "x", "number": 3}],
}


@st.composite
def sections(draw: Any) -> dict[str, Any]:
    """What is needed, and a few parameters more or otherwise."""
    section: dict[str, Any] = dict(NEEDED)
    for name in draw(st.lists(st.sampled_from(sorted(GOOD)), max_size=2, unique=True)):
        verdict = draw(st.integers(0, 9))
        if verdict == 0:
            section.pop(name, None)
        else:
            section[name] = draw(junk if verdict == 1 else GOOD[name])
    return section


optional = st.integers(0, 5).flatmap(lambda n: inners if n == 0 else st.just(None if n == 1 else {"NAME": "n"}))
documents = st.fixed_dictionaries(
    {"inputData": sections(), "optional": optional},
    optional={"outputData": st.one_of(st.none(), sections())},
)


any_document = st.dictionaries(st.sampled_from(["inputData", "optional", "x"]), junk)


def takes(document: Any) -> bool:
    """Whether a tree takes a document, and finds nothing wrong in what the user gives."""
    root = make_everything()
    try:
        root.set(document)
    except InvalidInput:
        return False
    return not any(finding for finding in root.validity() if not finding.path.startswith("outputData"))


EVERYTHING = jsonschema.Draft202012Validator(schema_of(make_everything()))


@settings(suppress_health_check=list(HealthCheck))
@given(st.integers(0, 9).flatmap(lambda n: documents if n else any_document))
def test_the_schema_accepts_what_the_tree_takes(document: Any) -> None:
    taken = takes(document)
    event("taken" if taken else "refused")

    assert EVERYTHING.is_valid(document) == taken


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({}, True),
        ({"INT_NEEDED": None}, False),
        ({"INT_DEFAULT": None}, False),
        ({"INT": 10}, False),
        ({"FILE": {"annotation": "x"}}, True),
        ({"FILE_NEEDED": {"annotation": "x"}}, False),
        ({"FILE_NEEDED": {"baseName": "x.pdb"}}, True),
        ({"ITEM": {}}, True),
        ({"ITEM": {"number": None}}, True),
        ({"ITEM": {"file": "x"}}, False),
        ({"ITEM": {"file": "x", "number": 2}}, True),
        ({"ITEM_NEEDED": {}}, False),
        ({"WIDE": {"pair": {"a": None}}}, True),
        ({"WIDE": {"pair": {"a": 1.5}}}, False),
        ({"WIDE": {"pair": {"a": 1.5}, "files": ["x"]}}, True),
        ({"WIDE": {"pair": {"a": 1.5}, "files": []}}, False),
        ({"LIST_NEEDED": [None]}, False),
        ({"LIST": [2]}, False),
        ({"SCOPES": [{}]}, False),
        ({"SCOPES": [{"NAME": "n"}]}, True),
        ({"WORD": "ab\n"}, False),
        ({"PARTS": [["A", "x"], ["A", {"B": "y"}]]}, True),
        ({"UNKNOWN": 5}, False),
    ],
)
def test_verdicts(change: dict[str, Any], taken: bool) -> None:
    """A few of them, by hand."""
    document = {"inputData": NEEDED | change, "optional": {"NAME": "n"}}

    assert (EVERYTHING.is_valid(document), takes(document)) == (taken, taken)


@pytest.mark.parametrize("name", task_names())
def test_every_task_has_a_schema(name: str) -> None:
    """Which refuses an empty document if the task needs anything."""
    schema = schema_of(make_task(name).container)

    assert jsonschema.Draft202012Validator(schema).is_valid({}) == ("required" not in schema)


def test_every_class_has_a_schema() -> None:
    for name in class_names():
        kind = class_named(name)
        assert kind is not None
        if kind is not CUnknown:
            root = CContainer()
            declare_in(root, "x", declare(kind, {}))
            assert jsonschema.Draft202012Validator(schema_of(root)).is_valid({"x": None})


@pytest.mark.slow
@pytest.mark.real_data
def test_every_definition_has_a_schema_that_accepts_its_defaults(shared_data: Path) -> None:
    """Defaults, given as what they are said to be, are accepted where nothing else is needed."""
    paths = sorted((shared_data / "ccp4i2" / "defs").rglob("*.def.xml"))
    refused = []
    for path in paths:
        schema = schema_of(read_definition(path).container)
        document = {name: defaults(below) for name, below in schema["properties"].items()}
        errors = jsonschema.Draft202012Validator(schema).iter_errors(document)
        refused += [(path.name, error.message) for error in errors if error.validator != "required"]

    assert len(paths) == 128
    assert refused == []


def defaults(schema: dict[str, Any]) -> Any:
    below = schema.get("properties", {})
    return {
        name: defaults(each) if "properties" in each else each["default"]
        for name, each in below.items()
        if "default" in each or "properties" in each
    }
