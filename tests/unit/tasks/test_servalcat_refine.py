"""The refinement task, with a servalcat that only pretends."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import gemmi
import numpy as np
import pytest

from xtalflow.plugin import Command, CPluginScript, Outcome
from xtalflow.tasks.freerflag import FreeRFlag
from xtalflow.tasks.servalcat_refine import ServalcatRefine
from xtalflow.xtal import read_model, read_reflections, write_model

from .conftest import (
    make_model,
    option,
    pretend_refinement,
    statistics,
    structure_factors,
    unique_reflections,
    write_mtz,
)
from .test_imports import sentences

if TYPE_CHECKING:
    from .conftest import CrystalFiles, FakeHost


@pytest.fixture
async def flags(crystal: CrystalFiles, host: FakeHost) -> Path:
    """A complete free set."""
    task = FreeRFlag()
    task.inputData.F_SIGF, task.inputData.FREERFLAG = crystal.intensities, crystal.flags
    await host.run(task)
    return Path(str(task.outputData.FREEROUT))


@pytest.fixture
def task(crystal: CrystalFiles, flags: Path, library: Path) -> ServalcatRefine:
    """A refinement against intensities that can be run."""
    task = ServalcatRefine()
    inputs = task.inputData
    inputs.F_SIGF, inputs.FREERFLAG, inputs.XYZIN = crystal.intensities, flags, crystal.model
    task.controlParameters.NCYCLES = 3
    return task


def labels_of(path: object) -> list[str]:
    return read_reflections(Path(str(path))).column_labels()[3:]


async def test_indicators_against_intensities_are_r1(task: ServalcatRefine, host: FakeHost) -> None:
    """R1 values and CCI are set, R values against amplitudes are not; geometry is only bonds and angles."""
    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    performance, geometry = task.outputData.PERFORMANCE, task.outputData.GEOMETRY
    assert performance.R1Factor.value == pytest.approx(0.24)
    assert performance.R1Free.value == pytest.approx(0.275)
    assert performance.CCIwork_avg.value == 0.9
    assert performance.RFactor.value is None
    assert [child.name for child in geometry.children() if child.isSet()] == ["RMSBond", "RMSAngle"]


async def test_r_is_against_amplitudes(task: ServalcatRefine, crystal: CrystalFiles, host: FakeHost) -> None:
    """R values and CCF are set."""
    task.inputData.F_SIGF = crystal.amplitudes

    await host.run(task)

    assert task.outputData.PERFORMANCE.RFactor.value == pytest.approx(0.24)
    assert task.outputData.PERFORMANCE.R1Factor.value is None


async def test_each_cycle_is_told_while_it_runs(task: ServalcatRefine, host: FakeHost) -> None:
    """Figures of the start and of every cycle, and progress with a sentence."""
    await host.run(task)

    assert [values["cycle"] for values in host.cycles] == [0, 1, 2, 3]
    assert host.cycles[1] == {"cycle": 1, "R1work": 0.28, "R1free": 0.305, "CCIwork": 0.9}
    assert [(step.done, step.total) for step in host.steps] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert host.steps[3].text == "cycle 3: R1work 0.2400, R1free 0.2750"


async def test_maps_are_files_of_their_own(task: ServalcatRefine, crystal: CrystalFiles, host: FakeHost) -> None:
    """Standard labels and sub-types; an anomalous map comes with Friedel pairs only."""
    await host.run(task)

    outputs = task.outputData
    assert labels_of(outputs.FPHIOUT) == labels_of(outputs.DIFFPHIOUT) == ["F", "PHI"]
    assert (outputs.FPHIOUT.subType.value, outputs.DIFFPHIOUT.subType.value) == (1, 2)
    assert not outputs.ANOMFPHIOUT.isSet()

    again = ServalcatRefine()
    again.inputData, again.controlParameters = task.inputData, task.controlParameters
    again.inputData.F_SIGF = crystal.pairs
    await host.run(again)
    assert labels_of(again.outputData.ANOMFPHIOUT) == ["F", "PHI"]
    assert again.outputData.ANOMFPHIOUT.subType.value == 3


async def test_the_command_says_what_was_asked(task: ServalcatRefine, host: FakeHost, library: Path) -> None:
    """Options of servalcat follow the parameters; what is not set is not mentioned."""
    controls = task.controlParameters
    controls.RANDOMIZE, controls.BFACTOR, controls.SOURCE = 0.3, 20, "electron"

    await host.run(task)

    words = host.commands[-1]
    assert words[:2] == ["servalcat", "refine_xtal_norefmac"]
    pairs = dict(pairwise(words))
    assert pairs["--labin"] == "I,SIGI,FREER"
    assert (pairs["--free"], pairs["--source"], pairs["--ncycle"]) == ("0", "electron", "3")
    assert (pairs["--randomize"], pairs["--bfactor"], pairs["--monlib"]) == ("0.3", "20.0", str(library))
    assert not {"--twin", "--weight", "--unrestrained", "--ligand"} & set(words)


async def test_what_servalcat_reads_has_a_flag_on_each_observation(task: ServalcatRefine, host: FakeHost) -> None:
    """One file of observations and flags, so that nothing can fall between two."""
    await host.run(task)

    mtz = gemmi.read_mtz_file(str(task.work_directory / "reflections.mtz"))
    assert mtz.column_labels()[3:] == ["I", "SIGI", "FREER"]
    assert np.isfinite(mtz.column_with_label("FREER").array).all()


async def test_data_cut_by_the_program_are_said(task: ServalcatRefine, host: FakeHost) -> None:
    """Fewer reflections used than given is never silent."""

    def cut(plugin: CPluginScript, command: Command) -> None:
        pretend_refinement(plugin, command)
        path = plugin.work_directory / f"{option(command, '--output_prefix')}_stats.json"
        path.write_text(json.dumps([statistics(0, "I", 100, d_min=2.5)]))

    host.programs = {"refine_xtal_norefmac": cut}

    await host.run(task)

    assert any("servalcat used 100 of" in row.message and "2.50 Å" in row.message for row in task.errors)


async def test_twinning_without_a_twin_law_is_not_taken_up(task: ServalcatRefine, host: FakeHost) -> None:
    """An orthorhombic lattice with different edges has no twin law; the job says that it refined untwinned."""
    task.controlParameters.TWIN = True

    await host.run(task)

    assert "--twin" not in host.commands[-1]
    assert any("Refined untwinned" in row.message for row in task.errors)


async def test_a_refinement_without_free_set_says_so(task: ServalcatRefine, host: FakeHost) -> None:
    """No flags: no label of flags, no free value, a warning."""
    task.inputData.FREERFLAG.unSet()

    await host.run(task)

    assert "--free" not in host.commands[-1]
    assert any("no R free" in row.message for row in task.errors)


async def test_a_model_too_big_for_pdb_is_said(task: ServalcatRefine, host: FakeHost) -> None:
    """Servalcat then writes mmCIF alone."""

    def without_pdb(plugin: CPluginScript, command: Command) -> None:
        pretend_refinement(plugin, command)
        (plugin.work_directory / f"{option(command, '--output_prefix')}.pdb").unlink()

    host.programs = {"refine_xtal_norefmac": without_pdb}

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    assert not task.outputData.XYZOUT.isSet()
    assert task.outputData.CIFFILE.exists()
    assert any("too big for the PDB format" in row.message for row in task.errors)


async def test_a_crash_of_the_program_fails_the_job(task: ServalcatRefine, failing_host: FakeHost) -> None:
    """The reason is the program's end, not ours."""
    outcome = await failing_host.run(task)

    assert outcome is Outcome.FAILED
    assert "killed by SIGSEGV" in task.errors.reason


@pytest.mark.parametrize("missing", ["refined.mmcif", "refined.mtz", "refined_stats.json"])
async def test_a_program_that_leaves_half_its_files_fails(task: ServalcatRefine, host: FakeHost, missing: str) -> None:
    """Exit code 0 alone is not success."""

    def forgetful(plugin: CPluginScript, command: Command) -> None:
        pretend_refinement(plugin, command)
        (plugin.work_directory / missing).unlink()

    host.programs = {"refine_xtal_norefmac": forgetful}

    assert await host.run(task) is Outcome.FAILED


def test_unflagged_reflections_are_refused_before_anything_runs(task: ServalcatRefine, crystal: CrystalFiles) -> None:
    """Servalcat would refuse them, or cut the data; the sentence says what to do."""
    task.inputData.FREERFLAG = crystal.flags

    text = sentences(task.validate())
    assert "flags.mtz" in text
    assert "have no free flag; complete the set with the task freerflag" in text


def test_a_missing_dictionary_is_named(task: ServalcatRefine, crystal: CrystalFiles, tmp_path: Path) -> None:
    """The residue, the file and the parameter are in the sentence; without restraints none is needed."""
    structure = read_model(crystal.model)
    structure[0][0][2].name = "NUT"
    write_model(structure, tmp_path / "ligand.pdb")
    task.inputData.XYZIN = tmp_path / "ligand.pdb"

    text = sentences(task.validate())
    assert "inputData.DICT_LIST: ligand.pdb has NUT" in text
    assert "DICT_LIST=NUT.cif" in text

    task.controlParameters.UNRESTRAINED = True
    assert task.validate() == []


def test_a_missing_library_is_said(task: ServalcatRefine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything runs."""
    monkeypatch.delenv("CLIBD_MON")

    assert "CLIBD_MON" in sentences(task.validate())


def test_another_space_group_is_refused(task: ServalcatRefine, crystal: CrystalFiles, tmp_path: Path) -> None:
    """Servalcat would take the model's space group for the data without a word."""
    structure = read_model(crystal.model)
    structure.spacegroup_hm = "P 21 21 2"
    write_model(structure, tmp_path / "other.pdb")
    task.inputData.XYZIN = tmp_path / "other.pdb"

    assert "other screw axes" in sentences(task.validate())


def test_absences_and_bad_sigmas_need_no_flags(task: ServalcatRefine, crystal: CrystalFiles, tmp_path: Path) -> None:
    """Only what is refined against is counted."""
    hkl = np.vstack([unique_reflections(), [[3, 0, 0], [50, 1, 1]]])
    ones = np.ones(len(hkl))
    sigma = np.where(np.arange(len(hkl)) == len(hkl) - 1, 0.0, 1.0)
    task.inputData.F_SIGF = write_mtz(tmp_path / "more.mtz", hkl, {"I": ("J", 9 * ones), "SIGI": ("Q", sigma)})

    assert task.validate() == []


async def test_chain_names_that_the_pdb_file_cuts_short_are_told(
    task: ServalcatRefine, host: FakeHost, tmp_path: Path
) -> None:
    """The two files then name the chains differently."""
    structure = read_model(Path(str(task.inputData.XYZIN)))
    structure.rename_chain("A", "Alpha")
    write_model(structure, tmp_path / "long.cif")
    task.inputData.XYZIN = tmp_path / "long.cif"
    host.programs = {**host.programs, "refine_xtal_norefmac": pretend_refinement_with_short_names}

    assert await host.run(task) is Outcome.SUCCEEDED, task.errors.reason

    assert "cut short in the PDB file" in json.dumps(task.report.to_dict())


def pretend_refinement_with_short_names(plugin: CPluginScript, command: Command) -> None:
    """As servalcat does it: the mmCIF file has the names, the PDB file has new short ones."""
    structure = gemmi.read_structure(option(command, "--model"))
    whole = structure.make_mmcif_document()
    structure.shorten_chain_names()
    short = plugin.work_directory / "short.cif"
    structure.make_mmcif_document().write_file(str(short))
    args = [str(short) if word == option(command, "--model") else word for word in command.args]
    pretend_refinement(plugin, Command(command.program, args, on_line=command.on_line))
    whole.write_file(str(plugin.work_directory / f"{option(command, '--output_prefix')}.mmcif"))


def test_a_dictionary_that_is_none_is_named_with_its_place(task: ServalcatRefine, tmp_path: Path) -> None:
    """Of several dictionaries the path says which."""
    good, bad = tmp_path / "good.cif", tmp_path / "bad.cif"
    good.write_text(
        "data_comp_XYZ\nloop_\n_chem_comp_atom.comp_id\n_chem_comp_atom.atom_id\n_chem_comp_atom.type_symbol\nXYZ O O\n"
    )
    bad.write_text("data_nothing\n_cell.length_a 10\n")
    task.inputData.DICT_LIST.set([good, bad])

    text = sentences(task.validate())

    assert f"inputData.DICT_LIST[1]: {bad}" in text
    assert "inputData.DICT_LIST[0]" not in text


def test_a_model_in_other_screw_axes_is_sent_to_the_task_that_moves_it(task: ServalcatRefine, tmp_path: Path) -> None:
    """The refinement has no SPACEGROUP to ask for."""
    structure = read_model(Path(str(task.inputData.XYZIN)))
    structure.spacegroup_hm = "P 21 21 2"
    write_model(structure, tmp_path / "other.pdb")
    task.inputData.XYZIN = tmp_path / "other.pdb"

    text = sentences(task.validate())

    assert "with the task import_model" in text
    assert "SPACEGROUP=" not in text


async def test_twinned_data_are_refined_as_twinned(library: Path, host: FakeHost, tmp_path: Path) -> None:
    """A trigonal crystal of which 30 % is turned by a twofold of its lattice."""
    structure = make_model()
    structure.cell, structure.spacegroup_hm = gemmi.UnitCell(40, 40, 30, 90, 90, 120), "P 3"
    structure.setup_cell_images()
    write_model(structure, tmp_path / "model.pdb")
    group = gemmi.SpaceGroup("P 3")
    hkl = np.asarray(gemmi.make_miller_array(structure.cell, group, 2.2))
    calculated = structure_factors(structure)
    own, turned = (np.abs(calculated.get_value_by_hkl(hkl * signs)) ** 2 for signs in ([1, 1, 1], [-1, -1, 1]))
    i = 0.7 * own + 0.3 * turned
    columns = {"I": ("J", i), "SIGI": ("Q", 0.02 * i + 0.001 * i.mean())}
    data = write_mtz(tmp_path / "twin.mtz", hkl, columns, cell=structure.cell, space_group=group)
    task = ServalcatRefine()
    task.inputData.F_SIGF, task.inputData.XYZIN = data, tmp_path / "model.pdb"
    task.controlParameters.TWIN = True

    assert await host.run(task) is Outcome.SUCCEEDED, task.errors.reason

    assert "--twin" in host.commands[-1]
    assert "Twinning is supported" in json.dumps(task.report.to_dict())
