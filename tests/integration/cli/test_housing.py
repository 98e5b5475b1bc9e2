"""Projects move to other places, go to the trash and come back, and nothing is lost on the way."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def is_well(xtalflow: Any, directory: Path) -> bool:
    """The project is there with its job, its files are whole, and it is in this folder."""
    (checked,) = xtalflow("check", "-p", "p", "--json").json()["projects"]
    return (checked["directory"], checked["jobs"], checked["problems"]) == (str(directory), 3, [])


@pytest.fixture
def project(xtalflow: Any, text: Path) -> Path:
    xtalflow("run", "count_twice", "-p", "p", f"TEXT={text}")
    folder: Path = xtalflow.projects / "p"
    return folder


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system."""
    memory = Path("/dev/shm")  # the one other file system that every Linux has
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other file system here")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_a_project_moves_to_another_folder(xtalflow: Any, project: Path, tmp_path: Path, text: Path) -> None:
    """Its jobs and files are there, its old folder is gone, and it can be worked with."""
    new = tmp_path / "new/place"
    answer = xtalflow("projects", "move", "p", new, "--json")

    assert answer.json()["directory"] == str(new)
    assert is_well(xtalflow, new)
    assert not project.exists()
    assert xtalflow("run", "count_words", "-p", "p", f"TEXT={text}").code == 0


def test_to_another_file_system_it_is_copied_and_compared(xtalflow: Any, project: Path, far: Path) -> None:
    """Names of one file stay names of one file; nothing is left behind."""
    answer = xtalflow("projects", "move", "p", far / "p")

    jobs = far / "p/CCP4_JOBS/job_1"
    assert answer.code == 0, answer.err
    assert is_well(xtalflow, far / "p")
    assert (jobs / "COPY.txt").samefile(jobs / "job_2/COPY.txt")
    assert list(project.parent.iterdir()) == []
    assert [path.name for path in far.iterdir()] == ["p"]


@pytest.mark.parametrize("point", ["project.copied", "project.settled", "project.recorded"])
def test_a_kill_on_the_way_to_another_file_system_loses_nothing(
    xtalflow: Any, project: Path, far: Path, point: str
) -> None:
    """Before the database knows the new place, the old one is whole, and after that the new one."""
    code = xtalflow.killed_at(point, "projects", "move", "p", far / "p")
    place = far / "p" if point == "project.recorded" else project
    well = is_well(xtalflow, place)
    again = xtalflow("projects", "move", "p", far / "p")

    assert code == -9
    assert well
    if point == "project.settled":
        assert (again.code, "both" in again.err) == (2, True)
        shutil.rmtree(far / "p")
        again = xtalflow("projects", "move", "p", far / "p")
    assert again.code == 0, again.err
    assert is_well(xtalflow, far / "p")


def test_a_kill_between_disk_and_database_is_put_right_by_asking_again(
    xtalflow: Any, project: Path, tmp_path: Path
) -> None:
    code = xtalflow.killed_at("project.renamed", "projects", "move", "p", tmp_path / "new")
    again = xtalflow("projects", "move", "p", tmp_path / "new")

    assert code == -9
    assert again.code == 0, again.err
    assert is_well(xtalflow, tmp_path / "new")


def test_a_project_that_was_moved_by_hand_is_only_taken_note_of(xtalflow: Any, project: Path, tmp_path: Path) -> None:
    new = tmp_path / "by_hand"
    shutil.move(project, new)

    assert xtalflow("projects", "move", "p", new).code == 0
    assert is_well(xtalflow, new)


def test_a_move_that_cannot_be_is_refused(xtalflow: Any, project: Path, tmp_path: Path) -> None:
    """Into a folder with something in it, into itself, of a project with a waiting job; nothing has moved."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "notes.txt").write_text("mine")
    answers = [xtalflow("projects", "move", "p", place) for place in (taken, project / "inside")]
    xtalflow("submit", "moody", "-p", "p")
    answers += [xtalflow("projects", "move", "p", tmp_path / "new"), xtalflow("projects", "delete", "p", "--yes")]

    assert [answer.code for answer in answers] == [2, 2, 2, 2]
    for answer, reason in zip(
        answers, ("there is something already", "into itself", "p/2 is queued", "p/2 is queued"), strict=True
    ):
        assert reason in answer.err
    assert (taken / "notes.txt").read_text() == "mine"
    assert (project / "project.json").exists()


def test_a_deleted_project_comes_back_from_its_trash(xtalflow: Any, project: Path, text: Path) -> None:
    """Its place is taken by then, so it gets one beside it; the other project is not touched."""
    before = xtalflow("files", "-p", "p", "--json").json()
    asked = xtalflow("projects", "delete", "p")
    deleted = xtalflow("projects", "delete", "p", "--yes", "--json").json()
    none = xtalflow("projects", "--json").json()
    xtalflow("submit", "count_words", "-p", "p", f"TEXT={text}")
    recovered = xtalflow("recover", deleted["trash"], "--json").json()

    assert (asked.code, "say --yes" in asked.err) == (2, True)
    assert (deleted["jobs"], Path(deleted["trash"])) == (3, project.parent / ".xtalflow_trash/p")
    assert none == []
    assert [(one["name"], one["directory"]) for one in recovered] == [("p_1", f"{project}_1")]
    after = xtalflow("files", "-p", "p_1", "--json").json()
    assert [file["uuid"] for file in after] == [file["uuid"] for file in before]
    assert len(xtalflow("jobs", "-p", "p", "--json").json()) == 1


def test_a_kill_while_a_project_is_deleted_loses_nothing(xtalflow: Any, project: Path) -> None:
    """Asking again deletes it; recovering it instead brings it back to its place."""
    code = xtalflow.killed_at("project.renamed", "projects", "delete", "p", "--yes")
    trash = project.parent / ".xtalflow_trash/p"
    recovered = xtalflow("recover", trash)
    well = is_well(xtalflow, project)
    xtalflow.killed_at("project.renamed", "projects", "delete", "p", "--yes")
    again = xtalflow("projects", "delete", "p", "--yes", "--json").json()

    assert code == -9
    assert (recovered.code, well) == (0, True)
    assert again["trash"] == str(trash)
    assert (trash / "project.json").exists()
    assert xtalflow("projects", "--json").json() == []


def test_a_project_that_may_only_be_read_can_be_read(xtalflow: Any, project: Path, unprivileged: list[str]) -> None:
    """Its jobs, files and state are shown; what would change it is refused with a sentence."""
    subprocess.run(["chmod", "-R", "a-w", project], check=True)
    xtalflow.before = unprivileged
    commands = (["show", "p/1"], ["jobs", "-p", "p"], ["files", "-p", "p"], ["check", "-p", "p"], ["disk", "-p", "p"])
    answers = {words[0]: xtalflow(*words) for words in commands}
    refused = [xtalflow("delete", "p/1", "--yes"), xtalflow("purge", "-p", "p", "--context", "intermediate", "--yes")]
    subprocess.run(["chmod", "-R", "u+w", project], check=True)

    assert {name: (answer.code, answer.err) for name, answer in answers.items()} == dict.fromkeys(answers, (0, ""))
    assert all("ermission denied" in answer.err and answer.code in {1, 2} for answer in refused), refused
    assert not any("Traceback" in answer.err for answer in refused)
    assert (project / "CCP4_JOBS/job_1/COPY.txt").exists()
