"""Pages of projects, of the jobs of one, of what runs, and of the installation; in a browser without scripts."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import Server, command_line_in, start_server
from .test_accounts import add_account, sign_in

_PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def command_line(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> Any:
    """A home with the project `words`: 1 has children, 2 failed, 3 reads a file of 1."""
    folder = tmp_path_factory.mktemp("served")
    line = command_line_in(folder, test_tasks)
    text = folder / "text.txt"
    text.write_text("one two three")
    line("run", "count_twice", f"TEXT={text}", "-p", "words", "--title", "Twice")
    line("run", "moody", "HOW=badly", "-p", "words", "--title", "=HYPERLINK(1)")
    line("run", "count_words", f"TEXT={line.projects / 'words/CCP4_JOBS/job_1/COPY.txt'}", "-p", "words")
    return line


@pytest.fixture(scope="module")
def server(command_line: Any) -> Iterator[Server]:
    """A server that runs nothing, so that what is queued stays so."""
    server = start_server(command_line, "--slots", 0)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> Iterator[Server]:
    """A server with accounts: rea reads `ours`, edi edits it, mallory has no part in it."""
    line = command_line_in(tmp_path_factory.mktemp("people"), test_tasks)
    for name, more in (("ada", ["--admin"]), ("rea", []), ("edi", []), ("mallory", [])):
        add_account(line, name, *more)
    line("submit", "moody", "-p", "ours", "--title", "Waiting")
    for name, role in (("rea", "reader"), ("edi", "editor")):
        assert line("accounts", "role", name, role, "-p", "ours").code == 0
    server = start_server(line, "--slots", 0, "--host", "0.0.0.0")
    yield server
    server.stop()


def send(browser: httpx.Client, page: str, action: str, **fields: object) -> httpx.Response:
    """Send a form of a page, with the word that only our pages know."""
    word = browser.get(page).text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    return browser.post(action, data={"csrfmiddlewaretoken": word, **fields})


def numbers(page: httpx.Response) -> list[str]:
    """Numbers of the jobs in the order of their rows."""
    return re.findall(r'<tr data-job="[^"]+" data-number="([\d.]+)"', page.text)


def kpi(page: httpx.Response, key: str) -> list[str]:
    """What a column of indicators shows."""
    return re.findall(rf'data-kpi="{key}">([^<]*)<', page.text)


# ---- the job table


def test_the_table_shows_the_newest_job_first(browser: httpx.Client) -> None:
    assert numbers(browser.get("/projects/words/")) == ["3", "2", "1"]


def test_a_branch_is_opened_by_an_address(browser: httpx.Client) -> None:
    """So the tree works without scripts."""
    page = browser.get("/projects/words/?open=1")

    assert numbers(page) == ["3", "2", "1", "1.1", "1.2"]
    assert 'aria-expanded="true" aria-label="Child jobs of 1"' in page.text


def test_a_branch_is_given_without_the_page_around_it(browser: httpx.Client) -> None:
    page = browser.get("/projects/words/branch/1/")

    assert numbers(page) == ["1.1", "1.2"]
    assert "<html" not in page.text


def test_all_levels_are_shown_flat(browser: httpx.Client) -> None:
    assert numbers(browser.get("/projects/words/?view=flat")) == ["3", "2", "1.2", "1.1", "1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=twice", ["1"]),
        ("status=failed", ["2"]),
        ("status=going", []),
        ("task=count_words", ["3"]),
        ("task=count_words&view=flat", ["3", "1.2", "1.1"]),
        ("rating=best", []),
        ("sort=number", ["1", "2", "3"]),
        ("sort=task", ["1", "3", "2"]),
        ("sort=-kpi:words", ["1", "3", "2"]),
        ("sort=nonsense&status=nonsense&open=x", ["3", "2", "1"]),
    ],
)
def test_jobs_are_filtered_and_ordered(browser: httpx.Client, query: str, found: list[str]) -> None:
    page = browser.get(f"/projects/words/?{query}")

    assert page.status_code == 200
    assert set(numbers(page)) == set(found) if "kpi:" in query else numbers(page) == found


def test_a_header_turns_the_order_of_its_column(browser: httpx.Client) -> None:
    page = browser.get("/projects/words/?sort=task")

    assert re.search(r'<th scope="col" aria-sort="ascending"[^>]*><a href="\?sort=-task">Task</a>', page.text)


def test_indicators_are_columns_that_the_reader_chooses(browser: httpx.Client) -> None:
    keys = re.findall(r'name="kpi" value="(\w+)"', browser.get("/projects/words/").text)
    page = browser.get("/projects/words/", params={"kpi": keys[:1]})
    kept = browser.get("/projects/words/", headers={"Cookie": f'{cookie(browser)}; columns=["{keys[0]}"]'})

    assert [text for text in kpi(page, keys[0]) if text]
    assert kpi(kept, keys[0]) == kpi(page, keys[0])
    assert not kpi(browser.get("/projects/words/?kpi="), keys[0])


def cookie(browser: httpx.Client) -> str:
    return "; ".join(f"{each.name}={each.value}" for each in browser.cookies.jar)


def test_the_page_knows_the_last_event_before_its_rows(browser: httpx.Client, program: httpx.Client) -> None:
    """A listener that goes on from there is told nothing twice, and misses nothing."""
    seq = int(browser.get("/projects/words/").text.partition('data-seq="')[2].partition('"')[0])
    with program.stream("GET", f"/projects/words/events?after={seq - 1}") as stream:
        first = next(line for line in stream.iter_lines() if line.startswith("id:"))

    assert first == f"id: {seq}"


def test_rows_are_given_for_jobs_that_the_table_would_show(browser: httpx.Client) -> None:
    page = browser.get("/projects/words/?view=flat").text
    uuids = dict(re.findall(r'data-job="([^"]+)" data-number="([\d.]+)"', page))
    asked = "&".join(f"job={uuid}" for uuid in uuids)

    assert numbers(browser.get(f"/projects/words/rows/?{asked}&q=twice")) == ["1"]
    assert numbers(browser.get("/projects/words/rows/?job=nonsense")) == []


def test_the_table_is_given_as_a_file(browser: httpx.Client) -> None:
    answer = browser.get("/projects/words/jobs.csv?view=flat&sort=number")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert [row["number"] for row in rows] == ["1", "1.1", "1.2", "2", "3"]
    assert rows[0]["status"] == "finished"
    assert any(rows[0][key] for key in rows[0] if key not in {"number", "task", "title", "status"})
    assert "attachment" in answer.headers["content-disposition"]


def test_a_title_is_no_formula_in_a_spreadsheet(browser: httpx.Client) -> None:
    rows = list(csv.DictReader(io.StringIO(browser.get("/projects/words/jobs.csv").text)))

    assert [row["title"] for row in rows if row["number"] == "2"] == ["'=HYPERLINK(1)"]


def test_a_page_without_that_project_or_job_is_not_there(browser: httpx.Client) -> None:
    answers = [browser.get(f"/projects/{path}").status_code for path in ("wurds/", "words/branch/77/", "wurds/kpis/")]

    assert answers == [404, 404, 404]


def test_a_cursor_of_another_list_is_refused(browser: httpx.Client) -> None:
    assert browser.get("/projects/words/?cursor=nonsense").status_code == 422


# ---- what is done to a job


def test_a_job_is_rated(browser: httpx.Client) -> None:
    answer = send(browser, "/projects/words/", "/projects/words/act/", do="best 1")

    assert "Job 1 is rated as best." in answer.text
    assert numbers(browser.get("/projects/words/?rating=best")) == ["1"]
    send(browser, "/projects/words/", "/projects/words/act/", do="unknown 1")
    assert numbers(browser.get("/projects/words/?rating=best")) == []


def test_a_failed_job_is_restarted_and_then_cancelled(browser: httpx.Client) -> None:
    send(browser, "/projects/words/", "/projects/words/act/", do="restart 2")
    queued = numbers(browser.get("/projects/words/?status=queued"))
    answer = send(browser, "/projects/words/", "/projects/words/act/", do="cancel 2", next="/running/")

    assert queued == ["2"]
    assert answer.url.path == "/running/"
    assert "Job 2 is interrupted." in answer.text


@pytest.mark.parametrize("what", ["restart 1", "fly 1", "restart 1.1"])
def test_what_cannot_be_done_is_said(browser: httpx.Client, what: str) -> None:
    answer = send(browser, "/projects/words/", "/projects/words/act/", do=what)

    assert answer.status_code == 200
    assert 'class="notice bad"' in answer.text


def test_a_script_is_told_as_json(browser: httpx.Client) -> None:
    browser.headers["X-Asked-By-Script"] = "1"
    answer = send(browser, "/projects/words/", "/projects/words/act/", do="restart 1")

    assert answer.status_code == 422
    assert "finished" in answer.json()["text"]


def test_a_form_does_not_lead_to_another_server(browser: httpx.Client) -> None:
    answer = send(browser, "/projects/words/", "/projects/words/act/", do="unknown 1", next="https://evil.example/")

    assert answer.url.path == "/projects/words/"


def test_the_deletion_of_jobs_shows_what_depends_on_them(browser: httpx.Client) -> None:
    page = browser.get("/projects/words/delete-jobs/?job=1")
    refused = send(browser, "/projects/words/", "/projects/words/delete-jobs/", job="1")

    assert "These read their files" in page.text
    assert "count_words" in page.text
    assert refused.status_code == 422
    assert "1" in numbers(browser.get("/projects/words/"))


def test_marked_jobs_are_deleted_together(browser: httpx.Client, server: Server) -> None:
    for _ in range(2):
        server.command_line("run", "moody", "HOW=badly", "-p", "passing")
    preview = send(browser, "/projects/passing/", "/projects/passing/act/", do="delete", job=["1", "2"])
    answer = send(browser, "/projects/passing/", "/projects/passing/delete-jobs/", job=["1", "2"])

    assert "Delete 2 jobs of passing?" in preview.text
    assert "2 jobs are deleted" in answer.text
    assert "There is no job yet." in answer.text


def test_deleted_jobs_are_brought_back_from_the_trash_or_gone_for_good(browser: httpx.Client, server: Server) -> None:
    """The page lists deletions, the latest first, each with its buttons."""
    for _ in range(2):
        server.command_line("run", "moody", "HOW=badly", "-p", "trashed")
    before = browser.get("/projects/trashed/trash/").text
    for number in ("1", "2"):
        send(browser, "/projects/trashed/", "/projects/trashed/delete-jobs/", job=[number])
    at = "/projects/trashed/trash/"
    latest, first = re.findall(r'value="restore ([^"]+)"', browser.get(at).text)
    back = send(browser, at, at, do=f"restore {first}")
    again = send(browser, at, at, do=f"restore {first}")
    gone = send(browser, at, at, do=f"remove {latest}")
    folder = server.command_line.projects / "trashed/CCP4_TRASH" / latest

    assert "Nothing is in the trash." in before
    assert "Back again: 1." in back.text
    assert f"{latest} was removed for good." in gone.text
    assert "Nothing is in the trash." in gone.text
    assert first in again.text
    assert "Back again" not in again.text
    assert not folder.exists()
    assert numbers(browser.get("/projects/trashed/")) == ["1"]


def test_a_deletion_that_cannot_be_read_is_told_and_not_removed(
    browser: httpx.Client, program: httpx.Client, server: Server
) -> None:
    """Its jobs are not called strays; files that were out of their place still are."""
    server.command_line("run", "moody", "HOW=badly", "-p", "spoilt")
    entry = program.delete("/projects/spoilt/jobs/1").json()["entry"]
    trash = server.command_line.projects / "spoilt/CCP4_TRASH"
    (trash / entry / "deletion.json").write_text("{")
    (trash / "stray").mkdir()
    page = browser.get("/projects/spoilt/trash/").text
    told = {each["entry"]: each for each in program.get("/projects/spoilt/trash").json()}
    listed = server.command_line("trash", "-p", "spoilt").out

    assert page.count("files that were out of their place") == 1
    assert f"{entry}/deletion.json: not JSON" in page
    assert re.findall(r'value="(?:restore|remove) ([^"]+)"', page) == ["stray"]
    assert "not JSON" in told[entry]["problem"]
    assert told["stray"]["problem"] == ""
    assert "its jobs cannot be told" in " ".join(listed.split())


# ---- projects


def test_a_project_is_made_described_renamed_and_tagged(browser: httpx.Client) -> None:
    made = send(browser, "/projects/", "/projects/", do="create", name="lysozyme β", description="Eggs")
    at = "/projects/lysozyme β/settings/"
    send(browser, at, at, do="tag", tags="twinned, P 43 21 2,")
    renamed = send(browser, at, at, do="rename", name="egg white")
    listed = browser.get("/projects/", params={"tag": "twinned"}).text

    assert made.status_code == 200
    assert "Eggs" in made.text
    assert renamed.url.path == "/projects/egg white/settings/"
    assert "egg white" in listed
    assert "P 43 21 2" in listed
    assert ">words<" not in listed


@pytest.mark.parametrize("name", ["words", "a/b", "..", " "])
def test_a_name_that_cannot_be_is_refused_and_nothing_typed_is_lost(browser: httpx.Client, name: str) -> None:
    answer = send(browser, "/projects/", "/projects/", do="create", name=name, description="typed before")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "typed before" in answer.text


def test_an_archived_project_leaves_the_list_and_comes_back(browser: httpx.Client) -> None:
    send(browser, "/projects/", "/projects/", do="create", name="old")
    send(browser, "/projects/old/settings/", "/projects/old/settings/", do="archive")
    listed, archived = browser.get("/projects/").text, browser.get("/projects/?archived=on").text
    send(browser, "/projects/old/settings/", "/projects/old/settings/", do="unarchive")

    assert ">old<" not in listed
    assert ">old<" in archived
    assert ">old<" in browser.get("/projects/").text


def test_a_project_is_deleted_once_its_name_is_typed_and_imported_again(browser: httpx.Client, server: Server) -> None:
    send(browser, "/projects/", "/projects/", do="create", name="doomed")
    at = "/projects/doomed/delete/"
    wrong = send(browser, at, at, name="dommed")
    gone = send(browser, at, at, name="doomed")
    trash = server.command_line.projects / ".xtalflow_trash" / "doomed"
    back = send(browser, "/projects/", "/projects/", do="import", folder=str(trash))

    assert wrong.status_code == 422
    assert "nothing was deleted" in wrong.text
    assert "doomed is deleted" in gone.text
    assert "taken in: doomed" in back.text
    assert back.url.path == "/projects/doomed/"


@pytest.mark.parametrize("folder", ["", "here", "/nowhere/at/all"])
def test_a_folder_that_is_no_project_is_not_imported(browser: httpx.Client, folder: str) -> None:
    answer = send(browser, "/projects/", "/projects/", do="import", folder=folder)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_list_tells_how_many_jobs_are_in_which_state(browser: httpx.Client) -> None:
    page = browser.get("/projects/", params={"q": "words"}).text

    assert re.search(r'href="/projects/words/\?status=finished">2 finished<', page)


# ---- indicators, what runs, the installation


def test_indicators_are_plotted_from_a_table(browser: httpx.Client) -> None:
    keys = re.findall(r'name="kpi" value="(\w+)"', browser.get("/projects/words/kpis/").text)
    page = browser.get("/projects/words/kpis/", params={"kpi": keys[:1], "view": "flat"}).text

    assert re.findall(r'<tr data-number="([\d.]+)"', page)[0] == "1"
    assert re.search(r'class="number" data-value="\d', page)


def test_what_waits_is_shown_with_its_project(browser: httpx.Client, server: Server) -> None:
    server.command_line("submit", "moody", "-p", "waiting", "--title", "Patience")
    page = browser.get("/running/").text
    send(browser, "/running/", "/projects/waiting/act/", do="cancel 1", next="/running/")

    assert "waiting/1" in page
    assert "Patience" in page
    assert "This server runs no jobs" in page
    assert "waiting/1" not in browser.get("/running/rows/").text


def test_what_runs_is_shown_with_its_progress(browser: httpx.Client, server: Server) -> None:
    line = server.command_line
    with line.start("run", "moody", "HOW=wait", "-p", "endless", cwd=line.home.parent) as process:
        until = time.monotonic() + _PATIENCE_S
        page = ""
        while "endless/1" not in page and time.monotonic() < until:
            page = browser.get("/running/rows/").text
            time.sleep(0.1)
        answer = send(browser, "/running/", "/projects/endless/act/", do="cancel 1", next="/running/")
        process.communicate(timeout=_PATIENCE_S)

    assert "endless/1" in page
    assert re.search(r"Process \d+ on \S+ runs 1\.", page)
    assert "Job 1 is interrupted." in answer.text


def test_the_doctor_says_what_the_command_says(browser: httpx.Client, server: Server) -> None:
    told = server.command_line("doctor", "--json").json()
    page = browser.get("/doctor/").text

    assert all(finding["name"] in page for finding in told["findings"])
    assert "monomer_library" in page


# ---- people


def test_a_reader_sees_jobs_and_no_way_to_change_them(people: Server) -> None:
    """The archive of the project is for readers, too."""
    client, _ = sign_in(people, "rea")
    page = client.get("/projects/ours/")

    assert numbers(page) == ["1"]
    assert not re.search(r'name="do"|delete-jobs|New job|/settings/|type="checkbox" form="act"', page.text)
    assert 'href="/projects/ours/archive.zip"' in page.text
    assert client.get("/projects/ours/archive.zip").headers["content-type"] == "application/zip"
    assert 'name="do" value="cancel' not in client.get("/running/").text
    client.close()


@pytest.mark.parametrize(
    ("name", "status"), [("rea", 403), ("mallory", 404)], ids=["who only reads", "who is told of nothing"]
)
def test_nobody_changes_what_they_may_not(people: Server, name: str, status: int) -> None:
    client, _ = sign_in(people, name)
    answers = [
        send(client, "/projects/", "/projects/ours/act/", do="cancel 1").status_code,
        send(client, "/projects/", "/projects/ours/act/", do="delete", job="1").status_code,
        send(client, "/projects/", "/projects/ours/delete-jobs/", job="1").status_code,
        send(client, "/projects/", "/projects/ours/settings/", do="rename", name="mine").status_code,
        send(client, "/projects/", "/projects/ours/delete/", name="ours").status_code,
        send(client, "/projects/", "/projects/ours/trash/", do="restore x").status_code,
        send(client, "/projects/", "/projects/ours/trash/", do="remove x").status_code,
        client.get("/projects/ours/delete/").status_code,
        client.get("/projects/ours/settings/").status_code,
    ]

    assert answers == [status] * 9
    client.close()


def test_an_editor_changes_jobs_and_deletes_nothing(people: Server) -> None:
    client, _ = sign_in(people, "edi")
    page = client.get("/projects/ours/").text
    rated = send(client, "/projects/ours/", "/projects/ours/act/", do="good 1")
    project = send(client, "/projects/ours/", "/projects/ours/delete/", name="ours")
    job = send(client, "/projects/ours/", "/projects/ours/delete-jobs/", job="1")
    trash = send(client, "/projects/ours/", "/projects/ours/trash/", do="remove x")

    assert trash.status_code == 403
    assert "Job 1 is rated as good." in rated.text
    assert "New job" in page
    assert "delete" not in page.lower()
    assert (project.status_code, job.status_code) == (403, 403)
    assert 'name="do" value="cancel 1"' in client.get("/running/").text
    client.close()


def test_a_stranger_is_told_of_nothing(people: Server) -> None:
    client, _ = sign_in(people, "mallory")
    pages = ("", "rows/", "jobs.csv", "kpis/", "trash/", "archive.zip")

    assert [client.get(f"/projects/ours/{page}").status_code for page in pages] == [404] * 6
    assert "ours" not in client.get("/running/").text
    assert "ours" not in client.get("/projects/").text
    assert client.get("/doctor/").status_code == 403
    client.close()


def test_only_an_admin_imports_a_folder_of_the_server(people: Server) -> None:
    client, page = sign_in(people, "edi")
    folder = people.command_line.projects / "ours"
    answer = send(client, "/projects/", "/projects/", do="import", folder=str(folder))

    assert answer.status_code == 403
    assert 'value="import"' not in page.text
    client.close()


def test_only_an_admin_names_files_of_the_server_in_a_form(people: Server) -> None:
    offers = []
    for name in ("edi", "ada"):
        client, _ = sign_in(people, name)
        offers.append('name="inputData.TEXT@path"' in client.get("/projects/ours/new/count_words/").text)
        client.close()

    assert offers == [False, True]


def test_who_makes_a_project_owns_it(people: Server) -> None:
    client, _ = sign_in(people, "mallory")
    made = send(client, "/projects/", "/projects/", do="create", name="mine")
    gone = send(client, "/projects/mine/", "/projects/mine/delete/", name="mine")

    assert made.url.path == "/projects/mine/"
    assert "mine is deleted" in gone.text
    client.close()
