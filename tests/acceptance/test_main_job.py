"""The main job on real data, through the real command line."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import missing

pytestmark = [pytest.mark.real_data, pytest.mark.program, pytest.mark.slow]

of_one_run = pytest.mark.xdist_group("gamma")
"""The tests of one pipeline share a worker, so that it runs once."""

STEPS = [
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


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("xtalflow")


def run(home: Path, data: Path, *words: str, code: int = 0) -> str:
    """The standard output of a command that must end with `code`."""
    environment = dict(os.environ) | {
        "XTALFLOW_HOME": str(home / "home"),
        "XTALFLOW_PROJECTS": str(home / "projects"),
        "CLIBD_MON": str(data.parent / "monlib_min"),
    }
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "xtalflow", *words],
        cwd=data,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def refine(home: Path, data: Path, *words: str) -> dict[str, Any]:
    job: dict[str, Any] = json.loads(run(home, data, "run", "refine_pipeline", "-p", data.name, *words, "--json"))
    return job


def walk(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield job
    for child in job["children"]:
        yield from walk(child)


def check_files(job: dict[str, Any]) -> None:
    """Every file of every job is there, with the checksum given."""
    for each in walk(job):
        assert each["status"] == "finished"
        for file in each["files"]:
            assert hashlib.sha256(Path(file["path"]).read_bytes()).hexdigest() == file["checksum"]


@pytest.fixture(scope="module")
def gamma(home: Path, shared_data: Path) -> dict[str, Any]:
    words = ["F_SIGF=merged_intensities_native.mtz", "XYZIN=gamma_model.pdb", "FREERFLAG=freeR.mtz"]
    return refine(home, shared_data / "gamma", *words, "NCYCLES=10", "RANDOMIZE=0.3", "BFACTOR=20")


@of_one_run
def test_gamma_is_refined_against_intensities_with_waters(gamma: dict[str, Any]) -> None:
    """From a shaken model to R1 work ≤ 0.185 and R1 free ≤ 0.212, both over I > 2σ(I)."""
    assert gamma["kpis"]["R1Factor"] <= 0.185
    assert gamma["kpis"]["R1Free"] <= 0.212
    assert gamma["kpis"]["freeSet"] == "given"
    assert {"RMSBond", "RMSAngle"} <= gamma["kpis"].keys()


@of_one_run
def test_every_step_is_a_child_job_with_files(gamma: dict[str, Any]) -> None:
    """Each has its number, status, figures and files, and the files have the checksums given."""
    assert sorted(child["task"] for child in gamma["children"]) == sorted(STEPS)
    assert [child["number"] for child in gamma["children"]] == [f"1.{step}" for step in range(1, len(STEPS) + 1)]
    check_files(gamma)


@of_one_run
def test_the_pairs_are_kept_for_an_anomalous_map(gamma: dict[str, Any]) -> None:
    """Outputs of the pipeline, in the order of its declaration."""
    assert [file["param"] for file in gamma["files"]] == [
        *("XYZOUT", "CIFFILE", "FPHIOUT", "DIFFPHIOUT", "ANOMFPHIOUT", "MAPOUT", "DIFFMAPOUT", "FREEROUT")
    ]


@of_one_run
def test_the_graph_leads_from_the_final_model_to_the_three_input_files(
    gamma: dict[str, Any], home: Path, shared_data: Path
) -> None:
    """Walking back along the edges from XYZOUT meets all three, and nothing else that was imported."""
    data = shared_data / "gamma"
    graph = json.loads(run(home, data, "graph", f"gamma/{gamma['number']}", "--json"))

    nodes = {node["id"]: node for node in graph["nodes"]}
    before: dict[str, list[str]] = {}
    for edge in graph["edges"]:
        before.setdefault(edge["to"], []).append(edge["from"])
    model = next(file for file in gamma["files"] if file["param"] == "XYZOUT")
    todo, seen = (
        [next(edge["from"] for edge in graph["edges"] if edge["to"] == model["uuid"] and edge["kind"] == "copy")],
        set(),
    )
    while todo:
        step = todo.pop()
        if step not in seen:
            seen.add(step)
            todo += before.get(step, [])
    imported = {nodes[step]["imported_from"] for step in seen if nodes[step].get("imported_from")}
    assert imported == {str(data / name) for name in ("merged_intensities_native.mtz", "gamma_model.pdb", "freeR.mtz")}
    shown = run(home, data, "graph", "gamma/1")
    assert all(f"imported from {path}" in shown for path in imported)


@of_one_run
def test_database_and_disk_agree(gamma: dict[str, Any], home: Path, shared_data: Path) -> None:
    """Nothing is missing, changed, orphaned or unfinished."""
    assert json.loads(run(home, shared_data / "gamma", "check", "-p", "gamma", "--json"))["well"] is True


@pytest.fixture(scope="module")
def crate(gamma: dict[str, Any], home: Path, shared_data: Path) -> Path:
    """The pipeline as an RO-Crate."""
    folder = home / "gamma.crate"
    run(home, shared_data / "gamma", "export", "crate", "gamma/1", "-o", str(folder))
    return folder


@of_one_run
def test_the_crate_passes_an_independent_validator(crate: Path) -> None:
    """All that the profile of Provenance Run Crates, and those below it, require."""
    python = Path(__file__).resolve().parents[2] / ".venv-crate" / "bin" / "python"
    if not python.exists():
        missing("there is no rocrate-validator; `make .venv-crate/validator` installs it")
    script = Path(__file__).with_name("validate_crate.py")
    done = subprocess.run([python, script, crate], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout.splitlines()[-1]) == {"passed": True, "issues": []}


@of_one_run
def test_a_reader_of_the_crate_alone_lists_programs_versions_inputs_and_outputs(
    gamma: dict[str, Any], crate: Path
) -> None:
    """Whoever has nothing but ro-crate-metadata.json finds what the record has."""
    graph = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    entities: dict[str, dict[str, Any]] = {entity["@id"]: entity for entity in graph}

    def led_to(entity: dict[str, Any], name: str) -> list[dict[str, Any]]:
        value = entity.get(name, [])
        return [entities[one["@id"]] for one in (value if isinstance(value, list) else [value])]

    for job in walk(gamma):
        action = entities[f"#job-{job['number']}"]
        tool = led_to(action, "instrument")[0]
        assert tool["name"] == job["task"]
        programs = {one["@id"]: one["softwareVersion"] for one in led_to(tool, "softwareRequirements")}
        for name, version in job["program_versions"].items():
            assert programs[f"#program-{name}-{version}"] == version
        for ours, theirs in (("inputs", "object"), ("files", "result")):
            told = {one["sha256"] for one in led_to(action, theirs) if one["@type"] == "File"}
            assert told == {file["checksum"] for file in job[ours]}
        values = {one["name"]: one["value"] for one in led_to(action, "result") if one["@type"] == "PropertyValue"}
        assert values == job["kpis"]


@of_one_run
def test_the_mmcif_for_deposition_is_valid_and_tells_what_the_jobs_found(
    gamma: dict[str, Any], home: Path, shared_data: Path
) -> None:
    """Against the PDBx dictionary that comes with cctbx; two items of servalcat are not in that version."""
    from gemmi import cif

    out = home / "gamma.cif"
    told = json.loads(run(home, shared_data / "gamma", "export", "mmcif", "gamma/1", "-o", str(out), "--json"))
    block = cif.read(str(out)).sole_block()

    def value(tag: str) -> float:
        return float(cif.as_number(block.find_value(tag)))

    assert value("_refine.ls_R_factor_R_work") == pytest.approx(gamma["kpis"]["R1Factor"], abs=1e-4)
    assert value("_refine.ls_R_factor_R_free") == pytest.approx(gamma["kpis"]["R1Free"], abs=1e-4)
    assert value("_reflns.number_obs") == 11908
    assert value("_diffrn_radiation_wavelength.wavelength") == 1.5418
    assert len(block.find("_reflns_shell.", ["d_res_high"])) == 10
    if told["dictionary"] is None:
        missing("cctbx, which brings the PDBx dictionary, is not installed")
    unknown = {f"_refine_ls_shell.correlation_coeff_I_to_Fcsqd_{part}" for part in ("work", "free")}
    assert told["valid"]
    assert {remark.split()[-1] for remark in told["remarks"]} <= unknown


def test_rnase_is_refined_against_the_amplitudes_chosen(home: Path, shared_data: Path) -> None:
    """Columns are chosen in one file for data and flags; R work ≤ 0.155, R free ≤ 0.20; one copy is imported."""
    file = "rnase18_Nat_Complexes.mtz"
    words = [f"F_SIGF={file}:/*/*/[FNAT,SIGFNAT]", f"FREERFLAG={file}:/*/*/[FreeR_flag]", "XYZIN=rnase_model.pdb"]
    job = refine(home, shared_data / "rnase", *words, "ADD_WATERS=False", "NCYCLES=10")

    assert job["kpis"]["RFactor"] <= 0.155
    assert job["kpis"]["RFree"] <= 0.20
    assert {"french_wilson", "add_waters"}.isdisjoint(child["task"] for child in job["children"])
    assert sorted(path.name for path in (home / "projects/rnase/CCP4_IMPORTED_FILES").iterdir()) == sorted(
        [file, "rnase_model.pdb"]
    )
    check_files(job)


def test_mdm2_is_refined_with_its_ligand_and_its_own_flags(home: Path, shared_data: Path) -> None:
    """From structure-factor mmCIF, with a dictionary; R work ≤ 0.205, R free ≤ 0.23."""
    words = ["F_SIGF=4hg7-sf.cif", "XYZIN=4hg7.cif", "DICT_LIST=NUT.cif"]
    job = refine(home, shared_data / "mdm2", *words, "NCYCLES=10")

    assert job["kpis"]["RFactor"] <= 0.205
    assert job["kpis"]["RFree"] <= 0.23
    assert job["kpis"]["freeSet"] == "from the data file"
    check_files(job)


def test_the_demo_finds_the_truth_twice(home: Path, tmp_path: Path) -> None:
    """Its refined model is within 0.1 Å r.m.s. of the truth, and what it says to type next works."""
    demo = tmp_path / "a home"
    outcomes = [
        json.loads(run(home, tmp_path, "demo", "--home", str(demo), "--json")),
        json.loads(run(home, tmp_path, "demo", "--home", str(demo), "--json")),
    ]

    assert [job["number"] for job in outcomes] == ["1", "2"]
    assert all(job["truth"]["refined"]["protein_rmsd"] <= 0.1 for job in outcomes)
    assert sorted(path.name for path in (demo / "projects/demo/CCP4_IMPORTED_FILES").iterdir()) == [
        *("free_flags.mtz", "intensities.mtz", "sequence.fasta", "start_model.pdb")
    ]


def test_what_the_demo_says_to_type_next_works(tmp_path: Path) -> None:
    """Every line of its last words is a command that a shell runs as it stands."""
    scripts = Path(sys.executable).parent
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XTALFLOW", "CLIBD"))}
    environment |= {"PATH": f"{scripts}:{environment['PATH']}", "DATABASE_URL": "postgresql://nobody@nowhere/none"}
    words = [sys.executable, "-m", "xtalflow", "demo", "--home", str(tmp_path / "it's mine")]
    done = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)

    _, _, typed = done.stdout.partition("What to type next:\n")
    assert "xtalflow serve " in typed
    script = "set -e\n" + typed.replace("xtalflow serve ", "xtalflow serve --help ")  # itself it would not end
    assert "unset DATABASE_URL" in typed
    answer = subprocess.run(
        ["bash", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert "R1Factor" in answer.stdout
