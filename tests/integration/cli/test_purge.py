"""What is not needed any more goes when asked for, what frees how much is said truly, and the record stays whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def project(xtalflow: Any, text: Path) -> Path:
    """Job 1 has two children, of which the second made its output; job 2 failed. A few files were left behind."""
    text.write_text("one two three\n")
    xtalflow("run", "count_twice", "-p", "p", f"TEXT={text}")
    xtalflow("run", "moody", "-p", "p", "HOW=badly")
    folder: Path = xtalflow.projects / "p"
    for name in ("job_1/scratch.txt", "job_1/job_1/scratch.txt", "job_2/scratch.txt"):
        (folder / "CCP4_JOBS" / name).write_text("scratch")
    (folder / "CCP4_JOBS/job_1/job_2/tables").mkdir()
    (folder / "CCP4_JOBS/job_1/job_2/tables/one.json").write_text("{}")
    return folder


def paths(plan: Any) -> dict[str, int]:
    """Files that go, with their codes; what the runner printed is left out."""
    files = [file for job in plan["jobs"] for file in job["files"] if not file["path"].endswith("stdout.txt")]
    return {file["path"].removeprefix("CCP4_JOBS/"): file["code"] for file in files}


def test_a_preview_changes_nothing(xtalflow: Any, project: Path) -> None:
    """By code and with what it frees; a job that did not finish is left alone."""
    before = sorted(project.rglob("*"))
    plan = xtalflow("purge", "-p", "p", "--json").json()
    shown = xtalflow("purge", "-p", "p")

    assert paths(plan) == {"job_1/job_1/scratch.txt": 1, "job_1/job_2/tables/one.json": 4}
    assert (plan["context"], plan["codes"], plan["left_alone"], plan["done"]) == ("temporary", [1, 2, 4], ["2"], False)
    assert plan["freed"] == sum(file["size"] for job in plan["jobs"] for file in job["files"])
    assert "left alone, for they did not finish: job 2" in shown.out
    assert shown.out.endswith("nothing was removed; --yes does it\n")
    assert sorted(project.rglob("*")) == before


def test_only_what_a_task_names_goes(xtalflow: Any, project: Path) -> None:
    """The same name in the folder of another task stays, and so do papers and outputs."""
    xtalflow("purge", "p/1", "--yes")

    jobs = project / "CCP4_JOBS/job_1"
    assert not (jobs / "job_1/scratch.txt").exists()
    assert (jobs / "scratch.txt").exists()
    for name in ("journal.jsonl", "params.xml", "COPY.txt", "job_1/COPY.txt", "job_1/log.txt", "report.json"):
        assert (jobs / name).exists(), name
    assert xtalflow("check", "-p", "p").code == 0


def test_intermediate_data_goes_and_keeps_its_row(xtalflow: Any, project: Path) -> None:
    """The output of the first child, not that of the second, which is the job's own; and a lost database knows."""
    done = xtalflow("purge", "-p", "p", "--context", "intermediate", "--yes", "--json").json()
    files = xtalflow("files", "-p", "p", "--json").json()
    checked = xtalflow("check", "-p", "p")
    shutil.rmtree(xtalflow.home)
    recovered = xtalflow("recover", xtalflow.projects)

    assert done["done"]
    assert paths(done)["job_1/job_1/COPY.txt"] == 5
    assert "job_1/job_2/COPY.txt" not in paths(done)
    state = {
        file["path"].removeprefix(f"{project}/CCP4_JOBS/"): (file["available"], file["checksum"]) for file in files
    }
    assert [name for name, (available, _) in state.items() if not available] == ["job_1/job_1/COPY.txt"]
    assert all(checksum for _, checksum in state.values())
    assert not (project / "CCP4_JOBS/job_1/job_1/COPY.txt").exists()
    assert (checked.code, recovered.code, recovered.err) == (0, 0, "")
    assert xtalflow("files", "-p", "p", "--json").json() == files
    assert "there is nothing to remove" in xtalflow("purge", "-p", "p", "--context", "intermediate").out


def test_what_another_job_reads_stays(xtalflow: Any, project: Path) -> None:
    xtalflow("run", "count_words", "-p", "p", f"TEXT={project / 'CCP4_JOBS/job_1/job_1/COPY.txt'}")
    plan = xtalflow("purge", "p/1", "--context", "intermediate", "--json").json()

    assert "job_1/job_1/COPY.txt" not in paths(plan)


def test_a_file_with_another_name_elsewhere_frees_nothing(xtalflow: Any, project: Path) -> None:
    """It goes, and the sum is honest."""
    scratch = project / "CCP4_JOBS/job_1/job_1/scratch.txt"
    before = xtalflow("purge", "-p", "p", "--json").json()["freed"]
    (project.parent / "another name").hardlink_to(scratch)
    plan = xtalflow("purge", "-p", "p", "--json").json()

    assert "job_1/job_1/scratch.txt" in paths(plan)
    assert before - plan["freed"] == len("scratch")


@pytest.mark.parametrize("point", ["purge.committed", "purge.removed"])
def test_a_kill_while_files_go_is_made_up_for_by_the_next_purge(xtalflow: Any, project: Path, point: str) -> None:
    """The record knows before a file goes, so that nothing is missed."""
    words = ["purge", "-p", "p", "--context", "intermediate", "--yes"]
    code = xtalflow.killed_at(point, *words)
    between = xtalflow("check", "-p", "p")
    xtalflow(*words)

    assert code == -9
    assert between.code == 0
    assert not (project / "CCP4_JOBS/job_1/job_1/COPY.txt").exists()
    assert not (project / "CCP4_JOBS/job_1/job_1/scratch.txt").exists()


def test_disk_sizes_count_each_file_once(xtalflow: Any, project: Path) -> None:
    """A pipeline's output is its child's file, and the children with the rest are the whole."""
    whole = xtalflow("disk", "-p", "p", "--json").json()
    job = xtalflow("disk", "p/1", "--json").json()

    known = {(status.st_dev, status.st_ino): status.st_size for status in map(Path.lstat, files_below(project))}
    assert whole["total"] == {"files": len(known), "size": sum(known.values())}
    assert [one["number"] for one in whole["jobs"]] == ["1", "2"]
    assert whole["imported"] == {"files": 1, "size": len("one two three\n")}
    assert [one["number"] for one in job["jobs"]] == ["1.1", "1.2"]
    assert job["total"]["size"] == whole["jobs"][0]["size"]


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
