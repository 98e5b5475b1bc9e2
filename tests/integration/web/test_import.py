"""An archive of CCP4i2 on the page of projects, and by REST."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import httpx
import pytest

from xtalflow.formats.ccp4i2 import I2Dialect, I2File, I2Job, I2Project, I2Record, write_record


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    return archive_of(tmp_path / "made.zip", 1)


def archive_of(path: Path, number: int, *, project: int | None = None) -> bytes:
    """A project of one job with one file, whose ids have this number; that of the project may be another."""
    job = I2Job(id=UUID(int=number), number="1", task="refmac", status=6, title="First")
    record = I2Record(
        project=I2Project(id=UUID(int=project or number), name=f"of ccp4i2 {number}"),
        jobs=(job,),
        files=(I2File(id=UUID(int=number), name="a.txt", type="text/plain", job=job.id, param="OUT"),),
    )
    with ZipFile(path, "w") as archive:
        archive.writestr("DATABASE.db.xml", write_record(record, I2Dialect.NEW))
        archive.writestr("CCP4_JOBS/job_1/a.txt", "made up")
    return path.read_bytes()


def word_of(page: str) -> str:
    return page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]


def test_an_archive_is_looked_at_before_it_is_imported(browser: httpx.Client, archive: bytes) -> None:
    """It is shown what would come; then it comes; the second time it is told to be here."""
    word = word_of(browser.get("/projects/").text)
    sent = {"archive": ("their.ccp4_project.zip", archive, "application/zip")}
    look = {"do": "look", "csrfmiddlewaretoken": word, "name": ""}
    looked = browser.post("/projects/", data=look, files=sent)
    before = browser.get("/projects/").text
    upload = re.search(r'name="upload" value="([^"]+)"', looked.text)
    assert upload is not None
    take = {"do": "take", "csrfmiddlewaretoken": word, "upload": upload[1], "name": "of ccp4i2 1", "answer": "import"}
    taken = browser.post("/projects/", data=take)
    again = browser.post("/projects/", data=look, files=sent)

    assert looked.status_code == 200
    assert "Import the project of ccp4i2 1?" in looked.text
    assert "of ccp4i2 1" not in before
    assert str(taken.url).endswith("/projects/of%20ccp4i2%201/")
    assert "First" in taken.text
    assert "This project is here already" in again.text
    assert browser.get("/projects/of%20ccp4i2%201/jobs/1/").status_code == 200


def test_tasks_of_an_imported_project_are_named_and_can_be_chosen(browser: httpx.Client, tmp_path: Path) -> None:
    """A child job has no title in CCP4i2: its task stands for it. Without ccp4i2 a clone says what is to be set."""
    jobs = (
        I2Job(id=UUID(int=31), number="1", task="prosmart_refmac", status=6),
        I2Job(id=UUID(int=32), number="1.1", task="refmac", status=6, parent=UUID(int=31)),
    )
    record = I2Record(project=I2Project(id=UUID(int=30), name="stepwise"), jobs=jobs)
    with ZipFile(tmp_path / "steps.zip", "w") as archive:
        archive.writestr("DATABASE.db.xml", write_record(record, I2Dialect.NEW))
    word = word_of(browser.get("/projects/").text)
    sent = {"archive": ("steps.zip", (tmp_path / "steps.zip").read_bytes(), "application/zip")}
    looked = browser.post("/projects/", data={"do": "look", "csrfmiddlewaretoken": word, "name": ""}, files=sent)
    upload = re.search(r'name="upload" value="([^"]+)"', looked.text)
    assert upload is not None
    take = {"do": "take", "csrfmiddlewaretoken": word, "upload": upload[1], "name": "stepwise", "answer": "import"}
    table = browser.post("/projects/", data=take).text
    job = browser.get("/projects/stepwise/jobs/1/").text
    clone = browser.get("/projects/stepwise/new/ccp4i2.prosmart_refmac/?clone=1")

    assert all(re.search(rf"<option[^>]*>{name}</option>", table) for name in ("ccp4i2.prosmart_refmac", "freerflag"))
    assert "<td>ccp4i2.refmac</td>" in job
    assert "ccp4i2_python" in clone.text


def test_after_a_name_that_is_refused_another_can_be_given(browser: httpx.Client, tmp_path: Path) -> None:
    """The archive is not sent again; once it is imported, or not, it is gone."""
    word = word_of(browser.get("/projects/").text)
    browser.post("/projects/", data={"do": "create", "csrfmiddlewaretoken": word, "name": "taken"})
    sent = {"archive": ("their.zip", archive_of(tmp_path / "made.zip", 7), "application/zip")}
    looked = browser.post("/projects/", data={"do": "look", "csrfmiddlewaretoken": word, "name": "free"}, files=sent)
    upload = re.search(r'name="upload" value="([^"]+)"', looked.text)
    assert upload is not None
    take = {"do": "take", "csrfmiddlewaretoken": word, "upload": upload[1], "answer": "import"}
    refused = browser.post("/projects/", data=take | {"name": "taken"})
    taken = browser.post("/projects/", data=take | {"name": "better"})
    gone = browser.post("/projects/", data=take | {"name": "better"})

    assert refused.status_code == 422
    assert all(each in refused.text for each in ("taken", 'role="alert"', f'value="{upload[1]}"', "their.zip"))
    assert str(taken.url).endswith("/projects/better/")
    assert gone.status_code == 422
    assert f'value="{upload[1]}"' not in gone.text


def test_what_is_no_archive_is_said_on_the_page(browser: httpx.Client) -> None:
    """The sentence names the file as it was sent, and no place on the server."""
    word = word_of(browser.get("/projects/").text)
    look = {"do": "look", "csrfmiddlewaretoken": word}
    answer = browser.post("/projects/", data=look, files={"archive": ("no.zip", b"no zip", "application/zip")})
    none = browser.post("/projects/", data=look)

    assert (answer.status_code, none.status_code) == (422, 422)
    assert "no.zip: " in answer.text
    assert "/uploads/" not in answer.text


def test_a_program_sends_an_archive(program: httpx.Client, tmp_path: Path) -> None:
    """It may ask what would come; the same archive twice makes one project."""
    sent = {"content": archive_of(tmp_path / "made.zip", 2), "headers": {"Content-Type": "application/octet-stream"}}
    plan = program.post("/imports", params={"dry_run": "true"}, **sent)
    there = program.get("/projects/of ccp4i2 2")
    made = program.post("/imports", **sent)
    again = program.post("/imports", params={"name": "other"}, **sent)
    planned = program.post("/imports", params={"dry_run": "true"}, **sent).json()
    wrong = program.post("/imports", content=b"no zip", headers=sent["headers"])
    job = program.get("/projects/of ccp4i2 2/jobs/1").json()

    assert (plan.status_code, plan.json()["outcome"], plan.json()["project"]) == (200, "planned", None)
    assert there.status_code == 404
    assert (made.status_code, made.json()["outcome"], made.json()["jobs"]) == (200, "imported", 1)
    assert (again.json()["outcome"], again.json()["project"]) == ("known", "of ccp4i2 2")
    assert (planned["outcome"], {one["imported"] for one in planned["tables"]}) == ("known", {0})
    assert wrong.status_code == 422
    assert "the archive that was sent: is no zip file" in wrong.json()["detail"]
    assert (job["task"], job["status"], job["title"]) == ("ccp4i2.refmac", "finished", "First")


def test_what_did_not_come_is_told_on_the_pages_of_a_job(
    browser: httpx.Client, program: httpx.Client, tmp_path: Path
) -> None:
    """A model and a log that are on record only, who made the job and when it finished, and when it was imported."""
    finished = datetime(2024, 12, 14, 8, 55, tzinfo=UTC)
    job = I2Job(id=UUID(int=3), number="1", task="refmac", status=6, user="nmemn", created=finished, finished=finished)
    model = I2File(id=UUID(int=3), name="a.pdb", type="chemical/x-pdb", job=job.id, param="XYZOUT")
    record = I2Record(project=I2Project(id=UUID(int=3), name="bare"), jobs=(job,), files=(model,))
    with ZipFile(tmp_path / "bare.zip", "w") as archive:
        archive.writestr("DATABASE.db.xml", write_record(record, I2Dialect.LEGACY))
    sent = (tmp_path / "bare.zip").read_bytes()
    program.post("/imports", content=sent, headers={"Content-Type": "application/octet-stream"})
    home = "/projects/bare/jobs/1/"
    pages = {name: browser.get(f"{home}{name}/").text for name in ("files", "structure", "graph", "log", "history")}
    download = browser.get(f"{home}files/{model.id}")
    file = program.get(f"/projects/bare/files/{model.id}").json()

    assert "not there: it was not there when its project was imported" in pages["files"]
    assert "0 B" not in pages["files"]
    assert "by nmemn" in pages["files"]
    assert "finished <time" in pages["files"]
    assert (
        "Model: CCP4_JOBS/job_1/a.pdb: it was not there when its project was imported; to see it" in pages["structure"]
    )
    assert "if you can do without the jobs that were made here since" in pages["structure"]
    assert 'href="model' not in pages["structure"]
    assert "(not imported)" in pages["graph"]
    assert "No log of this job came when its project was imported." in pages["log"]
    assert "was imported with its project from " in pages["history"]
    assert (download.status_code, "is on record only: it was not there" in download.text) == (404, True)
    assert (file["available"], file["absence"]) == (False, "not imported")


def test_a_folder_of_ccp4i2_is_refused_with_what_to_do(browser: httpx.Client, tmp_path: Path) -> None:
    """The page has a form for archives, and the command line takes folders."""
    (tmp_path / "DATABASE.db.xml").touch()
    word = word_of(browser.get("/projects/").text)
    answer = browser.post("/projects/", data={"do": "import", "csrfmiddlewaretoken": word, "folder": str(tmp_path)})

    assert answer.status_code == 422
    assert "xtalflow import archive" in answer.text
