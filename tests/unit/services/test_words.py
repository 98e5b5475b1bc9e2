"""Parameters as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.data import CBoolean, CComposite, CContainer, CFloat, CInt, CList, CString, CTextDataFile, ValueState
from xtalflow.errors import InvalidInput, InvalidValue, UnknownParameter
from xtalflow.plugin import CPluginScript
from xtalflow.services import find_parameter, give_parameters, split_columns
from xtalflow.tasks.join_mtz import JoinMtz
from xtalflow.xtal import CDictDataFile, CFreeRDataFile, CObsDataFile, CPdbDataFile, CUnmergedDataFile

ONE_ATOM = "ATOM      1  CA  ALA A   1      10.000  10.000  10.000  1.00 10.00           C  \nEND\n"


class CBox(CComposite):
    a = CFloat(min=0.0)
    b = CFloat(min=0.0)


class CImport(CComposite):
    file = CUnmergedDataFile()
    crystal = CString()


class Sample(CPluginScript):
    TASKNAME = "sample"

    class Inputs(CContainer):
        F_SIGF = CObsDataFile()
        FREERFLAG = CFreeRDataFile()
        XYZIN = CPdbDataFile()
        DICT_LIST = CList(CDictDataFile())
        UNMERGEDFILES = CList(CImport())

    class Controls(CContainer):
        class Deep(CContainer):
            WEIGHT = CFloat()
            NCYCLES = CInt()

        NCYCLES = CInt(default=10, min=1)
        TWIN = CBoolean(default=False)
        TITLE = CString()
        BOX = CBox()
        OTHER = CBox()
        prosmart = Deep()

    inputData, controlParameters, outputData = Inputs(), Controls(), CContainer()


@pytest.fixture
def task() -> Sample:
    return Sample()


def test_a_full_path_and_a_suffix_name_the_same_parameter(task: Sample) -> None:
    assert find_parameter(task, "inputData.F_SIGF") is find_parameter(task, "F_SIGF")
    assert find_parameter(task, "prosmart.WEIGHT") is find_parameter(task, "WEIGHT")


def test_a_name_of_several_parameters_lists_them(task: Sample) -> None:
    with pytest.raises(UnknownParameter) as caught:
        find_parameter(task, "NCYCLES")

    assert "controlParameters.NCYCLES, controlParameters.prosmart.NCYCLES" in str(caught.value)


def test_more_of_the_path_decides_between_them(task: Sample) -> None:
    give_parameters(task, ["controlParameters.NCYCLES=3", "prosmart.NCYCLES=4"], Path.cwd())

    assert (task.controlParameters.NCYCLES.value, task.controlParameters.prosmart.NCYCLES.value) == (3, 4)


def test_a_near_miss_offers_the_right_name(task: Sample) -> None:
    with pytest.raises(UnknownParameter, match="did you mean F_SIGF"):
        find_parameter(task, "FSIGF")


def test_outputs_cannot_be_given(task: Sample) -> None:
    with pytest.raises(UnknownParameter):
        find_parameter(task, "outputData.XYZOUT")


def test_parts_of_a_composite_are_named_with_it_or_alone_if_unique(task: Sample) -> None:
    give_parameters(task, ["BOX.a=79.1", "OTHER.b=3"], Path.cwd())

    assert task.controlParameters.BOX.a.value == 79.1
    assert task.controlParameters.OTHER.b.value == 3.0
    with pytest.raises(UnknownParameter, match=r"BOX\.a"):
        find_parameter(task, "a")


def test_a_composite_itself_takes_no_value(task: Sample) -> None:
    with pytest.raises(InvalidInput, match=r"BOX\.a=, BOX\.b="):
        give_parameters(task, ["BOX=1"], Path.cwd())


def test_attributes_of_a_file_are_given_by_path(task: Sample) -> None:
    give_parameters(task, ["XYZIN.selection.text=A/", "XYZIN.annotation=start"], Path.cwd())

    assert task.inputData.XYZIN.selection.text.value == "A/"
    assert task.inputData.XYZIN.annotation.value == "start"


def test_a_choice_in_a_file_is_named_by_its_end_if_only_one_file_has_such(task: Sample) -> None:
    """Two files have columns, one has atoms; the name of every file is no such choice."""
    give_parameters(task, ["selection.text=A/"], Path.cwd())

    assert task.inputData.XYZIN.selection.text.value == "A/"
    with pytest.raises(UnknownParameter, match=r"FREERFLAG\.columnLabels, inputData\.F_SIGF\.columnLabels"):
        give_parameters(task, ["columnLabels=F,SIGF"], Path.cwd())
    with pytest.raises(UnknownParameter):
        give_parameters(task, ["baseName=model.pdb"], Path.cwd())


@pytest.mark.parametrize("words", [["XYZIN.selection.text=A/1-50", "{}"], ["{}", "XYZIN.selection.text=A/1-50"]])
@pytest.mark.parametrize("file", ["XYZIN=model.pdb", "model.pdb"])
@pytest.mark.parametrize("before", [False, True])
def test_a_selection_is_given_before_or_after_its_file(
    task: Sample, tmp_path: Path, words: list[str], file: str, before: bool
) -> None:
    """Also for a file in place of another, as in a clone."""
    (tmp_path / "model.pdb").write_text(ONE_ATOM)
    if before and "=" in file:
        task.inputData.XYZIN.set("/old/model.pdb")
    give_parameters(task, [word.format(file) for word in words], tmp_path)

    assert task.inputData.XYZIN.path == tmp_path / "model.pdb"
    assert task.inputData.XYZIN.selection.text.value == "A/1-50"


def test_a_selection_of_an_item_is_given_before_or_after_its_file(task: Sample, tmp_path: Path) -> None:
    give_parameters(task, ["DICT_LIST[0].annotation=mine", "DICT_LIST=a.cif"], tmp_path)

    (item,) = task.inputData.DICT_LIST
    assert (item.path, item.annotation.value) == (tmp_path / "a.cif", "mine")


def test_a_selection_that_cannot_be_read_is_refused_with_a_caret(task: Sample, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue) as caught:
        give_parameters(task, ["XYZIN=model.pdb", "XYZIN.selection.text=A/1-50:B"], tmp_path)

    assert str(caught.value).startswith("inputData.XYZIN.selection.text = 'A/1-50:B' is refused")
    assert str(caught.value).endswith("\nA/1-50:B\n      ^")


def test_values_are_judged_by_the_tree(task: Sample) -> None:
    with pytest.raises(InvalidValue, match=r"controlParameters\.TWIN"):
        give_parameters(task, ["TWIN=perhaps"], Path.cwd())


def test_only_the_first_equals_sign_divides(task: Sample) -> None:
    give_parameters(task, ["TITLE=a=b=c"], Path.cwd())

    assert task.controlParameters.TITLE.value == "a=b=c"


def test_an_empty_value_is_a_value_of_a_text_and_unsets_a_file(task: Sample) -> None:
    task.inputData.XYZIN.set("model.pdb")
    give_parameters(task, ["TITLE=", "XYZIN="], Path.cwd())

    assert task.controlParameters.TITLE.getValueState() is ValueState.EXPLICITLY_SET
    assert not task.inputData.XYZIN.isSet()


def test_lists_repeat_and_start_anew(task: Sample, tmp_path: Path) -> None:
    """What was in a list before, as in a clone, is replaced by what is typed."""
    task.inputData.DICT_LIST.append("old.cif")
    give_parameters(task, ["DICT_LIST=a.cif", "DICT_LIST=b.cif"], tmp_path)

    assert [str(item) for item in task.inputData.DICT_LIST] == [str(tmp_path / "a.cif"), str(tmp_path / "b.cif")]


def test_items_of_a_list_have_parts(task: Sample, tmp_path: Path) -> None:
    """A bare path goes to the item's file; an index names an item, the next one is made."""
    give_parameters(task, ["UNMERGEDFILES=x.mtz", "UNMERGEDFILES[0].crystal=native"], tmp_path)
    give_parameters(task, ["UNMERGEDFILES[1].file=y.mtz"], tmp_path)

    items = task.inputData.UNMERGEDFILES
    assert [str(item.file) for item in items] == [str(tmp_path / "x.mtz"), str(tmp_path / "y.mtz")]
    assert items[0].crystal.value == "native"
    with pytest.raises(UnknownParameter):
        give_parameters(task, ["UNMERGEDFILES[7].file=z.mtz"], tmp_path)


def test_a_bare_path_goes_to_the_only_file_of_an_item(tmp_path: Path) -> None:
    """Whatever that part is called: `fileName` of CMergeMiniMtz."""
    task = JoinMtz()
    give_parameters(
        task, ["MINIMTZINLIST=a.mtz:F,SIGF", "MINIMTZINLIST=b.mtz", "MINIMTZINLIST[1].columnTag=B"], tmp_path
    )

    items = task.inputData.MINIMTZINLIST
    assert [str(item.fileName) for item in items] == [str(tmp_path / "a.mtz"), str(tmp_path / "b.mtz")]
    assert items[0].fileName.columnLabels.value == "F,SIGF"
    assert items[1].columnTag.value == "B"


def test_home_and_relative_paths_are_resolved(task: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    give_parameters(task, ["F_SIGF=~/data.mtz", "XYZIN=sub/model.pdb"], tmp_path)

    assert task.inputData.F_SIGF.path == tmp_path / "me" / "data.mtz"
    assert task.inputData.XYZIN.path == tmp_path / "sub" / "model.pdb"


@pytest.mark.parametrize("columns", ["/*/*/[F,SIGF]", "/_/_/[F,SIGF]", "[F,SIGF]", "F,SIGF"])
def test_columns_are_chosen_after_a_colon(task: Sample, tmp_path: Path, columns: str) -> None:
    (tmp_path / "d.mtz").touch()
    give_parameters(task, [f"F_SIGF=d.mtz:{columns}"], tmp_path)

    assert task.inputData.F_SIGF.path == tmp_path / "d.mtz"
    assert task.inputData.F_SIGF.columnLabels.value == "F,SIGF"


def test_columns_of_a_file_without_columns_are_refused(task: Sample, tmp_path: Path) -> None:
    (tmp_path / "m.pdb").touch()
    with pytest.raises(InvalidInput, match=r"inputData\.XYZIN: .*m\.pdb has no columns"):
        give_parameters(task, ["XYZIN=m.pdb:F,SIGF"], tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "split"),
    [
        ("10:30 [x].mtz", "10:30 [x].mtz", ("10:30 [x].mtz", "")),
        ("10:30.mtz", "10:30.mtz:[F,SIGF]", ("10:30.mtz", "[F,SIGF]")),
        ("d.mtz:F", "d.mtz:F", ("d.mtz:F", "")),
        ("other", "gone.mtz:F,SIGF", ("gone.mtz", "F,SIGF")),
        ("other", "10:30.mtz", ("10:30.mtz", "")),
        ("other", ":F", (":F", "")),
    ],
)
def test_a_file_that_exists_is_never_torn(tmp_path: Path, name: str, text: str, split: tuple[str, str]) -> None:
    (tmp_path / name).touch()

    assert split_columns(text, tmp_path) == split


def test_a_bare_file_that_fits_nothing_says_why_not(task: Sample, tmp_path: Path) -> None:
    (tmp_path / "notes.doc").write_text("nothing crystallographic")
    with pytest.raises(InvalidInput) as caught:
        give_parameters(task, ["notes.doc"], tmp_path)

    assert "notes.doc fits no empty input" in str(caught.value)
    assert "inputData.F_SIGF" in str(caught.value)
    assert not task.inputData.XYZIN.isSet()
    assert len(task.inputData.DICT_LIST) == 0


def test_a_word_that_is_neither_file_nor_parameter_lists_the_parameters(task: Sample, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="neither a file nor PARAM=VALUE; the parameters of sample are F_SIGF"):
        give_parameters(task, ["something"], tmp_path)


class Joins(CPluginScript):
    """A list that has blank items by default."""

    TASKNAME = "joins"

    class Inputs(CContainer):
        FILES = CList(CTextDataFile(), listMinLength=2)

    inputData = Inputs()


def test_files_take_the_place_of_blank_items(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.doc"):
        (tmp_path / name).write_text(name)
    named, bare, none = Joins(), Joins(), Joins()
    give_parameters(named, ["FILES=a.txt", "FILES=b.txt"], tmp_path)
    give_parameters(bare, ["a.txt", "b.txt"], tmp_path)
    with pytest.raises(InvalidInput):
        give_parameters(none, ["c.doc"], tmp_path)

    for task in (named, bare):
        assert [Path(str(file)).name for file in task.inputData.FILES] == ["a.txt", "b.txt"]
    assert none.inputData.FILES.is_as_declared()


def test_a_parameter_may_be_called_whatever_a_definition_file_can_call_it(task: Sample, tmp_path: Path) -> None:
    """An index is refused as long as it is, before it is a number."""
    task.container["controlParameters"].add("twin-law", CString())
    give_parameters(task, ["twin-law=-h,k,-l"], tmp_path)

    assert task.container.find("controlParameters.twin-law").value == "-h,k,-l"
    with pytest.raises(UnknownParameter):
        find_parameter(task, f"DICT_LIST[{'9' * 5000}]")
