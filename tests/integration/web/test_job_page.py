"""The pages of a job: what they tell, what may be done on them, and the files that they give."""

from __future__ import annotations

import html
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import Server, command_line_in, start_server
from .test_accounts import add_account, sign_in

JOBS = "/projects/words/jobs"
SECRET_REPORT = '{"sections": [{"title": "Said", "items": [{"kind": "warning", "text": "secret words"}]}]}'
SECRET_DIAGNOSTIC = (
    "<errorReportList><errorReport><severityName>WARNING</severityName><description>secret words</description>"
    "</errorReport></errorReportList>"
)
SECRET_PARAMETERS = (
    "<ccp4i2><ccp4i2_body><inputData><TEXT><relPath>/</relPath><baseName>secret words</baseName></TEXT></inputData>"
    "</ccp4i2_body></ccp4i2>"
)
PAGES = ("", "log/", "parameters/", "files/", "graph/", "history/")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> Any:
    """A project with a pipeline, a failed job, one that warns, and one whose program has a log."""
    home = tmp_path_factory.mktemp("jobs")
    line = command_line_in(home, test_tasks)
    text = home / "text.txt"
    text.write_text("one two three")
    for words in (
        ["run", "count_twice", f"TEXT={text}", "TIMES=2"],
        ["run", "moody", "HOW=badly"],
        ["run", "moody", "HOW=doubtful"],
        ["run", "count_words", f"TEXT={home}/projects/words/CCP4_JOBS/job_1/COPY.txt", "--title", "<b>bold</b>"],
        ["submit", "moody"],
        ["run", "moody", "HOW=well"],
    ):
        line(*words, "-p", "words")
    for name, more in (("ada", ["--admin"]), ("rea", []), ("edi", [])):
        add_account(line, name, *more)
    for name, role in (("rea", "reader"), ("edi", "editor")):
        assert line("accounts", "role", name, role, "-p", "words").code == 0
    return line


@pytest.fixture(scope="module")
def served(line: Any) -> Iterator[Server]:
    server = start_server(line, "--slots", 0, "--host", "0.0.0.0")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def owner(served: Server) -> Iterator[httpx.Client]:
    """A browser in which the admin is signed in."""
    client, _ = sign_in(served, "ada")
    yield client
    client.close()


@pytest.fixture(scope="module")
def editor(served: Server) -> Iterator[httpx.Client]:
    client, _ = sign_in(served, "edi")
    yield client
    client.close()


@pytest.fixture(scope="module")
def reader(served: Server) -> Iterator[httpx.Client]:
    client, _ = sign_in(served, "rea")
    yield client
    client.close()


def send(browser: httpx.Client, address: str, **fields: str) -> httpx.Response:
    """Send a form of a job's page as a browser does."""
    page = browser.get(f"{JOBS}/1/").text
    found = re.search(r'data-csrf="([^"]+)"', page)
    assert found is not None
    return browser.post(address, data=fields | {"csrfmiddlewaretoken": found[1]})


def files_of(browser: httpx.Client, number: str) -> dict[str, str]:
    """Addresses of the files of a job by their names."""
    page = browser.get(f"{JOBS}/{number}/files/").text
    return {name: address for address, name in re.findall(r'<a href="([^"]+)" download>([^<]+)</a>', page)}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("number", ["1", "1.1", "2", "3", "5"])
def test_every_job_has_all_pages_with_one_head(reader: httpx.Client, number: str, page: str) -> None:
    """Whatever became of a job, its pages have its number, its status as a word, its tabs, and no script or style."""
    answer = reader.get(f"{JOBS}/{number}/{page}")

    assert answer.status_code == 200
    assert f'<span class="number">{number}</span>' in answer.text
    assert re.search(r'id="job-state">(finished|failed|unsatisfactory|queued)<', answer.text)
    assert answer.text.count('aria-current="page"') >= 1
    assert not re.search(r"<script(?![^>]*(src=|application/json))|<style|\sstyle=", answer.text)


def test_a_pipeline_shows_its_children_and_where_it_is(reader: httpx.Client) -> None:
    """The page of a pipeline has its child jobs; that of a child leads up, and to the child beside it."""
    pipeline, child = reader.get(f"{JOBS}/1/").text, reader.get(f"{JOBS}/1.1/").text

    assert f'href="{JOBS}/1.1/"' in pipeline
    assert f'href="{JOBS}/1.2/"' in pipeline
    assert f'<a href="{JOBS}/1/">1</a>' in child
    assert f'href="{JOBS}/1.2/" rel="next"' in child
    assert 'rel="prev"' not in child


def test_a_failed_job_says_why_and_what_to_do(editor: httpx.Client) -> None:
    """The sentence of the error comes first, with the ways on."""
    page = editor.get(f"{JOBS}/2/").text

    assert "the crystal has dissolved" in page
    assert "What to do" in page
    assert 'value="restart"' in page


def test_warnings_stand_on_the_page_once(reader: httpx.Client) -> None:
    """A warning that the report has already is not said again."""
    page = reader.get(f"{JOBS}/3/").text

    assert page.count("the map is weak") == 1
    assert page.count("few flags") == 1


def test_titles_are_texts(reader: httpx.Client) -> None:
    """Markup in a title is shown, not obeyed."""
    page = reader.get(f"{JOBS}/4/").text

    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold</b>" not in page


def test_parameters_tell_what_was_set_and_how_to_do_it_again(reader: httpx.Client) -> None:
    """Set parameters are told by a word; the command line that makes the job stands below."""
    page = reader.get(f"{JOBS}/1/parameters/").text
    only_set = reader.get(f"{JOBS}/2/parameters/?only=set").text

    assert "not the default" in page
    assert "xtalflow run count_twice -p words" in page
    assert "TIMES=2" in page
    assert "HOW" in only_set


def test_the_graph_is_told_as_lists(reader: httpx.Client) -> None:
    """Up to the imported file with where it came from, and down to the job that read an output."""
    page = reader.get(f"{JOBS}/1/graph/").text

    assert "imported from" in page
    assert f'read by <a href="{JOBS}/4/">' in page


def test_history_is_told_in_words(reader: httpx.Client) -> None:
    """Who made the job, and how it ended."""
    page = reader.get(f"{JOBS}/2/history/").text

    assert "was made, of the task moody" in page
    assert "failed: the crystal has dissolved" in page
    assert ">cli<" in page


def test_the_log_of_a_child_is_shown_for_its_pipeline(line: Any, reader: httpx.Client) -> None:
    """A pipeline that ran no program itself shows the log of a child, and leads to the others."""
    page = reader.get(f"{JOBS}/1/log/").text

    assert "counted" in page
    assert 'href="?of=1.1"' in page


def test_of_a_long_log_the_end_is_shown_and_the_rest_reached(line: Any, reader: httpx.Client) -> None:
    """The page has the last 500 lines; the link before them leads to those before; all of it can be had."""
    log = line.projects / "words/CCP4_JOBS/job_4/log.txt"
    before = log.read_bytes()
    try:
        log.write_text("".join(f"line {number} <&>\n" for number in range(20_000)))
        page = reader.get(f"{JOBS}/4/log/").text
        earlier = re.search(r'id="earlier" href="([^"]+)"', page)
        assert earlier is not None
        page_before = reader.get(f"{JOBS}/4/log/{earlier[1].replace('&amp;', '&')}").text
        whole = reader.get(f"{JOBS}/4/log/whole/")
        part = reader.get(f"{JOBS}/4/log/whole/", headers={"Range": "bytes=0-5"})
    finally:
        log.write_bytes(before)

    assert "line 19999 &lt;&amp;&gt;" in page
    assert "line 19500 " in page
    assert "line 19499 " not in page
    assert "line 19499 " in page_before
    assert "line 18999 " not in page_before
    assert whole.text.count("\n") == 20_000
    assert whole.headers["content-type"].startswith("text/plain")
    assert part.status_code == 206
    assert part.text == "line 0"


def test_what_is_added_to_a_log_is_given_from_a_place_on(line: Any, reader: httpx.Client) -> None:
    """A half-written character waits; nothing new is no content; a log that became shorter begins anew."""
    log = line.projects / "words/CCP4_JOBS/job_4/log.txt"
    before = log.read_bytes()
    try:
        log.write_bytes(b"first\n" + "é".encode()[:1])
        first = reader.get(f"{JOBS}/4/log/since/?from=0")
        nothing = reader.get(f"{JOBS}/4/log/since/?from=6")
        log.write_bytes(b"new\n")
        shorter = reader.get(f"{JOBS}/4/log/since/?from=6")
    finally:
        log.write_bytes(before)

    assert first.text == "first\n"
    assert first.headers["X-Log-End"] == "6"
    assert nothing.status_code == 204
    assert shorter.text == "new\n"
    assert shorter.headers["X-Log-Start"] == "0"


def test_a_file_is_an_attachment_with_its_checksum(reader: httpx.Client) -> None:
    """Size, ETag and name are those of the record; a second asking with the ETag is answered without the file."""
    address = files_of(reader, "1")["COPY.txt"]
    whole = reader.get(address)
    again = reader.get(address, headers={"If-None-Match": whole.headers["etag"]})

    assert whole.status_code == 200
    assert whole.headers["content-disposition"] == 'attachment; filename="COPY.txt"'
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in whole.headers["content-security-policy"]
    assert re.fullmatch(r'"[0-9a-f]{64}"', whole.headers["etag"])
    assert int(whole.headers["content-length"]) == len(whole.content)
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-2", 206, slice(0, 3)),
        ("bytes=4-", 206, slice(4, None)),
        ("bytes=-3", 206, slice(-3, None)),
        ("bytes=2-99999", 206, slice(2, None)),
        ("bytes=99999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=5-2", 200, slice(None)),
        ("bytes=0-1,3-4", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_a_part_of_a_file_is_given(reader: httpx.Client, asked: str, status: int, part: slice) -> None:
    """A range that can be given is given, one that is beyond is refused, and one that nobody knows is everything."""
    address = files_of(reader, "1")["COPY.txt"]
    whole = reader.get(address).content
    answer = reader.get(address, headers={"Range": asked})

    assert answer.status_code == status
    assert answer.content == whole[part]
    if status == 206:
        start = len(whole) - len(answer.content) if asked.endswith(("4-", "-3", "99999")) else 0
        assert answer.headers["content-range"] == f"bytes {start}-{start + len(answer.content) - 1}/{len(whole)}"
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(whole)}"


def test_a_range_of_another_version_is_everything(reader: httpx.Client) -> None:
    """`If-Range` with another ETag gives the whole file; with its own, the part."""
    address = files_of(reader, "1")["COPY.txt"]
    etag = reader.get(address).headers["etag"]

    assert reader.get(address, headers={"Range": "bytes=0-2", "If-Range": '"other"'}).status_code == 200
    assert reader.get(address, headers={"Range": "bytes=0-2", "If-Range": etag}).status_code == 206


def test_the_head_of_a_file_has_no_body(reader: httpx.Client) -> None:
    """`HEAD` tells size and ETag alone."""
    answer = reader.head(files_of(reader, "1")["COPY.txt"])

    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 0
    assert answer.content == b""


def test_a_link_out_of_the_project_is_refused(line: Any, reader: httpx.Client, tmp_path: Path) -> None:
    """A file that became a symbolic link is followed within the project, and not out of it."""
    address = files_of(reader, "4")["COPY.txt"]
    path = line.projects / "words/CCP4_JOBS/job_4/COPY.txt"
    kept = path.with_suffix(".kept")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    path.rename(kept)
    try:
        path.symlink_to(secret)
        outside = reader.get(address)
        path.unlink()
        path.symlink_to(kept)
        inside = reader.get(address)
        path.unlink()
        path.mkdir()
        folder = reader.get(address)
        path.rmdir()
        missing = reader.get(address)
    finally:
        kept.rename(path)

    assert outside.status_code == 404
    assert "leads out of the project" in outside.text
    assert "secret" not in outside.text.replace(str(secret), "")
    assert inside.status_code == 200
    assert folder.status_code == 404
    assert missing.status_code == 404
    assert "is not on the disk" in missing.text


def test_a_log_that_leads_out_of_the_project_is_refused(line: Any, reader: httpx.Client, tmp_path: Path) -> None:
    """A task could make its log a link to anything; it is not given."""
    path = line.projects / "words/CCP4_JOBS/job_4/log.txt"
    kept = path.with_suffix(".kept")
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    path.rename(kept)
    try:
        path.symlink_to(secret)
        answers = [reader.get(f"{JOBS}/4/log/{page}") for page in ("", "whole/", "since/?from=0")]
    finally:
        path.unlink()
        kept.rename(path)

    assert not any("secret words" in answer.text for answer in answers)
    assert answers[1].status_code == 404


@pytest.mark.parametrize(
    ("paper", "page", "secret", "status", "said"),
    [
        ("report.json", "", SECRET_REPORT, 422, "report.json: leads out of the project"),
        ("diagnostic.xml", "", SECRET_DIAGNOSTIC, 200, ""),
        ("input_params.xml", "parameters/", SECRET_PARAMETERS, 200, "input_params.xml: leads out of the project"),
        ("params.xml", "parameters/", SECRET_PARAMETERS, 200, ""),
    ],
)
def test_papers_of_a_job_that_lead_out_of_the_project_are_not_read(
    line: Any, reader: httpx.Client, tmp_path: Path, paper: str, page: str, secret: str, status: int, said: str
) -> None:
    """They are read where they are, and not where a link leads; where the page cannot do without one it names it."""
    path, outside = line.projects / "words/CCP4_JOBS/job_4" / paper, tmp_path / paper
    outside.write_text(secret)
    kept = path.rename(path.with_suffix(".kept")) if path.exists() else None
    answers = []
    try:
        for make in (lambda: path.write_text(secret), lambda: path.symlink_to(outside)):
            make()
            answers.append(reader.get(f"{JOBS}/4/{page}"))
            path.unlink()
    finally:
        if kept is not None:
            kept.rename(path)

    texts = [html.unescape(answer.text) for answer in answers]
    assert [answer.status_code for answer in answers] == [200, status]
    assert "secret words" in texts[0]
    assert "secret words" not in texts[1]
    assert said in texts[1]


def test_a_page_that_a_job_made_is_not_shown_in_the_browser(line: Any, reader: httpx.Client) -> None:
    """HTML comes as an attachment of a type that no browser runs."""
    address = files_of(reader, "4")["COPY.txt"]
    uuid = address.rpartition("/")[2].replace("-", "")
    with sqlite3.connect(line.home / "xtalflow.sqlite3") as connection:
        connection.execute("insert into xtalflow_filetype (name, description) values ('text/html', '')")
        connection.execute("update xtalflow_file set type_id = 'text/html' where uuid = ?", [uuid])
        connection.commit()
    answer = reader.get(address)

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_purged_file_is_said_to_be_gone(line: Any, reader: httpx.Client) -> None:
    """The page names it without a link, and its address says that it was purged."""
    address = files_of(reader, "1.1")["COPY.txt"]
    uuid = address.rpartition("/")[2].replace("-", "")
    with sqlite3.connect(line.home / "xtalflow.sqlite3") as connection:
        connection.execute("update xtalflow_file set available = 0 where uuid = ?", [uuid])
        connection.commit()
        page, answer = reader.get(f"{JOBS}/1.1/files/").text, reader.get(address)
        connection.execute("update xtalflow_file set available = 1 where uuid = ?", [uuid])
        connection.commit()

    assert "gone: it was purged" in page
    assert answer.status_code == 404
    assert "was purged" in answer.text


@pytest.mark.parametrize("uuid", ["no-uuid", "00000000-0000-4000-8000-000000000000"])
def test_a_file_that_the_project_does_not_have_is_not_found(reader: httpx.Client, uuid: str) -> None:
    """Neither a text that is no uuid nor one that nobody has."""
    assert reader.get(f"{JOBS}/1/files/{uuid}").status_code == 404


def test_all_outputs_come_as_an_archive(reader: httpx.Client) -> None:
    """The archive has every output under its name, with its bytes."""
    answer = reader.get(f"{JOBS}/1/files/outputs.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))

    assert archive.testzip() is None
    assert archive.read("COPY.txt") == reader.get(files_of(reader, "1")["COPY.txt"]).content


def test_readers_have_no_buttons_and_may_do_nothing(reader: httpx.Client) -> None:
    """The page of a reader has no form of the job; what is sent in spite of that is refused."""
    page = reader.get(f"{JOBS}/2/").text

    assert "/act/" not in page
    assert "?clone=" not in page
    assert f"{JOBS}/2/delete/" not in page
    for what in ({"do": "best"}, {"do": "restart"}, {"do": "retitle", "title": "mine"}):
        assert send(reader, f"{JOBS}/2/act/", **what).status_code == 403
    assert reader.get(f"{JOBS}/2/delete/").status_code == 403
    assert send(reader, f"{JOBS}/2/delete/").status_code == 403


def test_editors_may_not_delete(editor: httpx.Client) -> None:
    """Deletion is for owners."""
    page = editor.get(f"{JOBS}/6/").text

    assert "/act/" in page
    assert f"{JOBS}/6/delete/" not in page
    assert send(editor, f"{JOBS}/6/delete/").status_code == 403


def test_an_editor_rates_names_and_remarks(editor: httpx.Client) -> None:
    """Each leads back with a sentence, and is in the history."""
    rated = send(editor, f"{JOBS}/3/act/", do="best")
    named = send(editor, f"{JOBS}/3/act/", do="retitle", title="Renamed")
    remarked = send(editor, f"{JOBS}/3/act/", do="comment", comment="weak\n<b>map</b>")
    history = editor.get(f"{JOBS}/3/history/").text

    assert "Job 3 is rated as best." in rated.text
    assert '<span class="mark best">best</span>' in rated.text
    assert "Job 3 has a new title." in named.text
    assert "Renamed" in named.text
    assert "weak<br>&lt;b&gt;map&lt;/b&gt;" in remarked.text
    assert "was rated as best" in history
    assert ">edi<" in history


@pytest.mark.parametrize(
    ("number", "what", "sentence"),
    [
        ("1", {"do": "restart"}, "job is finished"),
        ("1", {"do": "perfect"}, "nothing that can be done"),
        ("1", {"do": "retitle", "title": "two\nlines"}, "title"),
        ("1.1", {"do": "cancel"}, "runs as a part of"),
    ],
)
def test_what_cannot_be_done_is_said(editor: httpx.Client, number: str, what: dict[str, str], sentence: str) -> None:
    """The page comes back with the reason; nothing was changed."""
    answer = send(editor, f"{JOBS}/{number}/act/", **what)

    assert answer.status_code == 200
    notice = re.search(r'<p class="notice[^>]*>(.*?)</p>', answer.text, re.S)
    assert notice is not None
    if sentence != "job is finished":
        assert sentence in notice[1]


def test_a_form_leads_back_to_pages_of_ours_only(editor: httpx.Client) -> None:
    """An address of another server as the page to go back to is not followed."""
    page = editor.get(f"{JOBS}/1/").text
    word = re.search(r'data-csrf="([^"]+)"', page)
    assert word is not None
    sent = {"do": "good", "csrfmiddlewaretoken": word[1]}
    for address in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"):
        answer = editor.post(f"{JOBS}/1/act/", data=sent | {"next": address}, follow_redirects=False)
        assert answer.headers["location"] == f"{JOBS}/1/"
    ours = editor.post(f"{JOBS}/1/act/", data=sent | {"next": f"{JOBS}/1/log/"}, follow_redirects=False)

    assert ours.headers["location"] == f"{JOBS}/1/log/"


def test_a_form_without_the_word_of_our_pages_is_refused(editor: httpx.Client) -> None:
    """What another site sends in a browser's name is not done."""
    assert editor.post(f"{JOBS}/1/act/", data={"do": "best"}).status_code == 403


def test_a_queued_job_is_cancelled_and_queued_again(editor: httpx.Client) -> None:
    """The buttons of a job are those that its status allows."""
    assert 'value="cancel"' in editor.get(f"{JOBS}/5/").text
    cancelled = send(editor, f"{JOBS}/5/act/", do="cancel")
    history = editor.get(f"{JOBS}/5/history/").text
    again = send(editor, f"{JOBS}/5/act/", do="restart")

    assert "Job 5 is interrupted." in cancelled.text
    assert 'value="restart"' in cancelled.text
    assert '<td>was interrupted: cancelled</td><td>edi</td><td class="soft">web</td>' in history
    assert "Job 5 is queued again" in again.text


def test_a_deletion_is_shown_before_it_is_done(owner: httpx.Client) -> None:
    """What others read goes only with them and when that is said; what nobody reads goes at once."""
    preview = owner.get(f"{JOBS}/1/delete/").text
    refused = send(owner, f"{JOBS}/1/delete/")
    gone = send(owner, f"{JOBS}/6/delete/")

    assert "read" in preview
    assert f'<a href="{JOBS}/4/">4</a>' in preview
    assert "cannot be deleted alone" in refused.text
    assert "<code>xtalflow trash -p words restore job_1</code> brings all of it back" in preview
    assert "Job 6 was deleted; `xtalflow trash -p words restore job_6` brings it back." in gone.text
    assert owner.get(f"{JOBS}/6/").status_code == 404
    assert owner.get(f"{JOBS}/1/").status_code == 200


def test_the_part_that_changes_comes_alone(reader: httpx.Client) -> None:
    """A running job's page asks for head and report without the page around them, or for the head alone."""
    both = reader.get(f"{JOBS}/1/?part=live").text
    head = reader.get(f"{JOBS}/1/?part=live&tab=log").text

    assert "<html" not in both
    assert 'id="job-head"' in both
    assert 'id="job-page"' in both
    assert 'id="job-page"' not in head
