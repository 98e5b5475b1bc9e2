"""The pipeline, with a servalcat that only pretends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from xtalflow.errors import ProgramFailed
from xtalflow.plugin import Command, CPluginScript, Outcome, Progress
from xtalflow.tasks.refine_pipeline import RefinePipeline
from xtalflow.tasks.servalcat_refine import ServalcatRefine
from xtalflow.xtal import count_waters, read_model, write_model

from .conftest import unique_reflections, write_mtz
from .test_imports import sentences

if TYPE_CHECKING:
    from .conftest import CrystalFiles, FakeHost

ALL_STEPS = [
    "refine_pipeline",
    "import_merged",
    "import_model",
    "freerflag",
    "servalcat_refine",
    "french_wilson",
    "add_waters",
    "servalcat_refine",
    "validate_model",
    "make_maps",
]


@pytest.fixture
def task(crystal: CrystalFiles, library: Path) -> RefinePipeline:
    """A pipeline from intensities."""
    task = RefinePipeline()
    task.inputData.F_SIGF, task.inputData.XYZIN = crystal.intensities, crystal.model
    task.controlParameters.NCYCLES = 2
    return task


def report_text(task: CPluginScript) -> str:
    return json.dumps(task.report.to_dict(), ensure_ascii=False)


def refinements(host: FakeHost) -> list[ServalcatRefine]:
    return [job for job in host.jobs if isinstance(job, ServalcatRefine)]


async def test_every_step_is_a_child_job(task: RefinePipeline, host: FakeHost) -> None:
    """Intensities: French–Wilson beside the refinement, waters, a second refinement."""
    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED, task.errors.reason
    assert host.tasks == ALL_STEPS
    assert all(job.parent is task for job in host.jobs[1:])


async def test_progress_never_goes_back(task: RefinePipeline, host: FakeHost) -> None:
    """Five stages with waters, in order."""
    own: list[Progress] = []
    task.progressed.connect(own.append)

    await host.run(task)

    assert [(step.done, step.total) for step in own] == [(number, 5) for number in range(6)]


async def test_amplitudes_are_not_converted(task: RefinePipeline, crystal: CrystalFiles, host: FakeHost) -> None:
    """French–Wilson is left out, and the report says so."""
    task.inputData.F_SIGF = crystal.amplitudes

    await host.run(task)

    assert "french_wilson" not in host.tasks
    assert "French–Wilson is left out" in report_text(task)
    assert task.outputData.PERFORMANCE.RFactor.isSet()


async def test_without_waters_there_is_one_refinement(task: RefinePipeline, host: FakeHost) -> None:
    """ADD_WATERS=False leaves out waters and the second refinement."""
    task.controlParameters.ADD_WATERS = False

    await host.run(task)

    assert host.tasks.count("servalcat_refine") == 1
    assert "add_waters" not in host.tasks


async def test_low_resolution_leaves_waters_out(task: RefinePipeline, host: FakeHost, tmp_path: Path) -> None:
    """Data that end above 2.8 Å: a sentence instead of waters."""
    hkl = unique_reflections(3.0)
    i = 100 + np.random.default_rng(1).exponential(100, len(hkl))
    task.inputData.F_SIGF = write_mtz(tmp_path / "low.mtz", hkl, {"I": ("J", i), "SIGI": ("Q", 0.1 * i)})

    await host.run(task)

    assert "add_waters" not in host.tasks
    assert "above the limit of 2.8 Å" in report_text(task)


async def test_shaking_and_b_factor_are_for_the_first_refinement_only(task: RefinePipeline, host: FakeHost) -> None:
    """The second starts from what the first has found."""
    task.controlParameters.RANDOMIZE, task.controlParameters.BFACTOR = 0.3, 20

    await host.run(task)

    first, second = refinements(host)
    assert (first.controlParameters.RANDOMIZE.value, first.controlParameters.BFACTOR.value) == (0.3, 20)
    assert not second.controlParameters.RANDOMIZE.isSet()
    assert not second.controlParameters.BFACTOR.isSet()


@pytest.mark.parametrize(
    ("data", "given", "origin", "words"),
    [
        ("amplitudes", True, "given", "the one given"),
        ("amplitudes", False, "from the data file", "that of the file of the reflections"),
        ("intensities", False, "new", "is new"),
    ],
)
async def test_where_the_free_set_comes_from_is_told(
    task: RefinePipeline, crystal: CrystalFiles, host: FakeHost, data: str, given: bool, origin: str, words: str
) -> None:
    """Given before the file's own before a new one; a text indicator and a sentence of the report say which."""
    task.inputData.F_SIGF = {"amplitudes": crystal.amplitudes, "intensities": crystal.intensities}[data]
    if given:
        task.inputData.FREERFLAG = crystal.flags

    await host.run(task)

    assert task.outputData.FREESET.freeSet.value == origin
    assert words in report_text(task)


async def test_results_are_those_of_the_last_steps(task: RefinePipeline, host: FakeHost) -> None:
    """Files and indicators of the last refinement, maps, and the free set."""
    await host.run(task)

    last, outputs = refinements(host)[-1].outputData, task.outputData
    assert str(outputs.XYZOUT) == str(last.XYZOUT)
    assert str(outputs.FPHIOUT) == str(last.FPHIOUT)
    assert outputs.PERFORMANCE.R1Factor.value == last.PERFORMANCE.R1Factor.value is not None
    assert outputs.GEOMETRY.RMSBond.value == last.GEOMETRY.RMSBond.value
    for file in (outputs.MAPOUT, outputs.DIFFMAPOUT, outputs.FREEROUT, outputs.CIFFILE):
        assert file.exists()
    assert not outputs.ANOMFPHIOUT.isSet()


async def test_pairs_give_an_anomalous_map(task: RefinePipeline, crystal: CrystalFiles, host: FakeHost) -> None:
    """Friedel pairs are kept to the end."""
    task.inputData.F_SIGF = crystal.pairs

    await host.run(task)

    assert task.outputData.ANOMFPHIOUT.exists()


async def test_the_report_is_the_table_of_a_paper(task: RefinePipeline, host: FakeHost) -> None:
    """One row per stage, with waters."""
    await host.run(task)

    items = next(section for section in task.report.sections if section.title == "Refinement").items
    table = next(item for item in items if item["kind"] == "table")
    assert [row[0] for row in table["rows"]] == ["As given", "Refined", "Refined with waters"]
    assert [row[-1] for row in table["rows"]] == [0, 0, count_waters(read_model(Path(str(task.outputData.CIFFILE))))]
    assert "I > 2σ(I)" in report_text(task)


async def test_validation_gets_the_wilson_b_of_french_wilson(task: RefinePipeline, host: FakeHost) -> None:
    """And its amplitudes."""
    await host.run(task)

    validation = next(job for job in host.jobs if job.TASKNAME == "validate_model")
    amplitudes = next(job for job in host.jobs if job.TASKNAME == "french_wilson")
    wilson_b = amplitudes.container.find("outputData.PERFORMANCE.wilsonB")
    assert validation.container.find("controlParameters.WILSON_B") == getattr(wilson_b, "value", None)
    assert str(validation.container.find("inputData.F_SIGF")) == str(amplitudes.container.find("outputData.FSIGFOUT"))


async def test_a_failed_refinement_fails_the_pipeline(task: RefinePipeline, failing_host: FakeHost) -> None:
    """With the reason, and no step after it."""
    outcome = await failing_host.run(task)

    assert outcome is Outcome.FAILED
    assert "killed by SIGSEGV" in task.errors.reason
    assert "validate_model" not in failing_host.tasks


async def test_a_failed_validation_does_not_lose_the_model(task: RefinePipeline, host: FakeHost) -> None:
    """What judges the model, or goes beside it, is said to have failed; the model is there."""

    def crash(plugin: CPluginScript, command: Command) -> None:
        raise ProgramFailed("servalcat was killed by SIGSEGV", code=139)

    host.programs = {**host.programs, "geom": crash, "fw": crash}

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    assert task.outputData.XYZOUT.exists()
    warnings = " ".join(row.message for row in task.errors)
    assert "Validate model failed" in warnings
    assert "French–Wilson amplitudes failed" in warnings


async def test_warnings_of_the_steps_are_said_by_the_pipeline(task: RefinePipeline, host: FakeHost) -> None:
    """Nobody needs to open a child job to learn that it refined untwinned."""
    task.controlParameters.TWIN = True

    await host.run(task)

    warnings = [row.message for row in task.errors]
    assert any(message.startswith("Refinement: Refined untwinned") for message in warnings)


def test_all_that_is_wrong_is_found_at_once(task: RefinePipeline, tmp_path: Path) -> None:
    """Missing file, missing library and bad sequence are told together, with path and name."""
    task.inputData.FREERFLAG = tmp_path / "nothing.mtz"
    (tmp_path / "bad.fasta").write_text(">bad\nAC1!\n")
    task.inputData.SEQIN = tmp_path / "bad.fasta"

    text = sentences(task.validate())

    assert "inputData.FREERFLAG" in text
    assert "nothing.mtz" in text
    assert "inputData.SEQIN" in text
    assert "bad.fasta" in text


def test_other_screw_axes_ask_for_the_space_group(task: RefinePipeline, crystal: CrystalFiles, tmp_path: Path) -> None:
    """Which of the two is right only the user knows."""
    structure = read_model(crystal.model)
    structure.spacegroup_hm = "P 21 21 2"
    write_model(structure, tmp_path / "other.pdb")
    task.inputData.XYZIN = tmp_path / "other.pdb"

    assert "SPACEGROUP=" in sentences(task.validate())

    task.controlParameters.SPACEGROUP = "P 21 21 2"
    assert task.validate() == []


async def test_the_space_group_chosen_is_used_throughout(
    task: RefinePipeline, crystal: CrystalFiles, host: FakeHost, tmp_path: Path
) -> None:
    """Data and model are both taken to it."""
    structure = read_model(crystal.model)
    structure.spacegroup_hm = "P 21 21 2"
    write_model(structure, tmp_path / "other.pdb")
    task.inputData.XYZIN, task.controlParameters.SPACEGROUP = tmp_path / "other.pdb", "P 21 21 2"

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED, task.errors.reason
    assert read_model(Path(str(task.outputData.XYZOUT))).spacegroup_hm == "P 21 21 2"


def test_a_free_value_without_flags_is_refused(task: RefinePipeline) -> None:
    """FREERFLAG_NUMBER needs flags that it is a value of."""
    task.controlParameters.FREERFLAG_NUMBER = 3

    assert "controlParameters.FREERFLAG_NUMBER" in sentences(task.validate())


async def test_the_free_value_named_is_used_for_the_flags_of_the_data_file(
    task: RefinePipeline, host: FakeHost, tmp_path: Path
) -> None:
    """Flags of uneven sets are not replaced by a new set when the user says which is free."""
    hkl = unique_reflections()
    i = 100 + np.random.default_rng(1).exponential(100, len(hkl))
    flags = np.random.default_rng(2).choice([0, 1, 2], size=len(hkl), p=[0.9, 0.05, 0.05])
    columns = {"I": ("J", i), "SIGI": ("Q", 0.1 * i), "FREE": ("I", flags)}
    task.inputData.F_SIGF = write_mtz(tmp_path / "uneven.mtz", hkl, columns)
    task.controlParameters.FREERFLAG_NUMBER, task.controlParameters.ADD_WATERS = 2, False

    assert await host.run(task) is Outcome.SUCCEEDED, task.errors.reason

    assert task.outputData.FREESET.freeSet.value == "from the data file"
    assert "Free value" in report_text(task)
    assert option_of(host, "--free") == "2"


def option_of(host: FakeHost, name: str) -> str:
    """The word after an option of the refinement's command."""
    words = next(command for command in host.commands if "refine_xtal_norefmac" in command)
    return words[words.index(name) + 1]


async def test_the_first_stage_says_what_was_done_to_the_model(task: RefinePipeline, host: FakeHost) -> None:
    """With B factors reset the model is not as given."""
    task.controlParameters.BFACTOR, task.controlParameters.ADD_WATERS = 20, False

    await host.run(task)

    assert "B factors reset" in report_text(task)
    assert "As given" not in report_text(task)
