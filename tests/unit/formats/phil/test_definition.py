"""A master PHIL becomes a typed tree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xtalflow.data import CContainer, CData, CDataFile, CList, own_qualifiers
from xtalflow.errors import InvalidInput
from xtalflow.formats import Note, read_definition, read_phil_definition, write_definition

MASTER = """
dials
  .help = "Settings of DIALS"
  .short_caption = DIALS settings
  .expert_level = 1
{
  index {
    method = *fft3d fft1d real_space_grid_search
      .type = choice
      .caption = FFT_(3D) FFT_(1D) Grid
      .help = "How to find the "
              "lattice"
    max_cell = Auto
      .type = float(value_min=0)
      .short_caption = Longest cell edge
      .style = bold noauto
      .expert_level = 2
    max_lattices = 1
      .type = int(value_min=1, value_max=5)
      .optional = False
  }
  scan_range = None
    .type = ints(size=2, value_min=0)
    .multiple = True
  crystal
    .multiple = True
    .help = Known crystals
  {
    unit_cell = 10 20 30 90 90 120
      .type = unit_cell
    space_group = p212121
      .type = space_group
    site
      .multiple = True
    {
      xyz = 0 0 0
        .type = floats(size=3)
    }
  }
}
"""


def read(text: str) -> CContainer:
    section: CContainer = read_phil_definition(text).container["controlParameters"]
    return section


def only(text: str) -> CData:
    section = read(text)
    return section[section.childNames()[0]]  # type: ignore[no-any-return]


def test_scopes_are_containers_called_by_their_paths() -> None:
    section = read(MASTER)

    assert section["dials"].childNames() == ["dials__index", "dials__scan_range", "dials__crystal"]
    assert section["dials"]["dials__index"].childNames() == [
        "dials__index__method",
        "dials__index__max_cell",
        "dials__index__max_lattices",
    ]
    assert dict(own_qualifiers(section["dials"])) == {
        "guiLabel": "DIALS settings",
        "toolTip": "Settings of DIALS",
        "guiDefinition": {"expertLevel": 1},
    }


def test_a_definition_is_a_parameter_with_qualifiers() -> None:
    index = read(MASTER)["dials"]["dials__index"]
    method, max_cell, lattices = index.children()

    assert (method.class_name, method.value) == ("CString", "fft3d")
    assert dict(own_qualifiers(method)) == {
        "guiLabel": "method",
        "toolTip": "How to find the  lattice",
        "guiDefinition": {"caption": "FFT_(3D) FFT_(1D) Grid"},
        "enumerators": ("fft3d", "fft1d", "real_space_grid_search"),
        "onlyEnumerators": True,
        "menuText": ("FFT (3D)", "FFT (1D)", "Grid"),
        "default": "fft3d",
    }
    assert (max_cell.class_name, max_cell.value) == ("CFloat", None)
    assert dict(own_qualifiers(max_cell)) == {
        "guiLabel": "Longest cell edge",
        "guiDefinition": {"expertLevel": 2, "style": "bold noauto", "default": "Auto"},
        "min": 0,
    }
    assert (lattices.class_name, lattices.value) == ("CInt", 1)
    assert [lattices.qualifier(name) for name in ("min", "max", "allowUndefined")] == [1, 5, False]


def test_what_may_come_often_is_a_list() -> None:
    """Of values, of lists, and of containers with lists in them."""
    dials = read(MASTER)["dials"]
    ranges, crystals = dials["dials__scan_range"], dials["dials__crystal"]
    ranges.set([[1, 10], [20, 30]])
    crystals.set([{"dials__crystal__site": [{"dials__crystal__site__xyz": [0.1, 0.2, 0.3]}]}])
    crystal = crystals.addItem()

    assert [[number.value for number in each] for each in ranges] == [[1, 10], [20, 30]]
    assert ranges.qualifier("guiDefinition") == {"multiple": True}
    assert [ranges.makeItem().qualifier(name) for name in ("listMinLength", "listMaxLength")] == [2, 2]
    assert crystals[0]["dials__crystal__site"][0]["dials__crystal__site__xyz"][2].value == 0.3
    assert crystals.qualifier("toolTip") == "Known crystals"
    assert [part.value for part in crystal["dials__crystal__unit_cell"].children()] == [10, 20, 30, 90, 90, 120]
    assert crystal["dials__crystal__space_group"].value == "P 21 21 21"


@pytest.mark.parametrize(
    ("definition", "class_name", "value"),
    [
        ("x = 5\n.type = int", "CInt", 5),
        ("x = None\n.type = int", "CInt", None),
        ("x = 5\n.type = float", "CFloat", 5.0),
        ("x = 1/3.\n.type = float", "CFloat", 1 / 3),
        ("x = 6 / 2\n.type = int", "CInt", 3),
        ("x = yes\n.type = bool", "CBoolean", True),
        ("x = Auto\n.type = bool", "CString", "Auto"),
        ("x = a  b\n.type = str", "CString", "a b"),
        ("x = 'None'\n.type = str", "CString", "None"),
        ("x = Auto\n.type = str", "CString", None),
        ("x = a 'b  c'\n.type = qstr", "CString", "a 'b  c'"),
        ("x = chain A\n.type = atom_selection", "CString", "chain A"),
        ("x = k\n.type = key", "CString", "k"),
        ("x = a b\n.type = choice", "CString", None),
        ("x = P1\n.type = space_group", "CSpaceGroup", "P 1"),
    ],
)
def test_types_have_classes(definition: str, class_name: str, value: object) -> None:
    item: Any = only(definition)

    assert (item.class_name, item.value) == (class_name, value)
    assert read_phil_definition(definition).notes == ()


@pytest.mark.parametrize(
    ("definition", "item_class", "hint"),
    [
        ("x = 1 2\n.type = ints", "CInt", "1 2"),
        ("x = 1 2\n.type = floats", "CFloat", "1 2"),
        ("x = a 'b c'\n.type = strings", "CString", 'a "b c"'),
        ("x = a b", "CString", "a b"),
        ('x = *a b "*c d"\n.type = choice(multi=True)', "CString", 'a "c d"'),
        ("x = None\n.type = ints", "CInt", None),
        ("x = Auto\n.type = ints", "CInt", "Auto"),
    ],
)
def test_several_values_are_a_list(definition: str, item_class: str, hint: str | None) -> None:
    """A list has no default; what PHIL says is kept as a hint."""
    item = only(definition)

    assert isinstance(item, CList)
    assert (item.makeItem().class_name, len(item)) == (item_class, 0)
    assert (item.qualifier("guiDefinition") or {}).get("default") == hint


def test_a_path_is_a_file() -> None:
    item, folder = only("x = out/a.mtz\n.type = path"), only("x = .\n.type = path\n.style = directory")

    assert isinstance(item, CDataFile)
    assert (item.relPath.value, item.baseName.value) == ("out", "a.mtz")
    assert (folder.qualifier("isDirectory"), folder.isSet()) == (True, False)
    assert folder.qualifier("guiDefinition") == {"style": "directory", "default": "."}


def test_scopes_of_one_name_are_one_and_a_switched_off_one_is_none() -> None:
    section = read("s { a = 1 }\nt.u = 2\ns { b = 3 }\n!v { w = 4 }\nt { x = 5\n!y = 6 }")

    assert section.childNames() == ["s", "t"]
    assert section["s"].childNames() == ["s__a", "s__b"]
    assert section["t"].childNames() == ["t__u", "t__x"]


def test_further_ones_of_what_may_come_often_are_defaults_of_the_program() -> None:
    definition = read_phil_definition("s .multiple = True\n{ a = 1\n.type = int\n}\ns { a = 2 }\ns { a = 3 }")
    scopes = definition.container["controlParameters"]["s"]

    assert (len(scopes), scopes.makeItem()["s__a"].value, definition.notes) == (0, 1, ())


@pytest.mark.parametrize(
    ("text", "path", "what"),
    [
        ("x = y\n.type = int", "x", "default = 'y' is refused: it must be an integer"),
        ("x = 9\n.type = int(value_max=5)", "x", "default = '9' is refused: it must be at most 5"),
        ("x = 1/2\n.type = int", "x", "default = '1/2' is refused: it must be an integer"),
        ("x = 1/0\n.type = float", "x", "default = '1/0' is refused: it must be a number"),
        ("x = 2*3\n.type = float", "x", "default = '2*3' is refused: it must be a number"),
        ("x = 1 2\n.type = unit_cell", "x", "default = '1 2' is refused: it must be six numbers"),
        ("x = y\n.type = miller", "x", "is of the type 'miller', which is not known; a text is taken"),
        ("x = 1\n.type = int(value_min=zero)", "x", ".type = int(value_min=zero): 'value_min=zero' is not understood"),
        ("s { x = *a *b\n.type = choice\n}", "s.x", "has 2 choices at once; none is taken as its default"),
        ("x = 1\n.halp = y", "x", "PHIL has no attribute .halp"),
        ("x = 1\n.multiple = maybe", "x", ".multiple = 'maybe' is neither True nor False"),
        ("x = 1\n.expert_level = high", "x", ".expert_level = 'high' is not an integer"),
        ("s { a__b = 1 }", "s.a.b", "is left out: its underscores would be taken for a dot"),
        ("s { a_ = 1 }", "s.a_", "is left out: its underscores would be taken for a dot"),
        ("x = 1\nx = 2", "x", "is described twice; the last description counts"),
        ("x = 1\nx { y = 2 }", "x", "is described twice; the last description counts"),
    ],
)
def test_what_is_wrong_is_noted_once(text: str, path: str, what: str) -> None:
    assert read_phil_definition(text).notes == (Note(file=Path(), path=path, what=what),)


def test_nothing_outside_of_the_text_is_read() -> None:
    with pytest.raises(InvalidInput, match="nothing outside of this one is read"):
        read_phil_definition("s { include scope os.path }")


def test_it_is_the_definition_of_a_task(tmp_path: Path) -> None:
    """Named after its file; without containers in lists, it comes back from a definition file as it was."""
    path = tmp_path / "index.phil"
    text = MASTER.partition("  crystal")[0] + "}\nx = .\n.type = path\n"
    path.write_text(text, encoding="utf-8")
    definition = read_phil_definition(path)
    write_definition(definition.container, tmp_path / "index.def.xml", task=definition.task)
    again = read_definition(tmp_path / "index.def.xml")

    assert (definition.task, again.task) == ("index", "index")
    assert again.container == definition.container
    assert described(again.container) == described(definition.container)
    assert again.notes == ()


def described(item: CData) -> list[tuple[str, str, dict[str, Any]]]:
    told = [(item.object_path(), item.class_name, dict(own_qualifiers(item)))]
    below = [item.makeItem()] if isinstance(item, CList) else item.children() if isinstance(item, CContainer) else []
    return told + [each for child in below for each in described(child)]


def test_a_list_of_containers_is_not_written_as_a_definition_file(tmp_path: Path) -> None:
    """A definition file has no place for what is in them; silence about it would lose it."""
    definition = read_phil_definition(MASTER)

    with pytest.raises(InvalidInput, match="dials__crystal is a list of containers"):
        write_definition(definition.container, tmp_path / "x.def.xml", task="x")
