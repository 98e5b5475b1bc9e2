"""``check --repair`` mends what is safe, and deletes nothing."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def project(xtalflow: Any, text: Path) -> Path:
    """The folder of a project with a nested job, whose outputs have other bytes than its input."""
    text.write_text("one two three\n")
    xtalflow("run", "count_twice", "-p", "p", f"TEXT={text}")
    folder: Path = xtalflow.projects / "p"
    return folder


def overwrite(path: Path, content: str) -> None:
    path.chmod(0o644)
    path.write_text(content)


def test_changed_and_lost_files_come_back_from_where_their_bytes_are(xtalflow: Any, project: Path, text: Path) -> None:
    """An import from its source, an output from the child's file that it is; what stood there is kept."""
    imported, output = project / "CCP4_IMPORTED_FILES/text.txt", project / "CCP4_JOBS/job_1/COPY.txt"
    overwrite(imported, "something else")
    output.unlink()
    before = xtalflow("check", "-p", "p")
    repaired = xtalflow("check", "-p", "p", "--repair")

    assert (before.code, repaired.code) == (1, 0)
    assert f"CCP4_IMPORTED_FILES/text.txt was restored from {text}" in repaired.out
    assert "what stood there is in CCP4_TRASH/CCP4_IMPORTED_FILES/text.txt" in repaired.out
    assert "CCP4_JOBS/job_1/COPY.txt was restored from" in repaired.out
    assert (imported.read_text(), output.read_text()) == ("one two three\n", "one two three")
    assert (project / "CCP4_TRASH/CCP4_IMPORTED_FILES/text.txt").read_text() == "something else"
    assert xtalflow("check", "-p", "p").code == 0


def test_what_nobody_has_the_bytes_of_stays_a_problem(xtalflow: Any, project: Path, text: Path) -> None:
    text.unlink()
    for copy in project.glob("CCP4_*/**/*.txt"):
        if copy.name in {"text.txt", "COPY.txt"}:
            copy.unlink()
    answer = xtalflow("check", "-p", "p", "--repair", "--json")

    (checked,) = answer.json()["projects"]
    assert answer.code == 1
    assert checked["mended"] == []
    assert {one["kind"] for one in checked["problems"]} == {"missing"}


def test_strays_go_to_the_trash_but_not_a_copy_that_is_being_made(xtalflow: Any, project: Path) -> None:
    imports = project / "CCP4_IMPORTED_FILES"
    (imports / "stray.mtz").write_text("stray")
    (imports / ".import-new").write_text("half of a fi")
    (imports / ".import-old").write_text("half of a fi")
    long_ago = time.time() - 7200
    os.utime(imports / ".import-old", (long_ago, long_ago))
    (project / "CCP4_JOBS/job_7/job_1").mkdir(parents=True)
    repaired = xtalflow("check", "-p", "p", "--repair")

    trash = project / "CCP4_TRASH"
    assert repaired.code == 0, repaired.out
    assert (trash / "CCP4_IMPORTED_FILES/stray.mtz").read_text() == "stray"
    assert (trash / "CCP4_IMPORTED_FILES/.import-old").exists()
    assert (trash / "CCP4_JOBS/job_7/job_1").is_dir()
    assert (imports / ".import-new").exists()


def test_an_altered_import_gives_way_when_its_file_is_given_again(xtalflow: Any, project: Path, text: Path) -> None:
    overwrite(project / "CCP4_IMPORTED_FILES/text.txt", "something else")
    answer = xtalflow("run", "count_words", "-p", "p", f"TEXT={text}", "--json")

    assert (answer.code, answer.json()["kpis"]["nWords"]) == (0, 3)
    assert (project / "CCP4_TRASH/CCP4_IMPORTED_FILES/text.txt").read_text() == "something else"
    assert xtalflow("check", "-p", "p").code == 0


def test_without_repair_nothing_is_changed(xtalflow: Any, project: Path) -> None:
    shutil.rmtree(project / "CCP4_JOBS/job_1/job_2")
    before = sorted(path.as_posix() for path in project.rglob("*"))
    answer = xtalflow("check", "-p", "p", "--json")

    assert answer.code == 1
    assert json.loads(answer.out)["projects"][0]["problems"]
    assert sorted(path.as_posix() for path in project.rglob("*")) == before
