"""``project.jsonl`` and ``project.json``: what the folder knows before the database does."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from contract.job_store_contract import new_file, new_import, running_job
from xtalflow.db import (
    PROJECT_FILE,
    PROJECT_LOG,
    Actor,
    AsyncDatabaseHandler,
    CancelRequest,
    Evaluation,
    JobDeletion,
    JobEdit,
    JobRestoration,
    ProjectEdit,
    ProjectRecord,
    create_project,
    free_folder_name,
    list_events,
    list_jobs,
    read_project_file,
    read_project_log,
)
from xtalflow.engine import Imports, JobEnd, JobStatus, NewJob, Outputs, StatusChange
from xtalflow.errors import InvalidInput, StoreUnavailable, UnreadableFile


async def test_a_new_project_has_its_folders_and_says_whose_it_is(project: ProjectRecord) -> None:
    """Name, uuid and format version; a folder for jobs and one for imports."""
    content = json.loads((project.directory / PROJECT_FILE).read_text())

    assert content == {
        "name": project.name,
        "uuid": str(project.id),
        "created": project.created.isoformat(),
        "format_version": 1,
    }
    assert (await asyncio.to_thread(read_project_file, project.directory)).uuid == project.id
    assert (project.directory / "CCP4_JOBS").is_dir()
    assert (project.directory / "CCP4_IMPORTED_FILES").is_dir()


async def test_what_is_no_news_of_a_job_is_no_line(handler: AsyncDatabaseHandler) -> None:
    job = await handler.create_job(NewJob(task="freerflag"))
    await handler.edit_job(job.id, title="Free-R")
    before = list(read_project_log(handler.project_directory)), await list_events(job.project)
    await handler.edit_job(job.id)
    await handler.edit_job(job.id, title="Free-R", comments="", evaluation=Evaluation.UNKNOWN)

    assert (list(read_project_log(handler.project_directory)), await list_events(job.project)) == before


async def test_everything_that_a_user_decides_is_a_line(handler: AsyncDatabaseHandler) -> None:
    """Jobs, imports, titles, comments, ratings, tags, cancellations, deletions: each with who, when and from where."""
    job = await handler.create_job(NewJob(task="freerflag", parameters={"FRAC": 0.05}))
    entry = new_import(handler, "native.mtz", b"I")
    await handler.register_imported_files(job.id, [entry])
    await handler.edit_job(job.id, title="Free-R", evaluation=Evaluation.GOOD)
    await handler.edit_project(tags=["xray"])
    await handler.update_job_status(job.id, JobStatus.QUEUED)
    await handler.update_job_status(job.id, JobStatus.INTERRUPTED, reason="cancelled")
    deletion = await handler.delete_jobs([job.id])
    await handler.restore_jobs(deletion)
    lines = list(read_project_log(handler.project_directory))

    assert [line.event for line in lines] == [
        NewJob(task="freerflag", id=job.id, number="1", parameters={"FRAC": 0.05}),
        Imports(imports=(entry,)),
        JobEdit(title="Free-R", evaluation=Evaluation.GOOD),
        ProjectEdit(tags=("xray",)),
        StatusChange(to=JobStatus.QUEUED),
        StatusChange(to=JobStatus.INTERRUPTED, reason="cancelled"),
        JobDeletion(jobs=(job.id,), entry="job_1"),
        JobRestoration(jobs=(job.id,), entry="job_1"),
    ]
    assert [line.job for line in lines] == [job.id, job.id, job.id, None, job.id, job.id, None, None]
    assert all(line.who and line.where_from == "python" and line.version and line.time.tzinfo for line in lines)


async def test_who_asks_for_the_end_of_a_run_is_on_record(handler: AsyncDatabaseHandler) -> None:
    """Once, with when and from where, in the history and the log; the runner's own line of the end has another name."""
    job = await handler.create_job(NewJob(task="freerflag"))
    await handler.queue_attempt(job.id, owner="a worker", lease_s=60)
    asker = await AsyncDatabaseHandler.open(job.project, actor=Actor(user="rosalind", client="web"))
    attempt = await asker.request_cancel(job.id, 1)
    await handler.request_cancel(job.id, 1)
    asked = [event for event in await list_events(job.project) if event.kind == "cancel"]
    lines = [line for line in read_project_log(handler.project_directory) if isinstance(line.event, CancelRequest)]

    assert [(each.job, each.who, each.where_from, each.time) for each in asked] == [
        (job.id, "rosalind", "web", attempt.cancel_requested)
    ]
    assert [(line.job, line.who, line.where_from) for line in lines] == [(job.id, "rosalind", "web")]


async def test_a_job_tracked_in_this_process_is_in_the_log_to_its_end(handler: AsyncDatabaseHandler) -> None:
    """It has no journal, so outputs and end are lines here."""
    job = await running_job(handler)
    output = new_file(handler, f"{job.folder}/A.mtz")
    await handler.register_output_files(job.id, [output])
    end = JobEnd(status=JobStatus.FINISHED, host="node7")
    await handler.finish_job(job.id, end)

    assert [line.event for line in read_project_log(handler.project_directory)][1:] == [
        StatusChange(to=JobStatus.QUEUED),
        StatusChange(to=JobStatus.RUNNING),
        Outputs(files=(output,)),
        end,
    ]


async def test_what_is_refused_is_not_in_the_log(handler: AsyncDatabaseHandler) -> None:
    """Neither an illegal transition nor a path that is taken leaves a line."""
    job = await running_job(handler)
    file = new_file(handler, f"{job.folder}/A.mtz")
    await handler.register_output_files(job.id, [file])
    before = (handler.project_directory / PROJECT_LOG).read_bytes()
    with pytest.raises(InvalidInput):
        await handler.register_output_files(job.id, [replace(file, checksum="0" * 64)])
    with pytest.raises(InvalidInput):
        await handler.create_job(NewJob(task=""))

    assert (handler.project_directory / PROJECT_LOG).read_bytes() == before


async def test_without_the_line_there_is_no_row(handler: AsyncDatabaseHandler) -> None:
    """A folder that is gone refuses the job, and its number is not used up."""
    folder = handler.project_directory
    folder.rename(folder.with_name("moved"))
    with pytest.raises(StoreUnavailable, match=str(folder)):
        await handler.create_job(NewJob(task="freerflag"))
    folder.with_name("moved").rename(folder)

    assert await list_jobs(handler.project) == []
    assert (await handler.create_job(NewJob(task="freerflag"))).number == "1"


@pytest.mark.parametrize("torn", [b'{"time": "2026', b"x" * 200_000])
async def test_a_torn_last_line_is_not_yet_there(handler: AsyncDatabaseHandler, torn: bytes) -> None:
    """What a killed writer left is passed over by readers and cut off by the next writer."""
    await handler.create_job(NewJob(task="a"))
    with (handler.project_directory / PROJECT_LOG).open("ab") as log:
        log.write(torn)

    assert len(list(read_project_log(handler.project_directory))) == 1
    await handler.create_job(NewJob(task="b"))
    assert [line.event.number for line in read_project_log(handler.project_directory)] == ["1", "2"]


async def test_a_broken_line_is_named(handler: AsyncDatabaseHandler) -> None:
    """Its number, and what is wrong with it."""
    await handler.create_job(NewJob(task="a"))
    path = handler.project_directory / PROJECT_LOG
    good = path.read_bytes()
    broken = [b"{\n", b"[]\n", good.replace(b'"created"', b'"invented"'), good.replace(b'"task":"a"', b'"task":7')]
    for line in broken:
        path.write_bytes(good + line)
        with pytest.raises(UnreadableFile, match=r"project\.jsonl: line 2"):
            list(read_project_log(handler.project_directory))


async def test_a_line_is_on_the_disk_before_the_commit(
    handler: AsyncDatabaseHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is synced while no other connection sees the row yet."""
    from django.db import connection

    await handler.create_job(NewJob(task="a"))
    synced: list[bool] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            synced.append(connection.in_atomic_block)
        sync(descriptor)

    monkeypatch.setattr("xtalflow.db._project_log.os.fsync", watched)
    await handler.create_job(NewJob(task="b"))

    assert synced == [True]


async def test_a_folder_of_another_project_is_refused(project: ProjectRecord, tmp_path: Path) -> None:
    """A copied ``project.json`` is noticed before anything is written."""
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / PROJECT_FILE).write_bytes((project.directory / PROJECT_FILE).read_bytes())

    with pytest.raises(InvalidInput, match=str(project.id)):
        await create_project("copy of it", directory=copy)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": "a", "uuid": "b"}', '{"name": 1}'])
def test_a_broken_project_file_is_named(tmp_path: Path, content: str) -> None:
    """Whatever is wrong with it."""
    (tmp_path / PROJECT_FILE).write_text(content)

    with pytest.raises(UnreadableFile, match=r"project\.json"):
        read_project_file(tmp_path)


@pytest.mark.parametrize(
    ("name", "taken", "free"),
    [
        ("gamma", [], "gamma"),
        ("gamma", ["Gamma", "GAMMA_1"], "gamma_2"),
        ("a/b:c", [], "a_b_c"),
        ("NUL", [], "_NUL"),
        ("Σ\u0061\u030a", ["σå"], "Σå_1"),
    ],
)
def test_folder_names_are_safe_everywhere(name: str, taken: list[str], free: str) -> None:
    """NFC, no reserved characters or device names, no two that differ in case only."""
    assert free_folder_name(name, taken) == free
