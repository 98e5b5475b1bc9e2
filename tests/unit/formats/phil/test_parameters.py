"""The parameters of a PHIL-driven program."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.data import CBoolean, CContainer, CFloat, CFloatRange, CInt, CList, CString, ValueState, declare
from xtalflow.errors import InvalidInput
from xtalflow.formats import read_definition, read_phil_definition, read_phil_parameters, write_phil_parameters

MASTER = """
verbose = False
  .type = bool
index {
  method = *fft3d fft1d "real space"
    .type = choice
  max_cell = Auto
    .type = float
  max_lattices = 1
    .type = int
  images = None
    .type = ints(size=2)
  refine = *cell *orientation detector
    .type = choice(multi=True)
  comment = None
    .type = str
  raw = None
    .type = qstr
  unit_cell = None
    .type = unit_cell
  label = None
    .type = str
    .multiple = True
  keep = Auto
    .type = bool
}
crystal
  .multiple = True
{
  file = None
    .type = path
  site
    .multiple = True
  {
    element = Se
      .type = str
  }
}
"""


def make_tree() -> CContainer:
    section: CContainer = read_phil_definition(MASTER).container["controlParameters"]
    return section


def reread(text: str) -> str:
    tree = make_tree()
    read_phil_parameters(text, tree)
    return write_phil_parameters(tree)


def test_only_what_is_explicit_is_written() -> None:
    tree = make_tree()
    tree["verbose"].set(False)
    tree["index"]["index__max_lattices"].unSet()

    assert write_phil_parameters(make_tree()) == ""
    assert write_phil_parameters(tree) == "verbose = False\nindex {\n  max_lattices = None\n}\n"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("method = fft1d", 'method = "fft1d"'),
        ("method = fft3d *fft1d 'real space'", 'method = "fft1d"'),
        ("method = FFT1D", 'method = "fft1d"'),
        ('method = fft3d fft1d "*real space"', 'method = "real space"'),
        ("max_cell = 1e2", "max_cell = 100.0"),
        ("max_cell = -1/4.", "max_cell = -0.25"),
        ("images = 1 20", "images = 1 20"),
        ('images = "1,20"', "images = 1 20"),
        ("images = None", "images = None"),
        ("refine = *cell orientation *detector", "refine = *cell *detector"),
        ("refine = cell+detector", "refine = *cell *detector"),
        ("refine = detector", "refine = *detector"),
        ("refine = cell orientation detector", "refine = None"),
        ("comment = two words", 'comment = "two words"'),
        ("comment = 'costs $5'", "comment = 'costs $5'"),
        ("comment = 'None'", 'comment = "None"'),
        ("raw = a 'b  c'", "raw = a 'b  c'"),
        ("unit_cell = 10,20,30 90 90 120", "unit_cell = 10.0 20.0 30.0 90.0 90.0 120.0"),
        ("label = a\nlabel = 'b c'", 'label = "a"\n  label = "b c"'),
        ("label = None", "label = None"),
        ("keep = yes", 'keep = "True"'),
        ("keep = auto", "keep = Auto"),
    ],
)
def test_what_is_read_is_written(said: str, written: str) -> None:
    assert reread(f"index {{ {said}\n}}") == f"index {{\n  {written}\n}}\n"
    assert reread(reread(f"index {{ {said}\n}}")) == f"index {{\n  {written}\n}}\n"


def test_dotted_names_and_scopes_mean_the_same() -> None:
    assert reread("index.method = fft1d; index.max_cell=5") == reread("index { method = fft1d\n max_cell = 5 }")


def test_scopes_that_come_often_are_items() -> None:
    """Each with its own values; what a list had before goes."""
    tree = make_tree()
    tree["crystal"].addItem()
    text = "crystal {\n  site {\n    element = S\n  }\n  site { }\n}\ncrystal {\n  file = /data/a.pdb\n}\n"
    read_phil_parameters(text, tree)
    written = text.replace("S\n", '"S"\n').replace("/data/a.pdb", '"/data/a.pdb"')
    written = written.replace('"S"\n', '"S"\n')

    assert len(tree["crystal"]) == 2
    assert [site["crystal__site__element"].value for site in tree["crystal"][0]["crystal__site"]] == ["S", "Se"]
    assert write_phil_parameters(tree) == written


def test_dotted_names_of_what_comes_often_are_items_each() -> None:
    """As in libtbx, where each dotted name is a scope of its own."""
    tree = make_tree()
    read_phil_parameters("crystal.site.element = S\ncrystal.site.element = Br", tree)

    assert len(tree["crystal"]) == 2


def test_a_text_that_is_refused_changes_nothing() -> None:
    tree = make_tree()
    tree["index"]["index__label"].set(["a"])
    with pytest.raises(InvalidInput):
        read_phil_parameters("index.label = b\nverbose = True\nindex.max_cell = x", tree)

    assert write_phil_parameters(tree) == 'index {\n  label = "a"\n}\n'


def test_auto_restores_what_is_declared_with_auto() -> None:
    tree = make_tree()
    max_cell = tree["index"]["index__max_cell"]
    max_cell.set(5.0)
    read_phil_parameters("index.max_cell = Auto", tree)

    assert max_cell.getValueState() is ValueState.NOT_SET


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("index.max_cel = 5", "there is no parameter index.max_cel; did you mean index.max_cell"),
        ("indx { }\nindx.method = fft1d", "there is no parameter indx.method; did you mean index.method"),
        ("index.method = fft2d", "it must be one of fft3d, fft1d, real space"),
        ("index.method = *fft1d *fft3d", "index__method takes one choice"),
        ("index.method = fft1d+fft3d", "index__method takes one choice"),
        ("index.method = *fft1d best", "it must be one of fft3d, fft1d, real space"),
        ("index.max_lattices = Auto", "index__max_lattices cannot be Auto"),
        ("index.max_cell = None", "index__max_cell that is not set is Auto, so that it cannot be None"),
        ("index.max_lattices = 1/2", "it must be an integer"),
        ("index.unit_cell = 10 20 30", "takes 6 values, and 3 are given"),
        ("index.comment = $USER", "no variables are put in"),
        ("index.method { x = 1 }", "index.method has a value and is no scope"),
        ("crystal = 5", "crystal is a scope and has no value"),
        ("include file x", "another text is included"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, what: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_phil_parameters(text, make_tree())

    assert what in str(caught.value)
    assert str(caught.value).startswith("line ")
    assert str(caught.value).endswith("^")


def test_what_has_no_form_in_phil_is_refused() -> None:
    """A list of ranges, a gap among numbers, half of a range."""
    ranges, numbers, half = CContainer(), CContainer(), CContainer()
    ranges.add("a__b", CList(CFloatRange())).set([{"start": 1.0}])  # type: ignore[attr-defined]
    numbers.add("a__b", CList(CInt())).set([1, None])
    half.add("a__b", CFloatRange()).set({"start": 1.0})

    with pytest.raises(InvalidInput, match="no form in PHIL"):
        write_phil_parameters(ranges)
    with pytest.raises(InvalidInput, match="no gaps"):
        write_phil_parameters(numbers)
    with pytest.raises(InvalidInput, match="no gaps"):
        write_phil_parameters(half)


class Program(CContainer):
    """Parameters as CCP4i2's definition files have them, in containers of any name."""

    verbose = CBoolean(default=False)
    phaser__mode = CString(enumerators=("MR_AUTO", "EP_AUTO"), onlyEnumerators=True)
    phaser__keep = CString(enumerators=("True", "False", "Auto"), onlyEnumerators=True, default="Auto")
    phaser__rmsd = CFloat(guiDefinition={"multiple": True})


def test_definitions_of_ccp4i2_have_one_place_for_what_comes_often() -> None:
    tree = Program()
    crystal: CContainer = declare(CContainer, {"guiDefinition": {"multiple": True}})
    crystal.add("phaser__crystal__id", CInt())
    tree.add("phaser__crystal", crystal)
    read_phil_parameters("verbose=True; phaser { mode = EP_AUTO; keep = Auto; rmsd = 1.5; crystal { id = 1 } }", tree)

    assert write_phil_parameters(tree) == (
        'verbose = True\nphaser {\n  mode = "EP_AUTO"\n  keep = Auto\n  rmsd = 1.5\n  crystal {\n    id = 1\n  }\n}\n'
    )
    with pytest.raises(InvalidInput, match=r"phaser\.rmsd is given again, and there is a place for one"):
        read_phil_parameters("phaser.rmsd = 1; phaser.rmsd = 2", tree)
    with pytest.raises(InvalidInput, match=r"phaser\.crystal is given again, and there is a place for one"):
        read_phil_parameters("phaser { crystal { id = 1 } crystal { id = 2 } }", tree)


@pytest.mark.real_data
@pytest.mark.parametrize("task", ["xia2_dials", "phaser_phil"])
def test_all_parameters_of_a_program_come_back(shared_data: Path, task: str) -> None:
    """Every value given explicitly, each under the path that its name says."""
    path = next((shared_data / "ccp4i2" / "defs").rglob(f"{task}.def.xml"))
    given, again = (read_definition(path).container["controlParameters"] for _ in range(2))
    fill(given)
    text = write_phil_parameters(given)
    read_phil_parameters(text, again)

    assert write_phil_parameters(again) == text
    assert sum(" = " in line for line in text.splitlines()) == len(values(given)) > 200
    assert values(again) == values(given)


def fill(item: CContainer) -> None:
    for child in item.children():
        if isinstance(child, CContainer):
            fill(child)
        elif isinstance(child, (CInt, CFloat)):
            child.set(
                next(n for n in (child.value, child.qualifier("max"), child.qualifier("min"), 1) if n is not None)
            )
        elif isinstance(child, CString):
            child.set((child.qualifier("enumerators") or ["two words"])[-1])
        else:
            child.set(True if isinstance(child, CBoolean) else "/data/x.mtz")


def values(item: CContainer) -> list[tuple[str, str]]:
    return [
        each
        for child in item.children()
        for each in (values(child) if isinstance(child, CContainer) else [(child.name, str(child))])
    ]
