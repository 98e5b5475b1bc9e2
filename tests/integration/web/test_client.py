"""The Python client, and a real server."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from xtalflow.client import Client, Columns, Project
from xtalflow.errors import NotEquipped, RequestRefused, StoreUnavailable

from .conftest import Server


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    """A client with the key of the server."""
    with Client(server.address, token=server.key) as client:
        yield client


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of three words."""
    path = tmp_path_factory.mktemp("texts") / "a text.txt"
    path.write_text("one two three")
    return path


@pytest.fixture(scope="module")
def project(client: Client) -> Project:
    """A project of the tests of this module."""
    return client.create_project("asked from python", description="a <b>test</b>", tags=["python", "β"])


def test_the_server_of_this_home_is_found(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XTALFLOW_HOME", str(server.command_line.home))
    with Client() as client:
        assert client.server["is_admin"] is True


def test_without_a_server_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XTALFLOW_HOME", str(tmp_path))

    with pytest.raises(StoreUnavailable, match="xtalflow serve"):
        Client()
    with Client("http://127.0.0.1:9", token="x") as client, pytest.raises(StoreUnavailable, match="does not answer"):
        client.project("any")


def test_a_project_is_made_found_and_edited(client: Client, project: Project) -> None:
    edited = project.edit(description="tested")

    assert project.name in [each.name for each in client.projects]
    assert client.project("asked from python").uuid == project.uuid
    assert [each.uuid for each in client.find_projects(tags=["β"])] == [project.uuid]
    assert edited.description == "tested"
    assert next(event["kind"] for event in project.history()) == "created"


def test_a_job_is_submitted_with_a_file_of_this_machine_and_waited_for(
    project: Project, text: Path, tmp_path: Path
) -> None:
    job = project.submit("count_words", TEXT=text, TIMES=2, title="of Python").wait(60)

    assert job.status == "finished"
    assert job.title == "of Python"
    assert job.kpis["nWords"] == 3
    assert job.log.startswith("counted\n")
    assert job.tail(1)
    assert job.report is not None
    assert job.report["sections"][0]["title"] == "Words"
    assert [file.param for file in job.inputs] == ["TEXT"]
    assert job.file("COPY").read_bytes(0, 3) == b"one"
    (copy,) = job.download(tmp_path / "out")
    assert copy.read_text() == "one two three"
    assert job.file("COPY").preview()["text"] == "one two three"
    assert job.command.startswith("xtalflow run count_words -p 'asked from python'")
    assert {each["path"] for section in job.parameters["sections"] for each in section["parameters"]} >= {
        "controlParameters.TIMES"
    }
    assert {node["kind"] for node in job.graph["nodes"]} == {"job", "file"}


def test_a_clone_takes_the_files_of_the_project_and_what_is_changed(project: Project, text: Path) -> None:
    job = project.submit("count_twice", {"inputData.TEXT": text}).wait(60)
    clone = job.clone(TIMES=3).wait(60)
    other = project.submit("count_words", TEXT=job.file("COPY"), MORE=[text, job.file("COPY")]).wait(60)

    assert clone.status == "finished"
    assert clone.document["cloned_from"] == job.number
    assert clone.document["parameters"]["controlParameters.TIMES"] == 3
    assert [child.number for child in clone.children] == [f"{clone.number}.1", f"{clone.number}.2"]
    assert other.kpis["nWords"] == 9
    assert next(file.uuid for file in project.files(job=job)) == job.inputs[0].uuid


def test_what_is_wrong_is_told_all_at_once(project: Project) -> None:
    with pytest.raises(RequestRefused) as caught:
        project.submit("count_words", TIMES=9)
    check = project.check("count_words", TIMES=9)

    assert caught.value.code == "invalid-parameters"
    assert [path for path, _ in caught.value.findings] == ["controlParameters.TIMES", "inputData.TEXT"]
    assert check["can_run"] is False
    with pytest.raises(RequestRefused, match="no parameter") as caught:
        project.submit("count_words", TIME=9)
    assert caught.value.status == 422
    with pytest.raises(RequestRefused, match="no task") as caught:
        project.submit("count_word")
    assert caught.value.code == "invalid"


def test_columns_are_chosen_only_where_there_are_any(project: Project, text: Path) -> None:
    with pytest.raises(RequestRefused, match="columnLabels"):
        project.submit("count_words", TEXT=Columns(text, "F,SIGF"))


def test_events_tell_of_child_jobs_and_their_cycles(project: Project, text: Path) -> None:
    job = project.submit("count_twice", TEXT=text, TIMES=2)
    events = list(job.events())
    rows = [event.data["row"] for event in events if event.data.get("row")]

    assert {row["number"] for row in rows} == {job.number, f"{job.number}.1", f"{job.number}.2"}
    assert (rows[-1]["number"], rows[-1]["status"]) == (job.number, "finished")


def test_events_tell_of_a_job_until_its_end(project: Project) -> None:
    job = project.submit("moody", HOW="nap")
    events = list(job.events())

    assert events[0].kind == "created"
    assert events[-1].data["row"]["status"] == "finished"
    assert [event.seq for event in events if event.seq] == sorted(event.seq for event in events if event.seq)


def test_events_of_a_job_that_has_ended_are_told_to_its_end(project: Project) -> None:
    job = project.submit("moody").wait()
    events = list(job.events())

    assert events[0].kind == "created"
    assert events[-1].data["data"]["to"] == "finished"


def test_a_job_is_cancelled_restarted_rated_and_deleted(project: Project) -> None:
    job = project.submit("moody", HOW="wait").cancel()
    again = job.restart()
    ended = again.cancel()
    rated = ended.edit(evaluation="rejected", comments="in vain")
    gone = rated.delete()

    assert job.status == ended.status == "interrupted"
    assert again.status in ("queued", "running")
    assert (rated.evaluation, rated.comments) == ("rejected", "in vain")
    assert [each["number"] for each in gone["jobs"]] == [job.number]
    with pytest.raises(RequestRefused) as caught:
        project.job(job.number)
    assert caught.value.code == "unknown-job"


def test_a_job_that_ran_no_program_has_an_empty_log(project: Project) -> None:
    job = project.submit("moody").wait(60)

    assert job.log == ""


def test_waiting_ends_when_it_takes_too_long(project: Project) -> None:
    waiting = project.submit("moody", HOW="wait")

    with pytest.raises(TimeoutError, match=r"is (queued|running) after 0\.2 s"):
        waiting.wait(0.2)
    assert waiting.cancel().status == "interrupted"


def test_jobs_come_in_the_order_asked_for(project: Project) -> None:
    jobs = list(project.jobs(flat=True, sort="number"))

    assert len(jobs) > 3
    assert [job.number for job in jobs if "." not in job.number] == sorted(
        (job.number for job in project.jobs()), key=int
    )
    assert {job.task for job in project.jobs(tasks=["moody"])} == {"moody"}


def test_a_table_of_indicators_becomes_a_data_frame(
    client: Client, project: Project, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "nine.txt"
    other.write_text("one two three four five six seven eight nine")
    for each in (text, other):
        project.submit("count_words", TEXT=each).wait()
    table = project.kpi_table(keys=["nWords"], tasks=["count_words"])
    monkeypatch.setitem(sys.modules, "polars", types.SimpleNamespace(DataFrame=lambda columns: columns))
    frame = table.to_dataframe("polars")

    assert len(table) == len(frame["nWords"]) >= 2
    assert set(frame["nWords"]) == {3, 9}
    assert client.kpi_table(project, keys=["nWords"], limit=1).keys == ("nWords",)
    assert len(client.kpi_table(limit=1)) == 1
    with pytest.raises(NotEquipped, match="not installed"):
        table.to_dataframe("no_such_library")


def test_pandas_takes_a_table(project: Project) -> None:
    pandas = pytest.importorskip("pandas")
    frame = project.kpi_table().to_dataframe("pandas")

    assert isinstance(frame, pandas.DataFrame)
    assert "nWords" in frame.columns


def test_what_notebooks_show_is_text_whatever_it_looks_like(client: Client, project: Project) -> None:
    other = project.edit(description="<script>alert(1)</script>")
    job = other.submit("moody", title="<img src=x onerror=alert(1)>")
    shown = [other._repr_html_(), job._repr_html_(), other.kpi_table()._repr_html_()]

    assert all(each.startswith("<table>") for each in shown)
    assert not [each for each in shown if "<script>" in each or "<img" in each]
    assert "&lt;img" in shown[0]
    assert "nWords" in shown[2]


def test_a_wrong_token_is_refused(server: Server) -> None:
    with Client(server.address, token="xtalflow_wrong") as client, pytest.raises(RequestRefused) as caught:
        client.project("any")

    assert caught.value.code == "not-signed-in"


def test_what_is_no_server_of_ours_is_told_so(server: Server) -> None:
    with Client(f"{server.address}/static/xtalflow", token="x") as client, pytest.raises(StoreUnavailable):
        client.project("any")


def test_search_leads_to_jobs_and_projects(client: Client, project: Project) -> None:
    found = client.search("asked from")

    assert [each["name"] for each in found["projects"]] == ["asked from python"]
    assert client.task("count_words")["title"] == "Count words"
    assert "moody" in [each["name"] for each in client.tasks]
