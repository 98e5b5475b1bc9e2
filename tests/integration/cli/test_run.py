"""``xtalflow run``: jobs made, run and told of."""

from __future__ import annotations

import hashlib
import os
import pty
import signal
import subprocess
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest


def test_a_finished_job_is_one_object_on_stdout_and_nothing_else(xtalflow: Any, text: Path) -> None:
    """With ``--json`` the job is printed with number, status, figures and files; the files have the checksums given."""
    answer = xtalflow("run", "count_words", "-p", "words", f"TEXT={text}", "--json", "TIMES=2")

    job = answer.json()
    assert (answer.code, answer.err) == (0, "")
    assert (job["project"], job["number"], job["task"], job["status"]) == ("words", "1", "count_words", "finished")
    assert (job["outcome"], job["error"], job["children"]) == ("succeeded", None, [])
    assert job["kpis"] == {"nWords": 3, "R1Factor": 0.1782}
    (copy,) = job["files"]
    assert (copy["param"], copy["type"]) == ("COPY", "text/plain")
    assert hashlib.sha256(Path(copy["path"]).read_bytes()).hexdigest() == copy["checksum"]
    assert job["inputs"][0]["checksum"] == hashlib.sha256(text.read_bytes()).hexdigest()
    assert job["started"].endswith("Z")


def test_children_are_in_the_object_with_their_numbers_and_files(xtalflow: Any, text: Path) -> None:
    """A pipeline's child jobs are jobs like others, and its output is that of its last child."""
    job = xtalflow("run", "count_twice", "-p", "words", text, "--json").json()

    assert [(child["number"], child["status"]) for child in job["children"]] == [
        ("1.1", "finished"),
        ("1.2", "finished"),
    ]
    assert job["files"][0]["checksum"] == job["children"][1]["files"][0]["checksum"]
    assert job["files"][0]["path"] != job["children"][1]["files"][0]["path"]


def test_without_a_terminal_each_event_is_a_plain_line(xtalflow: Any, text: Path) -> None:
    """Start, cycles with their R and end of every job are lines; no escape codes are among them."""
    answer = xtalflow("run", "count_twice", "-p", "words", f"TEXT={text}")

    assert answer.code == 0
    assert "words/1.1 count_words: started (Count words)" in answer.out
    assert "words/1.2 cycle 0: R1work 0.2500 (R1: I > 2σ(I))" in answer.out
    assert "words/1 count_twice: finished after" in answer.out
    assert "R1Factor (I > 2σ(I))" in answer.out
    assert "\x1b" not in answer.out


def test_a_terminal_shows_a_live_tree(xtalflow: Any, text: Path) -> None:
    """On a terminal the tree of child jobs is drawn again and again."""
    leader, follower = pty.openpty()
    xtalflow.environment |= {"TERM": "xterm-256color", "COLUMNS": "120"}
    process = xtalflow.start(
        "run", "count_twice", "-p", "words", text, cwd=text.parent, stdout=follower, stderr=subprocess.DEVNULL
    )
    os.close(follower)
    shown = b""
    try:
        while piece := os.read(leader, 4096):
            shown += piece
    except OSError:  # the other side is closed
        pass
    os.close(leader)

    assert process.wait(timeout=60) == 0
    assert b"\x1b[" in shown
    assert "└── words/1.2 Count words" in shown.decode(errors="replace").replace("\x1b[2m", "").replace(
        "\x1b[0m", ""
    ).replace("\x1b[1m", "")


def test_a_failed_job_ends_with_one_and_its_reason(xtalflow: Any) -> None:
    """The object is printed too, and the reason is on stderr."""
    answer = xtalflow("run", "moody", "HOW=badly", "--json")

    assert answer.code == 1
    assert answer.json()["status"] == "failed"
    assert answer.err == "xtalflow: job default/1 failed: the crystal has dissolved\n"


def test_an_unsatisfactory_job_ends_with_three(xtalflow: Any) -> None:
    """Its status says so too."""
    answer = xtalflow("run", "moody", "HOW=poorly", "--json")

    assert (answer.code, answer.json()["status"]) == (3, "unsatisfactory")
    assert "the map is flat" in answer.err


def test_a_killed_runner_fails_its_job_by_the_name_of_the_signal(xtalflow: Any) -> None:
    """A runner that dies leaves a failed job, with what killed it."""
    answer = xtalflow("run", "moody", "HOW=crash", "--json")

    assert (answer.code, answer.json()["status"]) == (1, "failed")
    assert "lost: the runner was killed by SIGKILL" in answer.json()["error"]


def test_a_crash_of_an_extension_is_told_with_its_last_words(xtalflow: Any) -> None:
    """A segmentation fault in our own process is named, with what Python said of it."""
    error = xtalflow("run", "moody", "HOW=segfault", "--json").json()["error"]

    assert "was killed by SIGSEGV" in error
    assert "Fatal Python error: Segmentation fault" in error


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_interrupts_the_job_and_its_children(xtalflow: Any, tmp_path: Path, times: int) -> None:
    """The first ends it cleanly, the second at once; either way the exit code is 130 and every job is interrupted."""
    process = xtalflow.start("run", "moody", "HOW=child", cwd=tmp_path)
    for line in process.stdout:
        if "default/1.1 moody: started" in line:
            break
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    _, err = process.communicate(timeout=60)
    jobs = xtalflow("jobs", "--all", "--json").json()

    assert process.returncode == 130
    assert "job default/1 was interrupted" in err
    assert {job["number"]: job["status"] for job in jobs} == {"1": "interrupted", "1.1": "interrupted"}


def test_a_dry_run_shows_everything_and_makes_nothing(xtalflow: Any, text: Path) -> None:
    """Task, project, every parameter with value and state; not even a database is there afterwards."""
    answer = xtalflow("run", "count_words", "-p", "words", f"TEXT={text}", "--dry-run", "--json")

    plan = answer.json()
    states = {one["path"]: (one["value"], one["state"]) for one in plan["parameters"]}
    assert (answer.code, plan["task"], plan["project"]) == (0, "count_words", "words")
    assert states["inputData.TEXT"] == (str(text), "explicitly_set")
    assert states["controlParameters.TIMES"] == (1, "default")
    assert xtalflow.made_nothing()


def test_the_project_of_the_folder_we_stand_in_is_meant(xtalflow: Any, text: Path) -> None:
    """Inside a project's folder neither ``-p`` nor the project's name is needed."""
    first = xtalflow("run", "count_words", "-p", "words", text, "--json").json()
    second = xtalflow("run", "count_words", text, "--json", cwd=Path(first["folder"])).json()
    shown = xtalflow("show", "2", "--json", cwd=xtalflow.projects / "words").json()

    assert (second["project"], second["number"]) == ("words", "2")
    assert shown["uuid"] == second["uuid"]


def test_a_file_of_the_project_is_read_where_it_is(xtalflow: Any, text: Path) -> None:
    """An output given as input is not imported again; the record knows that it is the same file."""
    first = xtalflow("run", "count_words", "-p", "words", text, "--json").json()
    second = xtalflow("run", "count_words", "-p", "words", first["files"][0]["path"], "--json").json()

    assert second["inputs"][0]["uuid"] == first["files"][0]["uuid"]
    assert [path.name for path in (xtalflow.projects / "words/CCP4_IMPORTED_FILES").iterdir()] == ["text.txt"]


def test_the_parameters_as_asked_are_kept_without_the_users_paths(xtalflow: Any, text: Path) -> None:
    """``input_params.xml`` names the imported copy, and no file but the log of the import holds the user's folder."""
    job = xtalflow("run", "count_words", "-p", "words", f"TEXT={text}", "TIMES=3", "--json").json()

    folder = Path(job["folder"])
    asked = ElementTree.parse(folder / "input_params.xml")
    assert asked.findtext(".//TIMES") == "3"
    assert asked.findtext(".//TEXT/relPath") == "CCP4_IMPORTED_FILES"
    assert job["parameters"] == {"controlParameters.TIMES": 3}
    assert all(str(text.parent) not in path.read_text() for path in folder.glob("*.xml"))


def test_names_with_blanks_brackets_colons_and_equals_signs_work(xtalflow: Any, tmp_path: Path) -> None:
    """Whatever a user calls a file, it can be given by name or bare."""
    names = ["Données β (1).txt", "a=b.txt", "10:30 [x].txt", "-dash.txt"]
    for name in names:
        (tmp_path / name).write_text(name)

    jobs = [xtalflow("run", "count_words", f"TEXT={name}", "--json").json() for name in names]
    jobs += [xtalflow("run", "count_words", name, "--json").json() for name in names[:3]]

    assert {job["status"] for job in jobs} == {"finished"}
    assert Path(jobs[0]["inputs"][0]["path"]).name == "Données β (1).txt"


def test_the_title_given_is_the_jobs(xtalflow: Any, text: Path) -> None:
    """Else the task's title is."""
    titled = xtalflow("run", "count_words", text, "--title", "Mine", "--json").json()
    other = xtalflow("run", "count_words", text, "--json").json()

    assert (titled["title"], other["title"]) == ("Mine", "Count words")


def test_warnings_are_told_once_at_the_end(xtalflow: Any) -> None:
    """Those of the report and of the diagnostics; they are in the JSON object too."""
    shown = xtalflow("run", "moody", "HOW=doubtful").out
    job = xtalflow("run", "moody", "HOW=doubtful", "-p", "two words", "--json").json()
    plain = xtalflow("run", "moody", "-p", "two words").out

    assert [line for line in shown.splitlines() if line.startswith("warning:")] == [
        "warning: the map is weak",
        "warning: few flags",
    ]
    assert job["warnings"] == ["the map is weak", "few flags"]
    assert "more: xtalflow show 'two words/2'" in plain
