"""The whole description of REST, against the real server: what it says is done, for whoever may ask, and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation

from .conftest import Server

PATIENCE_S = 900
MEANT = {"2xx", "304", "401", "403", "404", "409", "412", "416", "422"}
"""What may be answered to a request that follows the description: 422 tells that it makes no sense all the same."""
FUZZED, KEPT = "fuzzed", "kept"
"""The project that schemathesis changes as it likes, and the one that nobody may change."""
ACCOUNTS = """
import asyncio, json
from xtalflow import db
from xtalflow.services import open_store


async def main():
    async with open_store():
        project = await db.find_project("{project}")
        tokens = {{}}
        for name, role in (("reader", db.Role.READER), ("editor", db.Role.EDITOR), ("outsider", None)):
            person = await db.add_person(name, "a long word of many letters", is_admin=False)
            if role:
                await db.give_role(project.id, name, role)
            scope = db.Scope.ADMIN
            tokens[name] = await db.make_token(person, "program", scope, None)
        print(json.dumps(tokens))


asyncio.run(main())
"""


@dataclass(frozen=True)
class Fuzzed:
    """A server with a project that has all there is to ask for, and tokens of people with other roles in it."""

    server: Server
    tokens: dict[str, str]
    files: dict[str, str]
    folder: Path

    @property
    def address(self) -> str:
        """That of the description."""
        return f"{self.server.address}/api/v1/openapi.json"

    def run(self, token: str, *words: object, ids: dict[str, str]) -> str:
        """Run schemathesis with all its checks; what it prints, if it finds something."""
        config = self.folder / "schemathesis.toml"
        statuses = json.dumps(sorted(MEANT))
        lines = [
            "seed = 1",
            "continue-on-failure = true",
            "request-timeout = 30",
            "max-stream-events = 1",
            "[parameters]",
            *(f'"path.{name}" = {json.dumps(value)}' for name, value in ids.items()),
            "[checks.positive_data_acceptance]",
            f"expected-statuses = {statuses}",
        ]
        others = {
            "remove_project": 'project = "doomed"',
            "remove_job": '"path.number" = "2"',
            "restart": '"path.number" = "3"',
            "restore_from_trash": '"path.entry" = "job_4"',
            "remove_for_good": '"path.entry" = "job_5"',
            "stream_events": '"query.after" = "0", "header.Last-Event-ID" = "0"',  # so that something is told at once
        }
        for operation, parameters in others.items():
            lines += ["[[operations]]", f'include-operation-id = "{operation}"', f"parameters = {{ {parameters} }}"]
        config.write_text("\n".join(lines))
        command = [Path(sys.executable).with_name("schemathesis"), "--config-file", config, "run", self.address]
        command += ["-H", f"Authorization: Bearer {token}", "--checks", "all", *words]
        done = subprocess.run(
            list(map(str, command)), cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def state(self) -> Any:
        """What a change would change."""
        with self.server.program() as program:
            pages = ["jobs?flat=true", "history?limit=1000", "members", "trash", "files?limit=1000"]
            projects = program.get("/projects?archived=both").json()
            return projects, [program.get(f"/projects/{KEPT}/{page}").json() for page in pages]

    def ids(self, project: str) -> dict[str, str]:
        """What addresses name."""
        return {
            "project": project,
            "number": "1",
            "file": self.files[project],
            "task": "count_words",
            "path": "controlParameters.TIMES",
        }


@pytest.fixture(scope="module")
def fuzzed(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Fuzzed:
    """A project with jobs of all kinds."""
    folder, run = tmp_path_factory.mktemp("fuzz"), server.command_line
    text = folder / "text.txt"
    text.write_text("one two three")
    for words in (["count_twice", f"TEXT={text}"], ["moody"], ["moody", "HOW=badly"], ["moody"], ["moody"]):
        run("run", *words, "-p", FUZZED)
    for number in (4, 5):
        run("delete", f"{FUZZED}/{number}", "--yes")
    run("run", "count_twice", f"TEXT={text}", "-p", KEPT)
    run("run", "moody", "-p", "doomed")
    done = subprocess.run(
        [sys.executable, "-c", ACCOUNTS.format(project=KEPT)],
        env=run.environ(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    with server.program() as program:
        files = {name: program.get(f"/projects/{name}/files").json()["items"][0]["uuid"] for name in (FUZZED, KEPT)}
    return Fuzzed(server, json.loads(done.stdout), files, folder)


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE_S)
def test_schemathesis_finds_nothing_with_all_its_checks(fuzzed: Fuzzed) -> None:
    """Positive and negative requests to every operation: examples, boundaries, and at random."""
    found = fuzzed.run(
        fuzzed.server.key, "--max-examples", 10, "--phases", "examples,coverage,fuzzing", ids=fuzzed.ids(FUZZED)
    )

    assert not found, found


def operations(address: str) -> list[APIOperation[Any, Any]]:
    """Every operation of the description."""
    return [result.ok() for result in schemathesis.openapi.from_url(address).get_all_operations()]


def answers(
    fuzzed: Fuzzed, token: str | None, wanted: Callable[[APIOperation[Any, Any]], bool], *, examples: int = 5
) -> Iterator[tuple[str, int, str]]:
    """What requests that follow the description are answered, operation by operation: name, status, code."""
    with requests.Session() as session:
        for operation in filter(wanted, operations(fuzzed.address)):
            seen: list[tuple[str, int, str]] = []
            _ask(fuzzed, session, token, operation, seen, examples)
            yield from seen


def _ask(
    fuzzed: Fuzzed,
    session: requests.Session,
    token: str | None,
    operation: APIOperation[Any, Any],
    seen: list[tuple[str, int, str]],
    examples: int,
) -> None:
    known = fuzzed.ids(KEPT)

    @settings(
        max_examples=examples,
        derandomize=True,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def ask(case: Any) -> None:
        case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
        sent = case.as_transport_kwargs(base_url=fuzzed.server.address)
        sent.get("headers", {}).pop("Authorization", None)
        if token:
            sent["headers"]["Authorization"] = f"Bearer {token}"
        sent["cookies"] = {}
        with session.request(**sent, stream=True) as answer:
            is_problem = answer.headers.get("content-type") == "application/problem+json"
            code = answer.json()["code"] if is_problem else ""
        seen.append((f"{operation.method.upper()} {operation.path}", answer.status_code, code))

    ask()


def changes(operation: APIOperation[Any, Any]) -> bool:
    """Whether it changes something."""
    return operation.method.upper() not in ("GET", "HEAD")


@pytest.mark.slow
def test_a_stranger_gets_nothing_but_the_description(fuzzed: Fuzzed) -> None:
    found = list(answers(fuzzed, None, lambda operation: True))

    assert len({name for name, _, _ in found}) > 40
    assert [each for each in found if each[1:] != (401, "not-signed-in")] == []


@pytest.mark.slow
def test_a_reader_changes_nothing(fuzzed: Fuzzed) -> None:
    """A token of a reader's account that opens all changes nothing of the project."""
    before = fuzzed.state()
    found = list(answers(fuzzed, fuzzed.tokens["reader"], lambda each: changes(each) and "{project}" in each.path))

    assert found
    assert [each for each in found if each[1:] != (403, "not-allowed")] == []
    assert fuzzed.state() == before


@pytest.mark.slow
def test_a_token_for_reading_changes_nothing(fuzzed: Fuzzed) -> None:
    """A token for reading changes nothing, even if it is an administrator's."""
    with fuzzed.server.program() as program:
        token = program.post("/tokens", json={"name": "for reading", "scope": "read"}).json()["token"]
    before = fuzzed.state()
    found = list(answers(fuzzed, token, changes))

    assert found
    assert [each for each in found if each[1:] != (403, "not-allowed")] == []
    assert fuzzed.state() == before


@pytest.mark.slow
def test_somebody_without_a_role_is_not_told_that_there_is_such_a_project(fuzzed: Fuzzed) -> None:
    before = fuzzed.state()
    found = list(answers(fuzzed, fuzzed.tokens["outsider"], lambda each: "{project}" in each.path))

    assert found
    assert [each for each in found if each[1:] != (404, "unknown-project")] == []
    assert fuzzed.state() == before


def test_the_description_is_valid(server: Server) -> None:
    schema = schemathesis.openapi.from_url(f"{server.address}/api/v1/openapi.json")
    schema.validate()

    assert schema.specification.version == "3.1.0"


def test_every_operation_declares_its_problems_and_has_a_sentence(server: Server) -> None:
    document = httpx.get(f"{server.address}/api/v1/openapi.json").json()
    asked = [(path, method, each) for path, some in document["paths"].items() for method, each in some.items()]

    for path, method, operation in asked:
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (path, method, status)
        assert {"400", "401", "500", "503"} <= set(operation["responses"]), (path, method)
        assert operation["summary"], (path, method)
