"""The server: how it starts and ends, who comes in, and what it tells of."""

from __future__ import annotations

import signal
import stat
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from integration.cli.conftest import CommandLine

from .conftest import Server, events, free_port, start_server


def test_a_stranger_is_led_to_sign_in(server: Server) -> None:
    answer = httpx.get(f"{server.address}/projects/")

    assert answer.status_code == 302
    assert answer.headers["location"] == "/sign-in/?next=%2Fprojects%2F"


def test_the_address_that_opens_the_pages_is_good_once(server: Server) -> None:
    first = httpx.get(server.link(), follow_redirects=True)
    second = httpx.get(server.link(), follow_redirects=True)

    assert first.status_code == 200
    assert second.status_code == 403
    assert "good once" in second.text


def test_nobody_signs_in_by_a_password_where_only_one_user_comes_in(server: Server) -> None:
    with httpx.Client(base_url=server.address) as client:
        word = client.get("/sign-in/").text.partition('data-csrf="')[2].partition('"')[0]
        answer = client.post("/sign-in/", data={"name": "ada", "password": "x", "csrfmiddlewaretoken": word})

    assert answer.status_code == 200
    assert "belongs to the user who started it" in answer.text


def test_a_request_for_another_host_is_refused(server: Server) -> None:
    answer = httpx.get(f"{server.address}/sign-in/", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "name it in the setting `hosts`" in answer.text


def test_a_form_with_too_many_fields_is_refused_in_a_sentence(browser: httpx.Client) -> None:
    answer = browser.post("/projects/", data={f"field{number}": "" for number in range(1001)})

    assert answer.status_code == 400
    assert "more fields than the server takes" in answer.text


def test_the_database_of_a_server_is_read_by_its_owner_only(browser: httpx.Client, server: Server) -> None:
    """It has the sessions; neither its file nor the log beside it is open to others on the machine."""
    files = list(server.command_line.home.glob("xtalflow.sqlite3*"))

    assert {stat.S_IMODE(file.stat().st_mode) for file in files} <= {0o600}


def test_a_server_answers_to_the_address_that_it_listens_on(own_command_line: CommandLine) -> None:
    """Also to another loopback address than 127.0.0.1."""
    server = start_server(own_command_line, "--slots", 0, "--host", "127.0.0.2")
    port = server.address.rpartition(":")[2]
    answer = httpx.get(f"http://127.0.0.2:{port}/sign-in/")
    server.stop()

    assert answer.status_code == 200


def test_a_form_without_the_word_of_our_pages_is_refused(browser: httpx.Client) -> None:
    answer = browser.post("/sign-out/")

    assert answer.status_code == 403


def test_rest_asks_who_is_there(server: Server) -> None:
    answer = httpx.get(f"{server.address}/api/v1/projects/nothing/events")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not-signed-in"


def test_pages_load_nothing_from_elsewhere(browser: httpx.Client) -> None:
    answer = browser.get("/projects/")

    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_token_is_in_the_log_or_in_a_process_list(server: Server) -> None:
    secrets = [server.key, server.link().partition("token=")[2]]
    words = [Path(f"/proc/{server.process.pid}/cmdline").read_text(), server.log.read_text()]

    assert not [secret for secret in secrets for text in words if secret in text]


def test_a_job_of_the_command_line_is_told_to_who_listens(server: Server, program: httpx.Client) -> None:
    made = server.command_line("submit", "moody", "-p", "told", "--json").json()
    with program.stream("GET", "/projects/told/events", headers={"Last-Event-ID": "0"}) as stream:
        seen = []
        for message in events(stream):
            seen.append(message)
            if (row := message["data"].get("row")) and row["status"] == "finished":
                break
    seqs = [int(message["id"]) for message in seen if "id" in message]

    assert seqs == list(range(1, len(seqs) + 1))
    assert seen[-1]["data"]["row"]["uuid"] == made["uuid"]


def test_a_server_with_an_open_stream_ends_within_three_seconds(own_command_line: Any) -> None:
    server = start_server(own_command_line, "--slots", 0)
    own_command_line("submit", "moody", "-p", "open")
    with server.program() as program, program.stream("GET", "/projects/open/events") as stream:
        assert stream.status_code == 200
        began = time.monotonic()
        code = server.stop()

    assert code == 0
    assert time.monotonic() - began < 3


def test_another_address_needs_accounts(own_command_line: Any) -> None:
    answer = own_command_line("serve", "--no-browser", "--host", "0.0.0.0", "--port", free_port())

    assert answer.code == 2
    assert "xtalflow accounts add" in answer.err


def test_a_server_behind_a_proxy_needs_accounts_too(own_command_line: Any) -> None:
    """To the server all who come by the proxy come from this machine."""
    proxied = replace(own_command_line, environment=own_command_line.environment | {"XTALFLOW_HOSTS": "site.example"})
    answer = proxied("serve", "--no-browser", "--port", free_port())

    assert answer.code == 2
    assert "site.example can be reached from other machines" in answer.err


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30])
def test_an_event_that_cannot_be_is_refused(program: httpx.Client, server: Server, last: str) -> None:
    server.command_line("submit", "moody", "-p", "told")
    answer = program.get("/projects/told/events", headers={"Last-Event-ID": last})

    assert answer.status_code == 422
    assert "Last-Event-ID" in answer.json()["detail"]


def test_a_server_that_is_killed_and_started_again_leaves_out_no_event(own_command_line: Any) -> None:
    own_command_line("run", "moody", "-p", "killed")
    first = start_server(own_command_line, "--slots", 0)
    with first.program() as program, program.stream("GET", "/projects/killed/events?after=0") as stream:
        seen = [int(next(messages)["id"]) for messages in [events(stream)] for _ in range(3)]
    first.stop(signal.SIGKILL)
    own_command_line("run", "moody", "-p", "killed")
    second = start_server(own_command_line, "--slots", 0)
    last = headers_of(seen[-1])
    with second.program() as program, program.stream("GET", "/projects/killed/events", headers=last) as stream:
        for message in events(stream):
            seen.append(int(message["id"]))
            if message["data"]["row"]["number"] == "2" and message["data"]["row"]["status"] == "finished":
                break
    second.stop()

    assert seen == list(range(1, len(seen) + 1))


def headers_of(last: int) -> dict[str, str]:
    return {"Last-Event-ID": str(last)}
