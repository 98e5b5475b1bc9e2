"""Trees come back from PHIL with their values and states."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.data import (
    CCollection,
    CContainer,
    CData,
    CDataFile,
    CDict,
    CFloat,
    CFloatRange,
    CInt,
    CList,
    CPerformanceIndicator,
    CScalar,
    CString,
    CUnknown,
    ValueState,
    declare,
    declare_in,
)
from xtalflow.errors import InvalidInput, InvalidValue
from xtalflow.formats import from_phil, read_definition, to_phil


class Performance(CPerformanceIndicator):
    R = CFloat()


class Controls(CContainer):
    NCYCLES = CInt(default=10, min=0, max=100)
    TITLE = CString(default="untitled")
    LIMITS = CList(CInt(default=3))
    SHELLS = CList(CFloatRange())
    GRID = CList(CList(CString()))
    CHAINS = CCollection()
    OPTIONS = CDict()
    ODD = CUnknown("COdd")
    PERFORMANCE = Performance()
    XYZIN = CDataFile()


def make_tree() -> CContainer:
    """Every kind of object; lists with items as declared and lists of containers, and names that PHIL does not have."""
    root = CContainer()
    root.add("controls", Controls())
    for name in ("twin-law", "include", "__init__", "größe", "a_u2d_b", "a-b"):
        declare_in(root, name, CString(default="x"))
    declare_in(root, "THREE", CList(CInt(default=1), listMinLength=3))
    declare_in(root, "GRIDS", CList(CList(CInt(), listMinLength=2)))
    crystal: CContainer = declare(CContainer, {})
    declare_in(crystal, "id", CInt())
    declare_in(crystal, "sites", CList(CString()))
    declare_in(root, "crystals", declare(CList, {}, item=crystal))
    return root


def roundtrip(root: CContainer) -> CContainer:
    again = make_tree()
    from_phil(to_phil(root), again)
    return again


def test_a_tree_is_scopes_and_definitions() -> None:
    """What is explicit is written, and what is not set although there is a default."""
    root = make_tree()
    root["controls"].NCYCLES = 10
    root["controls"].TITLE.unSet()
    root["controls"].XYZIN.set("/data/model.pdb")
    root["controls"].SHELLS = [{"start": 10.0, "end": 2.5}]

    assert to_phil(root) == (
        "controls {\n"
        "  NCYCLES = 10\n"
        "  TITLE = None\n"
        "  SHELLS {\n"
        "    item_0 {\n"
        "      start = 10.0\n"
        "      end = 2.5\n"
        "    }\n"
        "  }\n"
        "  XYZIN {\n"
        '    baseName = "model.pdb"\n'
        '    relPath = "/data"\n'
        "  }\n"
        "}\n"
    )


def test_a_tree_as_declared_needs_no_word() -> None:
    assert to_phil(make_tree()) == ""


TEXTS = [
    "",
    " ",
    "None",
    "none",
    "Auto",
    "a b",
    "two\nlines\n",
    "a \"b\" 'c'",
    '"""',
    "\\",
    "\\\n",
    "$HOME",
    "#",
    "{;}",
    "é\u2028",
]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_comes_back(text: str) -> None:
    root = make_tree()
    root["controls"].TITLE = text

    assert roundtrip(root)["controls"].TITLE.value == text
    assert roundtrip(root) == root


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan, -0.0, 5e-324, 0.1 + 0.2])
def test_any_number_of_an_indicator_comes_back(number: float) -> None:
    root = make_tree()
    root["controls"].PERFORMANCE.R = number

    assert repr(roundtrip(root)["controls"].PERFORMANCE.R.value) == repr(number)


def test_items_keep_their_states() -> None:
    """An item may be explicit, as declared or not set; a list empty, not set, or as declared."""
    root = make_tree()
    root["controls"].LIMITS = [3, None]
    root["controls"].LIMITS.addItem()
    root["controls"].SHELLS = []
    root["controls"].GRID = [["a"], [], None]
    root["THREE"][1].set(5)
    again = roundtrip(root)

    assert [item.getValueState().name for item in again["controls"].LIMITS] == ["EXPLICITLY_SET", "NOT_SET", "DEFAULT"]
    assert [item.value for item in again["THREE"]] == [1, 5, 1]
    assert again["THREE"].getValueState() is ValueState.EXPLICITLY_SET
    assert again["controls"].SHELLS.getValueState() is ValueState.EXPLICITLY_SET
    assert again == root


def test_a_list_that_was_unset_comes_back_unset() -> None:
    """Although its declaration has items; one that is as declared in a list of lists comes back with them."""
    root = make_tree()
    root["THREE"].unSet()
    root["GRIDS"].addItem()
    again = roundtrip(root)

    assert again["THREE"].getValueState() is ValueState.NOT_SET
    assert again["GRIDS"][0].getValueState() is ValueState.DEFAULT
    assert len(again["GRIDS"][0]) == 2


def test_a_text_that_is_refused_changes_nothing() -> None:
    root = make_tree()
    root["controls"].NCYCLES = 5
    with pytest.raises(InvalidInput):
        from_phil("controls { NCYCLES = 6\n TITLE = x\n PERFORMANCE.R = y }", root)

    assert (root["controls"].NCYCLES.value, root["controls"].TITLE.value) == (5, "untitled")


@pytest.mark.parametrize(
    "parts", ["text", "", (("A", "x"), ("A", ""), ("B.c", (("@D", ""), ("E-f", "$y"), ("#text", "z"))))]
)
def test_parts_of_a_collection_come_back(parts: object) -> None:
    """In order, with names that come twice."""
    root = make_tree()
    root["controls"].CHAINS.set(parts)
    root["controls"].ODD.set(parts)

    assert roundtrip(root)["controls"].CHAINS.value == parts
    assert roundtrip(root) == root


def test_the_deepest_parts_come_back() -> None:
    parts: object = "x"
    for _ in range(100):
        parts = (("A", parts),)
    root = make_tree()
    root["controls"].OPTIONS.set(parts)

    assert roundtrip(root) == root


def test_names_that_phil_does_not_have_come_back() -> None:
    root = make_tree()
    names = ["twin-law", "include", "__init__", "größe", "a_u2d_b", "a-b"]
    for number, name in enumerate(names):
        root[name].set(str(number))

    assert [roundtrip(root)[name].value for name in names] == ["0", "1", "2", "3", "4", "5"]


def test_what_the_text_does_not_mention_stays() -> None:
    root = make_tree()
    root["controls"].NCYCLES = 5
    from_phil('controls.TITLE = "new"', root)

    assert (root["controls"].NCYCLES.value, root["controls"].TITLE.value) == (5, "new")


def test_auto_is_as_declared() -> None:
    root = make_tree()
    root["controls"].NCYCLES = 5
    from_phil("controls { NCYCLES = Auto }", root)

    assert root["controls"].NCYCLES.getValueState() is ValueState.DEFAULT


def test_a_file_name_that_is_no_utf_8_is_refused() -> None:
    root = make_tree()
    root["controls"].XYZIN.set("/data/model\udcff.pdb")

    with pytest.raises(InvalidValue, match="XYZIN"):
        to_phil(root)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("controls.NCYCLE = 5", "there is no parameter NCYCLE in controls; did you mean NCYCLES"),
        ("controls.NCYCLES = 500", "controls.NCYCLES = 500 is refused: it must be at least 0 and at most 100"),
        ("controls { NCYCLES = 5 6 }", "it must be an integer"),
        ("controls.TITLE = $HOME/x", "no variables are put in"),
        ('controls.TITLE = "$HOME/x"', "no variables are put in"),
        ("controls.XYZIN = model.pdb", "controls.XYZIN has parts; give them between braces"),
        ("controls.LIMITS = 5", "controls.LIMITS has parts; give them between braces"),
        ("controls.NCYCLES { value = 5 }", "controls.NCYCLES has one value and no parts"),
        ("controls.LIMITS { item_1 = 5 }", "item_0 is missing"),
        ("controls.LIMITS { first = 5 }", "expected is item_0, not first"),
        ("controls.LIMITS { state = full }", "the state of a list is not_set or default"),
        ("controls.LIMITS { state = not_set; item_0 = 1 }", "a list whose state is told has no items"),
        ("controls.CHAINS { part_0 = x }", "part_0 needs a name"),
        ("controls.CHAINS { part_0 { name = A; text = x; part_0 { name = B } } }", "either a text or parts"),
        ('controls.CHAINS { part_0 { name = "a b" } }', "it must be a part with its name"),
        ("controls.TITLE = x\ncontrols.TITLE { y = z }", "TITLE is both a value and a scope"),
        ("include file /etc/passwd", "another text is included"),
        ("controls.TITLE = 'x", "these quotation marks are not closed"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, what: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        from_phil(text, make_tree())

    assert what in str(caught.value)
    assert str(caught.value).startswith(f"line {2 if 'both' in what else 1}, column ")


values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.sampled_from(TEXTS))
parts = st.recursive(
    st.text(max_size=5),
    lambda inner: st.lists(st.tuples(st.sampled_from(["A", "B.c", "D-e"]), inner), max_size=3),
    max_leaves=6,
)
shells = st.lists(st.fixed_dictionaries({}, optional={"start": values, "end": values}), max_size=3)
crystals = st.lists(
    st.fixed_dictionaries({}, optional={"id": values, "sites": st.lists(values, max_size=2)}), max_size=3
)
deeds = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["NCYCLES", "TITLE", "PERFORMANCE.R", "PERFORMANCE.annotation", "XYZIN", "XYZIN.subType"]),
            values,
        ),
        st.tuples(st.sampled_from(["CHAINS", "OPTIONS", "ODD"]), parts),
        st.tuples(st.just("LIMITS"), st.lists(values, max_size=3)),
        st.tuples(st.just("GRID"), st.lists(st.one_of(st.none(), st.lists(values, max_size=2)), max_size=3)),
        st.tuples(st.just("SHELLS"), shells),
        st.tuples(st.just("/crystals"), crystals),
        st.tuples(st.sampled_from(["/THREE[0]", "/THREE[2]", "/THREE", "/a-b", "/include"]), values),
    ),
    max_size=8,
)


def do(root: CContainer, path: str, value: object) -> None:
    """Give a value, if it is one; a truth restores, so that unset and default states come up in all places."""
    try:
        item: CData = root.find(path[1:] if path.startswith("/") else f"controls.{path}")
        if value is True:
            item.restore()
        elif isinstance(item, CScalar) or isinstance(value, (list, str)) or value is None:
            item.set(value)
    except InvalidInput:
        pass


@given(deeds)
def test_any_tree_comes_back(done: list[tuple[str, object]]) -> None:
    root = make_tree()
    for path, value in done:
        do(root, path, value)

    assert roundtrip(root) == root


@pytest.mark.real_data
def test_every_definition_comes_back_from_phil(shared_data: Path) -> None:
    """As declared, with every value explicit, and with every value unset: 128 definitions, each object of them."""
    paths = sorted((shared_data / "ccp4i2" / "defs").rglob("*.def.xml"))
    different = []
    for path in paths:
        explicit, unset = read_definition(path).container, read_definition(path).container
        for item in _scalars(explicit):
            if item.value is not None:
                item.set(item.value)
        unset.unSet()
        for tree in (read_definition(path).container, explicit, unset):
            again = read_definition(path).container
            from_phil(to_phil(tree), again)
            different += [path.name] if again != tree else []

    assert len(paths) == 128
    assert different == []


def _scalars(item: CData) -> list[CScalar]:  # type: ignore[type-arg]
    if isinstance(item, CScalar):
        return [item]
    return [scalar for child in item.children() for scalar in _scalars(child)]
