"""A selection given with a model has effect in every task that reads a model."""

from __future__ import annotations

import importlib
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import gemmi
import pytest

from xtalflow.data import find_all_files
from xtalflow.plugin import CPluginScript, Outcome, load_task, task_names
from xtalflow.tasks.add_waters import AddWaters
from xtalflow.tasks.define_asu_contents import DefineAsuContents
from xtalflow.tasks.import_model import ImportModel
from xtalflow.tasks.make_maps import MakeMaps
from xtalflow.tasks.refine_pipeline import RefinePipeline
from xtalflow.tasks.select_atoms import SelectAtoms
from xtalflow.tasks.servalcat_refine import ServalcatRefine
from xtalflow.tasks.validate_model import ValidateModel
from xtalflow.xtal import CPdbDataFile, ModelContent, ModelSubType, read_asu_contents, read_model, write_model

from .test_imports import sentences
from .test_models_and_maps import write_difference

if TYPE_CHECKING:
    from .conftest import CrystalFiles, FakeHost

PART = "A/2-3"
"""Two of the six alanines, ten of the thirty atoms."""


TRIED = {
    AddWaters,
    DefineAsuContents,
    ImportModel,
    MakeMaps,
    RefinePipeline,
    SelectAtoms,
    ServalcatRefine,
    ValidateModel,
}


def numbers(path: Path | None) -> list[int]:
    assert path is not None
    return [residue.seqid.num for chain in read_model(path)[0] for residue in chain if not residue.is_water()]


def report_text(task: CPluginScript) -> str:
    return json.dumps(task.report.to_dict(), ensure_ascii=False)


# The task `select_atoms`.


async def test_the_selected_atoms_are_a_model_of_their_own(crystal: CrystalFiles, host: FakeHost) -> None:
    task = SelectAtoms()
    task.inputData.XYZIN = crystal.model
    task.inputData.XYZIN.selection.text = "A/2-3 and not CB[C]"

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED, task.errors.reason
    output, performance = task.outputData.XYZOUT, task.outputData.PERFORMANCE
    assert numbers(output.path) == [2, 3]
    assert (performance.nAtoms.value, performance.nResidues.value) == (8, 2)
    assert output.annotation.value == "A/2-3 and not CB[C] of model.pdb"
    assert output.subType.value == ModelSubType.MODEL
    table = next(item for item in task.report.section("Selection").items if item["kind"] == "table")
    assert table["rows"] == [["A", 8, 30, 2, 6]]


@pytest.mark.parametrize(("suffix", "flag"), [(".pdb", ModelContent.PDB), (".cif", ModelContent.MMCIF)])
async def test_the_format_stays(
    crystal: CrystalFiles, host: FakeHost, tmp_path: Path, suffix: str, flag: ModelContent
) -> None:
    path = tmp_path / f"given{suffix}"
    write_model(read_model(crystal.model), path)
    task = SelectAtoms()
    task.inputData.XYZIN = path
    task.inputData.XYZIN.selection.text = "main"

    await host.run(task)

    output = task.outputData.XYZOUT
    assert str(output).endswith(f"XYZOUT{suffix}")
    output.examine()
    assert output.contentFlag.value == flag


async def test_of_several_models_the_first_selected_is_counted(
    crystal: CrystalFiles, host: FakeHost, tmp_path: Path
) -> None:
    structure = read_model(crystal.model)
    second = structure[0].clone()
    second.num = 2
    structure.add_model(second)
    write_model(structure, tmp_path / "two.pdb")
    task = SelectAtoms()
    task.inputData.XYZIN = tmp_path / "two.pdb"
    task.inputData.XYZIN.selection.text = "/2/A/1"

    await host.run(task)

    assert task.outputData.PERFORMANCE.nAtoms.value == 5
    assert "1 of 2 models are selected; figures are of model 2." in report_text(task)
    assert len(read_model(Path(str(task.outputData.XYZOUT)))) == 1


def test_the_package_names_the_task_and_the_task_its_parameters() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    module, _, name = project["project"]["entry-points"]["xtalflow.tasks"]["select_atoms"].partition(":")

    assert getattr(importlib.import_module(module), name) is SelectAtoms
    assert (SelectAtoms.TASKNAME, SelectAtoms.CATEGORY) == ("select_atoms", "model_data_utility")
    for section in SelectAtoms().container.children():
        assert all(item.qualifier("guiLabel") and item.qualifier("toolTip") for item in section.children())


def test_without_a_selection_the_task_says_how_to_give_one(crystal: CrystalFiles) -> None:
    task = SelectAtoms()
    task.inputData.XYZIN = crystal.model

    assert "XYZIN.selection.text=A/10-20" in sentences(task.validate())


def test_a_selection_of_nothing_is_refused_before_the_job(crystal: CrystalFiles) -> None:
    task = SelectAtoms()
    task.inputData.XYZIN = crystal.model
    task.inputData.XYZIN.selection.text = "B"

    (finding,) = task.validate()
    assert finding.code == 406
    assert finding.message == "model.pdb: //B selects no atom: the model has the chain A (residues 1 to 6)"


def test_a_broken_model_is_named_once(tmp_path: Path) -> None:
    task = SelectAtoms()
    (tmp_path / "empty.pdb").touch()
    task.inputData.XYZIN = tmp_path / "empty.pdb"
    task.inputData.XYZIN.selection.text = "B"

    (finding,) = task.validate()
    assert "empty.pdb: the file is empty" in finding.message


# The others.


SHIPPED = {load_task(name) for name in task_names()} | {SelectAtoms}


@pytest.mark.parametrize("task", sorted(SHIPPED, key=lambda task: task.TASKNAME))
def test_every_model_that_a_task_takes_is_read_with_its_selection(task: type[CPluginScript]) -> None:
    """It is declared so, and the tests below hold the tasks to it."""
    models = [file for file in find_all_files(task().container["inputData"]) if isinstance(file, CPdbDataFile)]

    assert all(file.qualifier("ifAtomSelection") for file in models)
    assert not models or task in TRIED


async def test_only_the_part_is_imported(crystal: CrystalFiles, host: FakeHost) -> None:
    task = ImportModel()
    task.inputData.XYZIN, task.inputData.F_SIGF = crystal.model, crystal.intensities
    task.inputData.XYZIN.selection.text = PART

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED, task.errors.reason
    assert numbers(task.outputData.XYZOUT.path) == [2, 3]
    assert (task.outputData.PERFORMANCE.nAtoms.value, task.outputData.PERFORMANCE.nResidues.value) == (10, 2)
    assert task.outputData.XYZOUT.annotation.value == "A/2-3 of model.pdb"
    assert "only a part is used, that of the selection A/2-3" in report_text(task)


async def test_a_selection_of_everything_is_no_part(crystal: CrystalFiles, host: FakeHost) -> None:
    task = ImportModel()
    task.inputData.XYZIN = crystal.model
    task.inputData.XYZIN.selection.text = "*"

    assert await host.run(task) is Outcome.SUCCEEDED
    assert task.outputData.PERFORMANCE.nAtoms.value == 30
    assert "only a part" not in report_text(task)


async def test_only_the_part_is_refined(crystal: CrystalFiles, library: Path, host: FakeHost) -> None:
    task = ServalcatRefine()
    task.inputData.F_SIGF, task.inputData.XYZIN = crystal.intensities, crystal.model
    task.inputData.XYZIN.selection.text = PART

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED, task.errors.reason
    assert numbers(task.outputData.CIFFILE.path) == [2, 3]
    assert "that of the selection A/2-3" in report_text(task)


async def test_the_pipeline_goes_on_with_the_part(crystal: CrystalFiles, library: Path, host: FakeHost) -> None:
    task = RefinePipeline()
    task.inputData.F_SIGF, task.inputData.XYZIN = crystal.intensities, crystal.model
    task.inputData.XYZIN.selection.text = PART
    task.controlParameters.NCYCLES = 1

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED, task.errors.reason
    assert numbers(task.outputData.CIFFILE.path) == [2, 3]
    assert "that of the selection A/2-3" in report_text(task)


async def test_waters_are_added_to_the_part(crystal: CrystalFiles, host: FakeHost, tmp_path: Path) -> None:
    task = AddWaters()
    task.inputData.DIFFPHIIN = write_difference(crystal, tmp_path / "difference.mtz", 2.0)
    task.inputData.XYZIN = crystal.model
    task.inputData.XYZIN.selection.text = "A/1-5"

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED, task.errors.reason
    assert numbers(task.outputData.XYZOUT.path) == [1, 2, 3, 4, 5]


async def test_the_part_is_validated(crystal: CrystalFiles, library: Path, host: FakeHost) -> None:
    """The mean B is that of residues 2 and 3, 16 and 17 Å², and servalcat gets the part, too."""
    task = ValidateModel()
    task.inputData.XYZIN = crystal.model
    task.inputData.XYZIN.selection.text = PART

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED, task.errors.reason
    assert task.outputData.PERFORMANCE.meanB.value == pytest.approx(16.5)
    (command,) = host.commands
    assert numbers(Path(command[3])) == [2, 3]


async def test_sequences_are_those_of_the_part(crystal: CrystalFiles, host: FakeHost, tmp_path: Path) -> None:
    """Of two chains of one sequence one is selected."""
    structure = read_model(crystal.model)
    second = structure[0]["A"].clone()
    second.name = "B"
    structure[0].add_chain(second)
    write_model(structure, tmp_path / "two.pdb")
    copies = []
    for text in ("", "B"):
        task = DefineAsuContents()
        task.inputData.XYZIN = tmp_path / "two.pdb"
        task.inputData.XYZIN.selection.text = text
        assert await host.run(task) is Outcome.SUCCEEDED, task.errors.reason
        copies.append([one.copies for one in read_asu_contents(Path(str(task.outputData.ASUCONTENTFILE)))])

    assert copies == [[2], [1]]


async def test_a_map_covers_the_part(crystal: CrystalFiles, host: FakeHost, tmp_path: Path) -> None:
    coefficients = write_difference(crystal, tmp_path / "map.mtz", 2.0)
    extents = []
    for text in ("", "A/1"):
        task = MakeMaps()
        task.inputData.FPHIIN, task.inputData.XYZIN = coefficients, crystal.model
        task.inputData.XYZIN.selection.text = text
        assert await host.run(task) is Outcome.SUCCEEDED, task.errors.reason
        grid = gemmi.read_ccp4_map(str(task.outputData.MAPOUT)).grid
        extents.append(grid.nu * grid.nv * grid.nw)

    assert extents[1] < 0.7 * extents[0]
