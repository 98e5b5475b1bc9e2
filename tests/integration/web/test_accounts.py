"""A server that others reach: accounts, roles, tokens."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import Server, command_line_in, start_server

PASSWORD = "seven copper kettles"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> Any:
    """A home with an admin, a reader and an editor of the project `ours`, and somebody else."""
    line = command_line_in(tmp_path_factory.mktemp("people"), test_tasks)
    for name, more in (("ada", ["--admin"]), ("rea", []), ("edi", []), ("mallory", [])):
        add_account(line, name, *more)
    line("submit", "moody", "-p", "ours")
    for name, role in (("rea", "reader"), ("edi", "editor")):
        assert line("accounts", "role", name, role, "-p", "ours").code == 0
    return line


@pytest.fixture(scope="module")
def served(people: Any) -> Iterator[Server]:
    server = start_server(people, "--slots", 0, "--host", "0.0.0.0")
    yield server
    server.stop()


def add_account(line: Any, name: str, *more: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xtalflow", "accounts", "add", name, *more],
        input=password + "\n",
        text=True,
        capture_output=True,
        env=line.environ(),
        timeout=60,
        check=False,
    )


def change_password(line: Any, name: str, password: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "xtalflow", "accounts", "password", name],
        input=password + "\n",
        text=True,
        capture_output=True,
        env=line.environ(),
        timeout=60,
        check=True,
    )


def sign_in(server: Server, name: str, password: str = PASSWORD) -> tuple[httpx.Client, httpx.Response]:
    client = httpx.Client(base_url=server.address, timeout=30, follow_redirects=True)
    page = client.get("/sign-in/")
    word = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    answer = client.post("/sign-in/", data={"name": name, "password": password, "csrfmiddlewaretoken": word})
    return client, answer


def token(line: Any, name: str, label: str, *more: str) -> str:
    return str(line("accounts", "token", name, label, *more).out.strip())


def test_the_right_password_opens_the_projects(served: Server) -> None:
    client, answer = sign_in(served, "rea")

    assert answer.status_code == 200
    assert "ours" in answer.text
    client.close()


def test_somebody_else_is_not_told_of_a_project(served: Server) -> None:
    client, answer = sign_in(served, "mallory")

    assert "ours" not in answer.text
    assert client.get("/projects/ours/").status_code == 404
    client.close()


def test_after_five_wrong_passwords_the_right_one_waits(people: Any) -> None:
    """The name is locked for a while, and the address, so that no other test may ask this server."""
    server = start_server(people, "--slots", 0, "--host", "0.0.0.0")
    answers = []
    try:
        for password in (*("wrong one",) * 5, PASSWORD):
            client, answer = sign_in(server, "edi", password)
            client.close()
            answers.append(answer.status_code)
    finally:
        server.stop()

    assert answers == [403] * 5 + [429]


async def test_of_many_wrong_passwords_at_once_five_are_looked_at(people: Any) -> None:
    """A limit that counts after looking would let all through that come before the first is known to be wrong."""
    server = start_server(people, "--slots", 0, "--host", "0.0.0.0")
    try:
        async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
            page = await client.get("/sign-in/")
            word = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
            form = {"name": "edi", "password": "wrong one", "csrfmiddlewaretoken": word}
            answers = await asyncio.gather(*(client.post("/sign-in/", data=form) for _ in range(12)))
    finally:
        server.stop()

    assert Counter(answer.status_code for answer in answers) == {403: 5, 429: 7}


def test_the_tables_of_the_admin_ask_for_a_password_where_the_wrong_ones_are_counted(served: Server) -> None:
    answer = httpx.post(f"{served.address}/admin/login/?next=/admin/", data={"username": "ada", "password": PASSWORD})
    page = httpx.get(f"{served.address}/admin/login/?next=/admin/")

    assert answer.status_code == 403 or answer.headers["location"].startswith("/sign-in/")
    assert page.headers["location"] == "/sign-in/?next=/admin/"


def test_a_server_of_all_addresses_is_told_by_the_name_of_the_machine(served: Server) -> None:
    """No browser could use 0.0.0.0, and no server of that name is known."""
    told = served.log.read_text().partition("served at http://")[2].partition(";")[0]
    answer = httpx.get(f"{served.address}/sign-in/", headers={"Host": told})

    assert told.startswith(socket.gethostname())
    assert answer.status_code == 200


def test_a_token_opens_what_its_account_may_read(people: Any, served: Server) -> None:
    reader = served.program(token(people, "rea", "reading"))
    with reader, reader.stream("GET", "/projects/ours/events") as stream:
        opened = stream.status_code
    with served.program(token(people, "mallory", "reading")) as program:
        closed = program.get("/projects/ours/events").status_code

    assert (opened, closed) == (200, 404)


def test_a_stream_ends_when_the_role_is_taken_back(people: Any, served: Server) -> None:
    """The last that is told is that it was taken; what is asked again is refused, so that a browser gives up."""
    add_account(people, "brief")
    people("accounts", "role", "brief", "reader", "-p", "ours")
    with served.program(token(people, "brief", "listening")) as program:
        with program.stream("GET", "/projects/ours/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            people("accounts", "role", "brief", "none", "-p", "ours")
            time.sleep(2.1)
            people("submit", "moody", "-p", "ours")
            told = [line for line in lines if line.startswith("data")]
        again = program.get("/projects/ours/events")

    assert all('"kind":"role"' in line for line in told)
    assert again.status_code == 404


def test_a_token_that_was_taken_back_opens_nothing(people: Any, served: Server) -> None:
    text = token(people, "rea", "short-lived")
    people("accounts", "revoke", "rea", "short-lived")
    with served.program(text) as program:
        answer = program.get("/projects/ours/events")

    assert answer.status_code == 401


def test_the_key_of_a_home_opens_nothing_where_people_have_accounts(served: Server) -> None:
    answer = httpx.post(f"{served.address}/sign-in/token/", headers={"Authorization": "Bearer x"})

    assert answer.status_code == 403
    assert not (served.command_line.home / "server.json").exists()


def test_accounts_are_listed_without_their_secrets(people: Any) -> None:
    text = token(people, "ada", "listing", "--scope", "write")
    listed = people("accounts", "--json")
    ada = next(row for row in listed.json() if row["name"] == "ada")

    assert ada["is_admin"]
    assert [(each["name"], each["scope"]) for each in ada["tokens"]] == [("listing", "write")]
    assert text not in listed.out
    assert "ada" in people("accounts").out


@pytest.mark.parametrize(
    ("name", "password", "trouble"),
    [("ada", PASSWORD, "already"), ("bob", "12345", "refused"), ("b b", PASSWORD, "cannot be the name")],
)
def test_an_account_that_cannot_be_is_refused(people: Any, name: str, password: str, trouble: str) -> None:
    answer = add_account(people, name, password=password)

    assert answer.returncode == 2
    assert trouble in answer.stderr


def test_an_account_that_is_not_there_is_named(people: Any) -> None:
    answer = people("accounts", "role", "ede", "reader", "-p", "ours")

    assert answer.code == 2
    assert "did you mean edi" in answer.err


def test_an_account_that_is_made_again_is_not_the_admin_that_it_was(people: Any) -> None:
    add_account(people, "former", "--admin")
    people("accounts", "remove", "former")
    again = add_account(people, "former")
    rows = people("accounts", "--json").json()

    assert again.returncode == 0
    assert [row["is_admin"] for row in rows if row["name"] == "former"] == [False]


def test_a_closed_account_signs_in_no_more(people: Any, served: Server) -> None:
    add_account(people, "gone")
    text = token(people, "gone", "reading")
    people("accounts", "remove", "gone")
    with served.program(text) as program:
        answer = program.get("/projects/ours/events")

    assert answer.status_code == 401


def test_another_password_ends_the_sessions_of_an_account_and_leaves_its_tokens(people: Any, served: Server) -> None:
    """Also that of a page that only listens; tokens are taken back one by one."""
    add_account(people, "changing")
    people("accounts", "role", "changing", "reader", "-p", "ours")
    text = token(people, "changing", "reading")
    (one, _), (other, _) = sign_in(served, "changing"), sign_in(served, "changing")
    before = [browser.get("/projects/ours/").url.path for browser in (one, other)]
    with one.stream("GET", "/api/v1/projects/ours/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        change_password(people, "changing", "eight silver spoons")
        time.sleep(2.1)
        people("submit", "moody", "-p", "ours")
        told = [line for line in lines if line.startswith("data")]
    after = [browser.get("/projects/ours/").url.path for browser in (one, other)]
    answers = [sign_in(served, "changing", password) for password in (PASSWORD, "eight silver spoons")]
    with served.program(text) as program:
        by_token = program.get("/projects/ours").status_code
    for browser, _ in ((one, None), (other, None), *answers):
        browser.close()

    assert before == ["/projects/ours/"] * 2
    assert after == ["/sign-in/"] * 2
    assert told == []
    assert [answer.status_code for _, answer in answers] == [403, 200]
    assert by_token == 200


def test_who_gives_themselves_another_password_stays_signed_in_here_and_nowhere_else(
    people: Any, served: Server
) -> None:
    add_account(people, "self", "--admin")
    (here, _), (elsewhere, _) = sign_in(served, "self"), sign_in(served, "self")
    page = here.get("/admin/password_change/").text
    word = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = {"old_password": PASSWORD, "new_password1": "eight silver spoons", "new_password2": "eight silver spoons"}
    changed = here.post("/admin/password_change/", data=form | {"csrfmiddlewaretoken": word})
    ends = [browser.get("/").url.path for browser in (here, elsewhere)]
    here.close()
    elsewhere.close()

    assert changed.url.path == "/admin/password_change/done/"
    assert ends == ["/projects/", "/sign-in/"]


def test_the_last_owner_is_told_why_the_role_stays(people: Any, served: Server) -> None:
    """The command line and REST refuse it by the same sentence; the page of a project's people only shows them."""
    add_account(people, "own")
    people("accounts", "role", "own", "owner", "-p", "ours")
    by_line = people("accounts", "role", "own", "none", "-p", "ours")
    with served.program(token(people, "own", "owning", "--scope", "admin")) as program:
        by_rest = [
            program.delete("/projects/ours/members/own"),
            program.put("/projects/ours/members/own", json={"role": "editor"}),
        ]
        members = program.get("/projects/ours/members").json()
    sentence = "own is the last owner of ours: give somebody else the role of an owner first"

    assert by_line.code == 2
    assert sentence in by_line.err
    assert [(answer.status_code, answer.json()["detail"]) for answer in by_rest] == [(422, sentence)] * 2
    assert {"name": "own", "role": "owner"} in members
