"""The tasks that add waters, validate, make maps and amplitudes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import gemmi
import numpy as np
import pytest

from xtalflow.plugin import Outcome
from xtalflow.tasks.add_waters import AddWaters
from xtalflow.tasks.french_wilson import FrenchWilson
from xtalflow.tasks.make_maps import MakeMaps
from xtalflow.tasks.validate_model import ValidateModel
from xtalflow.xtal import ObsContent, read_model, read_reflections, write_model

from .conftest import WATER, structure_factors, unique_reflections, write_mtz
from .test_imports import sentences

if TYPE_CHECKING:
    from .conftest import CrystalFiles, FakeHost


@pytest.fixture
def difference(crystal: CrystalFiles, tmp_path: Path) -> Path:
    """Coefficients of a difference map with a peak where the model lacks a water."""
    return write_difference(crystal, tmp_path / "difference.mtz", 2.0)


def write_difference(crystal: CrystalFiles, path: Path, d_min: float) -> Path:
    hkl = unique_reflections(d_min)
    structure = read_model(crystal.model)
    calculated = structure_factors(structure).get_value_by_hkl(hkl)
    water = gemmi.Atom()
    water.name, water.element, water.occ, water.b_iso = "O", gemmi.Element("O"), 1.0, 15.0
    water.pos = gemmi.Position(*WATER)
    structure[0][0][0].add_atom(water)
    difference = structure_factors(structure).get_value_by_hkl(hkl) - calculated
    columns = {"F": ("F", np.abs(difference)), "PHI": ("P", np.angle(difference, deg=True))}
    return write_mtz(path, hkl, columns)


async def test_the_water_that_the_model_lacks_is_added(crystal: CrystalFiles, difference: Path, host: FakeHost) -> None:
    """One peak, one water, in a chain of its own, at its place."""
    task = AddWaters()
    task.inputData.XYZIN, task.inputData.DIFFPHIIN = crystal.model, difference

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    assert (task.outputData.PERFORMANCE.nWatersAdded.value, task.outputData.PERFORMANCE.nWaters.value) == (1, 1)
    model = read_model(Path(str(task.outputData.XYZOUT)))[0]
    assert model["W"][0][0].pos.dist(gemmi.Position(*WATER)) < 0.1


async def test_no_water_is_added_at_low_resolution_unless_asked_for(
    crystal: CrystalFiles, host: FakeHost, tmp_path: Path
) -> None:
    """Beyond 2.8 Å the job says why it adds none; FORCE overrides."""
    low = write_difference(crystal, tmp_path / "low.mtz", 3.0)
    counts = []
    for force in (False, True):
        task = AddWaters()
        task.inputData.XYZIN, task.inputData.DIFFPHIIN, task.controlParameters.FORCE = crystal.model, low, force
        await host.run(task)
        counts.append(task.outputData.PERFORMANCE.nWatersAdded.value)
        if not force:
            assert "limit of 2.8 Å" in json.dumps(task.report.to_dict(), ensure_ascii=False)

    assert counts == [0, 1]


def test_contacts_that_exclude_each_other_are_refused(crystal: CrystalFiles, difference: Path) -> None:
    """The shortest contact must be shorter than the longest bond."""
    task = AddWaters()
    task.inputData.XYZIN, task.inputData.DIFFPHIIN = crystal.model, difference
    task.controlParameters.DMIN_CONTACT, task.controlParameters.DMAX_CONTACT = 2.9, 2.6

    assert "controlParameters.DMIN_CONTACT" in sentences(task.validate())


async def test_both_maps_are_written(crystal: CrystalFiles, difference: Path, host: FakeHost) -> None:
    """CCP4 maps with their sub-types."""
    task = MakeMaps()
    task.inputData.FPHIIN, task.inputData.DIFFPHIIN = difference, difference

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    assert gemmi.read_ccp4_map(str(task.outputData.MAPOUT)).grid.unit_cell.a == pytest.approx(24.0)
    assert (task.outputData.MAPOUT.subType.value, task.outputData.DIFFMAPOUT.subType.value) == (1, 2)


async def test_maps_need_coefficients(host: FakeHost) -> None:
    """With nothing to transform the task is refused."""
    task = MakeMaps()

    assert "no map coefficients" in sentences(task.validate())


async def test_validation_reports_all_that_is_given(
    crystal: CrystalFiles, difference: Path, host: FakeHost, library: Path, tmp_path: Path
) -> None:
    """Geometry, Ramachandran, clashes, B factors, difference peaks and sequence."""
    sequence = tmp_path / "model.fasta"
    sequence.write_text(">model\nAAAAAAA\n")
    task = ValidateModel()
    inputs = task.inputData
    inputs.XYZIN, inputs.DIFFPHIIN, inputs.SEQIN, inputs.F_SIGF = (
        crystal.model,
        difference,
        sequence,
        crystal.amplitudes,
    )
    task.controlParameters.WILSON_B = 17.0

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    titles = [section.title for section in task.report.sections]
    assert titles[:4] == ["Ramachandran", "Geometry", "Clashes", "B factors"]
    assert {"Difference peaks", "Sequence", "Data"} <= set(titles)
    assert task.outputData.PERFORMANCE.meanB.value == pytest.approx(17.5)
    assert task.outputData.PERFORMANCE.nPeaks.value == 1
    assert "torsion omega" in json.dumps(task.report.to_dict())


async def test_validation_without_a_library_leaves_restraints_out(
    crystal: CrystalFiles, host: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says so; the rest is done."""
    monkeypatch.delenv("CLIBD_MON", raising=False)
    task = ValidateModel()
    task.inputData.XYZIN = crystal.model

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    assert host.commands == []
    assert "Restraints were not looked at" in json.dumps(task.report.to_dict())


async def test_amplitudes_of_pairs_come_as_means_and_as_pairs(crystal: CrystalFiles, host: FakeHost) -> None:
    """Two files with standard labels, content flags and sub-type derived; a Wilson B."""
    task = FrenchWilson()
    task.inputData.F_SIGF = crystal.pairs

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    outputs = task.outputData
    assert read_reflections(Path(str(outputs.FSIGFOUT))).column_labels()[3:] == ["F", "SIGF"]
    assert read_reflections(Path(str(outputs.FPAIROUT))).column_labels()[3:] == [
        "Fplus",
        "SIGFplus",
        "Fminus",
        "SIGFminus",
    ]
    assert (outputs.FSIGFOUT.contentFlag.value, outputs.FSIGFOUT.subType.value) == (ObsContent.FMEAN, 2)
    assert outputs.PERFORMANCE.wilsonB.isSet()
    assert "B11" in json.dumps(task.report.to_dict())


def test_amplitudes_are_not_converted_again(crystal: CrystalFiles) -> None:
    """The program would end with a traceback."""
    task = FrenchWilson()
    task.inputData.F_SIGF = crystal.amplitudes

    assert "mean amplitudes cannot be converted to intensities of Friedel pairs" in sentences(task.validate())


@pytest.mark.parametrize("make", [AddWaters, MakeMaps, ValidateModel])
def test_a_map_of_another_crystal_is_refused(
    make: type[AddWaters | MakeMaps | ValidateModel], crystal: CrystalFiles, difference: Path, tmp_path: Path
) -> None:
    """Peaks of another crystal's map mean nothing; both files are named."""
    structure = read_model(crystal.model)
    structure.cell = gemmi.UnitCell(26.0, 28.0, 34.0, 90, 90, 90)
    write_model(structure, tmp_path / "other.pdb")
    task = make()
    task.inputData.XYZIN, task.inputData.DIFFPHIIN = tmp_path / "other.pdb", difference

    text = sentences(task.validate())

    assert "inputData.DIFFPHIIN: other.pdb and difference.mtz: the cell of the model" in text


@pytest.mark.parametrize("make", [AddWaters, MakeMaps, ValidateModel])
async def test_of_several_map_coefficients_those_named_are_used(
    make: type[AddWaters | MakeMaps | ValidateModel],
    crystal: CrystalFiles,
    difference: Path,
    host: FakeHost,
    library: Path,
    tmp_path: Path,
) -> None:
    """As in a file that a refinement program wrote: FWT and DELFWT side by side."""
    mtz = read_reflections(difference)
    f, phi = (np.array(mtz.column_with_label(label).array) for label in ("F", "PHI"))
    columns = {"FWT": ("F", 0 * f + 1), "PHWT": ("P", 0 * phi), "DELFWT": ("F", f), "PHDELWT": ("P", phi)}
    both = write_mtz(tmp_path / "both.mtz", mtz.make_miller_array(), columns)
    task = make()
    task.inputData.XYZIN, task.inputData.DIFFPHIIN = crystal.model, both
    task.inputData.DIFFPHIIN.columnLabels = "DELFWT,PHDELWT"

    assert await host.run(task) is Outcome.SUCCEEDED, task.errors.reason

    figures = task.outputData["PERFORMANCE"].to_dict() if "PERFORMANCE" in task.outputData else {}
    assert figures.get("nWatersAdded", figures.get("nPeaks", 1)) == 1


async def test_a_chain_that_fits_no_sequence_is_told(crystal: CrystalFiles, host: FakeHost, tmp_path: Path) -> None:
    """The wrong sequence was given, or the wrong model."""
    sequence = tmp_path / "other.fasta"
    sequence.write_text(">other\nWWWWWWWWWWWW\n")
    task = ValidateModel()
    task.inputData.XYZIN, task.inputData.SEQIN = crystal.model, sequence

    await host.run(task)

    assert "None of the sequences fits chain A" in json.dumps(task.report.to_dict())
