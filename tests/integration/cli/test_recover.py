"""The record is rebuilt from project folders, equal in everything that a user can see."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from xtalflow.errors import InvalidInput
from xtalflow.services._recover import _projects_in

from .seeing import seen


def test_a_project_is_the_same_after_its_database_was_lost(lived_in: Any) -> None:
    xtalflow = lived_in
    before = seen(xtalflow)
    shutil.rmtree(xtalflow.home)
    recovered = xtalflow("recover", xtalflow.projects)

    assert (recovered.code, recovered.err) == (0, "")
    assert recovered.out == "words: rebuilt from its folder: 20 jobs, 16 files\n"
    after = seen(xtalflow)
    assert before["jobs"] == after["jobs"]
    assert before == after
    statuses = {job["number"]: job["status"] for job in after["jobs"]}
    assert after["10"]["cloned_from"] == "1"
    assert (after["12"]["children"][0]["reuse"] or "").startswith("re-used from 11.")
    assert statuses == {
        "12": "finished",
        "12.1": "finished",
        "12.2": "finished",
        "11": "finished",
        "11.1": "finished",
        "11.2": "finished",
        "11.3": "finished",
        "10": "finished",
        "10.1": "finished",
        "10.2": "finished",
        "9": "queued",
        "8": "finished",
        "7": "interrupted",
        "6": "finished",
        "4": "failed",
        "3": "unsatisfactory",
        "2": "failed",
        "1": "finished",
        "1.1": "finished",
        "1.2": "finished",
    }


def test_work_goes_on_after_the_database_was_lost(lived_in: Any, text: Path) -> None:
    """What waited is run, and numbers go on where they were."""
    xtalflow = lived_in
    shutil.rmtree(xtalflow.home)
    xtalflow("recover", xtalflow.projects / "words")
    again = xtalflow("recover", xtalflow.projects / "words")
    xtalflow("worker", "--until-idle")
    new = xtalflow("run", "count_words", "-p", "words", f"TEXT={text}", "--json").json()

    assert again.out == "words: known, and where it was: 20 jobs, 16 files\n"
    assert xtalflow("show", "words/9", "--json").json()["status"] == "finished"
    assert (new["number"], new["status"]) == ("13", "finished")
    assert xtalflow("check", "-p", "words").code == 0


def test_a_project_that_was_moved_by_hand_is_found_again(xtalflow: Any, text: Path, tmp_path: Path) -> None:
    xtalflow("run", "count_words", "-p", "words", f"TEXT={text}")
    moved = tmp_path / "elsewhere"
    shutil.move(xtalflow.projects / "words", moved)
    recovered = xtalflow("recover", moved, "--json").json()

    assert [(one["outcome"], one["directory"]) for one in recovered] == [("moved", str(moved))]
    assert xtalflow("check", "-p", "words").code == 0
    assert xtalflow("run", "count_words", "-p", "words", f"TEXT={text}").code == 0


def test_a_folder_is_kept_without_dots(tmp_path: Path) -> None:
    """What is known by ``projects/words`` is not moved by being called ``x/../projects/words``."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "project.json").touch()

    assert _projects_in(tmp_path / "x" / ".." / "words") == [tmp_path / "words"]
    assert _projects_in(tmp_path / "words" / "..") == [tmp_path / "words"]


def test_a_folder_of_ccp4i2_is_refused_with_the_way_to_take_it_in(tmp_path: Path) -> None:
    (tmp_path / "DATABASE.db.xml").touch()

    with pytest.raises(InvalidInput, match=r"a project of CCP4i2: .* type `xtalflow import archive "):
        _projects_in(tmp_path)


def test_a_copy_of_a_project_is_refused(xtalflow: Any, text: Path, tmp_path: Path) -> None:
    xtalflow("run", "count_words", "-p", "words", f"TEXT={text}")
    shutil.copytree(xtalflow.projects / "words", tmp_path / "copy")

    answer = xtalflow("recover", tmp_path / "copy")

    assert answer.code == 2
    assert "this is a copy of the project 'words'" in answer.err
    assert xtalflow("projects", "--json").json()[0]["directory"] == str(xtalflow.projects / "words")


def test_a_folder_without_projects_is_refused(xtalflow: Any, tmp_path: Path) -> None:
    answer = xtalflow("recover", tmp_path)

    assert answer.code == 2
    assert "this is no folder of a project, nor one of projects" in answer.err


def test_what_cannot_be_understood_is_left_out_and_said(xtalflow: Any, text: Path) -> None:
    """The rest is rebuilt."""
    for _ in range(2):
        xtalflow("run", "count_words", "-p", "words", f"TEXT={text}")
    journal = xtalflow.projects / "words/CCP4_JOBS/job_1/journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:2], b'{"kind": "nonsense"}\n', *lines[2:]]))
    shutil.rmtree(xtalflow.home)
    answer = xtalflow("recover", xtalflow.projects / "words")

    assert answer.code == 0
    assert "words: a part of the run of job 1 is left out: " in answer.err
    jobs = {job["number"]: job["status"] for job in xtalflow("jobs", "-p", "words", "--json").json()}
    assert jobs["2"] == "finished"
