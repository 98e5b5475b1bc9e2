"""A pipeline that was killed in its second refinement goes on where it was, on the real data of gamma-adaptin."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.real_data

WORDS = ("F_SIGF=merged_intensities_native.mtz", "XYZIN=gamma_model.pdb", "FREERFLAG=freeR.mtz", "NCYCLES=3")
FINISHED_BEFORE = ("import_merged", "import_model", "freerflag", "servalcat_refine", "french_wilson", "add_waters")


class Home:
    """A home of its own, on the real data."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder, self.data = folder, data

    def start(self, *words: str) -> subprocess.Popen[str]:
        own = {
            "XTALFLOW_HOME": str(self.folder / "home"),
            "XTALFLOW_PROJECTS": str(self.folder / "projects"),
            "CLIBD_MON": str(self.data / "monlib_min"),
            "DATABASE_URL": "",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "xtalflow", *words],
            cwd=self.data / "gamma",
            env=os.environ | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def json(self, *words: str) -> Any:
        out, err = self.start(*words, "--json").communicate(timeout=300)
        assert out, err
        return json.loads(out)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Home:
    """A pipeline of which the runner was killed in the second refinement."""
    home = Home(tmp_path_factory.mktemp("restart"), shared_data)
    running = home.start("run", "refine_pipeline", "-p", "gamma", *WORDS)
    folder = home.folder / "projects" / "gamma" / "CCP4_JOBS" / "job_1"
    until = time.monotonic() + 120
    while not any("servalcat" in line for line in _log(folder / "job_7" / "log.txt")):
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)
    os.kill(json.loads((folder / "start.json").read_bytes())["pid"], signal.SIGKILL)
    running.communicate(timeout=60)
    assert home.json("show", "gamma/1")["status"] == "failed"
    return home


def _log(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines() if path.exists() else []


@pytest.fixture(scope="module")
def restarted(killed: Home) -> Any:
    return killed.json("restart", "gamma/1")


@pytest.mark.xdist_group("restart")
def test_a_restart_takes_all_finished_steps_and_comes_to_the_same_figures(killed: Home, restarted: Any) -> None:
    second = restarted["children"][7:]
    whole = killed.json("run", "refine_pipeline", "-p", "whole", *WORDS)

    assert restarted["status"] == "finished"
    assert restarted["kpis"] == whole["kpis"]
    reused = [child["task"] for child in second if child["reused_from"]]
    assert sorted(reused) == sorted(FINISHED_BEFORE)
    assert [child["task"] for child in second if not child["reused_from"]] == [
        "servalcat_refine",
        "validate_model",
        "make_maps",
    ]


@pytest.mark.xdist_group("restart")
def test_another_number_of_cycles_runs_only_what_depends_on_it(killed: Home, restarted: Any) -> None:
    """The explanation names what is different."""
    assert restarted["status"] == "finished"
    clone = killed.json("clone", "gamma/1", "NCYCLES=2", "--reuse")
    told = {(child["task"], child["title"]): child["reuse"] for child in clone["children"]}

    assert clone["status"] == "finished"
    assert clone["reuse"] == "not re-used from 1: NCYCLES was 3, is 2"
    for task in ("import_merged", "import_model", "freerflag", "french_wilson"):
        assert "same task, programs, parameters and inputs" in next(
            reuse for (name, _), reuse in told.items() if name == task
        )
    assert "NCYCLES was 3, is 2" in told["servalcat_refine", "Refinement"]
    assert "XYZIN has other content" in told["add_waters", "Add waters"]
