"""Scripts of CCP4i2 as they are, jobs as commands, and jobs that begin from others."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MODEL = (
    "CRYST1   40.000   40.000   40.000  90.00  90.00  90.00 P 1\n"
    "ATOM      1  CA  ALA A   1      10.000  10.000  10.000  1.00 10.00           C  \n"
    "ATOM      2  CA  ALA B   2      12.000  10.000  10.000  1.00 10.00           C  \nEND\n"
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "it's a model.pdb"
    path.write_text(MODEL)
    return path


@pytest.fixture
def words(xtalflow: Any, text: Path) -> Any:
    """A project with two finished jobs, one with two child jobs, and one that failed."""
    xtalflow("run", "count_words", "-p", "w", f"TEXT={text}", f"MORE={text}", f"MORE={text}")
    xtalflow("run", "count_twice", "-p", "w", f"TEXT={text}")
    xtalflow("run", "moody", "-p", "w", "HOW=badly")
    return xtalflow


def test_a_script_of_ccp4i2_runs_as_it_is(xtalflow: Any, text: Path, tmp_path: Path) -> None:
    """The project is made where the script says, and the second job reads what the first one made."""
    folder = tmp_path / "elsewhere" / "p"
    first = xtalflow("i2run", "count_words", "--project_name", "p", "--project_path", folder, "--TEXT", text)
    use = "fileUse=count_words[-1].COPY"
    second = xtalflow("i2run", "count_words", "--projectName", "p", "--TEXT", use, "--MORE", f"fullPath={text}")

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert (folder / "CCP4_JOBS" / "job_2").is_dir()
    job = xtalflow("show", "p/2", "--json").json()
    assert [file["path"] for file in job["inputs"] if file["param"] == "TEXT"] == [
        str(folder / "CCP4_JOBS/job_1/COPY.txt")
    ]
    assert job["kpis"]["nWords"] == 6


def test_a_job_is_delayed_or_shown_at_its_end_only(xtalflow: Any, text: Path) -> None:
    delayed = xtalflow("i2run", "count_words", "--project_name", "p", "--TEXT", text, "--delay", "--json")
    batch = xtalflow("i2run", "count_words", "--project_name", "p", "--TEXT", text, "--batch")
    dry = xtalflow("i2run", "count_words", "--project_name", "p", "--TEXT", text, "--dry-run")

    assert delayed.json()["status"] == "queued"
    assert "started" not in batch.out
    assert "job p/2 (count_words) finished" in batch.out
    assert "nothing was made" in dry.out
    assert len(xtalflow("jobs", "-p", "p", "--json").json()) == 2


FILE_USES = {
    "count_words[-1].COPY": "CCP4_JOBS/job_1/COPY.txt",
    "[1].COPY[0]": "CCP4_JOBS/job_2/COPY.txt",
    '"-1.COPY"': "CCP4_JOBS/job_2/COPY.txt",
    "count_words[0].MORE[1]": "CCP4_IMPORTED_FILES/text.txt",
}
MISSING = [
    ("w", "count_words[-1].XYZOUT", "job w/1 (count_words) has no file XYZOUT; it has COPY, TEXT, MORE[0], MORE[1]"),
    ("w", "[2].COPY", "job w/3 (moody) has no file COPY; it has no files; it failed"),
    ("w", "count_words[4].COPY", "the project has 1 jobs of count_words"),
    ("w", "refmac[-1].XYZOUT", "the project has no finished jobs of refmac"),
    ("w", "count_words[0].MORE", "has several files MORE; write MORE[0], MORE[1]"),
    ("w", "count_words[0].MORE[2]", "has 2 of MORE, so there is no [2]"),
    ("new", "count_words[0].COPY", "the project is not there yet, so no job of it has files"),
    ("w", "COPY", "names no file of a job; write TASK[-1].PARAM"),
]


def test_a_file_of_a_job_is_found_in_all_spellings(words: Any) -> None:
    """Jobs of the top level are counted; what came out goes before what was read; the last is one with results."""
    more = [word for use in FILE_USES for word in ("--MORE", f"fileUse={use}")]
    answer = words("i2run", "count_words", "--project_name", "w", "--TEXT", "[0].x", *more, "--dry-run", "--json")
    fixed = words(
        "i2run", "count_words", "--project_name", "w", "--TEXT", "fileUse=0.TEXT", *more, "--dry-run", "--json"
    )

    assert answer.code == 2  # a word that only looks like it is the name of a file
    assert fixed.code == 0, fixed.err
    (given,) = [one["value"] for one in fixed.json()["parameters"] if one["path"] == "inputData.MORE"]
    assert given == [str(words.projects / "w" / path) for path in FILE_USES.values()]


def test_a_file_that_no_job_has_is_a_sentence(words: Any) -> None:
    for project, use, sentence in MISSING:
        answer = words("i2run", "count_words", "--project_name", project, "--TEXT", f"fileUse={use}")

        assert answer.code == 2, use
        assert sentence in answer.err, use
        assert "Traceback" not in answer.err
    assert not (words.projects / "new").exists()


def test_the_options_of_a_task_are_listed(xtalflow: Any) -> None:
    answer = xtalflow("i2run", "count_words", "--help")

    assert answer.code == 0
    assert "--TIMES" in answer.out
    assert "How often" in answer.out
    assert "--COPY" not in answer.out


@pytest.mark.parametrize("form", ["i2run", "xtalflow", "python"])
def test_a_job_shown_as_a_command_is_made_again_by_it(xtalflow: Any, model: Path, form: str) -> None:
    """Typed into a shell, or run by Python; files are those of the project, so nothing is imported twice."""
    title = '--it\'s "$HOME"'
    first = xtalflow(
        "run", "select_atoms", "-p", "p q", f"XYZIN={model}", "XYZIN.selection.text={A/ or B/2}", f"--title={title}"
    )
    assert first.code == 0, first.err
    command = xtalflow("show", "p q/1", "--as", form).out
    told = xtalflow("show", "p q/1", "--as", form, "--json").json()
    if form == "python":
        line = [sys.executable, "-c", command]
    else:
        line = ["/bin/sh", "-c", command.replace("xtalflow", f"{shlex.quote(sys.executable)} -m xtalflow", 1)]
    again = subprocess.run(line, env=xtalflow.environ(), capture_output=True, text=True, check=False, timeout=120)

    assert again.returncode == 0, again.stderr
    assert told == {"as": form, "command": command.removesuffix("\n")}
    jobs = [xtalflow("show", f"p q/{number}", "--json").json() for number in (1, 2)]
    for key in ("task", "title", "parameters", "kpis"):
        assert jobs[0][key] == jobs[1][key]
    assert [file["uuid"] for file in jobs[0]["inputs"]] == [file["uuid"] for file in jobs[1]["inputs"]]
    assert jobs[1]["title"] == title


def test_empty_inputs_are_filled_from_a_job(xtalflow: Any, shared_data: Path) -> None:
    """By type: the model that it made, not the one that it read; and what it read where it made none such."""
    model, data = shared_data / "tiny" / "5e5z.pdb", shared_data / "tiny" / "5e5z.mtz"
    xtalflow("run", "import_model", "-p", "p", f"XYZIN={model}", f"F_SIGF={data}")
    answer = xtalflow("run", "validate_model", "--from", "p/1", "--dry-run", "--json")
    given = xtalflow("run", "validate_model", "--from", "p/1", f"XYZIN={model}", "--dry-run", "--json")
    use = "fileUse=[-1].XYZIN"
    alike = xtalflow("i2run", "validate_model", "--from", "p/1", "--XYZIN", use, "--dry-run", "--json")

    values = {one["path"]: one["value"] for one in answer.json()["parameters"]}
    assert answer.err == "xtalflow: from p/1: inputData.XYZIN, inputData.F_SIGF\n"
    assert answer.json()["project"] == "p"
    assert values["inputData.XYZIN"] == str(xtalflow.projects / "p/CCP4_JOBS/job_1/XYZOUT.pdb")
    assert values["inputData.F_SIGF"] == str(xtalflow.projects / "p/CCP4_IMPORTED_FILES/5e5z.mtz")
    assert values["inputData.DICT_LIST"] == []
    assert [one["value"] for one in given.json()["parameters"] if one["path"] == "inputData.XYZIN"] == [str(model)]
    values = {one["path"]: one["value"] for one in alike.json()["parameters"]}
    assert values["inputData.XYZIN"] == str(xtalflow.projects / "p/CCP4_IMPORTED_FILES" / model.name)
    assert values["inputData.F_SIGF"] == str(xtalflow.projects / "p/CCP4_IMPORTED_FILES/5e5z.mtz")


def test_a_job_that_fills_nothing_or_is_of_another_project_is_a_sentence(words: Any, text: Path) -> None:
    nothing = words("submit", "count_words", f"TEXT={text}", "--from", "w/1")
    other = words("run", "count_words", f"TEXT={text}", "--from", "w/1", "-p", "another")

    assert "from w/1: no empty input of count_words" in nothing.err
    assert (other.code, other.err) == (2, "xtalflow: --from w/1: w/1 is not a job of another\n")


def test_a_parameter_file_is_cloned_into_another_project(xtalflow: Any, model: Path) -> None:
    """Its files are taken from the project that it is of; what an identity there means is forgotten."""
    xtalflow("run", "select_atoms", "-p", "old", f"XYZIN={model}", "XYZIN.selection.text=A/", "--title", "Chain A")
    params = xtalflow.projects / "old/CCP4_JOBS/job_1/input_params.xml"
    text = params.read_text()
    params.write_text(text.replace("<inputData>", "<inputData><STRANGE>1</STRANGE>", 1))
    answer = xtalflow("clone", "--params", params, "-p", "new", "XYZIN.selection.text=B/")
    none, both = xtalflow("clone"), xtalflow("clone", "old/1", "--task", "freerflag")

    assert answer.code == 0, answer.err
    assert "left out: inputData.STRANGE is not a parameter of select_atoms" in answer.err
    job = xtalflow("show", "new/1", "--json").json()
    assert (job["title"], job["parameters"]) == ("Chain A", {"inputData.XYZIN.selection.text": "B/"})
    assert [file["path"] for file in job["inputs"]] == [str(xtalflow.projects / "new/CCP4_IMPORTED_FILES" / model.name)]
    assert (none.code, both.code) == (2, 2)


def test_a_parameter_file_of_a_task_that_is_not_there_names_it(xtalflow: Any, shared_data: Path) -> None:
    params = sorted((shared_data / "ccp4i2" / "params").glob("*.xml"))[0]
    answer = xtalflow("clone", "--params", params)

    assert answer.code == 2
    assert "is of a task that cannot be run: no task is called 'coot_rebuild'" in answer.err
    assert os.fspath(params) in answer.err


def test_a_sequence_file_is_taken_as_contents(xtalflow: Any, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    xtalflow.environment["TMPDIR"] = str(scratch)
    (tmp_path / "p.fasta").write_text(">p\nMKVLAAGIVGMKVLAAGIVG\n")
    answer = xtalflow(
        "i2run", "define_asu_contents", "--project_name", "p", "--ASUCONTENTIN", "seqFile=p.fasta", cwd=tmp_path
    )

    assert answer.code == 0, answer.err
    assert (xtalflow.projects / "p/CCP4_IMPORTED_FILES/p.asu.xml").is_file()
    assert not list(scratch.rglob("p.asu.xml"))
