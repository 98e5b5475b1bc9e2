"""What a task says of its files is looked for in the job's folder, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript, PurgeCode
from xtalflow.services import _purge


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A folder of a job, with a file and a folder outside."""
    folder = tmp_path / "job_1"
    (folder / "maps").mkdir(parents=True)
    for name in ("job_1/a.tmp", "job_1/maps/b.tmp", "job_1/params.xml", "outside.tmp"):
        (tmp_path / name).write_text("x")
    (folder / "elsewhere").symlink_to(tmp_path)
    (folder / "link.tmp").symlink_to(tmp_path / "outside.tmp")
    return folder


def found(monkeypatch: pytest.MonkeyPatch, job: Path, patterns: Sequence[tuple[str, int]]) -> dict[str, int]:
    class Task(CPluginScript):
        PURGESEARCHLIST = patterns

    monkeypatch.setattr(_purge, "load_task", lambda name: Task)
    return {path.relative_to(job).as_posix(): code.value for path, code in _purge._leftovers(job, "task")}


def test_the_first_pattern_that_fits_counts(monkeypatch: pytest.MonkeyPatch, job: Path) -> None:
    """A folder stands for all that is in it."""
    assert found(monkeypatch, job, [("a.*", 3), ("*.tmp", 1), ("maps", 7)]) == {"a.tmp": 3, "maps/b.tmp": 7}


def test_papers_and_what_lies_outside_are_not_found(monkeypatch: pytest.MonkeyPatch, job: Path) -> None:
    """Neither the parameters of the job, nor what a symbolic link leads to."""
    assert found(monkeypatch, job, [("*.xml", 1), ("elsewhere/*", 1), ("link.tmp", 1)]) == {}


@pytest.mark.parametrize("pattern", ["../outside.tmp", "/tmp/*", ""])
def test_a_pattern_that_leaves_the_folder_is_refused(monkeypatch: pytest.MonkeyPatch, job: Path, pattern: str) -> None:
    with pytest.raises(InvalidInput, match="not in the folder of a job"):
        found(monkeypatch, job, [(pattern, 1)])


def test_a_code_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, job: Path) -> None:
    with pytest.raises(InvalidInput, match="purge code 9"):
        found(monkeypatch, job, [("*.tmp", 9)])


def test_of_a_task_that_is_gone_only_our_own_files_are_known(job: Path) -> None:
    """What its runner printed, and half-written files."""
    (job / "stdout.txt").write_text("")
    (job / ".0123.tmp").write_text("half")
    codes = dict(_purge._leftovers(job, "no_such_task"))

    assert codes == {job / "stdout.txt": PurgeCode.SCRATCH_DIAGNOSTIC, job / ".0123.tmp": PurgeCode.SCRATCH}
