"""Bad input gets a sentence, exit code 2, and nothing is made."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run", "count_word"], "no task is called 'count_word'; did you mean count_words"),
        (["run", "count_words", "TIME=1"], "there is no parameter 'TIME'; did you mean TIMES"),
        (["run", "count_words", "TIMES=9"], "controlParameters.TIMES = 9 is refused: it must be at least 1"),
        (["run", "count_words", "TIMES=x"], "controlParameters.TIMES = 'x' is refused: it must be an integer"),
        (["run", "count_words", "TIMES=1", "TIMES=2"], "controlParameters.TIMES is given twice"),
        (["run", "count_words", "nothing"], "'nothing' is neither a file nor PARAM=VALUE"),
        (["run", "count_words"], "inputData.TEXT: is required but not set"),
        (["run", "count_words", "TEXT=gone.txt"], "gone.txt: there is no such file"),
        (["run", "count_words", "TEXT=."], "inputData.TEXT"),
        (["run", "count_words", "TEXT.baseNam=x"], "TEXT.baseNam"),
        (["run", "moody", "HOW=strangely"], "it must be one of well, badly"),
        (["run"], "missing: TASK"),
        (["runn"], "there is no command 'runn'; did you mean run"),
        (["run", "moody", "HOW=well", "--title", "a\x07b"], "the title 'a\\x07b' is refused: it must be one line"),
        (["run", "moody", "HOW=well", "--title", "a\u2028b", "--dry-run"], "is refused: it must be one line"),
        (
            ["run", "moody", "HOW=well", "-p", "a\x07b", "--dry-run"],
            "'a\\x07b' is refused: it cannot be the name of a project",
        ),
        (["jobs", "--limit", "0"], "must be a whole number above 0"),
    ],
)
def test_a_wrong_request_is_a_sentence_and_makes_nothing(xtalflow: Any, words: list[str], sentence: str) -> None:
    """No traceback, nothing on stdout, not even a database."""
    answer = xtalflow(*words)

    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
    assert all(line.startswith("xtalflow: ") for line in answer.err.splitlines())
    assert xtalflow.made_nothing()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc, where nobody may make a folder")
def test_a_home_that_cannot_be_made_is_named_with_its_setting(xtalflow: Any) -> None:
    xtalflow.environment["XTALFLOW_HOME"] = "/proc/home"

    answer = xtalflow("jobs")

    assert answer.code == 2
    assert "/proc/home: cannot be the home of xtalflow (XTALFLOW_HOME): No such file or directory" in answer.err


def test_a_broken_database_is_named(xtalflow: Any) -> None:
    xtalflow.home.mkdir(exist_ok=True)
    (xtalflow.home / "xtalflow.sqlite3").write_text("not a database" * 100)

    answer = xtalflow("jobs")

    assert answer.code == 1
    assert f"the database {xtalflow.home}/xtalflow.sqlite3 cannot be used: file is not a database" in answer.err


def test_all_that_is_wrong_is_said_at_once(xtalflow: Any) -> None:
    """A form is mended once."""
    answer = xtalflow("run", "count_words", "MORE=gone.txt")

    assert "inputData.TEXT: is required but not set" in answer.err
    assert "inputData.MORE[0]:" in answer.err
    assert "gone.txt" in answer.err


def test_a_file_that_may_not_be_read_is_named(xtalflow: Any, text: Path, unprivileged: list[str]) -> None:
    """Permission is not a traceback."""
    text.chmod(0)
    xtalflow.before = unprivileged
    answer = xtalflow("run", "count_words", f"TEXT={text}")

    assert "text.txt: reading it is not permitted" in answer.err


FIT = ["F_SIGF=5e5z.mtz:FP,SIGFP", "XYZIN=5e5z.pdb"]

MALFORMED = {
    "truncated.mtz": "F_SIGF",
    "empty.mtz": "F_SIGF",
    "empty.pdb": "XYZIN",
    "pdb_named.mtz": "F_SIGF",
    "mtz_named.pdb": "XYZIN",
    "all_missing.mtz": "F_SIGF",
    "hkl_only.mtz": "F_SIGF",
    "free_all_one.mtz": "FREERFLAG",
    "truncated_model.cif": "XYZIN",
    "broken_loop-sf.cif": "F_SIGF",
    "wrong_cell.pdb": "XYZIN",
    "header_only.fasta": "SEQIN",
    "bad_letters.fasta": "SEQIN",
}


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "parameter"), MALFORMED.items())
def test_every_malformed_file_is_refused_before_anything_is_made(
    xtalflow: Any, shared_data: Path, name: str, parameter: str
) -> None:
    """The sentence has the parameter's path and the file's name."""
    tiny, bad = shared_data / "tiny", shared_data / "malformed" / name
    given = {"F_SIGF": f"{tiny / '5e5z.mtz'}:FP,SIGFP", "XYZIN": str(tiny / "5e5z.pdb")} | {parameter: str(bad)}
    if name == "wrong_cell.pdb":
        given["F_SIGF"] = str(shared_data / "gamma" / "merged_intensities_native.mtz")
    xtalflow.environment["CLIBD_MON"] = str(shared_data / "monlib_min")
    answer = xtalflow("run", "refine_pipeline", *(f"{key}={value}" for key, value in given.items()), "--json")

    assert (answer.code, answer.out) == (2, ""), answer.err
    assert any(f"inputData.{parameter}" in line and name in line for line in answer.err.splitlines()), answer.err
    assert "Traceback" not in answer.err
    assert xtalflow.made_nothing()


@pytest.mark.real_data
def test_every_file_of_the_malformed_folder_has_a_test(shared_data: Path) -> None:
    """The good one is used under a difficult name."""
    assert {path.name for path in (shared_data / "malformed").iterdir()} == {*MALFORMED, "good_5e5z.mtz"}


@pytest.mark.real_data
def test_a_valid_file_with_a_difficult_name_works(xtalflow: Any, shared_data: Path, tmp_path: Path) -> None:
    """Blanks, brackets and letters beyond ASCII are nothing special, also with columns chosen."""
    name = "Données β-5e5z (1).mtz"
    shutil.copy(shared_data / "malformed" / "good_5e5z.mtz", tmp_path / name)
    answer = xtalflow("run", "import_merged", f"HKLIN={name}:/*/*/[FP,SIGFP]", "--json")

    job = answer.json()
    assert (answer.code, job["status"]) == (0, "finished"), answer.err
    assert Path(job["inputs"][0]["path"]).name == name


@pytest.mark.real_data
def test_bare_files_go_to_the_inputs_that_they_fit(xtalflow: Any, shared_data: Path) -> None:
    """Data, model, flags and sequence find their places by their content, in whatever order they are typed."""
    gamma = shared_data / "gamma"
    names = ["gamma_model.pdb", "freeR.mtz", "gamma.pir", "merged_intensities_native.mtz"]
    xtalflow.environment["CLIBD_MON"] = str(shared_data / "monlib_min")
    answer = xtalflow("run", "refine_pipeline", *names, "--dry-run", "--json", cwd=gamma)

    given = {one["path"]: one["value"] for one in answer.json()["parameters"]}
    assert Path(given["inputData.F_SIGF"]).name == "merged_intensities_native.mtz"
    assert Path(given["inputData.XYZIN"]).name == "gamma_model.pdb"
    assert Path(given["inputData.FREERFLAG"]).name == "freeR.mtz"
    assert Path(given["inputData.SEQIN"]).name == "gamma.pir"
    assert given["inputData.DICT_LIST"] == []


@pytest.mark.real_data
def test_several_groups_of_columns_of_a_kind_are_listed(xtalflow: Any, shared_data: Path) -> None:
    """The user chooses; the choices are in the sentence."""
    rnase = shared_data / "rnase"
    xtalflow.environment["CLIBD_MON"] = str(shared_data / "monlib_min")
    words = [f"F_SIGF={rnase / 'rnase18_Nat_Complexes.mtz'}", f"XYZIN={rnase / 'rnase_model.pdb'}"]
    answer = xtalflow("run", "refine_pipeline", *words)

    assert answer.code == 2
    assert "inputData.F_SIGF" in answer.err
    assert "FNAT,SIGFNAT" in answer.err.replace(", ", ",")
    assert "FGMP18" in answer.err


@pytest.mark.real_data
def test_a_missing_monomer_library_is_said_before_anything_runs(xtalflow: Any, shared_data: Path) -> None:
    """The sentence tells how to name one."""
    answer = xtalflow("run", "refine_pipeline", *FIT, cwd=shared_data / "tiny")

    assert answer.code == 2
    assert "CLIBD_MON" in answer.err
    assert xtalflow.made_nothing()


@pytest.mark.real_data
def test_a_missing_dictionary_is_said_before_anything_runs(xtalflow: Any, shared_data: Path) -> None:
    """The ligand is named, and the parameter that takes its dictionary."""
    xtalflow.environment["CLIBD_MON"] = str(shared_data / "monlib_min")
    answer = xtalflow("run", "refine_pipeline", "F_SIGF=4hg7-sf.cif", "XYZIN=4hg7.cif", cwd=shared_data / "mdm2")

    assert answer.code == 2
    assert "inputData.DICT_LIST" in answer.err
    assert "NUT" in answer.err
    assert xtalflow.made_nothing()
