"""Tasks of the package ccp4i2, run here and by ccp4i2 itself on real data: what comes out is the same."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("ccp4i2"),  # the tests share a worker, so that each task runs once
]

SEQUENCE = "MKLVHSSNGGGAAA"
OWN_RUN = """
import argparse, sys, django
django.setup()
from ccp4i2.cli.i2run.CCP4i2RunnerDjango import CCP4i2RunnerDjango
for words in sys.argv[1].split("\\n"):
    runner = CCP4i2RunnerDjango(the_args=words.split("\\t"), parser=argparse.ArgumentParser())
    runner.parseArgs()
    runner.execute()
"""
"""ccp4i2's own runner of command lines, with its own database."""

GIVEN = {
    "freerflag": {"F_SIGF": "gamma/merged_intensities_native.mtz"},
    "splitMtz": {"HKLIN": "rnase/rnase18_Nat_Complexes.mtz"},
    "coordinate_selector": {"XYZIN": "gamma/gamma_model.pdb"},
    "mtzheader": {"HKLIN": "gamma/merged_intensities_native.mtz"},
    "ProvideAsuContents": {"HKLIN": "gamma/merged_intensities_native.mtz"},
}
TASKS = list(GIVEN)


@dataclass
class Runs:
    """The same tasks, run by both: jobs 1 to 5 of a project of each."""

    here: list[dict[str, Any]]
    folder: Path
    own_folder: Path
    database: Path

    def own_files(self, number: int) -> dict[str, tuple[str, str, str]]:
        """Outputs of a job as ccp4i2's database has them: name, type and annotation by parameter."""
        question = """select f.job_param_name, f.name, f.type_id, f.annotation from ccp4i2_file f
            join ccp4i2_job j on f.job_id = j.id where j.number = ? and f.directory = 1"""
        with sqlite3.connect(self.database) as connection:
            return {row[0]: row[1:] for row in connection.execute(question, (str(number),))}

    def output(self, number: int, *, own: bool = False) -> ET.Element:
        """The outputs in a job's parameter file."""
        folder = (self.own_folder if own else self.folder) / "CCP4_JOBS" / f"job_{number}"
        found = ET.parse(folder / "params.xml").find("ccp4i2_body/outputData")
        assert found is not None
        return found


def run_here(home: Path, python: Path, *words: str, code: int = 0) -> dict[str, Any]:
    environment = os.environ | {
        "XTALFLOW_HOME": str(home / "home"),
        "XTALFLOW_PROJECTS": str(home / "here"),
        "XTALFLOW_CCP4I2_PYTHON": str(python),
        "DATABASE_URL": "",
    }
    words = ("run", "-p", "p", "--json", *words)
    done = subprocess.run(
        [sys.executable, "-m", "xtalflow", *words], cwd=home, env=environment, capture_output=True, check=False
    )
    assert done.returncode == code, done.stderr.decode()
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ccp4i2")


@pytest.fixture(scope="module")
def runs(home: Path, ccp4i2_python: Path, shared_data: Path) -> Runs:
    here, lines = [], []
    for task, files in GIVEN.items():
        words = [f"{name}={shared_data / file}" for name, file in files.items()]
        own = [task, "--project_name", "p"]
        for name, file in files.items():
            own += [f"--{name}", f"fullPath={shared_data / file}"]
        if task == "ProvideAsuContents":
            words += [f"ASU_CONTENT[0].sequence={SEQUENCE}", "ASU_CONTENT[0].name=a"]
            own += ["--ASU_CONTENT", f"sequence={SEQUENCE}", "name=a", "polymerType=PROTEIN", "nCopies=1"]
        here.append(run_here(home, ccp4i2_python, f"ccp4i2.{task}", *words))
        lines.append("\t".join(own))
    environment = os.environ | {
        "HOME": str(home),
        "CCP4I2_DB_FILE": str(home / "own.sqlite3"),
        "CCP4I2_PROJECTS_DIR": str(home / "own"),
        "DJANGO_SETTINGS_MODULE": "ccp4i2.config.settings",
    }
    environment.pop("DATABASE_URL", None)
    for words in (["-m", "django", "migrate"], ["-c", OWN_RUN, "\n".join(lines)]):
        done = subprocess.run([ccp4i2_python, "-I", *words], env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
    return Runs(here, home / "here" / "p", home / "own" / "p", home / "own.sqlite3")


@pytest.mark.parametrize("position", range(len(TASKS)), ids=TASKS)
def test_the_files_are_those_that_ccp4i2_makes(runs: Runs, position: int) -> None:
    """Parameters, names, types and bytes; of a file of contents, whose header has the time, the sequences."""
    made = {Path(file["path"]).name: file for file in runs.here[position]["files"]}
    own = runs.own_files(position + 1)

    assert {(file["param"], name, file["type"]) for name, file in made.items()} == {
        (param, name, kind) for param, (name, kind, _) in own.items()
    }
    job = Path("CCP4_JOBS", f"job_{position + 1}")
    for name in made:
        one, other = runs.folder / job / name, runs.own_folder / job / name
        if name.endswith(".xml"):
            tags = ("sequence", "nCopies", "name", "polymerType")
            assert [ET.parse(one).findtext(f".//{tag}") for tag in tags] == [SEQUENCE, "1", "a", "PROTEIN"]
            assert [ET.parse(other).findtext(f".//{tag}") for tag in tags] == [SEQUENCE, "1", "a", "PROTEIN"]
        else:
            assert one.read_bytes() == other.read_bytes(), name


def test_the_annotations_are_those_that_ccp4i2_writes(runs: Runs) -> None:
    """But for a selection of atoms, which names the annotation of its input; that is not empty here."""
    for position, task in enumerate(TASKS):
        own = {name: annotation for name, _, annotation in runs.own_files(position + 1).values()}
        if task == "coordinate_selector":
            own = {name: f"{annotation}gamma_model.pdb" for name, annotation in own.items()}
        params = runs.output(position + 1)
        here = {each.findtext("baseName"): each.findtext("annotation") for each in params.iter() if len(each)}
        assert {name: here[name] for name in own} == own


def test_the_values_are_those_that_ccp4i2_writes(runs: Runs) -> None:
    position = TASKS.index("mtzheader") + 1
    here, own = runs.output(position), runs.output(position, own=True)

    names = ["MERGED", "NO_REFLECTIONS", "MAXRESOLUTION", "SPACEGROUPCELL/spaceGroup", "SPACEGROUPCELL/cell/a"]
    assert [here.findtext(name) for name in names] == [own.findtext(name) for name in names]
    assert here.findtext("NO_REFLECTIONS") == "11947"


def test_indicators_are_tracked(runs: Runs) -> None:
    position = TASKS.index("coordinate_selector")
    own = runs.output(position + 1, own=True)

    assert runs.here[position]["kpis"] == {"nAtoms": 943, "nResidues": 120}
    assert (own.findtext("NATOMS/nAtoms"), own.findtext("NATOMS/nResidues")) == ("943", "120")


def test_the_version_of_the_package_is_on_record(runs: Runs) -> None:
    assert {document["program_versions"]["ccp4i2"] for document in runs.here} == {"3.0.1"}


def test_no_database_of_ccp4i2_is_made(home: Path, ccp4i2_python: Path, shared_data: Path) -> None:
    """The variables that lead to one are in the environment of the job, and nothing comes of it."""
    own = home / "nothing"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "CCP4I2_PROJECTS_DIR"):
            patch.setenv(name, str(own))
        patch.setenv("CCP4I2_DB_FILE", str(own / "db.sqlite3"))
        run_here(home, ccp4i2_python, "ccp4i2.mtzheader", f"HKLIN={shared_data / 'tiny/5e5z.mtz'}")

    assert not own.exists()


def test_steps_are_child_jobs_with_files_and_uses(home: Path, ccp4i2_python: Path, shared_data: Path) -> None:
    """A pipeline that goes as far as it can without CCP4: what it did is on record, and why it went no further."""
    if os.environ.get("CCP4"):
        pytest.skip("with CCP4 it would go on")
    data = shared_data / "gamma" / "merged_intensities_native.mtz"

    document = run_here(home, ccp4i2_python, "ccp4i2.import_merged", f"HKLIN={data}", code=1)

    number = document["number"]
    below = {child["number"].removeprefix(f"{number}."): child for child in document["children"]}
    told = {name: (child["task"], child["status"]) for name, child in below.items()}
    assert told == {
        "1": ("ccp4i2.x2mtz", "finished"),
        "2": ("ccp4i2.freerflag", "finished"),
        "3": ("ccp4i2.aimless_pipe", "failed"),
    }
    assert [child["task"] for child in below["3"]["children"]] == ["ccp4i2.pointless"]
    assert "pointless" in document["error"]
    assert [file["type"] for file in below["2"]["files"]] == ["application/CCP4-mtz-freerflag"]
    assert {file["param"] for file in below["1"]["files"]} == {"HKLOUT", "OBSOUT"}


def test_columns_that_are_chosen_are_given_as_ccp4i2_has_them(
    home: Path, ccp4i2_python: Path, shared_data: Path
) -> None:
    """Of three pairs of amplitudes the second, under CCP4i2's names."""
    data = shared_data / "rnase" / "rnase18_Nat_Complexes.mtz"

    document = run_here(home, ccp4i2_python, "ccp4i2.freerflag", f"F_SIGF={data}:[FGMP18,SIGFGMP18]")

    (made,) = document["files"]
    assert made["type"] == "application/CCP4-mtz-freerflag"
    folder = home / "here" / "p" / "CCP4_JOBS" / f"job_{document['number']}"
    assert (folder / "ccp4i2_inputs" / "inputData_F_SIGF.mtz").is_file()
