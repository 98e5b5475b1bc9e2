"""The database is backed up while others work, and moved."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from .seeing import seen


def test_a_backup_taken_while_jobs_run_is_a_whole_database(xtalflow: Any, text: Path, tmp_path: Path) -> None:
    """In a home of its own it has the jobs of its moment; those that had ended have all that they made."""
    xtalflow("run", "count_words", f"TEXT={text}", "-p", "words")
    for _ in range(6):
        xtalflow("submit", "count_twice", f"TEXT={text}", "-p", "words")
    worker = xtalflow.start("worker", "--until-idle", "--slots", 2, cwd=tmp_path)
    backups = []
    while worker.poll() is None:
        backups.append(tmp_path / f"{len(backups)}.sqlite3")
        assert xtalflow("db", "backup", "-o", backups[-1]).code == 0
    worker.communicate()
    at_the_end = {job["number"]: job for job in xtalflow("jobs", "-p", "words", "--all", "--json").json()}
    home, moments = xtalflow.home, []
    for backup in backups:
        xtalflow.home = tmp_path / backup.stem
        xtalflow.home.mkdir()
        shutil.copy(backup, xtalflow.home / "xtalflow.sqlite3")
        moments.append(xtalflow.each([["jobs", "-p", "words", "--all", "--json"], ["files", "-p", "words", "--json"]]))
    xtalflow.home = home

    assert len(backups) > 1
    assert stat.S_IMODE(backups[0].stat().st_mode) == 0o600
    for jobs, files in moments:
        ended = [job for job in jobs.json() if job["status"] == "finished"]
        made = {file["job"] for file in files.json()}
        assert all(job["kpis"] == at_the_end[job["number"]]["kpis"] for job in ended)
        assert {job["number"] for job in ended if job["task"] == "count_words"} <= made


def test_all_that_a_user_sees_is_the_same_in_another_home(lived_in: Any, tmp_path: Path) -> None:
    before = seen(lived_in)
    moved = lived_in("db", "move", tmp_path / "other")
    lived_in.home = tmp_path / "other"

    assert moved.code == 0, moved.err
    assert "equal to those here" in moved.out
    assert seen(lived_in) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["backup", "-o", "{there}"], "is there already"),
        (["backup", "-o", "{there}/no/file"], "there is no folder"),
        (["move", "{home}"], "is the database that is there"),
        (["move", "{used}"], "is there already"),
        (["move", "mysql://me@here/words"], "it must be postgresql://"),
        (["move", "postgresql://me:secret@127.0.0.1:1/words"], "cannot be used"),
        ([], "say what to do: backup or move"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_made(
    xtalflow: Any, tmp_path: Path, words: list[str], sentence: str
) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / "xtalflow.sqlite3").write_text("mine")
    xtalflow("projects")
    places = {"there": str(used / "xtalflow.sqlite3"), "home": str(xtalflow.home), "used": str(used)}
    before = sorted(path for path in tmp_path.rglob("*") if "xtalflow.sqlite3-" not in path.name)
    answer = xtalflow("db", *(word.format(**places) for word in words))

    assert answer.code in (1, 2)
    assert sentence in answer.err
    assert "secret" not in answer.err + answer.out
    assert "Traceback" not in answer.err
    assert (used / "xtalflow.sqlite3").read_text() == "mine"
    assert sorted(path for path in tmp_path.rglob("*") if "xtalflow.sqlite3-" not in path.name) == before
