"""Jobs go to the trash with all that is theirs, come back as they were, or go for good."""

from __future__ import annotations

import json
import os
import pty
import shutil
from pathlib import Path
from typing import Any

import pytest

from .conftest import CommandLine


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> CommandLine:
    """A project that is made once and copied for every test.

    Job 1 reads an import, job 2 the output of 1, job 3 that of 2; job 4 reads the import too, job 5 is a clone of 1
    with another import, and job 6 failed.
    """
    base = tmp_path_factory.mktemp("deletion")
    folders = os.pathsep.join(filter(None, [str(test_tasks), os.environ.get("PYTHONPATH")]))
    command_line = CommandLine(base / "home", base / "projects", {"PYTHONPATH": folders})
    text, other, jobs = base / "text.txt", base / "other.txt", base / "projects/words/CCP4_JOBS"
    text.write_text("one two three\n")
    other.write_text("four")
    command_line("run", "count_twice", "-p", "words", f"TEXT={text}")
    for source in (jobs / "job_1/COPY.txt", jobs / "job_2/COPY.txt", text):
        command_line("run", "count_words", "-p", "words", f"TEXT={source}")
    command_line("clone", "words/1", f"TEXT={other}")
    command_line("run", "moody", "-p", "words", "HOW=badly")
    for name in ("home", "projects"):
        shutil.copytree(base / name, base / "kept" / name)
    return command_line


@pytest.fixture
def xtalflow(template: CommandLine) -> CommandLine:
    """The command line, and the project as it was made."""
    base = template.home.parent
    for name in ("home", "projects"):
        shutil.rmtree(base / name, ignore_errors=True)
        shutil.copytree(base / "kept" / name, base / name, copy_function=shutil.copy2)
    return template


@pytest.fixture
def folder(xtalflow: CommandLine) -> Path:
    return xtalflow.projects / "words"


@pytest.fixture
def text(template: CommandLine) -> Path:
    return template.home.parent / "text.txt"


def numbers(xtalflow: CommandLine) -> list[str]:
    return [job["number"] for job in xtalflow("jobs", "-p", "words", "--json").json()]


LISTED = {
    "jobs": ["jobs", "-p", "words", "--all"],
    "files": ["files", "-p", "words"],
    "check": ["check", "-p", "words"],
}
"""All jobs and files, and whether they are whole."""
SEEN = LISTED | {"graph": ["graph", "words/1"], "1": ["show", "words/1"], "5": ["show", "words/5"]}
"""The same, and two jobs whole."""


def told(xtalflow: CommandLine, commands: dict[str, list[str]]) -> dict[str, Any]:
    answers = xtalflow.each([[*words, "--json"] for words in commands.values()])
    return {what: answer.json() for what, answer in zip(commands, answers, strict=True)}


def test_deleted_jobs_come_back_as_they_were(xtalflow: CommandLine) -> None:
    """Numbers, uuids, files, indicators, who reads what, and whose clone is whose."""
    before = told(xtalflow, SEEN)
    deleted = xtalflow("delete", "words/1", "words/6", "--with-dependents", "--yes", "--json").json()
    between = numbers(xtalflow)
    without = xtalflow("show", "words/5", "--json").json()["cloned_from"]
    checked = xtalflow("check", "-p", "words")
    restored = xtalflow("trash", "-p", "words", "restore", deleted["entry"])

    assert [job["number"] for job in deleted["jobs"]] == ["1", "6"]
    assert [(job["number"], job["reads"]) for job in deleted["dependents"]] == [("2", ["1"]), ("3", ["2"])]
    assert deleted["clones"] == ["5"]
    assert between == ["5", "4"]
    assert without is None
    assert (checked.code, restored.code) == (0, 0), checked.out
    assert restored.out == (
        "back again: words/1 (count_twice), words/2 (count_words), words/3 (count_words), words/6 (moody)\n"
    )
    after = told(xtalflow, SEEN)
    assert [name for name in before if after[name] != before[name]] == []


def test_what_goes_is_shown_and_asked_about(xtalflow: CommandLine) -> None:
    """Without an answer nothing goes; a child job goes with its parent only."""
    asked = xtalflow("delete", "words/5")
    child = xtalflow("delete", "words/5.1", "--yes")
    unknown = xtalflow("delete", "words/9", "--yes")

    assert asked.code == 2
    assert "5    count_twice" in asked.out
    assert "2 child jobs, " in asked.out
    assert asked.err == (
        "xtalflow: nobody can be asked here whether to move 1 job to the trash: say --yes; nothing was changed\n"
    )
    assert (child.code, child.err) == (2, "xtalflow: job 5.1 is a part of job 5 and goes with it; delete job 5\n")
    assert unknown.code == 2
    assert numbers(xtalflow) == ["6", "5", "4", "3", "2", "1"]
    assert not (xtalflow.projects / "words" / "CCP4_TRASH").exists()


@pytest.mark.parametrize(("answer", "left"), [("y", ["6", "5", "3", "2", "1"]), ("n", ["6", "5", "4", "3", "2", "1"])])
def test_on_a_terminal_the_user_is_asked(xtalflow: CommandLine, answer: str, left: list[str]) -> None:
    """Only yes is yes."""
    ours, theirs = pty.openpty()
    process = xtalflow.start(
        "delete", "words/4", cwd=xtalflow.projects / "words", stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    said = b""
    while True:
        try:
            part = os.read(ours, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    process.wait(timeout=60)
    os.close(ours)

    assert process.returncode == 0
    assert "Move 1 job to the trash? [y/N]" in said.decode()
    assert numbers(xtalflow) == left


def test_jobs_whose_files_are_read_go_only_with_their_readers(xtalflow: CommandLine) -> None:
    """With those that read the files of the readers, too."""
    refused = xtalflow("delete", "words/1", "--yes")
    deleted = xtalflow("delete", "words/1", "--yes", "--with-dependents", "--json").json()

    assert refused.code == 2
    assert "job 1 cannot be deleted alone: job 2 (count_words) reads its files, and 1 more" in refused.err
    assert [(job["number"], job["reads"]) for job in deleted["dependents"]] == [("2", ["1"]), ("3", ["2"])]
    assert numbers(xtalflow) == ["6", "5", "4"]
    assert xtalflow("check", "-p", "words").code == 0


def test_an_imported_file_stays_while_a_job_reads_it(xtalflow: CommandLine, folder: Path) -> None:
    """It belongs to its reader then; with the last reader it goes, and comes back with it."""
    imported = folder / "CCP4_IMPORTED_FILES/text.txt"
    first = xtalflow("delete", "words/1", "--yes", "--with-dependents", "--json").json()
    kept = imported.exists()
    (file,) = [one for one in xtalflow("files", "-p", "words", "--json").json() if one["path"] == str(imported)]
    last = xtalflow("delete", "words/4", "--yes", "--json").json()
    gone = not imported.exists()
    too_early = xtalflow("trash", "-p", "words", "restore", first["entry"])
    xtalflow("trash", "-p", "words", "restore", last["entry"])
    xtalflow("trash", "-p", "words", "restore", first["entry"])

    assert (first["imports"], first["kept_imports"]) == ([], ["CCP4_IMPORTED_FILES/text.txt"])
    assert (kept, file["job"]) == (True, "4")
    assert (last["imports"], gone) == (["CCP4_IMPORTED_FILES/text.txt"], True)
    assert too_early.code == 2
    assert "is a file that was deleted with another job; restore that first" in too_early.err
    (file,) = [one for one in xtalflow("files", "-p", "words", "--json").json() if one["path"] == str(imported)]
    assert file["job"] == "1"
    assert numbers(xtalflow) == ["6", "5", "4", "3", "2", "1"]
    assert xtalflow("check", "-p", "words").code == 0


def test_a_running_or_waiting_job_is_not_deleted(xtalflow: CommandLine) -> None:
    xtalflow("submit", "moody", "-p", "words")
    refused = xtalflow("delete", "words/7", "--yes")
    xtalflow("cancel", "words/7")
    deleted = xtalflow("delete", "words/7", "--yes")

    assert (refused.code, refused.err) == (2, "xtalflow: job 7 is queued; cancel it before it is deleted\n")
    assert deleted.code == 0


def test_jobs_of_two_projects_are_refused(xtalflow: CommandLine, text: Path) -> None:
    xtalflow("submit", "count_words", "-p", "others", f"TEXT={text}")
    refused = xtalflow("delete", "words/1", "others/1", "--yes")

    assert refused.code == 2
    assert "these jobs are of the projects others and words" in refused.err


def test_what_took_the_place_of_a_job_is_not_overwritten(xtalflow: CommandLine, folder: Path) -> None:
    xtalflow("delete", "words/6", "--yes")
    place = folder / "CCP4_JOBS/job_6"
    place.mkdir()
    taken = xtalflow("trash", "-p", "words", "restore", "job_6")
    place.rmdir()

    assert taken.code == 2
    assert "this place has been taken" in taken.err
    assert xtalflow("trash", "-p", "words", "restore", "job_6").code == 0


def test_an_imported_file_that_was_imported_again_comes_back_beside_it(xtalflow: CommandLine, folder: Path) -> None:
    """Both jobs keep their file, they can be cloned, a lost database brings both back; and so the other way round."""
    xtalflow("delete", "words/5", "--yes")
    xtalflow("run", "count_words", "-p", "words", f"TEXT={folder.parents[1] / 'other.txt'}")
    restored = xtalflow("trash", "-p", "words", "restore", "job_5")
    before = told(xtalflow, LISTED)
    clone = xtalflow("clone", "words/5", "--json").json()
    both_gone = xtalflow("delete", "words/7", "words/8", "--yes")
    both_back = xtalflow("trash", "-p", "words", "restore", "job_7")
    checked = xtalflow("check", "-p", "words")
    xtalflow("delete", "words/8", "--yes")
    after = told(xtalflow, LISTED)
    shutil.rmtree(xtalflow.home)
    recovered = xtalflow("recover", xtalflow.projects)

    assert restored.code == 0, restored.err
    imports = {one["job"]: one["path"].rpartition("/")[2] for one in before["files"] if one["imported_from"]}
    assert imports == {"1": "text.txt", "5": "other_1.txt", "7": "other.txt"}
    assert before["check"]["well"]
    assert (clone["status"], clone["cloned_from"], clone["kpis"]["nWords"]) == ("finished", "5", 1)
    assert (both_gone.code, both_back.code, checked.code) == (0, 0, 0), (both_gone.err, both_back.err, checked.out)
    assert [job["number"] for job in after["jobs"] if "." not in job["number"]] == ["7", "6", "5", "4", "3", "2", "1"]
    assert after == before
    assert (recovered.code, recovered.err) == (0, "")
    assert told(xtalflow, LISTED) == after


def test_the_trash_is_listed_and_emptied(xtalflow: CommandLine, folder: Path) -> None:
    """What `check --repair` took out of its place too; then nothing is left, and nothing can be restored."""
    (folder / "CCP4_IMPORTED_FILES/stray.mtz").write_text("stray")
    xtalflow("check", "-p", "words", "--repair")
    xtalflow("delete", "words/4", "--yes")
    entries = xtalflow("trash", "-p", "words", "--json").json()
    refused = xtalflow("trash", "-p", "words", "empty")
    stray = xtalflow("trash", "-p", "words", "restore", "CCP4_IMPORTED_FILES")
    emptied = xtalflow("trash", "-p", "words", "empty", "--yes")

    assert [(one["entry"], [job["number"] for job in one["jobs"]]) for one in entries] == [
        ("job_4", ["4"]),
        ("CCP4_IMPORTED_FILES", []),
    ]
    assert entries[0]["size"] > 0
    assert refused.code == 2
    assert "holds no deleted jobs" in stray.err
    assert emptied.out == "removed for good: job_4, CCP4_IMPORTED_FILES\n"
    assert list((folder / "CCP4_TRASH").iterdir()) == []
    assert xtalflow("trash", "-p", "words").out == "the trash is empty\n"
    assert "there is no 'job_4' in the trash" in xtalflow("trash", "-p", "words", "restore", "job_4").err
    assert xtalflow("check", "-p", "words").code == 0


@pytest.mark.parametrize("emptied", [False, True])
def test_deleted_jobs_stay_deleted_after_the_database_was_lost(xtalflow: CommandLine, emptied: bool) -> None:
    """And can still be brought back, if the trash was not emptied."""
    whole = told(xtalflow, LISTED)
    xtalflow("delete", "words/1", "--with-dependents", "--yes")
    before = told(xtalflow, LISTED)
    (project,) = xtalflow("projects", "--json").json()
    if emptied:
        xtalflow("trash", "-p", "words", "empty", "--yes")
    shutil.rmtree(xtalflow.home)
    recovered = xtalflow("recover", xtalflow.projects)

    assert (recovered.code, recovered.err) == (0, "")
    assert told(xtalflow, LISTED) == before
    assert (project["jobs"], project["last_job_number"]) == (3, "6")
    if not emptied:
        xtalflow("trash", "-p", "words", "restore", "job_1")
        assert told(xtalflow, LISTED) == whole


def test_restored_jobs_are_there_after_the_database_was_lost(xtalflow: CommandLine) -> None:
    xtalflow("delete", "words/1", "--with-dependents", "--yes")
    xtalflow("trash", "-p", "words", "restore", "job_1")
    before = told(xtalflow, SEEN)
    shutil.rmtree(xtalflow.home)
    recovered = xtalflow("recover", xtalflow.projects)

    assert (recovered.code, recovered.err) == (0, "")
    assert told(xtalflow, SEEN) == before


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("point", ["delete.noted", "delete.committed", "trash.moved"])
def test_a_kill_while_jobs_are_deleted_loses_nothing(xtalflow: CommandLine, point: str, lost: bool) -> None:
    """They are either there or in the trash, whole; even if the database is lost too."""
    whole = told(xtalflow, LISTED)
    code = xtalflow.killed_at(point, "delete", "words/1", "--with-dependents", "--yes")
    if lost:
        shutil.rmtree(xtalflow.home)
        xtalflow("recover", xtalflow.projects)
    repaired = xtalflow("check", "-p", "words", "--repair")
    there = "1" in numbers(xtalflow)
    if not there:
        xtalflow("trash", "-p", "words", "restore", "job_1")

    assert code == -9
    assert repaired.code == 0, repaired.out
    assert there == (point == "delete.noted")
    assert told(xtalflow, LISTED) == whole
    assert not list((xtalflow.projects / "words/CCP4_TRASH").glob("*"))


@pytest.mark.parametrize("point", ["restore.committed", "trash.moved"])
def test_a_kill_while_jobs_come_back_loses_nothing(xtalflow: CommandLine, point: str) -> None:
    whole = told(xtalflow, LISTED)
    xtalflow("delete", "words/1", "--with-dependents", "--yes")
    code = xtalflow.killed_at(point, "trash", "-p", "words", "restore", "job_1")
    repaired = xtalflow("check", "-p", "words", "--repair")

    assert code == -9
    assert repaired.code == 0, repaired.out
    assert told(xtalflow, LISTED) == whole
    assert not list((xtalflow.projects / "words/CCP4_TRASH").glob("*"))


def test_a_line_without_its_transaction_is_taken_back(xtalflow: CommandLine, folder: Path) -> None:
    """The log says that a job is deleted, but the killed process never committed it: a lost database brings it back."""
    deleted = xtalflow("delete", "words/4", "--yes", "--json").json()
    line = (folder / "project.jsonl").read_bytes().splitlines(keepends=True)[-1]
    content = (folder / "CCP4_TRASH" / deleted["entry"] / "deletion.json").read_bytes()
    xtalflow("trash", "-p", "words", "restore", deleted["entry"])
    entry = folder / "CCP4_TRASH" / deleted["entry"]
    entry.mkdir()
    (entry / "deletion.json").write_bytes(content)
    with (folder / "project.jsonl").open("ab") as log:
        log.write(line)
    xtalflow("check", "-p", "words", "--repair")
    shutil.rmtree(xtalflow.home)
    xtalflow("recover", xtalflow.projects)

    assert json.loads(line)["kind"] == "deleted"
    assert numbers(xtalflow) == ["6", "5", "4", "3", "2", "1"]
    assert xtalflow("check", "-p", "words").code == 0
    assert not entry.exists()


def test_a_broken_entry_is_refused_by_name(xtalflow: CommandLine, folder: Path) -> None:
    """The others can still be restored."""
    xtalflow("delete", "words/3", "--yes")
    xtalflow("delete", "words/4", "--yes")
    (folder / "CCP4_TRASH/job_3/deletion.json").write_text("{")
    broken = xtalflow("trash", "-p", "words", "restore", "job_3")
    whole = xtalflow("trash", "-p", "words", "restore", "job_4")

    assert broken.code == 2
    assert "job_3/deletion.json: not JSON" in broken.err
    assert whole.code == 0
