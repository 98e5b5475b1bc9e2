"""The database learns from a journal what a runner did: each line once, whole, and only what is its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, new_import
from xtalflow.db import AsyncDatabaseHandler, RunSettlement, create_project, job_detail, list_events, list_files
from xtalflow.engine import (
    JOURNAL,
    Cycle,
    Event,
    FileId,
    InputUse,
    JobEnd,
    JobId,
    JobRecord,
    JobStatus,
    JournalLine,
    JournalReader,
    JournalStore,
    JournalWriter,
    Kpi,
    NewJob,
    Outputs,
    StatusChange,
    child_id,
)
from xtalflow.errors import InvalidInput
from xtalflow.plugin import Progress
from xtalflow.services import job_head

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]


async def queued_job(handler: AsyncDatabaseHandler) -> JobRecord:
    job = await handler.create_job(NewJob(task="refine_pipeline"))
    await handler.queue_attempt(job.id)
    return await handler.job(job.id)


def lines_of(job: JobRecord, *events: Event, epoch: int = 1, first: int = 1) -> list[JournalLine]:
    now = datetime.now(UTC)
    return [
        JournalLine(job=job.id, epoch=epoch, seq=seq, time=now, event=event) for seq, event in enumerate(events, first)
    ]


async def run_in_a_runner(handler: AsyncDatabaseHandler, job: JobRecord) -> list[JournalLine]:
    """What a runner of a small pipeline writes into its journal."""
    folder = handler.project_directory / job.folder
    folder.mkdir(parents=True)
    (imported,) = await handler.register_imported_files(job.id, [new_import(handler, "native.mtz", b"I")])
    writer = JournalWriter(folder / JOURNAL, epoch=1)
    store = JournalStore(
        writer,
        project=handler.project,
        project_name=handler.project_name,
        project_directory=handler.project_directory,
        job=job,
        inputs=[imported],
    )
    await store.update_job_status(job.id, JobStatus.RUNNING)
    child = await store.create_job(
        NewJob(task="freerflag", title="Free-R", parent=job.id, number="1.1", status=JobStatus.QUEUED)
    )
    await store.update_job_status(child.id, JobStatus.RUNNING)
    await store.report_progress(child.id, Progress(done=1, total=2))
    await store.report_cycle(child.id, {"cycle": 1, "R1work": 0.25})
    made = new_file(store, f"{child.folder}/FREEROUT.mtz", facts={"reflections": 12})
    uses = (InputUse(file=imported.id, param_name="F_SIGF"),)
    kpis = (Kpi(key="nFree", value=50), Kpi(key="percentFree", value=5.0))
    await store.finish_job(child.id, JobEnd(status=JobStatus.FINISHED, outputs=(made,), uses=uses, kpis=kpis))
    linked = replace(made, id=FileId(uuid4()), file_path=f"{job.folder}/FREEROUT.mtz", derived_from=made.id)
    await store.finish_job(
        job.id, JobEnd(status=JobStatus.FINISHED, outputs=(linked,), uses=uses, kpis=kpis, host="node7")
    )
    writer.close()
    return list(JournalReader(folder / JOURNAL).read())


async def test_a_journal_makes_the_whole_tree_of_jobs(handler: AsyncDatabaseHandler) -> None:
    """Child jobs, files, uses, indicators and ends are as if they had been written straight to the database."""
    job = await queued_job(handler)
    lines = await run_in_a_runner(handler, job)

    assert await handler.replay(lines) == len(lines)
    detail = await job_detail(handler.project, job.id)
    (child,) = detail.children
    assert (detail.job.status, detail.host) == (JobStatus.FINISHED, "node7")
    assert (child.job.id, child.job.number, child.job.title) == (child_id(job.id, "1.1"), "1.1", "Free-R")
    assert child.job.status is JobStatus.FINISHED
    assert child.kpis == {"nFree": 50, "percentFree": 5.0}
    assert child.progress == {"done": 1, "total": 2, "text": ""}
    assert child.cycle_values == {"cycle": 1, "R1work": 0.25}
    assert [use.param_name for use in child.inputs] == ["F_SIGF"]
    assert [use.file.path for use in detail.outputs] == ["CCP4_JOBS/job_1/FREEROUT.mtz"]
    assert detail.outputs[0].file.derived_from == child.outputs[0].file.id
    assert detail.job.started == lines[0].time
    assert detail.job.finished == lines[-1].time
    attempt = await handler.attempt(job.id)
    assert (attempt.state, attempt.journal_seq) == ("RUNNING", len(lines))


async def test_a_clock_that_jumps_back_while_a_job_runs_does_no_harm(handler: AsyncDatabaseHandler) -> None:
    """Lines count by their numbers, not by their times; no job takes less than no time."""
    job = await queued_job(handler)
    lines = await run_in_a_runner(handler, job)
    half = len(lines) // 2
    jumped = [replace(line, time=line.time - timedelta(hours=1)) for line in lines[half:]]
    assert await handler.replay([*lines[:half], *jumped]) == len(lines)

    detail = await job_detail(handler.project, job.id)
    assert (detail.job.status, detail.children[0].job.status) == (JobStatus.FINISHED, JobStatus.FINISHED)
    assert job_head(detail.job, "p")["duration_s"] == 0.0
    following = await queued_job(handler)
    assert following.number == "2"


async def test_lines_are_replayed_once_however_they_are_cut(handler: AsyncDatabaseHandler) -> None:
    """Line by line, and all over again: the same rows, and not one event more."""
    job = await queued_job(handler)
    lines = await run_in_a_runner(handler, job)

    assert [await handler.replay([line]) for line in lines] == [1] * len(lines)
    before = (await job_detail(handler.project, job.id), await list_events(handler.project))
    assert await handler.replay(lines) == 0
    assert await handler.replay(lines[3:]) == 0
    assert (await job_detail(handler.project, job.id), await list_events(handler.project)) == before


async def test_lines_of_an_older_run_are_skipped(handler: AsyncDatabaseHandler) -> None:
    """After a restart the first run has nothing to say any more."""
    job = await queued_job(handler)
    await handler.replay(lines_of(job, StatusChange(to=JobStatus.RUNNING), JobEnd(status=JobStatus.FAILED)))
    failed = RunSettlement(status=JobStatus.FAILED, reason="", exit_code=0)
    await handler.settle(await handler.job(job.id), 1, [], failed)
    await handler.queue_attempt(job.id)

    assert await handler.replay(lines_of(job, StatusChange(to=JobStatus.RUNNING), first=3)) == 0
    assert (await handler.job(job.id)).status is JobStatus.QUEUED
    assert await handler.replay(lines_of(job, StatusChange(to=JobStatus.RUNNING), epoch=2)) == 1


async def test_what_was_cancelled_meanwhile_stays_cancelled(handler: AsyncDatabaseHandler) -> None:
    """A late end does not undo it: it is noted as refused, and the journal goes on."""
    job = await queued_job(handler)
    await handler.replay(lines_of(job, StatusChange(to=JobStatus.RUNNING)))
    await handler.update_job_status(job.id, JobStatus.INTERRUPTED, reason="cancelled")
    output = new_file(handler, f"{job.folder}/A.mtz")
    await handler.replay(lines_of(job, JobEnd(status=JobStatus.FINISHED, outputs=(output,)), first=2))

    assert (await handler.job(job.id)).status is JobStatus.INTERRUPTED
    assert await list_files(handler.project) == []
    assert (await list_events(handler.project))[-1].kind == "refused"
    assert (await handler.attempt(job.id)).journal_seq == 2


async def test_a_line_about_something_else_is_refused(handler: AsyncDatabaseHandler, tmp_path: Path) -> None:
    """Another job, another project, nobody: the sentence says so, and the lines before it stand."""
    other = await AsyncDatabaseHandler.open((await create_project(uuid4().hex, directory=tmp_path / "other")).id)
    job, neighbour, foreign = await queued_job(handler), await queued_job(handler), await queued_job(other)
    (started,) = lines_of(job, StatusChange(to=JobStatus.RUNNING))
    for stranger in (neighbour.id, foreign.id, JobId(uuid4())):
        (wrong,) = lines_of(job, JobEnd(status=JobStatus.FINISHED), first=2)
        with pytest.raises(InvalidInput, match=str(stranger)):
            await handler.replay([started, replace(wrong, job=stranger)])

    assert (await handler.job(job.id)).status is JobStatus.RUNNING
    assert (await handler.job(neighbour.id)).status is JobStatus.QUEUED
    assert (await other.job(foreign.id)).status is JobStatus.QUEUED
    with pytest.raises(InvalidInput, match="no job of the project"):
        await handler.replay(lines_of(foreign, StatusChange(to=JobStatus.RUNNING)))


async def test_a_line_that_nobody_can_have_written_is_refused(handler: AsyncDatabaseHandler) -> None:
    """Gaps, future runs, files elsewhere, children with a wrong uuid or parent, ends that are none."""
    job = await queued_job(handler)
    file = new_file(handler, "CCP4_JOBS/job_7/A.mtz")
    child = NewJob(task="a", parent=job.id, number="1.1")
    wrong: list[tuple[list[JournalLine], str]] = [
        (lines_of(job, Progress(done=1, total=2), first=2), "follows"),
        (lines_of(job, Progress(done=1, total=2), epoch=2), "attempt"),
        (lines_of(job, Outputs(files=(file,))), "outside"),
        (lines_of(job, replace(child, id=JobId(uuid4()))), "uuid"),
        (lines_of(job, replace(child, parent=JobId(uuid4()))), "not one of its children"),
        (lines_of(job, NewJob(task="a", number="9")), "not one of its children"),
        ([replace(lines_of(job, child)[0], job=child_id(job.id, "1.2"))], "uuid"),
        ([replace(lines_of(job, replace(child, number="2.1"))[0], job=child_id(job.id, "2.1"))], "child of job 1"),
        (lines_of(job, JobEnd(status=JobStatus.QUEUED)), "cannot end"),
        (lines_of(job, Outputs(files=(replace(file, file_path="CCP4_JOBS/job_1/../a"),))), "below the project"),
        (
            lines_of(job, Outputs(files=(replace(file, file_path="CCP4_JOBS/job_1/A.mtz", size=10**30),))),
            "cannot hold|out of range",
        ),
        (lines_of(job, Cycle(values={"R": float("nan")})), "finite"),
        (lines_of(job, Progress(done=float("inf"), total=1)), "finite"),
    ]
    for lines, reason in wrong:
        with pytest.raises(InvalidInput, match=reason):
            await handler.replay(lines)

    assert (await handler.attempt(job.id)).journal_seq == 0
    assert (await job_detail(handler.project, job.id)).children == ()


async def test_a_job_that_was_never_queued_has_no_journal(handler: AsyncDatabaseHandler) -> None:
    """A line about it is refused."""
    job = await handler.create_job(NewJob(task="a"))

    with pytest.raises(InvalidInput, match="never queued"):
        await handler.replay(lines_of(job, StatusChange(to=JobStatus.RUNNING)))


async def test_thousands_of_cycles_cost_few_statements(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """Progress and cycles of a batch are written once."""
    job = await queued_job(handler)
    await handler.replay(lines_of(job, StatusChange(to=JobStatus.RUNNING)))
    events = [event for n in range(100) for event in (Progress(done=n, total=100), Cycle(values={"cycle": n}))]
    few = await count_queries(handler.replay(lines_of(job, *events[:4], first=2)))
    many = await count_queries(handler.replay(lines_of(job, *events[4:], first=6)))

    assert many == few
    assert (await job_detail(handler.project, job.id)).cycle_values == {"cycle": 99}
