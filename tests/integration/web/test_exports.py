"""Projects and jobs are taken out by page and REST as by the command line."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from integration.cli.conftest import CommandLine
from xtalflow.client import Client
from xtalflow.client._http import _name_given
from xtalflow.errors import InvalidInput, RequestRefused, StoreUnavailable
from xtalflow.formats.ccp4i2 import DATABASE_NAME, read_record

from .conftest import Server, command_line_in, start_server


@pytest.fixture(scope="module")
def command_line(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> Any:
    """A home with a project of two jobs that read nothing of each other, and one that waits."""
    folder = tmp_path_factory.mktemp("served")
    line = command_line_in(folder, test_tasks)
    for number in (1, 2):
        (folder / f"{number}.txt").write_text("one two " * number)
        line("run", "count_words", f"TEXT={folder / f'{number}.txt'}", "-p", "words")
    return line


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server.address, token=server.key) as client:
        yield client


def test_a_project_is_sent_as_the_archive_that_the_command_line_writes(
    server: Server, browser: httpx.Client, client: Client, tmp_path: Path
) -> None:
    server.command_line("export", "archive", "words", "-o", tmp_path / "by_line.zip")
    answer = browser.get("/projects/words/archive.zip")
    by_rest = client.project("words").export_archive(tmp_path / "by_rest.zip")

    assert 'filename="words.ccp4_project.zip"' in answer.headers["content-disposition"]
    assert 'href="/projects/words/archive.zip"' in browser.get("/projects/words/settings/").text
    by_line = _members((tmp_path / "by_line.zip").read_bytes())
    assert "CCP4_JOBS/job_2/COPY.txt" in by_line
    assert _members(answer.content) == _members(by_rest.read_bytes()) == by_line


def test_jobs_are_sent_as_an_archive_with_what_they_need(client: Client, tmp_path: Path) -> None:
    path = client.project("words").export_archive(tmp_path / "some.zip", jobs=["2"])
    same = client.project("words").export_archive(tmp_path / "same.zip", jobs="2")

    assert _members(same.read_bytes()) == _members(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        record = read_record(Path(archive.extract(DATABASE_NAME, tmp_path)))
        names = archive.namelist()
    assert [job.number for job in record.jobs] == ["2"]
    assert "CCP4_IMPORTED_FILES/2.txt" in names
    assert not any(name.startswith("CCP4_JOBS/job_1/") or name.endswith("/1.txt") for name in names)


def test_an_archive_has_nothing_from_outside_the_project_and_tells_what_it_leaves_out(
    server: Server, client: Client, tmp_path: Path
) -> None:
    """Links to folders stay out, whatever they lead to; so does a file that is a link out of the project."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    folder = server.command_line.projects / "linked"
    text = server.command_line.home.parent / "1.txt"
    server.command_line("run", "count_words", f"TEXT={text}", "-p", "linked")
    (folder / "CCP4_COOT").symlink_to(outside)
    (folder / "CCP4_JOBS/job_1/below").symlink_to(outside)
    (folder / "CCP4_JOBS/job_1/link.txt").symlink_to(outside / "secret.txt")
    members = _members(client.project("linked").export_archive(tmp_path / "linked.zip").read_bytes())

    assert b"secret" not in b"".join(members.values())
    assert not any("secret" in name or "below" in name or "link.txt" in name for name in members)
    assert members["MISSING.txt"].decode().splitlines() == [
        "CCP4_JOBS/job_1/link.txt is left out: it leads out of the project's folder",
        "CCP4_JOBS/job_1/below is left out: it is a link",
        "CCP4_COOT is left out: it is a link",
    ]


def test_a_crate_of_a_file_that_is_gone_is_refused_at_once(server: Server, client: Client, tmp_path: Path) -> None:
    text = server.command_line.home.parent / "1.txt"
    server.command_line("run", "count_words", f"TEXT={text}", "-p", "gone")
    (server.command_line.projects / "gone/CCP4_JOBS/job_1/COPY.txt").unlink()
    with pytest.raises(RequestRefused, match=r"COPY\.txt: cannot be put into the crate"):
        client.project("gone").job(1).export_crate(tmp_path / "crate.zip")


@pytest.mark.parametrize("number", ["99", "1.1", "x", "9" * 40])
def test_an_archive_of_no_job_is_refused(client: Client, tmp_path: Path, number: str) -> None:
    with pytest.raises(RequestRefused):
        client.project("words").export_archive(tmp_path / "none.zip", jobs=[number])

    assert list(tmp_path.iterdir()) == []


def test_a_job_is_sent_as_the_crate_that_the_command_line_writes(
    server: Server, browser: httpx.Client, client: Client, tmp_path: Path
) -> None:
    server.command_line("export", "crate", "words/1", "-o", tmp_path / "by_line.zip")
    answer = browser.get("/projects/words/jobs/1/files/crate.zip")
    by_rest = client.project("words").job(1).export_crate(tmp_path / "by_rest.zip")

    page = browser.get("/projects/words/jobs/1/files/").text
    assert '<a href="/projects/words/jobs/1/files/crate.zip">' in page
    assert "model.cif" not in page
    by_line = _members((tmp_path / "by_line.zip").read_bytes())
    assert "CCP4_JOBS/job_1/COPY.txt" in by_line
    assert _members(answer.content).keys() == _members(by_rest.read_bytes()).keys() == by_line.keys()
    told = json.loads(_members(answer.content)["ro-crate-metadata.json"])
    assert {each["@id"] for each in told["@graph"]} >= {"./", "#job-1", "jobs.sh"}


def test_a_crate_that_would_not_be_true_is_not_kept(server: Server, client: Client, tmp_path: Path) -> None:
    """The archive is cut short when the file comes whose bytes the record does not have."""
    path = server.command_line.projects / "words" / "CCP4_JOBS/job_2/COPY.txt"
    before = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(before.upper())
    try:
        with pytest.raises(StoreUnavailable):
            client.project("words").job(2).export_crate(tmp_path / "crate.zip")
    finally:
        path.write_bytes(before)

    assert list(tmp_path.iterdir()) == []


def test_no_page_offers_a_crate_that_cannot_be_made(own_command_line: CommandLine, tmp_path: Path) -> None:
    """Without rocrate there is no link, and the address says what is missing."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['rocrate'] = None\n")
    own_command_line.environment["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    own_command_line("run", "moody", "HOW=badly", "-p", "bare")
    server = start_server(own_command_line)
    try:
        with closing(server.browser()) as browser:
            page = browser.get("/projects/bare/jobs/1/files/")
            crate = browser.get("/projects/bare/jobs/1/files/crate.zip")
    finally:
        server.stop()

    assert page.status_code == 200
    assert "Export" not in page.text
    assert "crate.zip" not in page.text
    assert crate.status_code == 503
    assert "xtalflow[crate]" in crate.text


def test_what_has_not_ended_is_no_crate(server: Server, browser: httpx.Client, client: Client, tmp_path: Path) -> None:
    made = server.command_line("submit", "moody", "HOW=wait", "-p", "waiting", "--json").json()
    with pytest.raises(RequestRefused, match="jobs that have ended"):
        client.project("waiting").job(made["number"]).export_crate(tmp_path / "crate.zip")
    page = browser.get(f"/projects/waiting/jobs/{made['number']}/files/").text
    server.command_line("cancel", f"waiting/{made['number']}")

    assert "crate.zip" not in page


def test_a_job_without_a_refined_model_has_no_mmcif(browser: httpx.Client, client: Client, tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match="no refined model"):
        client.project("words").job(1).export_mmcif(tmp_path / "model.cif")
    answer = browser.get("/projects/words/jobs/1/files/model.cif")

    assert answer.status_code == 422
    assert "no refined model" in answer.text


def test_what_goes_into_a_folder_has_the_name_that_the_server_gives_it(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = client.project("words")

    assert project.export_archive(tmp_path) == tmp_path / "words.ccp4_project.zip"
    assert project.job(1).export_crate(".") == Path("words-1.crate.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["words-1.crate.zip", "words.ccp4_project.zip"]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="a b.zip"', "a b.zip"),
        ("attachment; filename*=utf-8''%CE%B2.zip", "β.zip"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment; filename*=utf-8''..%5C..%5Cpasswd", "passwd"),
    ],
)
def test_no_name_of_a_server_leads_out_of_the_folder(disposition: str, name: str) -> None:
    assert _name_given(disposition, Path("out")) == name


@pytest.mark.parametrize("name", ["", "attachment", 'attachment; filename=".."', "attachment; filename*=utf-8''%00"])
def test_a_server_that_gives_no_name_is_given_none(name: str) -> None:
    with pytest.raises(InvalidInput, match="out is a folder"):
        _name_given(name, Path("out"))


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: re.sub(rb"<exportTime>\d+<", b"<", archive.read(name)) for name in archive.namelist()}


def test_more_parameters_than_a_request_may_have_are_refused(program: httpx.Client) -> None:
    answer = program.get("/projects/words/archive", params={"job": ["1"] * 2000})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
