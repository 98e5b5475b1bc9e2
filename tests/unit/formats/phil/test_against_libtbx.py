"""What is written is what libtbx.phil reads, and what libtbx.phil writes is read."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from arbitrary_trees import deeds, do, make_tree
from xtalflow.data import CBoolean, CComposite, CContainer, CData, CDataFile, CFloat, CInt, CList, CScalar, ValueState
from xtalflow.errors import InvalidInput
from xtalflow.formats import (
    from_phil,
    read_phil_definition,
    read_phil_parameters,
    to_phil,
    write_phil_parameters,
)

phil = pytest.importorskip("libtbx.phil", reason="cctbx-base, which has libtbx.phil, is not installed")

many = settings(suppress_health_check=list(HealthCheck))

# Any tree.

TYPES = {CBoolean: "bool", CInt: "int", CFloat: "float"}


def master_of(item: CData, name: str) -> str:
    """A master PHIL for the text of a tree, with the declared defaults; lists have as many items as in the tree."""
    if isinstance(item, CScalar):
        kind = next((phil_type for base, phil_type in TYPES.items() if isinstance(item, base)), "str")
        return f"{name} = {in_quotes(item.qualifier('default'))}\n.type = {kind}\n"
    children = [(f"item_{at}", each) for at, each in enumerate(item)] if isinstance(item, CList) else named(item)
    state = "state = explicitly_set\n.type = str\n" if isinstance(item, CList) else ""
    return f"{name} {{\n{state}{''.join(master_of(each, below) for below, each in children)}}}\n"


def named(item: CData) -> list[tuple[str, CData]]:
    return [(child.name, child) for child in item.children()]


def in_quotes(value: object) -> str:
    return repr(value) if not isinstance(value, str) else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def check_extracted(item: CData, extracted: Any, *, in_list: bool = False) -> None:
    """Whether what libtbx extracts has the values of a tree."""
    if isinstance(item, CScalar):
        if in_list and item.getValueState() is ValueState.DEFAULT:
            assert extracted is phil.Auto
        else:
            assert (type(extracted), repr(extracted)) == (type(item.value), repr(item.value)), item.object_path()
    elif isinstance(item, CList):
        for at, each in enumerate(item):
            check_extracted(each, getattr(extracted, f"item_{at}"), in_list=True)
    else:
        for name, child in named(item):
            check_extracted(child, getattr(extracted, name))


@many
@given(deeds)
def test_libtbx_reads_the_values_of_any_tree(done: Any) -> None:
    root = make_tree()
    for deed in done:
        do(root, deed)
    text = to_phil(root)
    master = phil.parse("".join(master_of(child, name) for name, child in named(root)))
    working, unused = master.fetch(source=phil.parse(text), track_unused_definitions=True)

    assert unused == []
    check_extracted(root, working.extract())


@many
@given(deeds)
def test_a_tree_comes_back_from_what_libtbx_makes_of_its_text(done: Any) -> None:
    """`parse` and `as_str` of libtbx in between change nothing."""
    root, again = make_tree(), make_tree()
    for deed in done:
        do(root, deed)
    from_phil(phil.parse(to_phil(root)).as_str(), again)

    assert again == root


# Parameters of a program.

names = st.sampled_from(["a", "b", "name", "items", "value", "set", "copy", "_x", "N2", "max_cell", "True"])
words = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="$"), max_size=8)
texts = st.one_of(
    words, st.sampled_from(["None", "Auto", "", " ", "a b", "two\nlines", '"', "\\", "#", "{", "*a", "a;b"])
)
integers = st.integers(-(10**9), 10**9)
decimals = integers.map(lambda number: number / 1000)  # as many digits as libtbx writes
choices = st.lists(st.from_regex(r"[a-z][a-z0-9_-]{0,4}", fullmatch=True), min_size=2, max_size=4, unique=True).filter(
    lambda each: not {"none", "auto", "true", "false"} & set(each)
)
counter = itertools.count()


def not_taken_for_none(values: list[str]) -> bool:
    """Whether libtbx does not write these strings as a bare word that it reads as None or Auto itself."""
    return len(values) > 1 or values[0].lower() not in ("none", "auto")


@st.composite
def definitions(draw: Any) -> dict[str, Any]:
    """A definition: its type, its default as PHIL has it, and a value as Python has it (None: not given)."""
    kind = draw(
        st.sampled_from(["int", "float", "bool", "str", "path", "choice", "multi", "ints", "floats", "strings"])
    )
    some = {
        "int": integers,
        "float": decimals,
        "bool": st.booleans(),
        "str": texts,
        "path": st.sampled_from(["/data/x.mtz", "/data/a b/ü.mtz", "/x#y{z}"]),
        "ints": st.lists(integers, min_size=1, max_size=3),
        "floats": st.lists(decimals, min_size=1, max_size=3),
        "strings": st.lists(texts, min_size=1, max_size=3).filter(not_taken_for_none),
    }
    made: dict[str, Any] = {"type": kind, "default": "None"}
    if kind in ("choice", "multi"):
        options = draw(choices)
        made["type"] = "choice" if kind == "choice" else "choice(multi=True)"
        made["default"] = " ".join(options)
        some[kind] = st.sampled_from(options)
        if kind == "multi":
            some[kind] = st.lists(st.sampled_from(options), min_size=1, max_size=3, unique=True).map(
                lambda chosen: [each for each in options if each in chosen]
            )
    elif kind in ("int", "float", "bool"):
        made["default"] = draw(st.sampled_from(["None", "Auto", "1"]))
    made["value"] = draw(st.one_of(st.none(), some[kind]))
    if kind in ("int", "str", "float") and draw(st.booleans()):
        values = draw(st.lists(some[kind], min_size=1, max_size=3, unique=True))
        made |= {"multiple": True, "default": "None", "value": values}
    return made


@st.composite
def scopes(draw: Any, depth: int = 0) -> dict[str, Any]:
    """A scope: what it holds by name, and if it may come often, the values of each of its instances."""
    made: dict[str, Any] = {"multiple": depth > 0 and draw(st.booleans()), "objects": {}}
    for name in draw(st.lists(names, max_size=4, unique=True)):
        deeper = scopes(depth + 1) if depth < 2 else st.nothing()
        made["objects"][name] = draw(st.one_of(definitions(), deeper))
    made["objects"]["id"] = {"type": "int", "default": "0", "value": next(counter) + 1}  # instances differ
    return made


def master(scope: dict[str, Any]) -> str:
    text = ""
    for name, told in scope["objects"].items():
        multiple = ".multiple = True\n" if told.get("multiple") else ""
        if "objects" in told:
            text += f"{name}\n{multiple}{{\n{master(told)}}}\n"
        else:
            text += f"{name} = {told['default']}\n.type = {told['type']}\n{multiple}"
    return text


def give(container: CContainer, scope: dict[str, Any], base: str) -> None:
    """Give the parameters in a container their values by the tree's own means."""
    for name, told in scope["objects"].items():
        full = f"{base}__{name}" if base else name
        item = container[full]
        if "objects" in told and told["multiple"]:
            give(item.addItem(), told, full)
        elif "objects" in told:
            give(item, told, full)
        elif told["value"] is not None:
            value = told["value"]
            item.set(str(value) if isinstance(value, bool) and not isinstance(item, CBoolean) else value)


def check_program(scope: dict[str, Any], extracted: Any) -> None:
    """Whether libtbx extracts the values that were given, and the defaults of the others."""
    for name, told in scope["objects"].items():
        found = getattr(extracted, name)
        if "objects" in told:
            check_program(told, found[0] if told["multiple"] else found)
        elif told["value"] is not None:
            assert found == told["value"], (name, told, found)
        elif told["default"] in ("None", "Auto") or told["type"].startswith("choice"):
            assert found in (None, phil.Auto, []), (name, told, found)


def check_tree(container: CContainer, scope: dict[str, Any], base: str) -> None:
    """Whether a tree has the values that were given."""
    for name, told in scope["objects"].items():
        full = f"{base}__{name}" if base else name
        item = container[full]
        if "objects" in told:
            check_tree(item[0] if told["multiple"] else item, told, full)
        elif told["value"] is not None:
            value = str(told["value"]) if isinstance(told["value"], bool) and not isinstance(item, CBoolean) else None
            assert plain(item) == (told["value"] if value is None else value), (name, told)


def plain(item: CData) -> Any:
    if isinstance(item, CDataFile):
        return str(item)
    return [plain(each) for each in item] if isinstance(item, CList) else item.value  # type: ignore[attr-defined]


def section_of(text: str) -> CContainer:
    section: CContainer = read_phil_definition(text).container["controlParameters"]
    return section


@many
@given(scopes())
def test_libtbx_reads_the_parameters_of_a_program(scope: dict[str, Any]) -> None:
    section = section_of(master(scope))
    give(section, scope, "")
    working, unused = phil.parse(master(scope)).fetch(
        source=phil.parse(write_phil_parameters(section)), track_unused_definitions=True
    )

    assert unused == []
    check_program(scope, working.extract())


@many
@given(scopes(), st.sampled_from([0, 2]))
def test_the_parameters_that_libtbx_writes_are_read(scope: dict[str, Any], attributes: int) -> None:
    """With and without attributes, of the values that differ from the defaults."""
    parsed = phil.parse(master(scope))
    params = parsed.extract()
    give_extracted(params, scope)
    text = parsed.fetch_diff(parsed.format(python_object=params)).as_str(attributes_level=attributes)
    try:
        phil.parse(text)
    except RuntimeError:  # libtbx itself does not read a text of several lines that it writes before another word
        reject()
    section = section_of(master(scope))
    read_phil_parameters(text, section)

    check_tree(section, scope, "")


def give_extracted(params: Any, scope: dict[str, Any]) -> None:
    for name, told in scope["objects"].items():
        if "objects" in told and told["multiple"]:
            template = phil.parse(f"{name}\n.multiple = True\n.optional = False\n{{\n{master(told)}}}\n").extract()
            instance = getattr(template, name)[0]
            give_extracted(instance, told)
            setattr(params, name, [instance])
        elif "objects" in told:
            give_extracted(getattr(params, name), told)
        elif told["value"] is not None:
            setattr(params, name, told["value"])


@many
@given(scopes())
def test_a_master_means_what_it_means_to_libtbx(scope: dict[str, Any]) -> None:
    """Also as libtbx shows it with all its attributes: the same parameters, with the defaults that libtbx extracts."""
    parsed = phil.parse(master(scope))
    section = section_of(parsed.as_str(attributes_level=3))

    assert section == section_of(master(scope))
    check_defaults(section, scope, parsed.extract(), "")


def check_defaults(container: CContainer, scope: dict[str, Any], extracted: Any, base: str) -> None:
    assert container.childNames() == [f"{base}__{name}" if base else name for name in scope["objects"]]
    for name, told in scope["objects"].items():
        item, found = container[f"{base}__{name}" if base else name], getattr(extracted, name)
        if told.get("multiple"):
            assert len(item) == 0
        elif "objects" in told:
            check_defaults(item, told, found, f"{base}__{name}" if base else name)
        elif isinstance(item, CScalar) and found is not phil.Auto:
            assert item.value == found


def test_texts_that_libtbx_refuses_for_their_form_are_refused() -> None:
    texts = [
        "a",
        "a =",
        "a = {",
        "a = b{",
        "{ a = 1 }",
        "s {",
        "}",
        'a = "x',
        "é = 1",
        "1a = 1",
        "a..b = 1",
        "__a__ = 1",
    ]
    for text in texts:
        with pytest.raises(RuntimeError):
            phil.parse(text)
        with pytest.raises(InvalidInput):
            from_phil(text, CContainer())


def test_a_composite_is_a_scope_for_libtbx() -> None:
    root = make_tree()
    root["inputData"].ITEM.number = 4
    extracted = phil.parse(to_phil(root)).extract()

    assert isinstance(root["inputData"].ITEM, CComposite)
    assert extracted.inputData.ITEM.number == ["4"]
