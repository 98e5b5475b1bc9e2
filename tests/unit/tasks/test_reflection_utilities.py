"""The tasks that split, join and convert files of reflections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from xtalflow.data import Finding
from xtalflow.engine import import_input_files_async
from xtalflow.plugin import JobStatus, Outcome
from xtalflow.tasks.convert_reflections import ConvertReflections
from xtalflow.tasks.french_wilson import FrenchWilson
from xtalflow.tasks.join_mtz import JoinMtz
from xtalflow.tasks.split_mtz import SplitMtz
from xtalflow.testing import InMemoryStore
from xtalflow.xtal import CObsDataFile, ObsContent, PhsContent, read_reflections

from .conftest import unique_reflections, write_mtz

if TYPE_CHECKING:
    from .conftest import CrystalFiles, FakeHost


def sentences(findings: list[Finding]) -> str:
    return "\n".join(f"{one.path}: {one.message}" for one in findings)


def labels(file: object) -> list[str]:
    return list(read_reflections(Path(str(file))).column_labels()[3:])


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Amplitudes, flags, phases, map coefficients and a column that makes no file."""
    hkl = unique_reflections()
    ones = np.ones(len(hkl))
    columns = {
        "FP": ("F", 10 * ones),
        "SIGFP": ("Q", ones),
        "FREE": ("I", np.arange(len(hkl)) % 20),
        "PHIB": ("P", 30 * ones),
        "FOM": ("W", 0.5 * ones),
        "DELFWT": ("F", ones),
        "PHDELWT": ("P", ones),
        "DANO": ("D", ones),
    }
    return write_mtz(tmp_path / "mixed.mtz", hkl, columns)


# Splitting.


async def test_each_group_becomes_an_item_of_its_list(mixed: Path, host: FakeHost) -> None:
    """The files are in the job's folder, and know what they are."""
    task = SplitMtz()
    task.inputData.HKLIN = mixed

    assert await host.run(task) is Outcome.SUCCEEDED

    outputs = task.outputData
    lists = (outputs.OBSOUT, outputs.PHSOUT, outputs.FPHIOUT, outputs.FREEOUT)
    assert [[labels(file) for file in files] for files in lists] == [
        [["F", "SIGF"]],
        [["PHI", "FOM"]],
        [["F", "PHI"]],
        [["FREER"]],
    ]
    observed, difference = outputs.OBSOUT[0], outputs.FPHIOUT[0]
    assert (observed.contentFlag.value, observed.subType.value) == (ObsContent.FMEAN, 1)
    assert observed.annotation.value == "FP, SIGFP of mixed.mtz"
    assert difference.subType.value == 2
    assert Path(str(observed)).parent == task.work_directory
    report = json.dumps(task.report.to_dict())
    assert "made_FP.mtz" in report
    assert "an anomalous difference, for which there is no kind of file" in report


async def test_the_files_of_a_list_are_recorded_one_by_one(mixed: Path, tmp_path: Path) -> None:
    task, store = SplitMtz(), InMemoryStore(tmp_path / "project")
    store.project_directory.mkdir()
    task.inputData.HKLIN = mixed

    async with store.track_job(task) as job:
        await import_input_files_async(job, task, store)
        await task.execute()

    (record,) = store.all_jobs
    assert record.status is JobStatus.FINISHED
    made = {file.param_name: file for file in store.outputs_of(record.id)}
    assert {name: file.file_type for name, file in made.items() if "OUT" in name} == {
        "OBSOUT[0]": "application/CCP4-mtz-observed",
        "PHSOUT[0]": "application/CCP4-mtz-phases",
        "FPHIOUT[0]": "application/CCP4-mtz-map",
        "FREEOUT[0]": "application/CCP4-mtz-freerflag",
    }
    assert made["OBSOUT[0]"].path == "CCP4_JOBS/job_1/made_FP.mtz"
    assert made["OBSOUT[0]"].content_flag == ObsContent.FMEAN


async def test_groups_can_be_named(mixed: Path, host: FakeHost) -> None:
    task = SplitMtz()
    task.inputData.HKLIN = mixed
    task.controlParameters.COLUMNS = ["FP,SIGFP", "/*/*/[PHIB,FOM]"]

    await host.run(task)

    outputs = task.outputData
    assert [len(files) for files in (outputs.OBSOUT, outputs.PHSOUT, outputs.FPHIOUT, outputs.FREEOUT)] == [1, 1, 0, 0]


def test_groups_that_are_not_there_are_refused_before_anything_runs(mixed: Path, tmp_path: Path) -> None:
    task = SplitMtz()
    task.inputData.HKLIN = mixed
    task.controlParameters.COLUMNS = ["FP,SIGFP", "FP,SIGF", "SIGFP,FP"]

    text = sentences(task.validate())
    assert "controlParameters.COLUMNS[1]" in text
    assert "no column SIGF" in text
    assert "controlParameters.COLUMNS[2]" in text

    task = SplitMtz()
    hkl = unique_reflections()
    task.inputData.HKLIN = write_mtz(tmp_path / "none.mtz", hkl, {"X": ("R", np.ones(len(hkl)))})
    assert "no typed file can be made of it: X: a number of no particular kind" in sentences(task.validate())


# Joining.


async def test_files_are_joined_under_tags_and_labels(crystal: CrystalFiles, host: FakeHost) -> None:
    task = JoinMtz()
    files = task.inputData.MINIMTZINLIST
    for path in (crystal.pairs, crystal.intensities, crystal.flags):
        files.append({"fileName": path})
    files[1].columnTag, files[2].columnNames = "MEAN", "FreeR_flag"

    assert await host.run(task) is Outcome.SUCCEEDED

    expected = ["Iplus", "SIGIplus", "Iminus", "SIGIminus", "MEAN_I", "MEAN_SIGI", "FreeR_flag"]
    assert labels(task.outputData.HKLOUT) == expected
    assert "FREER of flags.mtz" in json.dumps(task.report.to_dict())


def test_files_that_do_not_go_together_are_refused(crystal: CrystalFiles) -> None:
    task = JoinMtz()
    files = task.inputData.MINIMTZINLIST
    files.append({"fileName": crystal.intensities})
    assert "needs at least 2 items" in sentences(task.validate())

    files.addItem()
    assert "MINIMTZINLIST[1].fileName: no file is given" in sentences(task.validate())

    files[1].fileName = crystal.intensities
    assert "would have the same label I; give one of them a tag" in sentences(task.validate())

    files[1].columnTag = "B"
    assert task.validate() == []


# Conversion.


async def test_phases_are_converted(tmp_path: Path, host: FakeHost) -> None:
    hkl = unique_reflections()
    columns = {"PHIB": ("P", np.full(len(hkl), 90.0)), "FOM": ("W", np.full(len(hkl), 0.5))}
    task = ConvertReflections()
    task.inputData.ABCD = write_mtz(tmp_path / "phases.mtz", hkl, columns)
    task.inputData.ABCD.subType = 2
    task.controlParameters.CONTENT = "HL"

    assert await host.run(task) is Outcome.SUCCEEDED

    made = task.outputData.PHSOUT
    assert labels(made) == ["HLA", "HLB", "HLC", "HLD"]
    assert (made.contentFlag.value, made.subType.value) == (PhsContent.HL, 2)
    assert not task.outputData.OBSOUT.isSet()
    assert host.commands == []


async def test_pairs_become_means_without_a_program(crystal: CrystalFiles, host: FakeHost) -> None:
    task = ConvertReflections()
    task.inputData.F_SIGF = crystal.pairs
    task.controlParameters.CONTENT = "IMEAN"

    assert await host.run(task) is Outcome.SUCCEEDED

    made = task.outputData.OBSOUT
    assert labels(made) == ["I", "SIGI"]
    assert (made.contentFlag.value, made.subType.value) == (ObsContent.IMEAN, 1)
    assert made.annotation.value == "IMEAN of I(+), SIGI(+), I(-), SIGI(-) of pairs.mtz"
    assert "mean intensities" in json.dumps(task.report.to_dict())
    assert host.commands == []


async def test_amplitudes_are_made_by_servalcat_and_lost_ones_stay_as_reflections(
    host: FakeHost, tmp_path: Path
) -> None:
    hkl = unique_reflections()
    sigma = np.where(np.arange(len(hkl)) < 3, 0.0, 1.0)
    task = ConvertReflections()
    task.inputData.F_SIGF = write_mtz(
        tmp_path / "data.mtz", hkl, {"I": ("J", np.full(len(hkl), 9.0)), "SIGI": ("Q", sigma)}
    )
    task.controlParameters.CONTENT = "FMEAN"

    assert await host.run(task) is Outcome.SUCCEEDED

    assert [command[:2] for command in host.commands] == [["servalcat", "fw"]]
    made = read_reflections(Path(str(task.outputData.OBSOUT)))
    assert made.nreflections == len(hkl)
    assert task.outputData.OBSOUT.subType.value == 2
    assert sorted(each.name for each in task.work_directory.glob("*.mtz")) == ["OBSOUT.mtz", "intensities.mtz"]


async def test_a_failing_servalcat_fails_the_job(crystal: CrystalFiles, failing_host: FakeHost) -> None:
    task = ConvertReflections()
    task.inputData.F_SIGF = crystal.intensities
    task.controlParameters.CONTENT = "FMEAN"

    assert await failing_host.run(task) is Outcome.FAILED
    assert "SIGSEGV" in task.errors.reason


def test_what_cannot_be_converted_is_refused_before_anything_runs(crystal: CrystalFiles) -> None:
    task = ConvertReflections()
    task.controlParameters.CONTENT = "IPAIR"
    assert "give either observations (F_SIGF) or phases (ABCD)" in sentences(task.validate())

    task.inputData.F_SIGF = crystal.intensities
    assert "mean intensities cannot be converted to intensities of Friedel pairs" in sentences(task.validate())

    task.controlParameters.CONTENT = "FMEAN"
    assert task.validate() == []

    task.controlParameters.CONTENT.unSet()
    assert "controlParameters.CONTENT" in sentences(task.validate())


async def test_french_wilson_keeps_every_reflection_too(host: FakeHost, crystal: CrystalFiles) -> None:
    """Names and wavelength are those of the data, not of servalcat's file."""
    task = FrenchWilson()
    task.inputData.F_SIGF = crystal.pairs

    assert await host.run(task) is Outcome.SUCCEEDED

    for output, content in ((task.outputData.FSIGFOUT, 4), (task.outputData.FPAIROUT, 2)):
        made = read_reflections(Path(str(output)))
        assert made.nreflections == len(crystal.hkl)
        assert made.datasets[-1].dataset_name == "made"
        file = CObsDataFile()
        file.set(Path(str(output)))
        file.examine()
        assert file.contentFlag.value == content
