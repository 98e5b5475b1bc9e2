"""Archives go to ccp4i2 3.0.1 and come from it; it is asked through its own commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from xtalflow.db import places_of
from xtalflow.formats.ccp4i2 import read_record

_HERE = Path(__file__).resolve()
_SIDE = _HERE.with_name("ccp4i2_side.py")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@dataclass(frozen=True)
class Ccp4i2:
    """An installation with an empty database."""

    python: Path
    home: Path

    def __call__(self, *commands: list[object]) -> list[str]:
        """What commands print, all asked in one process."""
        environment = {
            "HOME": str(self.home),
            "CCP4I2_HOME": str(self.home),
            "CCP4I2_PROJECTS_DIR": str(self.home / "projects"),
            "DJANGO_SETTINGS_MODULE": "ccp4i2.config.settings",
            "PATH": os.pathsep.join([str(self.python.parent), os.defpath]),
        }
        asked = json.dumps([[str(word) for word in words] for words in commands])
        done = subprocess.run(
            [self.python, _SIDE, asked],
            env=environment,
            cwd=self.home,
            check=False,
            capture_output=True,
            text=True,
            timeout=250,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        answers: list[str] = json.loads(done.stdout.splitlines()[-1])
        return answers

    def json(self, *commands: list[object]) -> list[Any]:
        """What commands of its Django print as JSON."""
        answers = self(*(["manage", *words] for words in commands))
        return [json.loads(out[min(out.find(sign) for sign in "[{" if sign in out) :]) for out in answers]


@dataclass(frozen=True)
class Xtalflow:
    """The command line, in a home of its own, which knows the Python of ccp4i2."""

    home: Path
    python: Path

    def __call__(self, *words: object) -> str:
        own = {
            "XTALFLOW_HOME": str(self.home / "home"),
            "XTALFLOW_PROJECTS": str(self.home / "projects"),
            "XTALFLOW_CCP4I2_PYTHON": str(self.python),
        }
        done = subprocess.run(
            [sys.executable, "-m", "xtalflow", *(str(word) for word in words)],
            env={**os.environ, "DATABASE_URL": "", **own},
            cwd=self.home,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *words: object) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def ccp4i2(ccp4i2_python: Path, tmp_path: Path) -> Ccp4i2:
    """ccp4i2 3.0.1 in its own Python."""
    return new_peer(ccp4i2_python, tmp_path / "peer")


def new_peer(python: Path, home: Path) -> Ccp4i2:
    (home / "projects").mkdir(parents=True)
    return Ccp4i2(python, home)


@pytest.fixture
def xtalflow(ccp4i2_python: Path, tmp_path: Path) -> Xtalflow:
    (tmp_path / "own").mkdir()
    return Xtalflow(tmp_path / "own", ccp4i2_python)


def test_a_project_of_ccp4i2_is_used_here_and_goes_back(
    ccp4i2: Ccp4i2, xtalflow: Xtalflow, shared_data: Path, tmp_path: Path
) -> None:
    """Two jobs are run there; here one is cloned and run by ccp4i2's task, another reads a file, and a third runs our
    task of the same name. All are seen there again, where the clone is cloned, and are told apart here.
    """
    data, model = shared_data / "gamma" / "merged_intensities_native.mtz", shared_data / "gamma" / "gamma_model.pdb"
    part = ["--XYZIN", f"fullPath={model}", "selection/text=A/705-740"]
    list_jobs, list_files = ["list_jobs", "p", "--json"], ["list_files", "--project", "p", "--format", "json"]
    ccp4i2(
        ["manage", "migrate"],
        ["i2run", "freerflag", "--F_SIGF", f"fullPath={data}", "--CUTRESOLUTION", "True", "--project_name", "p"],
        ["i2run", "coordinate_selector", *part, "--project_name", "p"],
        ["manage", "export_project", "--projectname", "p", "--output", tmp_path / "p.zip"],
    )
    their_jobs, their_files = ccp4i2.json(list_jobs, list_files)

    taken = xtalflow.json("import", "archive", tmp_path / "p.zip")
    clone = xtalflow.json("clone", "p/1")
    model = xtalflow.home / "projects/p/CCP4_JOBS/job_2/XYZOUT.pdb"
    read = xtalflow.json("run", "select_atoms", "-p", "p", f"XYZIN={model}", "XYZIN.selection.text=A/710-720")
    line = xtalflow("show", "p/1", "--as", "i2run")
    native = xtalflow.json("run", "freerflag", "-p", "p", f"F_SIGF={data}")
    xtalflow("export", "archive", "p", "-o", tmp_path / "back.zip")
    check = xtalflow.json("check", "-p", "p")

    assert (taken["outcome"], taken["missing"]) == ("imported", [])
    assert {one["table"]: one["remarks"] for one in taken["tables"] if one["remarks"]} == {}
    assert all(one["in_file"] == one["imported"] for one in taken["tables"])
    assert (clone["number"], clone["status"], read["status"]) == ("3", "finished", "finished")
    assert (clone["task"], native["task"], native["status"]) == ("ccp4i2.freerflag", "freerflag", "finished")
    assert line.startswith("xtalflow i2run freerflag ")
    params = (xtalflow.home / "projects/p/CCP4_JOBS/job_3/input_params.xml").read_text()
    assert all(each in line + params for each in ("CUTRESOLUTION", "<pluginName>freerflag<", "Version>3.0.1<"))
    assert check["well"], check
    inputs = {file["uuid"]: file for job in (clone, read) for file in xtalflow.json("show", job["uuid"])["inputs"]}
    assert set(inputs) <= {file["uuid"] for file in their_files}

    peer = new_peer(ccp4i2.python, tmp_path / "other peer")
    peer(["manage", "migrate"], ["manage", "import_ccp4_project_zip", tmp_path / "back.zip"])
    seen, files = peer.json(list_jobs, list_files)
    jobs = {job["number"]: job for job in seen}

    assert [_to_the_second(jobs[job["number"]]) for job in their_jobs] == [_to_the_second(job) for job in their_jobs]
    assert (jobs["3"]["uuid"], jobs["3"]["task_name"], jobs["3"]["status"]) == (clone["uuid"], "freerflag", "Finished")
    assert jobs["5"]["task_name"] == "freerflag"
    own = xtalflow.json("files", "-p", "p")
    assert {(file["uuid"], Path(file["path"]).name) for file in own} == {(file["uuid"], file["name"]) for file in files}
    for file in own:
        place = Path(file["path"]).relative_to(xtalflow.home / "projects/p")
        assert (peer.home / "projects/p" / place).read_bytes() == Path(file["path"]).read_bytes()
    (cloned,) = peer.json(["clone_job", "--jobuuid", clone["uuid"], "--json"])
    assert (cloned["status"], cloned["task_name"]) == ("Success", "freerflag")
    other = Xtalflow(tmp_path, xtalflow.python)
    other("import", "archive", tmp_path / "back.zip")
    assert _tasks(other, "p") == _tasks(xtalflow, "p")


def test_a_legacy_project_is_seen_there_as_here(
    ccp4i2: Ccp4i2, xtalflow: Xtalflow, shared_data: Path, tmp_path: Path
) -> None:
    """Jobs with their parts, files and indicators, a space group among them, through an archive written here."""
    folder = tmp_path / "MDM2CCP4X"
    folder.mkdir()
    (folder / "DATABASE.db.xml").write_bytes((shared_data / "ccp4i2" / "DATABASE.db.xml").read_bytes())
    for place in places_of(read_record(folder / "DATABASE.db.xml")).values():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(place)
    xtalflow("import", "archive", folder)
    xtalflow("export", "archive", "MDM2CCP4X", "-o", tmp_path / "out.zip")
    here = xtalflow.json("jobs", "-p", "MDM2CCP4X", "--all")
    ccp4i2(["manage", "migrate"], ["manage", "import_ccp4_project_zip", tmp_path / "out.zip"])
    there, files, *kpis = ccp4i2.json(
        ["list_jobs", "MDM2CCP4X", "--json"],
        ["list_files", "--project", "MDM2CCP4X", "--format", "json"],
        *(["job_kpi", "--jobuuid", job["uuid"], "--json"] for job in here),
    )

    assert sorted(
        (job["number"], job["uuid"], job["task"].removeprefix("ccp4i2."), job["status"]) for job in here
    ) == sorted((job["number"], job["uuid"], job["task_name"], job["status"].lower()) for job in there)
    own = xtalflow.json("files", "-p", "MDM2CCP4X")
    assert sorted((file["uuid"], Path(file["path"]).name) for file in own) == sorted(
        (file["uuid"], file["name"]) for file in files
    )
    for job, of_job in zip(here, kpis, strict=True):
        values = {one["key"]: one["value"] for one in (*of_job["float_values"], *of_job["char_values"])}
        assert values == job["kpis"]


def _tasks(xtalflow: Xtalflow, project: str) -> dict[str, str]:
    return {job["number"]: job["task"] for job in xtalflow.json("jobs", "-p", project, "--all")}


def _to_the_second(job: Any) -> Any:
    """What ccp4i2 tells of a job; it writes its times into archives without their fractions of a second."""
    return {name: value[:19] if name.endswith("_time") and value else value for name, value in job.items()}
