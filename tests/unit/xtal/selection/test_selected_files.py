"""A model file with a selection: the part is read, and what is wrong is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gemmi
import pytest

from xtalflow.data import CContainer, Severity, ValueState
from xtalflow.errors import InvalidValue, NothingSelected, UnreadableFile
from xtalflow.formats import ParamsHeader, read_params, write_params
from xtalflow.xtal import CAtomSelection, CPdbDataFile, write_model
from xtalflow.xtal.classes import CPdbDataFileList

from .conftest import make_structure


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.cif"
    write_model(make_structure(), path)
    return path


class Inputs(CContainer):
    XYZIN = CPdbDataFile(ifAtomSelection=True, mustExist=True)
    WHOLE = CPdbDataFile()


@contextmanager
def no_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No model may be read meanwhile."""
    with monkeypatch.context() as patch:
        patch.setattr("xtalflow.xtal.files._model_files.read_model", lambda path: pytest.fail(f"{path} was read"))
        yield


def test_a_text_that_is_no_selection_is_refused_with_a_caret() -> None:
    selection = CAtomSelection()
    selection.text = "A/10-20"

    with pytest.raises(InvalidValue) as caught:
        selection.text = "A/10:B"
    assert str(caught.value).startswith("text = 'A/10:B' is refused: it must be an atom selection")
    assert str(caught.value).endswith("\nA/10:B\n    ^")
    assert caught.value.code == 105
    assert selection.text.value == "A/10-20"


def test_the_text_is_kept_as_it_was_given() -> None:
    selection = CAtomSelection()
    selection.text = " a/10 -20 "

    assert selection.text.value == " a/10 -20 "
    assert str(selection.tree) == "//a/10-20"
    assert selection.is_given()


@pytest.mark.parametrize("text", ["", "  "])
def test_a_blank_text_is_everything(model: Path, text: str) -> None:
    file = CPdbDataFile()
    file.set(model)
    file.selection.text = text

    assert not file.selection.is_given()
    assert str(file.selection.tree) == "all"
    assert file.selected()[0].count_atom_sites() == make_structure()[0].count_atom_sites()


def test_the_class_is_told_as_files_of_ccp4i2_have_it() -> None:
    assert CPdbDataFile().selection.text.class_name == "CString"
    assert CPdbDataFile().selection.text.getValueState() is ValueState.NOT_SET


def test_the_selected_part_is_read(model: Path) -> None:
    file = CPdbDataFile()
    file.set(model)
    file.selection.text = "A/10-11 and [C]"

    part = file.selected()
    assert {chain.name for chain in part[0]} == {"A"}
    assert {site.atom.element.name for site in part[0].all()} == {"C"}
    assert part.input_format == gemmi.CoorFormat.Mmcif
    assert file.validity() == []


def test_a_selection_of_nothing_is_found(model: Path) -> None:
    file = CPdbDataFile()
    file.set(model)
    file.selection.text = "Q/10"

    (finding,) = file.validity()
    assert (finding.code, finding.class_name) == (406, "CPdbDataFile")
    assert finding.message.startswith("model.cif: //Q/10 selects no atom: the model has")
    assert file.get_merged_metadata("error_codes")[406] == "the selection selects nothing of the file"
    with pytest.raises(NothingSelected):
        file.selected()


def test_a_chain_that_is_not_there_is_worth_a_warning(model: Path) -> None:
    """The rest is selected all the same."""
    file = CPdbDataFile()
    file.set(model)
    file.selection.text = "A and not (solvent or X/3)"

    assert [(one.code, one.severity, one.message) for one in file.validity()] == [
        (409, Severity.WARNING, "model.cif: there is no chain X"),
    ]
    file.selection.text = "A and not ligandd"
    assert [one.message for one in file.validity()] == ["model.cif: there is no chain ligandd; is ligand meant?"]


def test_without_a_selection_the_file_is_not_read(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = CPdbDataFile()
    file.set(model)

    with no_reading(monkeypatch):
        assert file.validity() == []


def test_a_broken_file_is_not_the_fault_of_the_selection(tmp_path: Path) -> None:
    file = CPdbDataFile()
    (tmp_path / "broken.pdb").write_text("ATOM      1  N   ALA A   1      xx.xxx")
    file.set(tmp_path / "broken.pdb")
    file.selection.text = "A"

    assert file.validity() == []
    with pytest.raises(UnreadableFile):
        file.selected()


def test_a_missing_file_is_one_finding() -> None:
    file = CPdbDataFile(mustExist=True)
    file.set("/nowhere/model.pdb")
    file.selection.text = "A"

    assert [finding.code for finding in file.validity()] == [102]


def test_a_selection_without_a_file_is_found() -> None:
    file = CPdbDataFile()
    file.selection.text = "A"

    assert [finding.code for finding in file.validity()] == [408]


def test_a_parameter_that_takes_no_selection_refuses_one(model: Path) -> None:
    """Where nobody reads it, it would be given in vain."""
    inputs = Inputs()
    inputs.XYZIN.set(model)
    inputs.WHOLE.set(model)
    inputs.XYZIN.selection.text = inputs.WHOLE.selection.text = "A"

    assert [(finding.path, finding.code) for finding in inputs.validity()] == [("WHOLE", 407)]


def test_a_selection_is_copied_with_its_file_and_stays_in_lists(model: Path) -> None:
    file, other = CPdbDataFile(), CPdbDataFile()
    file.set(model)
    file.selection.text = "A"
    other.set(file)
    models = CPdbDataFileList()
    models.append(file)

    assert other.selection.text.value == models[0].selection.text.value == "A"


def test_another_file_drops_the_selection_and_the_first_does_not(model: Path, tmp_path: Path) -> None:
    """A selection may be given before its file."""
    file = CPdbDataFile()
    file.selection.text = "A"
    file.set(model)
    assert file.selection.text.value == "A"

    file.set(tmp_path / "other.pdb")
    assert not file.selection.is_given()


def test_a_selection_passes_through_a_parameter_file(model: Path, tmp_path: Path) -> None:
    root = CContainer()
    root.add("inputData", Inputs())
    root.find("inputData.XYZIN").set(model)
    root.find("inputData.XYZIN.selection.text").set("{A/ or B/} and b<40")
    write_params(root, ParamsHeader(task="sample"), tmp_path / "params.xml")
    again = CContainer()
    again.add("inputData", Inputs())
    read_params(tmp_path / "params.xml", again)

    assert "<text>{A/ or B/} and b&lt;40</text>" in (tmp_path / "params.xml").read_text()
    assert again.find("inputData.XYZIN.selection.text").value == "{A/ or B/} and b<40"
