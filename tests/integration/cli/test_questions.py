"""Commands that only ask."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def project(xtalflow: Any, text: Path) -> dict[str, Any]:
    """A project ``words`` with a pipeline as job 1; the job."""
    job: dict[str, Any] = xtalflow("run", "count_twice", "-p", "words", text, "--json").json()
    return job


def test_a_job_is_found_by_project_and_number_and_by_uuid(xtalflow: Any, project: dict[str, Any]) -> None:
    """``PROJECT/1.2`` and the uuid are the same job."""
    child = xtalflow("show", "words/1.2", "--json").json()
    same = xtalflow("show", child["uuid"], "--json").json()

    assert child["number"] == "1.2"
    assert same == child
    assert child["report"]["sections"][0]["title"] == "Words"


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        ("words/9", "there is no job words/9"),
        ("word/1", "there is no project 'word'; did you mean words?"),
        ("words/x", "'words/x' is not a job"),
        ("1", "of which project?"),
    ],
)
def test_a_job_that_is_not_there_is_a_sentence(xtalflow: Any, project: dict[str, Any], job: str, sentence: str) -> None:
    """The request is wrong: exit code 2."""
    answer = xtalflow("show", job)

    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err


def test_show_renders_the_report(xtalflow: Any, project: dict[str, Any]) -> None:
    """Figures stand in a table, a plot in characters."""
    answer = xtalflow("show", "words/1.1")

    assert answer.code == 0
    assert "Words" in answer.out
    assert "●" in answer.out
    assert "0.1782" in answer.out


def test_lists_are_json_lists(xtalflow: Any, project: dict[str, Any]) -> None:
    """Projects, jobs, files and indicators each print one list."""
    projects = xtalflow("projects", "--json").json()
    jobs = xtalflow("jobs", "-p", "words", "--all", "--json").json()
    files = xtalflow("files", "-p", "words", "--json").json()
    kpis = xtalflow("kpis", "-p", "words", "--json").json()

    assert [(one["name"], one["last_job_number"]) for one in projects] == [("words", "1")]
    assert [one["number"] for one in jobs] == ["1.2", "1.1", "1"]
    assert {(one["job"], one["param"]) for one in files} == {
        ("1", "TEXT"),
        ("1.1", "COPY"),
        ("1.2", "COPY"),
        ("1", "COPY"),
    }
    assert kpis[0]["kpis"] == {"nWords": 3, "R1Factor": 0.1782}


def test_settings_of_another_django_program_do_not_count(xtalflow: Any, project: dict[str, Any]) -> None:
    """Its variable may stay in the environment."""
    xtalflow.environment["DJANGO_SETTINGS_MODULE"] = "ccp4i2.config.settings"
    answer = xtalflow("projects")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[3].split()[:2] == ["words", "1"]


def test_a_list_of_no_jobs_says_so(xtalflow: Any, project: dict[str, Any]) -> None:
    """On stderr; as JSON it is an empty list."""
    none, json = [xtalflow("jobs", "-p", "words", "--task", "freerflag", *more) for more in ([], ["--json"])]

    assert (none.code, none.out, none.err) == (0, "", "xtalflow: there are no such jobs\n")
    assert (json.json(), json.err) == ([], "")


def test_tables_have_r_with_four_places_and_say_what_it_is_over(xtalflow: Any, project: dict[str, Any]) -> None:
    """R1 is over I > 2σ(I), wherever it is shown."""
    jobs, kpis = xtalflow("jobs", "-p", "words").out, xtalflow("kpis", "words/1").out

    assert "0.1782" in jobs
    assert "I > 2σ" in jobs
    assert "R1Factor (I > 2σ(I))" in kpis


def test_the_log_is_printed_as_it_is(xtalflow: Any, project: dict[str, Any]) -> None:
    """A job that ran no program says so."""
    log, none = xtalflow("log", "words/1.1"), xtalflow("log", "words/1")

    assert (log.code, log.out) == (0, "counted\n$ /bin/sleep 0.1\n")
    assert none.code == 2
    assert "has no log" in none.err
    assert "xtalflow log words/1.1\n" in none.err


def test_the_graph_leads_from_the_output_to_the_users_file(xtalflow: Any, project: dict[str, Any], text: Path) -> None:
    """Edges go with the data: imported file, first child, its copy, second child, the pipeline's output."""
    graph = xtalflow("graph", "words/1", "--json").json()
    shown = xtalflow("graph", "words/1").out
    dot = xtalflow("graph", "words/1", "--dot").out

    nodes = {node["id"]: node for node in graph["nodes"]}
    before = {
        edge["to"]: edge["from"]
        for edge in graph["edges"]
        if not (edge["kind"] == "input" and edge["to"] == graph["uuid"])
    }
    copies = {edge["to"]: edge["from"] for edge in graph["edges"] if edge["kind"] == "copy"}
    step, seen = copies[project["files"][0]["uuid"]], []
    while step:
        seen.append(nodes[step].get("number") or nodes[step]["param"])
        step = before.get(step)
    assert seen == ["COPY", "1.2", "COPY", "1.1", "TEXT"]
    assert f"imported from {text}" in shown
    assert dot.startswith("digraph")


def test_the_graph_shows_what_an_output_went_into(xtalflow: Any, project: dict[str, Any]) -> None:
    """Downwards are the jobs that read the outputs."""
    xtalflow("run", "count_words", "-p", "words", project["files"][0]["path"], "--json")
    shown = xtalflow("graph", "words/1").out

    assert "1 count_twice: went into" in shown
    assert "read by 2 count_words as TEXT" in shown


def test_the_same_bytes_are_imported_once_and_other_bytes_get_another_name(
    xtalflow: Any, project: dict[str, Any], text: Path
) -> None:
    """A second job with the same file makes no second copy; projects share nothing."""
    imported = xtalflow.projects / "words" / "CCP4_IMPORTED_FILES"
    again = xtalflow("run", "count_words", "-p", "words", text, "--json").json()
    after_same = sorted(path.name for path in imported.iterdir())
    text.write_text("other words")
    xtalflow("run", "count_words", "-p", "words", text, "--json")
    elsewhere = xtalflow("run", "count_words", "-p", "other", text, "--json").json()

    assert again["inputs"][0]["uuid"] == project["inputs"][0]["uuid"]
    assert after_same == ["text.txt"]
    assert sorted(path.name for path in imported.iterdir()) == ["text.txt", "text_1.txt"]
    assert Path(elsewhere["inputs"][0]["path"]).is_relative_to(xtalflow.projects / "other")


def test_check_finds_what_is_missing_changed_and_orphaned(xtalflow: Any, project: dict[str, Any]) -> None:
    """Nothing is amiss at first; then each kind of damage is named, and nothing is mended."""
    well = xtalflow("check", "--json")
    folder = Path(project["folder"])
    changed, missing = Path(project["files"][0]["path"]), Path(project["inputs"][0]["path"])
    changed.chmod(0o644)
    changed.write_text("different")
    missing.unlink()
    (folder.parent / "job_7").mkdir()
    answer = xtalflow("check", "--json")

    problems = {(one["kind"], one["path"]) for one in answer.json()["projects"][0]["problems"]}
    assert (well.code, well.json()["well"]) == (0, True)
    assert answer.code == 1
    assert {("changed", str(changed)), ("missing", str(missing)), ("orphan", str(folder.parent / "job_7"))} <= problems
    assert "other bytes" in xtalflow("check", "-p", "words").out


def test_doctor_tells_what_is_there_and_where_settings_come_from(xtalflow: Any) -> None:
    """It makes nothing: not the database, not the folder of projects."""
    examination = xtalflow("doctor", "--json").json()

    found = {one["name"]: one for one in examination["findings"]}
    sources = {one["name"]: one["source"] for one in examination["settings"]}
    assert found["gemmi"]["found"] == "0.7.5"
    assert found["monomers"]["state"] == "absent"
    assert "CLIBD_MON" in found["monomers"]["advice"]
    assert (sources["home"], sources["database_url"]) == ("environment", "default")
    assert xtalflow.made_nothing()


def test_a_broken_monomer_library_makes_the_doctor_complain(xtalflow: Any, tmp_path: Path) -> None:
    """Exit code 1, with what is wrong."""
    xtalflow.environment["CLIBD_MON"] = str(tmp_path)
    answer = xtalflow("doctor")

    assert answer.code == 1
    assert "no monomer library" in answer.out


def test_tasks_lists_a_sites_own_and_describes_parameters(xtalflow: Any) -> None:
    """Each parameter has path, class, default, state, qualifiers and help."""
    names = [task["name"] for task in xtalflow("tasks", "--json").json()]
    detail = xtalflow("tasks", "count_words", "--json").json()
    table = xtalflow("tasks", "count_words").out

    parameters = {one["path"]: one for one in detail["parameters"]}
    times = parameters["controlParameters.TIMES"]
    assert {"count_words", "refine_pipeline"} <= set(names)
    assert (times["class"], times["default"], times["help"]) == ("CInt", 1, "How often")
    assert (times["qualifiers"]["min"], times["qualifiers"]["max"]) == (1, 5)
    assert parameters["inputData.TEXT"]["required"] is True
    assert parameters["inputData.MORE"]["item"] == "CTextFile"
    assert "1 to 5" in table


def test_every_shipped_task_describes_itself_in_json(xtalflow: Any) -> None:
    """No parameter of any task has a qualifier that JSON cannot hold."""
    tasks = xtalflow("tasks", "--json").json()
    answers = xtalflow.each([["tasks", task["name"], "--json"] for task in tasks])

    assert [answer.err for answer in answers if answer.code] == []
    assert all(answer.json()["parameters"] for answer in answers)


def test_a_copied_project_folder_is_not_taken_for_the_project(
    xtalflow: Any, project: dict[str, Any], tmp_path: Path
) -> None:
    """Inside the copy, commands say that it was moved or copied."""
    copy = tmp_path / "copy"
    shutil.copytree(xtalflow.projects / "words", copy)
    answer = xtalflow("jobs", cwd=copy)

    assert answer.code == 2
    assert "it was moved or copied" in answer.err


def test_a_home_that_cannot_be_made_is_a_sentence(xtalflow: Any, text: Path) -> None:
    """It is named, and there is no traceback."""
    xtalflow.home = text / "home"
    answer = xtalflow("projects", cwd=text.parent)

    assert answer.code == 2
    assert "Traceback" not in answer.err
    assert str(text) in answer.err


def test_a_reader_that_goes_away_is_no_error(xtalflow: Any, project: dict[str, Any], tmp_path: Path) -> None:
    """``xtalflow … | head`` ends quietly."""
    process = xtalflow.start("tasks", cwd=tmp_path)
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=60) in {0, 141}
    assert complaint == ""


def test_files_of_a_job_include_inputs_that_an_earlier_job_imported(
    xtalflow: Any, project: dict[str, Any], text: Path
) -> None:
    """The same bytes are one file, which belongs to both."""
    xtalflow("run", "count_words", "-p", "words", text, "--json")
    files = xtalflow("files", "words/2", "--json").json()

    assert [(one["job"], one["param"]) for one in files] == [("1", "TEXT"), ("2", "COPY")]


def test_tables_in_a_pipe_are_not_padded_and_paths_are_in_the_projects_folder(
    xtalflow: Any, project: dict[str, Any]
) -> None:
    """The folder is said once, above."""
    shown = xtalflow("files", "words/1").out

    assert shown.startswith(f"files in {xtalflow.projects / 'words'}\n")
    assert "  CCP4_JOBS/job_1/job_2/COPY.txt\n" in shown
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_outside_a_project_the_sentence_lists_the_projects(xtalflow: Any, text: Path) -> None:
    """Without any it says how to make one."""
    none, empty = xtalflow("jobs"), xtalflow("projects")
    xtalflow("run", "count_words", "-p", "words", text, "--json")
    listed = xtalflow("kpis")

    assert (none.code, empty.code, listed.code) == (2, 0, 2)
    assert "which project? there is none yet" in none.err
    assert "there are no projects yet" in empty.out
    assert "name it with -p: words" in listed.err
    assert xtalflow("projects", "--json").json()[0]["name"] == "words"


@pytest.mark.parametrize("name", ["", " ", ".", ".."])
def test_what_cannot_name_a_project_is_refused(xtalflow: Any, text: Path, name: str) -> None:
    """Exit code 2 for every command, and nothing is made."""
    for words in (["run", "count_words", text], ["run", "count_words", text, "--dry-run"], ["jobs"], ["check"]):
        answer = xtalflow(*words, "-p", name)

        assert (answer.code, answer.out) == (2, "")
        assert f"{name!r} is refused" in answer.err
    assert not xtalflow.projects.exists()


def test_projects_that_cannot_be_kept_there_are_a_wrong_request(xtalflow: Any, text: Path) -> None:
    """``XTALFLOW_PROJECTS`` names no folder."""
    xtalflow.projects = Path("/dev/null")
    answer = xtalflow("run", "count_words", text)

    assert answer.code == 2
    assert "/dev/null: projects cannot be kept here" in answer.err


def test_check_in_a_projects_folder_checks_that_project(xtalflow: Any, project: dict[str, Any], text: Path) -> None:
    """As jobs and kpis do; elsewhere it checks all."""
    xtalflow("run", "count_words", "-p", "other", text, "--json")
    here = xtalflow("check", "--json", cwd=Path(project["folder"])).json()
    anywhere = xtalflow("check", "--json").json()

    assert [one["project"] for one in here["projects"]] == ["words"]
    assert [one["project"] for one in anywhere["projects"]] == ["other", "words"]
