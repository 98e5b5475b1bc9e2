"""Whatever a definition says, it is read or refused in words, and what was read is written and read the same."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xtalflow.data import CContainer
from xtalflow.errors import InvalidInput, UnreadableFile, XtalflowError
from xtalflow.formats import read_definition, write_definition

from .test_definition import described

CLASSES = [
    "CInt",
    "CFloat",
    "CString",
    "CBoolean",
    "CList",
    "CContainer",
    "CObsDataFile",
    "CPdbDataFile",
    "CCell",
    "CSpaceGroup",
    "CEnsembleList",
    "CProgramColumnGroup",
    "CReindexOperator",
    "CNeverHeardOf",
    "C odd",
    "",
]
QUALIFIERS = [
    "default",
    "min",
    "max",
    "minLength",
    "maxLength",
    "enumerators",
    "menuText",
    "onlyEnumerators",
    "allowUndefined",
    "mustExist",
    "guiDefinition",
    "guiLabel",
    "toolTip",
    "requiredSubType",
    "requiredContentFlag",
    "listMinLength",
    "listMaxLength",
    "subType",
    "contentFlag",
    "baseName",
    "columnGroup",
    "patternRegex",
    "minimum",
    "sameCrystalAs",
    "a",
    "number",
    "whatever",
]
texts = st.one_of(
    st.sampled_from(
        [
            "",
            "None",
            "True",
            "False",
            "1",
            "-1",
            "2.5",
            "1e400",
            "nan",
            "a,b",
            "1,2",
            "0,",
            " x ",
            "\n",
            "(",
            "^a+$",
            "{}",
        ]
    ),
    st.sampled_from(
        ["{'a': 1}", "{'subType': None}", "{'cell': {'a': 10}}", "P212121", "x.mtz", "Auto", "999999999999999999"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x3FF), max_size=8),
).map(escape)
qualifiers = st.recursive(
    st.builds(lambda name, text: f"<{name}>{text}</{name}>", st.sampled_from(QUALIFIERS), texts),
    lambda below: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>",
        st.sampled_from(QUALIFIERS),
        st.lists(below, max_size=3),
    ),
    max_leaves=6,
)
described_things = st.recursive(
    st.builds(
        lambda kind, said: f"<className>{kind}</className><qualifiers>{''.join(said)}</qualifiers>",
        st.sampled_from(CLASSES),
        st.lists(qualifiers, max_size=5),
    ),
    lambda below: st.builds(
        lambda kind, said, item: (
            f"<className>{kind}</className><qualifiers>{said}</qualifiers><subItem>{item}</subItem>"
        ),
        st.sampled_from(["CList", "CList", "CEnsembleList", "CInt"]),
        qualifiers,
        below,
    ),
    max_leaves=3,
)
names = st.sampled_from(["A", "B", "C-1", "a.b", "", "É"])
contents = st.builds(lambda name, what: f'<content id="{name}">{what}</content>', names, described_things)
boxes = st.recursive(
    st.lists(contents, max_size=4).map("".join),
    lambda below: st.builds(lambda name, inside: f'<container id="{name}">{inside}</container>', names, below),
    max_leaves=4,
)


@given(st.lists(boxes, max_size=3))
@example(
    [
        "".join(
            f'<content id="{name}"><className>CList</className><qualifiers>{said}</qualifiers></content>'
            for name, said in [
                ("A", "<a><default/></a>"),
                ("B", "<a><b><default/></b></a>"),
                ("C", "<whatever><subType/></whatever>"),
            ]
        )
    ]
)
def test_any_definition_is_read_or_refused_and_round_trips(bodies: list[str]) -> None:
    text = f'<ccp4i2><ccp4i2_body id="t"><container id="p">{"".join(bodies)}</container></ccp4i2_body></ccp4i2>'
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.def.xml")
        path.write_text(text, encoding="utf-8")
        definition = read_definition(path)
        try:
            write_definition(definition.container, path, task="t")
        except InvalidInput:
            return
        again = read_definition(path)

    assert described(again.container) == described(definition.container)
    assert again.container == definition.container


WRITTEN = (
    b'<ccp4i2><ccp4i2_header><pluginName>t</pluginName></ccp4i2_header><ccp4i2_body id="t"><container id="p">'
    b'<content id="A"><className>CInt</className><qualifiers><default>3</default><enumerators>1,3</enumerators>'
    b"</qualifiers></content></container></ccp4i2_body></ccp4i2>"
)


@given(
    st.lists(st.tuples(st.integers(0, len(WRITTEN) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(WRITTEN))
)
def test_a_damaged_definition_is_read_or_refused(damage: list[tuple[int, int]], length: int) -> None:
    data = bytearray(WRITTEN)
    for position, value in damage:
        data[position] = value
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.def.xml")
        path.write_bytes(data if length % 2 else data[:length])
        try:
            read_definition(path)
        except XtalflowError as exc:
            assert "t.def.xml" in str(exc)  # noqa: PT017  whichever of the two it is


def test_files_that_include_each_other_deep_down_are_refused(tmp_path: Path) -> None:
    (tmp_path / "wrappers").mkdir()
    for number in range(20):
        inclusion = (
            f"<file><CI2XmlDataFile><baseName>f{number + 1}.def.xml</baseName><relPath>wrappers</relPath>"
            "</CI2XmlDataFile></file>"
        )
        body = '<container id="b">' * 80 + inclusion + "</container>" * 80
        path = tmp_path / "wrappers" / f"f{number}.def.xml"
        path.write_text(f'<ccp4i2><ccp4i2_body id="t">{body}</ccp4i2_body></ccp4i2>')

    with pytest.raises(UnreadableFile, match="nested deeper than 100 levels"):
        read_definition(tmp_path / "wrappers" / "f0.def.xml")


def test_a_name_that_no_file_can_have_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "wrappers").mkdir()
    path = tmp_path / "wrappers" / "a.def.xml"
    path.write_text(
        f"<ccp4i2><ccp4i2_body><file><CI2XmlDataFile><baseName>{'x' * 5000}</baseName></CI2XmlDataFile></file>"
        "</ccp4i2_body></ccp4i2>"
    )
    with pytest.raises(UnreadableFile, match="which is not below"):
        read_definition(path)


@pytest.mark.parametrize("name", ["-x", "-1a", "ªb", "a.b", "", "a b", "1a"])
def test_a_name_that_cannot_be_a_tag_is_refused_with_a_note(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.def.xml"
    path.write_text(
        f'<ccp4i2><ccp4i2_body id="t"><content id="{name}"><className>CInt</className></content></ccp4i2_body></ccp4i2>'
    )
    definition = read_definition(path)

    assert [note.what for note in definition.notes] == [f"{name!r} cannot be the name of a parameter"]
    assert definition.container.childNames() == []


def test_a_parameter_described_in_two_containers_of_one_name_is_described_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.def.xml"
    boxes = [
        f'<container id="B"><content id="A"><className>CInt</className><qualifiers>{said}</qualifiers></content>'
        "</container>"
        for said in ("<min>1</min>", "<max>3</max>")
    ]
    path.write_text(f"<ccp4i2><ccp4i2_body>{''.join(boxes)}</ccp4i2_body></ccp4i2>")
    definition = read_definition(path)

    assert [(note.path, note.what) for note in definition.notes] == [
        ("B.A", "is described twice; the last description counts")
    ]
    assert definition.container.find("B.A").qualifier("max") == 3
    assert definition.container.find("B.A").qualifier("min") is None


def test_a_refused_default_that_looks_like_a_dictionary_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.def.xml"
    path.write_text(
        "<ccp4i2><ccp4i2_body><content id='A'><className>CInt</className><qualifiers>"
        "<default>{'subType': None}</default></qualifiers></content></ccp4i2_body></ccp4i2>"
    )
    definition = read_definition(path)
    write_definition(definition.container, path, task="t")
    again = read_definition(path)

    assert described(again.container) == described(definition.container)
    assert [note.what.partition(" is refused")[0] for note in again.notes] == ["default = \"{'subType': None}\""]


def test_a_default_of_a_part_may_have_parts_that_are_called_like_qualifiers(tmp_path: Path) -> None:
    path = tmp_path / "a.def.xml"
    path.write_text(
        "<ccp4i2><ccp4i2_body><content id='A'><className>CList</className><subItem><className>CList</className>"
        "<qualifiers><subType><default><requiredSubType>1</requiredSubType></default></subType></qualifiers>"
        "<subItem><className>CInt</className></subItem></subItem></content></ccp4i2_body></ccp4i2>"
    )
    definition = read_definition(path)
    write_definition(definition.container, path, task="t")

    assert described(read_definition(path).container) == described(definition.container)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_container_and_a_parameter_of_one_name_are_described_twice(tmp_path: Path, order: tuple[int, int]) -> None:
    path = tmp_path / "a.def.xml"
    content = '<content id="A"><className>CInt</className></content>'
    both = (
        f'<container id="B">{content}</container>',
        f'<container id="B"><container id="A">{content}</container></container>',
    )
    path.write_text(f"<ccp4i2><ccp4i2_body>{both[order[0]]}{both[order[1]]}</ccp4i2_body></ccp4i2>")
    definition = read_definition(path)

    assert [(note.path, note.what) for note in definition.notes] == [
        ("B.A", "is described twice; the last description counts")
    ]
    assert isinstance(definition.container.find("B.A"), CContainer) == (order == (0, 1))
