"""What a job costs in statements: the same for one file and for many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, new_import
from xtalflow.db import AsyncDatabaseHandler, RunSettlement, Submission, Submitted
from xtalflow.engine import (
    InputUse,
    JobEnd,
    JobStatus,
    JournalLine,
    NewImport,
    NewJob,
    StatusChange,
)

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]
SUBMISSION, SETTLEMENT = 11, 14
"""The most statements that they may take, those that begin and end transactions and savepoints included."""


def imports_of(handler: AsyncDatabaseHandler, count: int) -> list[NewImport]:
    return [
        new_import(
            handler, f"{uuid4()}.mtz", str(number).encode(), param_name=f"HKLIN[{number}]", checksum=2 * uuid4().hex
        )
        for number in range(count)
    ]


async def submitted(
    handler: AsyncDatabaseHandler, imports: list[NewImport], uses: tuple[InputUse, ...] = ()
) -> Submitted:
    submission = Submission(job=NewJob(task="refine"), imports=imports, uses=uses, owner="test", lease_s=60)
    return await handler.submit(submission, lambda *_: [])


def run_of(handler: AsyncDatabaseHandler, made: Submitted, outputs: int) -> list[JournalLine]:
    """The journal of a run that read all its inputs and wrote files."""
    job = made.job
    end = JobEnd(
        status=JobStatus.FINISHED,
        outputs=tuple(new_file(handler, f"{job.folder}/{number}.mtz") for number in range(outputs)),
        uses=tuple(InputUse(file=file.id, param_name=file.param_name) for file in made.imported),
    )
    now = datetime.now(UTC)
    return [
        JournalLine(job=job.id, epoch=1, seq=seq, time=now, event=event)
        for seq, event in enumerate((StatusChange(to=JobStatus.RUNNING), end), 1)
    ]


async def test_a_submission_takes_as_many_statements_for_many_inputs_as_for_one(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """Once the kind of its files and its user are known to the process."""
    await submitted(handler, imports_of(handler, 1))

    counts = [await count_queries(submitted(handler, imports_of(handler, size))) for size in (1, 100)]

    assert counts[0] == counts[1] <= SUBMISSION


async def test_a_settlement_takes_as_many_statements_for_many_files_as_for_one(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """The last lines of a run, the end of its job and of the run itself."""
    ended = RunSettlement(status=JobStatus.FINISHED, reason="", exit_code=0)
    counts = []
    for size in (1, 1, 100):
        made = await submitted(handler, imports_of(handler, size))
        lines = run_of(handler, made, size)
        counts.append(await count_queries(handler.settle(made.job, 1, lines, ended)))
        job = await handler.job(made.job.id)
        attempt = await handler.attempt(job.id)

        assert (job.status, attempt.state, attempt.journal_seq) == (JobStatus.FINISHED, "ENDED", 2)

    assert counts[1] == counts[2] <= SETTLEMENT


async def test_the_record_of_a_settled_job_is_that_of_its_row(handler: AsyncDatabaseHandler) -> None:
    """What `settle` returns without asking again is what the database has; of a job that never ended, too."""
    made = [await submitted(handler, imports_of(handler, 1)) for _ in range(2)]
    ended = RunSettlement(status=JobStatus.FAILED, reason="lost: nul \0", is_lost=True)

    told = [
        await handler.settle(made[0].job, 1, run_of(handler, made[0], 1), ended),
        await handler.settle(made[1].job, 1, [], ended),
    ]

    assert [job.status for job in told] == [JobStatus.FINISHED, JobStatus.FAILED]
    assert told == [await handler.job(each.job.id) for each in made]


async def test_a_run_that_is_not_the_latest_settles_nothing(handler: AsyncDatabaseHandler) -> None:
    """A supervisor that was taken for dead comes back when its job has been queued anew: the new run is left alone."""
    made = await submitted(handler, [])
    ended = RunSettlement(status=JobStatus.FAILED, reason="lost", is_lost=True)
    await handler.settle(made.job, 1, [], ended)
    await handler.queue_attempt(made.job.id)

    job = await handler.settle(made.job, 1, [], replace(ended, reason="late"))

    assert job.status is JobStatus.QUEUED
    assert (await handler.attempt(made.job.id)).state == "QUEUED"


async def test_an_account_that_is_gone_stops_no_job_for_long(
    handler: AsyncDatabaseHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A remembered row that is gone is refused once by the database, and is forgotten by that."""
    from xtalflow.db import Actor, in_database
    from xtalflow.db.models import User
    from xtalflow.errors import InvalidInput

    name = uuid4().hex
    await in_database(User.objects.create, username=name)
    theirs = await AsyncDatabaseHandler.open(handler.project, actor=Actor(user=name))
    await theirs.create_job(NewJob(task="a"))
    await in_database(User.objects.filter(username=name).delete)

    with pytest.raises(InvalidInput, match="refuses"):
        await theirs.create_job(NewJob(task="b"))

    assert (await theirs.create_job(NewJob(task="c"))).number == "2"
