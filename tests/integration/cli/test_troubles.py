"""The surroundings go wrong: the answer is a sentence, the record stays in order, and the next job works."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DISK_BYTES = 2_000_000
NO_FORK = """
import os

_fork = os.fork


def fork():
    if os.path.exists(MARK):
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return _fork()


os.fork = fork
"""


@pytest.fixture
def small_disk(xtalflow: Any, tmp_path: Path) -> Iterator[Path]:
    """Projects are on a file system of two megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "xtalflow-test", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can be mounted by root only")
    xtalflow.projects = folder
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def statuses(xtalflow: Any) -> dict[str, str]:
    return {job["number"]: job["status"] for job in xtalflow("jobs", "-p", "p", "--all", "--json").json()}


def next_job_works(xtalflow: Any, text: Path) -> None:
    answer = xtalflow("run", "count_words", f"TEXT={text}", "-p", "p", "--json")
    assert (answer.code, answer.json()["status"]) == (0, "finished"), answer.err
    checked = xtalflow("check", "-p", "p", "--json").json()["projects"][0]["problems"]
    assert [problem for problem in checked if problem["kind"] != "orphan"] == []


def test_an_input_that_does_not_fit_on_the_disk_is_refused_and_leaves_nothing(
    xtalflow: Any, text: Path, small_disk: Path
) -> None:
    xtalflow("run", "count_words", f"TEXT={text}", "-p", "p")
    big = text.parent / "big.txt"
    big.write_bytes(b"x" * DISK_BYTES)
    answer = xtalflow("run", "count_words", f"TEXT={big}", "-p", "p")

    assert answer.code != 0
    assert answer.err == f"xtalflow: {small_disk / 'p' / 'CCP4_IMPORTED_FILES'}: No space left on device\n"
    assert statuses(xtalflow) == {"1": "finished"}
    assert [path.name for path in (small_disk / "p" / "CCP4_IMPORTED_FILES").iterdir()] == ["text.txt"]
    next_job_works(xtalflow, text)


def test_a_job_that_fills_the_disk_fails_once_there_is_room_to_say_so(
    xtalflow: Any, text: Path, small_disk: Path
) -> None:
    """While not even its end can be written down, the command says so; nothing is lost by it."""
    xtalflow("run", "count_words", f"TEXT={text}", "-p", "p")
    answer = xtalflow("run", "moody", "HOW=flood", "-p", "p")
    full = xtalflow("run", "count_words", f"TEXT={text}", "-p", "p")
    (small_disk / "p" / "CCP4_JOBS" / "job_2" / "flood.bin").unlink()

    assert answer.code == 1
    assert "No space left on device" in answer.err
    assert "Traceback" not in answer.err
    assert full.code != 0
    assert "No space left on device" in full.err
    assert statuses(xtalflow)["2"] == "failed"
    next_job_works(xtalflow, text)


def test_a_project_that_may_only_be_read_is_read_and_refuses_a_job(
    xtalflow: Any, text: Path, unprivileged: list[str]
) -> None:
    xtalflow("run", "count_words", f"TEXT={text}", "-p", "p")
    project = xtalflow.projects / "p"
    folders = [project, *(path for path in project.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    xtalflow.before = unprivileged
    try:
        shown, checked = xtalflow("show", "p/1"), xtalflow("check", "-p", "p")
        refused = xtalflow("run", "count_words", f"TEXT={text}", "-p", "p")
    finally:
        for folder in folders:
            folder.chmod(0o755)

    assert (shown.code, checked.code) == (0, 0)
    assert "all is well" in checked.out
    assert refused.code != 0
    assert "Permission denied" in refused.err
    assert "Traceback" not in refused.err
    assert statuses(xtalflow) == {"1": "finished"}
    next_job_works(xtalflow, text)


def test_a_runner_that_the_system_refuses_to_fork_fails_the_job_and_the_next_one_works(
    xtalflow: Any, text: Path, tmp_path: Path
) -> None:
    site, mark = tmp_path / "nofork", tmp_path / "refuse"
    site.mkdir()
    (site / "sitecustomize.py").write_text(NO_FORK.replace("MARK", repr(str(mark))))
    mark.touch()
    xtalflow.environment = {"PYTHONPATH": f"{site}:{xtalflow.environment['PYTHONPATH']}"}
    answer = xtalflow("run", "count_words", f"TEXT={text}", "-p", "p", "--json")
    mark.unlink()

    assert (answer.code, answer.json()["status"]) == (1, "failed")
    assert answer.json()["error"] == "the runner could not start: Resource temporarily unavailable"
    next_job_works(xtalflow, text)
