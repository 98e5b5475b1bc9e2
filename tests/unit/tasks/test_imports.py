"""The tasks that take reflections and models in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import gemmi
import numpy as np
import pytest

from xtalflow.data import Finding
from xtalflow.plugin import Outcome
from xtalflow.tasks.import_merged import ImportMerged
from xtalflow.tasks.import_model import ImportModel
from xtalflow.xtal import ObsContent, read_model, read_reflections, write_model

from .conftest import CELL, unique_reflections, write_mtz

if TYPE_CHECKING:
    from .conftest import CrystalFiles, FakeHost


def sentences(findings: list[Finding]) -> str:
    return "\n".join(f"{one.path}: {one.message}" for one in findings)


async def test_friedel_pairs_are_taken_under_standard_labels(crystal: CrystalFiles, host: FakeHost) -> None:
    """I(+) and I(-) become Iplus and Iminus, and the file knows what it is."""
    task = ImportMerged()
    task.inputData.HKLIN = crystal.pairs

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    output = task.outputData.OBSOUT
    assert read_reflections(Path(str(output))).column_labels()[3:] == ["Iplus", "SIGIplus", "Iminus", "SIGIminus"]
    assert (output.contentFlag.value, output.subType.value) == (ObsContent.IPAIR, 1)
    assert task.outputData.PERFORMANCE.spaceGroup.value == "P 21 21 21"
    assert float(task.outputData.PERFORMANCE.highResLimit) == pytest.approx(2.0, abs=0.02)
    assert not task.outputData.FREEOUT.isSet()


async def test_flags_of_the_file_come_out_beside_the_data(crystal: CrystalFiles, host: FakeHost) -> None:
    """A file with amplitudes and flags makes two files."""
    task = ImportMerged()
    task.inputData.HKLIN = crystal.amplitudes

    await host.run(task)

    assert read_reflections(Path(str(task.outputData.FREEOUT))).column_labels()[3:] == ["FREER"]
    assert read_reflections(Path(str(task.outputData.OBSOUT))).column_labels()[3:] == ["F", "SIGF"]


async def test_columns_that_are_no_flags_are_left_with_a_warning(host: FakeHost, tmp_path: Path) -> None:
    """A constant column called FREE is not a free set; the data are taken all the same."""
    hkl = unique_reflections()
    ones = np.ones(len(hkl))
    task = ImportMerged()
    task.inputData.HKLIN = write_mtz(
        tmp_path / "data.mtz", hkl, {"F": ("F", 10 * ones), "SIGF": ("Q", ones), "FREE": ("I", ones)}
    )

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    assert not task.outputData.FREEOUT.isSet()
    assert "test flags" in " ".join(row.message for row in task.errors)


def test_several_columns_of_one_kind_are_listed(tmp_path: Path) -> None:
    """The choices are written as they can be typed."""
    hkl = unique_reflections()
    ones = np.ones(len(hkl))
    columns = {"FA": ("F", ones), "SIGFA": ("Q", ones), "FB": ("F", ones), "SIGFB": ("Q", ones)}
    task = ImportMerged()
    task.inputData.HKLIN = write_mtz(tmp_path / "two.mtz", hkl, columns)

    text = sentences(task.validate())
    assert "inputData.HKLIN" in text
    assert "two.mtz:/*/*/[FA,SIGFA]" in text
    assert "two.mtz:/*/*/[FB,SIGFB]" in text

    task.inputData.HKLIN.columnLabels = "FB,SIGFB"
    assert task.validate() == []


def test_a_space_group_of_another_point_group_is_refused(crystal: CrystalFiles) -> None:
    """Screw axes may be chosen, not another symmetry."""
    task = ImportMerged()
    task.inputData.HKLIN = crystal.intensities

    task.controlParameters.SPACEGROUP = "P 21 21 2"
    assert task.validate() == []

    task.controlParameters.SPACEGROUP = "P 4"
    assert "controlParameters.SPACEGROUP" in sentences(task.validate())


async def test_the_model_gets_the_cell_of_the_data(crystal: CrystalFiles, host: FakeHost, tmp_path: Path) -> None:
    """A cell off by 1 % is replaced, and the job says so."""
    structure = read_model(crystal.model)
    structure.cell = gemmi.UnitCell(24.24, 28.0, 34.0, 90, 90, 90)
    write_model(structure, tmp_path / "off.pdb")
    task = ImportModel()
    task.inputData.XYZIN, task.inputData.F_SIGF = tmp_path / "off.pdb", crystal.intensities

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    assert read_model(Path(str(task.outputData.XYZOUT))).cell.a == pytest.approx(CELL.a)
    assert "cell of the data is used" in " ".join(row.message for row in task.errors)
    assert (task.outputData.PERFORMANCE.nAtoms.value, task.outputData.PERFORMANCE.nResidues.value) == (30, 6)


async def test_mmcif_stays_mmcif(crystal: CrystalFiles, host: FakeHost, tmp_path: Path) -> None:
    """A format that holds more is not turned into one that holds less."""
    write_model(read_model(crystal.model), tmp_path / "model.cif")
    task = ImportModel()
    task.inputData.XYZIN = tmp_path / "model.cif"

    await host.run(task)

    assert str(task.outputData.XYZOUT).endswith("XYZOUT.cif")
    assert Path(str(task.outputData.XYZOUT)).exists()


@pytest.mark.parametrize(
    ("cell", "space_group", "words"),
    [
        ((25.2, 28.0, 34.0, 90, 90, 90), "P 21 21 21", "5.0 % in a length"),
        ((24.0, 28.0, 34.0, 90, 90, 90), "P 1 21 1", "symmetry is another"),
        ((24.0, 28.0, 34.0, 90, 90, 90), "P 21 21 2", "same point group with other screw axes"),
    ],
)
def test_a_model_of_another_crystal_is_refused(
    crystal: CrystalFiles, tmp_path: Path, cell: tuple[float, ...], space_group: str, words: str
) -> None:
    """The sentence names both files and says what differs."""
    structure = read_model(crystal.model)
    structure.cell, structure.spacegroup_hm = gemmi.UnitCell(*cell), space_group
    write_model(structure, tmp_path / "other.pdb")
    task = ImportModel()
    task.inputData.XYZIN, task.inputData.F_SIGF = tmp_path / "other.pdb", crystal.intensities

    text = sentences(task.validate())

    assert "other.pdb and intensities.mtz" in text
    assert words in text


async def test_the_free_value_named_makes_flags_of_uneven_sets_usable(host: FakeHost, tmp_path: Path) -> None:
    """Three sets of very different size pass for a free set only with FREERFLAG_NUMBER; -1 may be its value."""
    hkl = unique_reflections()
    ones = np.ones(len(hkl))
    flags = np.random.default_rng(1).choice([-1, 0, 1], size=len(hkl), p=[0.05, 0.9, 0.05])
    columns = {"F": ("F", 10 * ones), "SIGF": ("Q", ones), "FREE": ("I", flags)}
    task = ImportMerged()
    task.inputData.HKLIN = write_mtz(tmp_path / "uneven.mtz", hkl, columns)

    task.controlParameters.FREERFLAG_NUMBER = 5
    assert "controlParameters.FREERFLAG_NUMBER" in sentences(task.validate())

    task.controlParameters.FREERFLAG_NUMBER = -1
    assert await host.run(task) is Outcome.SUCCEEDED
    assert task.outputData.FREEOUT.isSet()


async def test_a_wavelength_that_is_not_known_is_not_shown(crystal: CrystalFiles, host: FakeHost) -> None:
    """A figure without a value says nothing."""
    task = ImportMerged()
    task.inputData.HKLIN = crystal.intensities

    await host.run(task)

    assert '"Wavelength"' not in json.dumps(task.report.to_dict())


async def test_a_model_in_a_frame_of_its_own_is_turned_into_the_usual_one(
    crystal: CrystalFiles, host: FakeHost, tmp_path: Path
) -> None:
    """SCALE records of another frame are not lost with the cell of the data: the fractional coordinates stay."""
    structure = read_model(crystal.model)
    lines = structure.make_pdb_string().splitlines()
    turned = [
        "SCALE1      0.000000  0.041667  0.000000        0.00000",
        "SCALE2      0.035714  0.000000  0.000000        0.00000",
        "SCALE3      0.000000  0.000000 -0.029412        0.00000",
    ]
    kept = [line for line in lines if not line.startswith("SCALE")]
    place = next(number for number, line in enumerate(kept) if line.startswith("CRYST1")) + 1
    path = tmp_path / "turned.pdb"
    path.write_text("\n".join([*kept[:place], *turned, *kept[place:]]) + "\n")
    given = read_model(path)
    task = ImportModel()
    task.inputData.XYZIN, task.inputData.F_SIGF = path, crystal.intensities

    assert await host.run(task) is Outcome.SUCCEEDED

    made = read_model(Path(str(task.outputData.XYZOUT)))
    before, after = given[0][0][0][0].pos, made[0][0][0][0].pos
    expected = given.cell.fractionalize(before).tolist()
    assert given.cell.explicit_matrices
    assert made.cell.fractionalize(after).tolist() == pytest.approx(expected, abs=1e-3)


def test_a_model_in_other_screw_axes_can_be_taken_to_those_of_the_data(crystal: CrystalFiles, tmp_path: Path) -> None:
    """The sentence names the parameter of this task, and with it the model is taken."""
    structure = read_model(crystal.model)
    structure.spacegroup_hm = "P 21 21 2"
    write_model(structure, tmp_path / "other.pdb")
    task = ImportModel()
    task.inputData.XYZIN, task.inputData.F_SIGF = tmp_path / "other.pdb", crystal.intensities

    assert "ADOPT_SPACEGROUP=True" in sentences(task.validate())

    task.controlParameters.ADOPT_SPACEGROUP = True
    assert task.validate() == []
