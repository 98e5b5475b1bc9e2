"""Every class of CCP4i2's trees is there, agrees with the facts, and keeps its values."""

import re
import subprocess
import sys

import pytest

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
    CScalar,
    CString,
    CUnknown,
)
from xtalflow.errors import InvalidValue
from xtalflow.formats import ParamsHeader, read_params, write_params
from xtalflow.xtal import CAtomSelection, CPdbDataFile, CSequence, CSpaceGroup, class_named, class_names
from xtalflow.xtal.classes import CElement, CPdbDataFileList, CReindexOperator

ADDED = {
    "CPdbData": {"cell", "spaceGroup", "resolution", "models", "atoms", "residues", "waters", "chains", "ligands"},
    "CSequenceAlignment": {"rows"},
}
"""Children that CCP4i2's classes do not have."""

UUID = "0b1a2c3d-0000-4000-8000-0123456789ab"


def fill(item):
    """Give an object and all that is below it a value."""
    if isinstance(item, CList):
        fill(item.addItem())
    elif isinstance(item, CCollection):
        item.set({"chainA": "True", "more": {"part": "a < b"}})
    elif isinstance(item, CBoolean):
        item.set(False)
    elif isinstance(item, (CFloat, CInt)):
        choices = item.qualifier("enumerators")
        item.set(choices[-1] if choices else 7)
    elif isinstance(item, CUUID):
        item.set(UUID)
    elif isinstance(item, CSpaceGroup):
        item.set("P 21 21 21")
    elif isinstance(item.parent, CAtomSelection):
        item.set(" A/10-20 ")
    elif isinstance(item, CScalar):
        choices = item.qualifier("enumerators")
        blank = "" if isinstance(item, COneWord) or item.qualifier("patternRegex") else " "
        item.set(choices[0] if choices else f"{blank}CC(=O)N{blank}")
    else:
        for child in item.children():
            fill(child)


def holder(kind):
    """A container with an object of a class, in a section as parameter files have them."""
    root = CContainer()
    section = root.add("inputData", CContainer())
    section.add("PARAMETER", kind())
    return root


def test_a_class_agrees_with_the_facts(fact):
    """Base, qualifiers and children of each class are those of CCP4i2, in its order."""
    kind = class_named(fact.name)
    assert kind is not None
    made = kind()
    children = made.get_merged_metadata("attributes")
    qualifiers = dict(fact.qualifiers)
    pattern = qualifiers.pop("patternRegex", None)
    count = qualifiers.pop("count", None)

    base = class_named(fact.base)
    assert fact.base == "CData" or (base is not None and issubclass(kind, base))
    assert {name: made.find(name).class_name for name in fact.children if fact.children[name] != "CList"} == {
        name: told for name, told in fact.children.items() if told != "CList"
    }
    assert all(issubclass(children[name], CList) for name, told in fact.children.items() if told == "CList")
    if isinstance(made, CComposite):
        inherited = base().childNames() if base and issubclass(base, CComposite) else []
        own = [name for name in children if name not in inherited]
        assert [name for name in own if name in fact.children] == [n for n in fact.children if n not in inherited]
        assert set(own) - set(fact.children) <= ADDED.get(fact.name, {"columnLabels"})
    assert {name: made.qualifier(name) for name in qualifiers} == qualifiers
    assert count is None or len(made.qualifier("enumerators")) == count
    if pattern and not isinstance(made, CUUID):
        ours = re.compile(made.qualifier("patternRegex"))
        assert all(bool(ours.search(word)) == bool(re.search(pattern, word)) for word in ("one", "two words", "", "é"))


@pytest.mark.parametrize(
    ("name", "child", "choices"),
    [
        ("CObsDataFile", "subType", (1, 2, 3)),
        ("CObsDataFile", "contentFlag", (1, 2, 3, 4)),
        ("CPhsDataFile", "subType", (1, 2)),
        ("CPhsDataFile", "contentFlag", (1, 2)),
        ("CMapCoeffsDataFile", "subType", (1, 2, 3)),
        ("CMapCoeffsDataFile", "contentFlag", (1,)),
        ("CFreeRDataFile", "contentFlag", (1,)),
        ("CPdbDataFile", "subType", (0, 1, 2, 3, 4)),
        ("CPdbDataFile", "contentFlag", (1, 2)),
        ("CEnsemblePdbDataFile", "subType", (0, 1, 2, 3, 4)),
        ("CMapDataFile", "subType", (1, 2, 3, 4)),
        ("CCootHistoryDataFile", "subType", (1, 2)),
    ],
)
def test_sub_types_and_content_flags_have_the_numbers_of_ccp4i2(name, child, choices):
    file = class_named(name)()

    assert file[child].qualifier("enumerators") == choices
    assert len(file[child].qualifier("menuText")) == len(choices)


def test_the_molecules_of_an_asymmetric_unit_have_limits():
    """A sequence and a name are needed; there are 0 to 12 copies, by default one."""
    molecule = class_named("CAsuContentSeq")()

    assert molecule["nCopies"].value == 1
    assert [finding.path for finding in molecule.validity()] == ["sequence", "name"]
    with pytest.raises(InvalidValue, match="at most 12"):
        molecule["nCopies"].set(13)
    with pytest.raises(InvalidValue, match="one of PROTEIN, RNA, DNA"):
        molecule["polymerType"].set("SUGAR")


def test_a_list_class_makes_its_items(fact):
    """`CPdbDataFileList()` needs no declaration of its items."""
    kind = class_named(fact.name)
    assert kind is not None
    if not issubclass(kind, CList):
        return
    name = type(kind().addItem()).__name__

    assert class_named(name) is not None
    assert kind.ITEM is not None


def test_values_are_copied_and_told_without_loss(fact):
    kind = class_named(fact.name)
    assert kind is not None
    made = kind()
    fill(made)
    again = kind()
    again.from_dict(made.to_dict())

    assert made.copy() == made
    assert again == made
    assert again.to_dict() == made.to_dict()


def test_values_pass_through_a_parameter_file(fact, tmp_path):
    kind = class_named(fact.name)
    assert kind is not None
    root, again = holder(kind), holder(kind)
    fill(root)
    write_params(root, ParamsHeader(task="any"), tmp_path / "params.xml")

    header = read_params(tmp_path / "params.xml", again)

    assert header.unknown == ()
    assert again == root


def test_names_are_those_of_the_classes():
    assert "CObsDataFile" in class_names()
    assert all(class_named(name).__name__ == name for name in class_names())
    assert class_named("CNoSuchThing") is None
    assert class_named("CUnknown") is None
    assert class_named("CScalar") is None


def test_asking_for_a_class_reads_no_crystallography():
    """Neither gemmi nor numpy is imported before a file is read."""
    code = (
        "import sys; from xtalflow.xtal import class_named; class_named('CCell');"
        "sys.exit(bool({'gemmi', 'numpy', 'lxml', 'django'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_list_class_takes_other_items():
    """A definition may say more of the items than the class does."""
    models = CPdbDataFileList(CPdbDataFile(mustExist=True))

    assert models.addItem().qualifier("mustExist") is True
    assert CPdbDataFileList().addItem().qualifier("mustExist") is None
    assert isinstance(CPdbDataFileList(CDataFile()).addItem(), CDataFile)


def test_a_child_may_be_called_name():
    """It is the attribute `name_`, because every object has a name."""
    sequence = CSequence()
    sequence.name_ = "lysozyme"

    assert sequence["name"].value == "lysozyme"
    assert sequence.childNames()[3] == "name"
    assert sequence.name == ""


def test_elements_are_the_known_118():
    assert CElement().qualifier("enumerators")[33] == "Se"
    assert CElement().qualifier("enumerators")[117] == "Og"


def test_an_operator_has_three_parts():
    operator = CReindexOperator()
    operator.set({"h": "k", "k": "h", "l": "-l"})

    assert [str(part) for part in operator.children()] == ["k", "h", "-l"]


@pytest.mark.parametrize("value", ["text", {"a": "1", "b": {"c": ""}}, [["CItem", "1"], ["CItem", "2"]], ""])
def test_an_unknown_class_passes_through_a_parameter_file(value, tmp_path):
    root, again = CContainer(), CContainer()
    for tree in (root, again):
        tree.add("inputData", CContainer()).add("ODD", CUnknown("COddThing"))
    root.find("inputData.ODD").set(value)
    write_params(root, ParamsHeader(task="any"), tmp_path / "params.xml")

    header = read_params(tmp_path / "params.xml", again)

    assert header.unknown == ()
    assert again == root


def test_obligatory_choices_of_every_class_are_kept():
    kinds = [kind for name in class_names() if (kind := class_named(name)) and kind.QUALIFIERS.get("enumerators")]
    scalars = [kind(onlyEnumerators=True) for kind in kinds if issubclass(kind, CString)]

    assert len(scalars) > 5
    for item in scalars:
        assert item.accepts(item.qualifier("enumerators")[0])
        assert not item.accepts("no such choice")
