"""Tasks on real data: what they refuse, and what servalcat makes of it."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from xtalflow.engine import import_input_files_async
from xtalflow.plugin import CPluginScript, JobStatus, Outcome
from xtalflow.tasks.refine_pipeline import RefinePipeline
from xtalflow.tasks.servalcat_refine import ServalcatRefine
from xtalflow.testing import InMemoryStore

pytestmark = pytest.mark.real_data


@pytest.fixture(autouse=True)
def library(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small monomer library."""
    folder = shared_data / "monlib_min"
    monkeypatch.setenv("CLIBD_MON", str(folder))
    return folder


@pytest.fixture
def task(shared_data: Path) -> RefinePipeline:
    """A pipeline on the peptide, which takes some seconds."""
    task = RefinePipeline()
    task.inputData.F_SIGF, task.inputData.XYZIN = shared_data / "tiny" / "5e5z.mtz", shared_data / "tiny" / "5e5z.pdb"
    task.controlParameters.NCYCLES = 3
    return task


async def run(task: CPluginScript, folder: Path) -> InMemoryStore:
    """Import, track, execute."""
    store = InMemoryStore(folder / "project")
    async with store.track_job(task) as job:
        await import_input_files_async(job, task, store)
        await task.execute()
    return store


def refusal(task: CPluginScript) -> str:
    return "\n".join(f"{one.path}: {one.message}" for one in task.validate())


@pytest.mark.parametrize(
    ("parameter", "file", "words"),
    [
        ("F_SIGF", "truncated.mtz", "truncated"),
        ("F_SIGF", "empty.mtz", "empty"),
        ("F_SIGF", "pdb_named.mtz", "no file of reflections"),
        ("F_SIGF", "all_missing.mtz", "missing"),
        ("F_SIGF", "hkl_only.mtz", "only the indices"),
        ("F_SIGF", "broken_loop-sf.cif", ":"),
        ("F_SIGF", "nothing.mtz", "no such file"),
        ("F_SIGF", ".", "folder"),
        ("XYZIN", "empty.pdb", "empty"),
        ("XYZIN", "mtz_named.pdb", "not an atomic model"),
        ("XYZIN", "truncated_model.cif", ":"),
        ("XYZIN", "wrong_cell.pdb", "symmetry is another"),
        ("FREERFLAG", "free_all_one.mtz", "does not appear to be test flags"),
        ("SEQIN", "header_only.fasta", "no residues"),
        ("SEQIN", "bad_letters.fasta", "stands for no residue"),
    ],
)
def test_malformed_input_is_refused_before_anything_is_made(
    task: RefinePipeline, shared_data: Path, parameter: str, file: str, words: str
) -> None:
    """A sentence with the parameter's path and the file's name."""
    path = shared_data / "malformed" / file
    task.inputData[parameter].set(path)

    text = refusal(task)

    assert f"inputData.{parameter}: " in text
    assert path.name in text
    assert words in text


def test_a_good_file_of_any_name_is_taken(task: RefinePipeline, shared_data: Path, tmp_path: Path) -> None:
    """Non-ASCII letters, spaces and brackets."""
    path = tmp_path / "Données β-5e5z (1).mtz"
    shutil.copy(shared_data / "malformed" / "good_5e5z.mtz", path)
    task.inputData.F_SIGF = path

    assert task.validate() == []


def test_choices_of_columns_are_listed(task: RefinePipeline, shared_data: Path) -> None:
    """Three pairs of amplitudes in one file."""
    task.inputData.F_SIGF = shared_data / "rnase" / "rnase18_Nat_Complexes.mtz"

    assert "[FNAT,SIGFNAT]" in refusal(task)
    assert "[FRNASA2GMP,SIGFRNASA2GMP]" in refusal(task)


def test_a_missing_dictionary_is_found(task: RefinePipeline, shared_data: Path) -> None:
    """The ligand of 4HG7 is in no library; its dictionary mends it."""
    folder = shared_data / "mdm2"
    task.inputData.F_SIGF, task.inputData.XYZIN = folder / "4hg7-sf.cif", folder / "4hg7.cif"

    assert "4hg7.cif has NUT" in refusal(task)

    task.inputData.DICT_LIST.append(folder / "NUT.cif")
    assert task.validate() == []


@pytest.mark.program
async def test_the_pipeline_runs_on_a_peptide(task: RefinePipeline, tmp_path: Path) -> None:
    """Every step finishes; the flags of the data file are used; R falls."""
    store = await run(task, tmp_path)

    assert task.outcome is Outcome.SUCCEEDED, task.errors.reason
    jobs = store.all_jobs
    assert {job.status for job in jobs} == {JobStatus.FINISHED}
    assert {job.number for job in jobs} == {"1", *(f"1.{number}" for number in range(1, len(jobs)))}
    kpis = store.kpis_of(jobs[0].id)
    assert kpis["freeSet"] == "from the data file"
    assert kpis["R1Factor"] < 0.22  # type: ignore[operator]  # a number


@pytest.mark.program
async def test_each_cycle_is_live(task: RefinePipeline, shared_data: Path, tmp_path: Path) -> None:
    """The figures come while servalcat runs, not at its end."""
    refinement = ServalcatRefine()
    refinement.inputData.F_SIGF, refinement.inputData.XYZIN = task.inputData.F_SIGF, task.inputData.XYZIN
    refinement.controlParameters.NCYCLES = 20
    texts: list[str] = []
    when: list[float] = []

    def note(progress: object) -> None:
        texts.append(str(progress))
        when.append(asyncio.get_running_loop().time())

    refinement.progressed.connect(note)
    await run(refinement, tmp_path)

    assert len(texts) == 21
    assert when[-1] - when[0] > 0.1


@pytest.mark.program
async def test_what_servalcat_says_is_the_reason(task: RefinePipeline, shared_data: Path, tmp_path: Path) -> None:
    """A model that only servalcat finds wrong fails the job with servalcat's own words."""
    model = tmp_path / "odd.pdb"
    lines = (shared_data / "tiny" / "5e5z.pdb").read_text().splitlines(keepends=True)
    first = next(index for index, line in enumerate(lines) if line.startswith("ATOM"))
    lines[first] = f"{lines[first][:54]}  1.50{lines[first][60:]}"
    model.write_text("".join(lines))
    task.inputData.XYZIN = model

    await run(task, tmp_path)

    assert task.outcome is Outcome.FAILED
    assert "servalcat ended with exit code 1" in task.errors.reason
    assert "occupanc" in task.errors.reason.lower()


@pytest.mark.program
@pytest.mark.slow
async def test_gamma_reaches_its_figures(task: RefinePipeline, shared_data: Path, tmp_path: Path) -> None:
    """Shaken and reset, completed flags, waters: R1 0.185 and R1 free 0.212 or better, with an anomalous map."""
    folder = shared_data / "gamma"
    inputs, controls = task.inputData, task.controlParameters
    inputs.F_SIGF, inputs.XYZIN = folder / "merged_intensities_native.mtz", folder / "gamma_model.pdb"
    inputs.FREERFLAG = folder / "freeR.mtz"
    controls.NCYCLES, controls.RANDOMIZE, controls.BFACTOR = 10, 0.3, 20

    await run(task, tmp_path)

    assert task.outcome is Outcome.SUCCEEDED, task.errors.reason
    performance = task.outputData.PERFORMANCE
    assert float(performance.R1Factor) <= 0.185
    assert float(performance.R1Free) <= 0.212
    assert task.outputData.ANOMFPHIOUT.exists()


@pytest.mark.program
async def test_electrons_and_no_restraints_run(task: RefinePipeline, tmp_path: Path) -> None:
    """Two options of servalcat that change what it needs."""
    refinement = ServalcatRefine()
    refinement.inputData.F_SIGF, refinement.inputData.XYZIN = task.inputData.F_SIGF, task.inputData.XYZIN
    controls = refinement.controlParameters
    controls.NCYCLES, controls.SOURCE, controls.UNRESTRAINED = 1, "electron", True

    await run(refinement, tmp_path)

    assert refinement.outcome is Outcome.SUCCEEDED, refinement.errors.reason
    assert refinement.outputData.PERFORMANCE.R1.isSet()
    assert not refinement.outputData.GEOMETRY.RMSBond.isSet()
