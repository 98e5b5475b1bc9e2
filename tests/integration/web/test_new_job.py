"""The pages that make a job, as a browser sees them: with scripts, and without."""

from __future__ import annotations

import html
import http.client
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import Server

FORM = "/projects/forms/new/count_words/"


@pytest.fixture(scope="module", autouse=True)
def project(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a job, which read a file."""
    text = tmp_path_factory.mktemp("texts") / "text.txt"
    text.write_text("one two three\n")
    server.command_line("run", "count_words", "-p", "forms", f"TEXT={text}")
    return text


def word_of(page: httpx.Response) -> str:
    """What shows that a form came from our page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def post(browser: httpx.Client, address: str, values: dict[str, Any], **more: Any) -> httpx.Response:
    page = browser.get(FORM)
    return browser.post(address, data=values | {"csrfmiddlewaretoken": word_of(page)}, **more)


def send(browser: httpx.Client, content: bytes, name: str = "text.txt") -> httpx.Response:
    headers = {
        "X-CSRFToken": word_of(browser.get(FORM)),
        "X-File-Name": name,
        "Content-Type": "application/octet-stream",
    }
    return browser.post("/projects/forms/uploads/", content=content, headers=headers)


def test_tasks_are_found_by_words(browser: httpx.Client) -> None:
    all_tasks, some = browser.get("/projects/forms/new/").text, browser.get("/projects/forms/new/?q=Count+words").text

    assert "/projects/forms/new/refine_pipeline/" in all_tasks
    assert FORM in some
    assert "/projects/forms/new/refine_pipeline/" not in some


def test_the_form_of_every_task_can_be_drawn(browser: httpx.Client) -> None:
    addresses = set(re.findall(r'href="(/projects/forms/new/\w+/)"', browser.get("/projects/forms/new/").text))
    failed = [address for address in addresses if browser.get(address).status_code != 200]

    assert len(addresses) > 10
    assert failed == []


def test_the_form_offers_the_files_of_the_project_that_fit(browser: httpx.Client) -> None:
    text = browser.get(FORM).text

    assert re.search(r'<optgroup label="Imported">\s*<option value="file:[0-9a-f-]{36}">text.txt', text)


def test_a_check_tells_what_is_wrong_at_the_fields(browser: httpx.Client) -> None:
    answer = post(browser, f"{FORM}check/", {"inputData.TEXT": "", "priority": "1000"}).json()

    assert not answer["may_run"]
    assert ("inputData.TEXT", "is required but not set") in {
        (one["path"], one["message"]) for one in answer["problems"]
    }
    assert any("priority" in one["message"] for one in answer["problems"])
    assert answer["command"].startswith("xtalflow run count_words -p forms")


def test_a_form_with_mistakes_comes_back_as_it_was_typed(browser: httpx.Client) -> None:
    values = {"inputData.TEXT@path": "/no/such <file>", "title": "kept"}
    answer = post(browser, FORM, values | {"action": "run"})

    assert answer.status_code == 422
    assert html.escape("/no/such <file>") in answer.text
    assert 'value="kept"' in answer.text
    assert "there is no such file" in answer.text


def test_an_upload_is_taken_by_a_job_under_its_own_name(browser: httpx.Client, server: Server) -> None:
    taken = send(browser, b"four five\n", "mine.txt").json()
    answer = post(browser, f"{FORM}check/", {"inputData.TEXT": taken["value"], "title": "sent", "action": "run"}).json()
    number = answer["job"].rstrip("/").rpartition("/")[2]
    files = server.command_line("files", "-p", "forms", "--json").json()

    assert "/projects/forms/jobs/" in answer["job"]
    assert server.command_line("show", f"forms/{number}", "--json").json()["created_by"]["client"] == "web"
    assert "mine.txt" in {file["imported_from"] for file in files}
    assert list((server.command_line.home / "uploads").iterdir()) == []


def test_a_browser_without_scripts_sends_the_file_with_the_form(browser: httpx.Client) -> None:
    files = {"inputData.TEXT@upload": ("plain.txt", b"six seven eight nine\n")}
    answer = post(browser, FORM, {"inputData.TEXT": "", "action": "run"}, files=files)

    assert answer.status_code == 200
    assert re.fullmatch(r"/projects/forms/jobs/\d+/", answer.url.path)


def test_a_clone_is_filled_as_its_job_and_says_so(browser: httpx.Client, server: Server, project: Path) -> None:
    text = browser.get(f"{FORM}?clone=1").text
    value = re.search(r'<option value="(file:[^"]+)" selected>', text)
    assert value is not None
    answer = post(browser, f"{FORM}check/?clone=1", {"inputData.TEXT": value[1], "action": "run"}).json()
    number = answer["job"].rstrip("/").rpartition("/")[2]

    assert server.command_line("show", f"forms/{number}", "--json").json()["cloned_from"] == "1"


def test_a_file_that_is_not_sent_as_a_file_is_refused(browser: httpx.Client) -> None:
    answer = post(browser, "/projects/forms/uploads/", {"a": "b"})

    assert answer.status_code == 422


def test_more_than_the_site_allows_is_refused_before_it_is_read(server: Server) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    asking = http.client.HTTPConnection(host, int(port), timeout=10)
    asking.putrequest("POST", FORM)
    asking.putheader("Content-Type", "multipart/form-data; boundary=x")
    asking.putheader("Content-Length", str(10**13))
    asking.endheaders()
    answer = asking.getresponse()
    asking.close()

    assert answer.status == 413


def test_an_upload_without_the_word_of_our_pages_is_refused(browser: httpx.Client) -> None:
    headers = {"Content-Type": "application/octet-stream"}

    assert browser.post("/projects/forms/uploads/", content=b"x", headers=headers).status_code == 403


def test_a_stranger_finds_no_door(server: Server) -> None:
    for address in ("/projects/forms/new/", FORM):
        assert httpx.get(server.address + address).status_code == 302


def test_rows_are_added_and_removed_without_scripts(browser: httpx.Client) -> None:
    address = "/projects/forms/new/refine_pipeline/"
    one = post(browser, address, {"inputData.DICT_LIST": "", "action": "add inputData.DICT_LIST"})
    values = {"inputData.DICT_LIST": "", "inputData.DICT_LIST[0]": "", "inputData.DICT_LIST[1]": "/b.cif"}
    other = post(browser, address, values | {"action": "remove inputData.DICT_LIST[0]"})

    assert 'name="inputData.DICT_LIST[0]"' in one.text
    assert '<option value="/b.cif" selected>' in other.text
    assert 'name="inputData.DICT_LIST[1]"' not in other.text
