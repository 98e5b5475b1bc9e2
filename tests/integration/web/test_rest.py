"""REST, as a program asks it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import Server
from .test_import import archive_of
from .test_openapi import ACCOUNTS

TEXT = b"one two three\nfour\nfive\n"


@pytest.fixture(scope="module")
def rest(server: Server) -> Iterator[httpx.Client]:
    """A program with the key of the server."""
    with server.program() as program:
        yield program


@pytest.fixture(scope="module")
def job(rest: httpx.Client, server: Server) -> dict[str, Any]:
    """A finished job with children, in a project called rest."""
    rest.post("/projects", json={"name": "rest", "tags": ["one", "two"]}).raise_for_status()
    body = {"task": "count_twice", "parameters": {"inputData.TEXT": {"upload": upload(rest)}}, "title": "twice"}
    made = rest.post("/projects/rest/jobs", json=body)
    assert made.status_code == 201, made.text
    return wait(rest, made.json())


@pytest.fixture(scope="module")
def tokens(rest: httpx.Client, job: dict[str, Any], server: Server) -> dict[str, str]:
    """Tokens of a reader, an editor, and somebody without a role."""
    done = subprocess.run(
        [sys.executable, "-c", ACCOUNTS.format(project="rest")],
        env=server.command_line.environ(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return dict(json.loads(done.stdout))


def upload(rest: httpx.Client, content: bytes = TEXT, **headers: str) -> str:
    """The id of a file that was sent."""
    headers = {"Content-Type": "application/octet-stream", **headers}
    answer = rest.post("/projects/rest/uploads", params={"name": "text.txt"}, content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["checksum"] == hashlib.sha256(content).hexdigest()
    return str(answer.json()["upload"])


def wait(rest: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    """The job when it has ended."""
    from xtalflow.client import Client

    address, token = str(rest.base_url).partition("/api/")[0], rest.headers["Authorization"].split()[1]
    with Client(address, token=token) as client:
        return client.project(job["project"]).job(job["number"]).wait(60).document


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["status"] == answer.status_code
    assert answer.json()["type"] == f"urn:xtalflow:problem:{answer.json()['code']}"
    return answer.status_code, answer.json()["code"]


def test_the_documents_are_those_of_the_command_line(rest: httpx.Client, job: dict[str, Any], server: Server) -> None:
    shown = server.command_line("show", "rest/1", "--json").json()
    shown.pop("report")

    assert rest.get("/projects/rest/jobs/1").json() == shown
    assert rest.get("/projects/rest/jobs/1/graph").json() == server.command_line("graph", "rest/1", "--json").json()
    assert rest.get("/projects/rest/jobs/1/kpis").json() == server.command_line("kpis", "rest/1", "--json").json()
    assert rest.get("/tasks/count_words").json() == server.command_line("tasks", "count_words", "--json").json()
    files = rest.get("/projects/rest/files").json()["items"]
    assert files == server.command_line("files", "-p", "rest", "--json").json()
    assert rest.get(f"/projects/rest/files/{files[0]['uuid']}").json() == files[0]


def test_a_copy_is_not_told_to_be_one_of_a_project_of_others(
    rest: httpx.Client, tokens: dict[str, str], server: Server, tmp_path: Path
) -> None:
    """Only whoever may read the project learns what it is called."""
    sent = {"headers": {"Content-Type": "application/octet-stream"}, "params": {"name": "a copy"}}
    original = rest.post("/imports", content=archive_of(tmp_path / "a.zip", 71), headers=sent["headers"])
    copy = archive_of(tmp_path / "b.zip", 71, project=72)
    mine = rest.post("/imports", content=copy, **sent)
    with server.program(tokens["outsider"]) as outsider:
        theirs = outsider.post("/imports", content=copy, **sent)

    assert original.status_code == 200
    assert (mine.status_code, theirs.status_code) == (422, 422)
    assert "this project is a copy of 'of ccp4i2 71'" in mine.json()["detail"]
    assert "this project is a copy of one that is here" in theirs.json()["detail"]
    assert "ccp4i2 71" not in theirs.text


def test_what_is_known_is_not_sent_again(rest: httpx.Client, job: dict[str, Any]) -> None:
    for address in ("/projects/rest", "/projects/rest/jobs", "/projects/rest/jobs/1", "/tasks"):
        first = rest.get(address)
        again = rest.get(address, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert rest.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_change_of_what_was_changed_meanwhile_is_refused(rest: httpx.Client, job: dict[str, Any]) -> None:
    seen = rest.get("/projects/rest/jobs/1").headers["etag"]
    first = rest.patch("/projects/rest/jobs/1", json={"evaluation": "best"}, headers={"If-Match": seen})
    second = rest.patch("/projects/rest/jobs/1", json={"evaluation": "good"}, headers={"If-Match": seen})
    third = rest.patch("/projects/rest/jobs/1", json={"title": "t"}, headers={"If-Match": first.headers["etag"]})

    assert first.status_code == third.status_code == 200
    assert code(second) == (412, "changed")
    assert rest.get("/projects/rest/jobs/1").json()["evaluation"] == "best"
    assert third.headers["etag"] == rest.get("/projects/rest/jobs/1").headers["etag"]
    assert code(rest.patch("/projects/rest", json={"tags": []}, headers={"If-Match": '"x"'})) == (412, "changed")


@pytest.mark.parametrize(
    ("address", "name"), [("/projects/rest", "description"), ("/projects/rest/jobs/1", "comments")]
)
async def test_of_many_who_change_what_they_know_at_once_one_does(
    rest: httpx.Client, job: dict[str, Any], address: str, name: str
) -> None:
    """All know the same state; the ETag is compared where nobody else can change it before we do."""
    seen = rest.get(address).headers["etag"]
    async with httpx.AsyncClient(base_url=rest.base_url, headers=rest.headers, timeout=60) as client:
        answers = await asyncio.gather(
            *(client.patch(address, json={name: f"said by {n}"}, headers={"If-Match": seen}) for n in range(8))
        )
    (won,) = [answer for answer in answers if answer.status_code == 200]

    assert {code(answer) for answer in answers if answer is not won} == {(412, "changed")}
    assert rest.get(address).json()[name] == won.json()[name]
    assert rest.get(address).headers["etag"] == won.headers["etag"]


def test_a_change_is_made_as_a_whole_or_not_at_all(rest: httpx.Client, job: dict[str, Any]) -> None:
    """Several fields are one event, and what is as it was is none; what is refused leaves all as it was."""
    rest.post("/projects", json={"name": "whole", "description": "before"}).raise_for_status()
    seen = len(history(rest, "whole"))
    refused = rest.patch("/projects/whole", json={"description": "after", "name": "rest"})
    left = rest.get("/projects/whole").json()
    rest.patch("/projects/whole", json={"name": "hole", "description": "after", "tags": ["a"]}).raise_for_status()
    told = history(rest, "hole")[seen:]
    again = rest.patch("/projects/hole", json={"name": "hole", "description": "after", "tags": ["a"]})

    assert refused.status_code == 422
    assert left["description"] == "before"
    assert [(event["kind"], event["data"]) for event in told] == [
        ("edited", {"name": "hole", "description": "after", "tags": ["a"]})
    ]
    assert again.status_code == 200
    assert history(rest, "hole")[seen:] == told


def history(rest: httpx.Client, project: str) -> list[dict[str, Any]]:
    """What has happened in a project, the oldest first."""
    events: list[dict[str, Any]] = rest.get(f"/projects/{project}/history").json()["items"]
    return sorted(events, key=lambda event: event["seq"])


def test_a_file_comes_whole_in_parts_and_once(rest: httpx.Client, job: dict[str, Any]) -> None:
    (file,) = [each for each in job["files"] if each["param"] == "COPY"]
    address = f"/projects/rest/files/{file['uuid']}/content"
    whole, part = rest.get(address), rest.get(address, headers={"Range": "bytes=4-6"})
    end = rest.get(address, headers={"Range": "bytes=-4"})
    beyond = rest.get(address, headers={"Range": "bytes=100-"})
    head = rest.head(address)

    assert hashlib.sha256(whole.content).hexdigest() == file["checksum"]
    assert whole.headers["etag"] == f'"{file["checksum"]}"'
    assert whole.headers["content-disposition"] == 'attachment; filename="COPY.txt"'
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert (part.status_code, part.content) == (206, b"two")
    assert part.headers["content-range"] == f"bytes 4-6/{file['size']}"
    assert end.content == whole.content[-4:]
    assert code(beyond) == (416, "out-of-range")
    assert beyond.headers["content-range"] == f"bytes */{file['size']}"
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(file["size"]))
    assert rest.get(address, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    other = {"Range": "bytes=4-6", "If-Range": '"other"'}
    assert rest.get(address, headers=other).content == whole.content


def test_a_link_out_of_the_project_is_not_followed(rest: httpx.Client, job: dict[str, Any], tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    made = wait(rest, rest.post("/projects/rest/jobs/1/clone", json={}).json())
    (file,) = [each for each in made["files"] if each["param"] == "COPY"]
    path, log = Path(file["path"]), Path(made["folder"]) / "log.txt"
    path.unlink()
    path.symlink_to(secret)
    log.symlink_to(secret)
    report = path.with_name("report.json")
    secret.write_text(report.read_text())
    report.unlink()
    report.symlink_to(secret)
    told = rest.get(f"/projects/rest/jobs/{made['number']}/report")

    for address in (f"files/{file['uuid']}/content", f"files/{file['uuid']}/preview", f"jobs/{made['number']}/log"):
        assert code(rest.get(f"/projects/rest/{address}")) == (404, "unknown-file")
    assert code(rest.get(f"/projects/rest/jobs/{made['number']}/log?tail=2")) == (404, "unknown-file")
    assert code(told) == (422, "invalid")
    assert told.json()["detail"] == f"CCP4_JOBS/job_{made['number']}/report.json: leads out of the project's folder"
    assert rest.get(f"/projects/rest/jobs/{made['number']}").json()["warnings"] == []


@pytest.mark.parametrize(
    "address",
    [
        "/projects/..%2F..%2Fetc",
        "/projects/rest/files/..%2Fproject.json/content",
        "/projects/rest/jobs/%2E%2E%2F",
        "/nothing",
    ],
)
def test_an_address_that_leads_elsewhere_leads_nowhere(rest: httpx.Client, job: dict[str, Any], address: str) -> None:
    assert rest.get(address).status_code == 404
    assert code(rest.get(address))[0] == 404


@pytest.mark.parametrize("name", ["%00", "a%00b", "%FF%FE", "%ED%A0%80", "%0A", "x" * 5000])
def test_an_address_that_is_no_text_leads_nowhere(rest: httpx.Client, job: dict[str, Any], name: str) -> None:
    for address in (
        f"/projects/{name}",
        f"/projects/rest/jobs/{name}",
        f"/tasks/{name}",
        f"/projects/rest/files/{name}",
    ):
        assert code(rest.get(address))[0] in (400, 404)


def test_uploads_are_compared_with_what_was_said(rest: httpx.Client, job: dict[str, Any], server: Server) -> None:
    digest = hashlib.sha256(TEXT)
    upload(rest, **{"X-Checksum-SHA256": digest.hexdigest().upper()})
    upload(rest, **{"Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"})
    kept = len(list((server.command_line.home / "uploads").iterdir()))
    binary = {"Content-Type": "application/octet-stream"}
    ask = {"url": "/projects/rest/uploads", "params": {"name": "x"}, "content": TEXT}
    other = rest.post(headers=binary | {"X-Checksum-SHA256": "0" * 64}, **ask)

    assert code(other) == (422, "other-bytes")
    assert code(rest.post(headers=binary | {"X-Checksum-SHA256": "zz"}, **ask)) == (422, "invalid")
    assert code(rest.post(headers=binary | {"Content-Digest": "sha-256=:!:"}, **ask)) == (422, "invalid")
    assert code(rest.post(headers={"Content-Type": "text/plain"}, **ask)) == (415, "wrong-type")
    assert code(rest.post(headers=binary, **ask | {"content": b""})) == (422, "invalid")
    assert len(list((server.command_line.home / "uploads").iterdir())) == kept


def test_an_upload_is_gone_when_a_job_took_it_and_is_nobody_elses(
    rest: httpx.Client, job: dict[str, Any], server: Server, tokens: dict[str, str]
) -> None:
    sent = upload(rest)
    body = {"task": "count_words", "parameters": {"TEXT": {"upload": sent}}}
    with server.program(tokens["editor"]) as editor:
        stolen = editor.post("/projects/rest/jobs", json=body)
        assert code(stolen) == (422, "invalid-parameters")
        assert code(editor.delete(f"/projects/rest/uploads/{sent}")) == (404, "not-found")
    first, second = (rest.post("/projects/rest/jobs", json=body) for _ in range(2))

    assert first.status_code == 201
    assert rest.delete(f"/projects/rest/uploads/{upload(rest)}").status_code == 204
    assert first.headers["location"].endswith(f"/jobs/{first.json()['number']}")
    assert code(second) == (422, "invalid-parameters")


def test_files_of_the_server_are_for_who_administers_it(
    rest: httpx.Client, job: dict[str, Any], server: Server, tokens: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "there.txt"
    path.write_text("there")
    body = {"task": "count_words", "parameters": {"TEXT": {"path": str(path)}}}
    with server.program(tokens["editor"]) as editor:
        refused = editor.post("/projects/rest/jobs", json=body)
    scoped = rest.post("/tokens", json={"name": "writer", "scope": "write"}).json()["token"]
    with server.program(scoped) as writer:
        too = writer.post("/projects/rest/jobs", json=body)

    assert code(refused) == code(too) == (422, "invalid-parameters")
    assert "administers" in refused.json()["findings"][0]["text"]
    assert rest.post("/projects/rest/jobs", json=body).status_code == 201


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"task": "moody", "more": 1}, "more"),
        ({"task": "moody", "priority": "1"}, "priority"),
        ({"task": "moody", "priority": 101}, "priority"),
        ({"task": "moody", "title": "a\nb"}, "title"),
        ({"task": "moody", "after": ["x"]}, "after"),
        ({"task": "moody", "limits": {"time_s": 0}}, "time_s"),
        ({}, "task"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_a_body_that_does_not_follow_the_description_is_refused(
    rest: httpx.Client, job: dict[str, Any], body: Any, text: str
) -> None:
    answer = rest.post("/projects/rest/jobs", json=body)

    assert code(answer) == (400, "bad-request")
    assert text in str(answer.json()["errors"])


@pytest.mark.parametrize("content", [b"{", b'{"task": NaN}', b"\xff", b"[" * 100_000, b'"\\ud800"'])
def test_what_is_no_json_is_refused(rest: httpx.Client, job: dict[str, Any], content: bytes) -> None:
    answer = rest.post("/projects/rest/jobs", content=content, headers={"Content-Type": "application/json"})

    assert code(answer) == (400, "bad-request")


def test_a_body_is_bounded(rest: httpx.Client, job: dict[str, Any]) -> None:
    answer = rest.post("/projects/rest/jobs", json={"task": "moody", "title": "x" * 17_000_000})

    assert code(answer) == (413, "too-large")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"task": "no_such"}, "no task"),
        ({"task": "moody", "parameters": {"NOTHING": 1}}, "no parameter"),
        ({"task": "moody", "after": ["777"]}, "no job"),
        ({"task": "count_words", "parameters": {"TIMES": 1, "controlParameters.TIMES": 2}}, "twice"),
        ({"task": "count_words", "parameters": {"MORE[0]": {"file": "x", "path": "y"}}}, "one way"),
        ({"task": "moody", "title": "\u200b\ud7ff", "parameters": {"HOW": {"a": {"b": 1}}}}, "no field"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    rest: httpx.Client, job: dict[str, Any], body: Any, text: str
) -> None:
    answer = rest.post("/projects/rest/jobs", json=body)

    assert code(answer)[0] == 422
    assert text in answer.json()["detail"]


def test_parameters_come_by_their_paths(rest: httpx.Client, job: dict[str, Any]) -> None:
    whole = rest.get("/projects/rest/jobs/1/parameters").json()
    one = rest.get("/projects/rest/jobs/1/parameters/controlParameters.TIMES").json()

    assert one in [each for section in whole["sections"] for each in section["parameters"]]
    assert (one["asked"], one["ran"], one["default"]) == (1, 1, 1)
    assert code(rest.get("/projects/rest/jobs/1/parameters/inputData.NOTHING")) == (404, "unknown-parameter")


def test_lists_come_in_pages(rest: httpx.Client, job: dict[str, Any]) -> None:
    for address in ("/projects/rest/jobs?flat=true&limit=2", "/projects/rest/files?limit=2"):
        whole = rest.get(address.replace("limit=2", "limit=1000")).json()
        rows, page = [], rest.get(address).json()
        rows += page["items"]
        while page["next"]:
            page = rest.get(f"{address}&cursor={page['next']}").json()
            rows += page["items"]

        if "/files?" in address:
            assert rows == whole["items"]
        assert [row["uuid"] for row in rows] == [row["uuid"] for row in whole["items"]]  # a job may go on meanwhile
        assert whole["total"] == len(rows) > 2
        assert code(rest.get(f"{address}&cursor=bm9uc2Vuc2U")) == (422, "invalid")


def test_a_job_is_deleted_and_brought_back(rest: httpx.Client, job: dict[str, Any]) -> None:
    made = wait(rest, rest.post("/projects/rest/jobs", json={"task": "moody"}).json())
    address = f"/projects/rest/jobs/{made['number']}"
    planned, gone = rest.get(f"{address}/deletion").json(), rest.delete(address).json()

    assert [each["number"] for each in planned["jobs"]] == [made["number"]]
    assert code(rest.get(address)) == (404, "unknown-job")
    assert gone["entry"] in [each["entry"] for each in rest.get("/projects/rest/trash").json()]
    assert rest.post(f"/projects/rest/trash/{gone['entry']}/restore").json()["entry"] == gone["entry"]
    assert rest.get(address).json()["uuid"] == made["uuid"]
    again = rest.delete(address).json()
    assert rest.delete(f"/projects/rest/trash/{again['entry']}").status_code == 200
    assert code(rest.post(f"/projects/rest/trash/{again['entry']}/restore")) == (404, "not-found")


def test_only_owners_delete_and_only_with_a_token_for_all(
    rest: httpx.Client, job: dict[str, Any], server: Server, tokens: dict[str, str]
) -> None:
    """Deleting and giving roles is for owners, and not for tokens that open writing alone."""
    doors = [
        ("DELETE", f"/projects/rest/jobs/{job['number']}", None),
        ("DELETE", "/projects/rest", None),
        ("PUT", "/projects/rest/members/editor", {"role": "owner"}),
    ]
    writing = rest.post("/tokens", json={"name": "only writing", "scope": "write"}).json()["token"]
    with server.program(tokens["editor"]) as editor, server.program(writing) as writer:
        answers = [code(each.request(how, where, json=body)) for each in (editor, writer) for how, where, body in doors]
        edited = writer.patch(f"/projects/rest/jobs/{job['number']}", json={"comments": "written"})

    assert set(answers) == {(403, "not-allowed")}
    assert edited.status_code == 200
    assert rest.get(f"/projects/rest/jobs/{job['number']}").json()["uuid"] == job["uuid"]


def test_a_project_is_made_changed_and_deleted(rest: httpx.Client, job: dict[str, Any]) -> None:
    made = rest.post("/projects", json={"name": "short lived", "description": "d", "tags": ["t"]})
    changed = rest.patch("/projects/short lived", json={"name": "renamed", "archived": True, "tags": ["u"]})
    listed = [each["name"] for each in rest.get("/projects").json()["items"]]
    archived = [each["name"] for each in rest.get("/projects?archived=true&tag=u").json()["items"]]
    gone = rest.delete("/projects/renamed")

    assert made.status_code == 201
    assert rest.get(made.headers["location"].removeprefix("/api/v1")).status_code == 404
    assert (changed.json()["name"], changed.json()["archived"], changed.json()["tags"]) == ("renamed", True, ["u"])
    assert "renamed" not in listed
    assert archived == ["renamed"]
    assert Path(gone.json()["trash"]).is_dir()
    assert code(rest.post("/projects", json={"name": "a/b"})) == (400, "bad-request")
    assert code(rest.post("/projects", json={"name": "rest"}))[0] == 422


def test_owners_give_roles(rest: httpx.Client, job: dict[str, Any], server: Server, tokens: dict[str, str]) -> None:
    with server.program(tokens["outsider"]) as outsider:
        before = code(outsider.get("/projects/rest"))
        rest.put("/projects/rest/members/outsider", json={"role": "reader"}).raise_for_status()
        during, refused = outsider.get("/projects/rest"), outsider.get("/projects/rest/members")
        members = rest.get("/projects/rest/members").json()
        rest.delete("/projects/rest/members/outsider").raise_for_status()
        after = code(outsider.get("/projects/rest"))
        own = outsider.post("/projects", json={"name": "of the outsider"})
        listed = [each["name"] for each in outsider.get("/projects").json()["items"]]
        found = outsider.get("/search", params={"text": "rest"}).json()
        named = outsider.get("/projects/res")

    assert before == after == (404, "unknown-project")
    assert during.status_code == 200
    assert code(refused) == (403, "not-allowed")
    assert {"name": "outsider", "role": "reader"} in members
    assert own.status_code == 201
    assert listed == ["of the outsider"]
    assert found == {"projects": [], "jobs": [], "files": []}
    assert "rest" not in named.json()["detail"].replace("'res'", "")


def test_a_token_makes_none_that_opens_more(rest: httpx.Client, server: Server) -> None:
    made = rest.post("/tokens", json={"name": "narrow", "scope": "write", "days": 1})
    with server.program(made.json()["token"]) as narrow:
        told = narrow.get("/server").json()
        more = narrow.post("/tokens", json={"name": "wide", "scope": "admin"})
        listed = narrow.get("/tokens")
        rest.delete("/tokens/narrow").raise_for_status()
        revoked = narrow.get("/server")

    assert told["scope"] == "write"
    assert code(more) == (403, "not-allowed")
    assert "token" not in listed.json()[0]
    assert code(revoked) == (401, "not-signed-in")
    assert code(rest.delete("/tokens/narrow")) == (404, "not-found")


def test_a_page_in_a_browser_needs_its_word_to_change_something(browser: httpx.Client, job: dict[str, Any]) -> None:
    read = browser.get("/api/v1/projects/rest")
    without = browser.patch("/api/v1/projects/rest", json={"description": "x"})

    assert read.status_code == 200
    assert code(without) == (403, "not-allowed")


def test_indicators_are_compared_across_projects(rest: httpx.Client, job: dict[str, Any]) -> None:
    table = rest.get(
        "/kpis", params={"project": ["rest"], "kpi": "nWords", "flat": "true", "sort": "kpi:nWords"}
    ).json()
    own = rest.get("/projects/rest/kpis").json()

    assert table["keys"] == ["nWords"]
    assert {row["kpis"]["nWords"] for row in table["items"]} >= {5}
    assert "R1Factor" in own["keys"]
    assert code(rest.get("/kpis", params={"project": "nowhere"})) == (404, "unknown-project")


def test_another_method_is_told_which_there_are(rest: httpx.Client) -> None:
    answer = rest.post("/server")

    assert code(answer) == (405, "wrong-method")
    assert answer.headers["allow"] == "GET, HEAD"


def test_another_host_is_refused_as_a_problem(rest: httpx.Client) -> None:
    assert code(rest.get("/server", headers={"Host": "evil.example"})) == (400, "bad-request")
