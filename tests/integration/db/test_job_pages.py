"""Long lists of jobs, page by page: every row once, in order, at the same cost for any number of rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from contract.job_store_contract import running_job
from xtalflow.db import AsyncDatabaseHandler, Evaluation, JobFilter, JobSummary, Page, list_jobs, page_of_jobs
from xtalflow.engine import JobEnd, JobRecord, JobStatus, Kpi, NewJob
from xtalflow.errors import InvalidInput
from xtalflow.plugin import Progress

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]
MOST_QUERIES = 9
SORTS = ("number", "created", "finished", "duration", "task", "status", "title", "kpi:RFree", "kpi:spaceGroup")


async def child_of(handler: AsyncDatabaseHandler, parent: JobRecord, number: int) -> JobRecord:
    new = NewJob(task="step", parent=parent.id, number=f"{parent.number}.{number}", status=JobStatus.QUEUED)
    return await handler.create_job(new)


async def fill(handler: AsyncDatabaseHandler) -> list[JobRecord]:
    """Eleven jobs: finished ones with indicators, a running one with two children, a pending one."""
    jobs = []
    for number in range(9):
        job = await running_job(handler, "refine" if number % 2 else "validate")
        kpis = (Kpi(key="RFree", value=0.3 - 0.01 * (number % 4)), Kpi(key="cycles", value=number))
        space_group = (Kpi(key="spaceGroup", value="P 1"),) if number % 3 else ()
        status = JobStatus.FAILED if number == 4 else JobStatus.FINISHED
        jobs.append(await handler.finish_job(job.id, JobEnd(status=status, kpis=(*kpis, *space_group))))
    running = await running_job(handler, "refine")
    for number in (1, 2):
        await child_of(handler, running, number)
    await handler.report_progress(running.id, Progress(done=3, total=10, text="cycle 3"))
    await handler.report_cycle(running.id, {"R1work": 0.23})
    await handler.edit_job(
        jobs[2].id, title="Ångström in the loop", comments="look at 50% of B", evaluation=Evaluation.BEST
    )
    await handler.edit_job(jobs[3].id, title="apo form")
    return [*jobs, running, await handler.create_job(NewJob(task="freerflag"))]


def numbers(page: Page[JobSummary]) -> list[str]:
    return [row.job.number for row in page.rows]


async def pages(handler: AsyncDatabaseHandler, which: JobFilter, sort: str, limit: int) -> list[Page[JobSummary]]:
    """All pages of a list, forward."""
    found = [await page_of_jobs(handler.project, which, sort=sort, limit=limit)]
    while cursor := found[-1].next:
        found.append(await page_of_jobs(handler.project, which, sort=sort, limit=limit, cursor=cursor))
    return found


@pytest.mark.parametrize("sort", [sign + sort for sort in SORTS for sign in ("", "-")])
@pytest.mark.parametrize("flat", [False, True])
async def test_pages_have_every_job_once_and_lead_back(handler: AsyncDatabaseHandler, sort: str, flat: bool) -> None:
    """In the order of one long page, whatever it is ordered by; the way back meets the same pages."""
    await fill(handler)
    which = JobFilter(flat=flat)
    whole = await page_of_jobs(handler.project, which, sort=sort)
    forward = await pages(handler, which, sort, 3)
    back = [forward[-1]]
    while cursor := back[-1].previous:
        back.append(await page_of_jobs(handler.project, which, sort=sort, limit=3, cursor=cursor))

    assert (whole.total, whole.next, whole.previous) == (13 if flat else 11, None, None)
    assert [number for page in forward for number in numbers(page)] == numbers(whole)
    assert sorted(numbers(whole)) == sorted(job.job.number for job in await list_jobs(handler.project, all_levels=flat))
    assert [numbers(page) for page in reversed(back)] == [numbers(page) for page in forward]
    assert {page.total for page in forward} == {whole.total}


async def test_jobs_without_an_indicator_come_last_both_ways(handler: AsyncDatabaseHandler) -> None:
    """Rising and falling; equal values by number, the same way."""
    await fill(handler)
    rising = await page_of_jobs(handler.project, JobFilter(), sort="kpi:RFree")
    falling = await page_of_jobs(handler.project, JobFilter(), sort="-kpi:RFree")

    assert numbers(rising) == ["4", "8", "3", "7", "2", "6", "1", "5", "9", "10", "11"]
    assert numbers(falling) == ["9", "5", "1", "6", "2", "7", "3", "8", "4", "11", "10"]
    values = [row.kpis["RFree"] for row in rising.rows[:9]]
    assert all(one <= other for one, other in pairwise(values))
    assert numbers(await page_of_jobs(handler.project, JobFilter(), sort="kpi:spaceGroup"))[-5:] == [
        "1", "4", "7", "10", "11",
    ]  # fmt: skip
    assert numbers(await page_of_jobs(handler.project, JobFilter(), sort="-kpi:no such"))[0] == "11"


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (JobFilter(text="LOOP"), ["3"]),
        (JobFilter(text="ångström loop"), ["3"]),
        (JobFilter(text="loop apo"), []),
        (JobFilter(text="50% of"), ["3"]),
        (JobFilter(text="5_%"), []),
        (JobFilter(text="freer"), ["11"]),
        (JobFilter(text="1"), ["11", "10", "1"]),
        (JobFilter(text="10.", flat=True), ["10.2", "10.1"]),
        (JobFilter(text="nul\0"), []),
        (JobFilter(statuses=(JobStatus.FAILED, JobStatus.RUNNING)), ["10", "5"]),
        (JobFilter(tasks=("freerflag", "step")), ["11"]),
        (JobFilter(tasks=("step",), flat=True), ["10.2", "10.1"]),
        (JobFilter(evaluations=(Evaluation.BEST,)), ["3"]),
        (JobFilter(evaluations=(Evaluation.BEST,), statuses=(JobStatus.FAILED,)), []),
        (JobFilter(jobs=()), []),
    ],
    ids=str,
)
async def test_a_filter_leaves_the_others_out(
    handler: AsyncDatabaseHandler, which: JobFilter, found: list[str]
) -> None:
    """By words, status, task and rating; and all of them together."""
    await fill(handler)
    page = await page_of_jobs(handler.project, which)

    assert (numbers(page), page.total) == (found, len(found))


async def test_a_branch_is_opened_by_its_parent(handler: AsyncDatabaseHandler) -> None:
    """A row says how many children it has; those are a list of their own."""
    jobs = await fill(handler)
    await child_of(handler, await child_of(handler, jobs[-2], 3), 1)
    rows = {row.job.number: row for row in (await page_of_jobs(handler.project, JobFilter())).rows}
    branch = await page_of_jobs(handler.project, JobFilter(parent=jobs[-2].id), sort="number")

    assert {number: row.children for number, row in rows.items() if row.children} == {"10": 3}
    assert numbers(branch) == ["10.1", "10.2", "10.3"]
    assert [row.children for row in branch.rows] == [0, 0, 1]
    assert numbers(await page_of_jobs(handler.project, JobFilter(jobs=(jobs[0].id, branch.rows[0].job.id)))) == [
        "10.1", "1",
    ]  # fmt: skip


async def test_only_a_running_job_tells_its_progress(handler: AsyncDatabaseHandler) -> None:
    """What an ended job reported last is no progress any more."""
    jobs = await fill(handler)
    running = jobs[-2]
    (row,) = (await page_of_jobs(handler.project, JobFilter(jobs=(running.id,)))).rows
    await handler.finish_job(running.id, JobEnd(status=JobStatus.FINISHED))
    (after,) = (await page_of_jobs(handler.project, JobFilter(jobs=(running.id,)))).rows

    assert (row.progress["text"], row.cycle_values) == ("cycle 3", {"R1work": 0.23})
    assert (after.progress, after.cycle_values) == ({}, {})


async def test_only_the_indicators_that_are_wanted_come(handler: AsyncDatabaseHandler) -> None:
    """Columns chosen by a user."""
    jobs = await fill(handler)
    which = JobFilter(jobs=(jobs[1].id,))

    assert set((await page_of_jobs(handler.project, which)).rows[0].kpis) == {"RFree", "cycles", "spaceGroup"}
    assert (await page_of_jobs(handler.project, which, columns=["cycles"])).rows[0].kpis == {"cycles": 1}
    assert (await page_of_jobs(handler.project, which, columns=[])).rows[0].kpis == {}


async def test_a_page_goes_on_where_a_deleted_job_was(handler: AsyncDatabaseHandler) -> None:
    """A cursor is a place in the order, not a row."""
    jobs = await fill(handler)
    page = await page_of_jobs(handler.project, JobFilter(), limit=3)
    assert numbers(page) == ["11", "10", "9"]
    await handler.delete_jobs([jobs[8].id])

    rest = await page_of_jobs(handler.project, JobFilter(), limit=3, cursor=page.next or "")
    assert (numbers(rest), rest.total) == (["8", "7", "6"], 10)


def encoded(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        "=",
        encoded(),
        encoded("-number", 1, 0, None, 3),
        encoded("-number", 2, 0, None, "00000003"),
        encoded("-number", 1, 1, None, "00000003"),
        encoded("-number", 1, -1, None, "00000003"),
        encoded("-number", 1, True, None, "00000003"),
        encoded("number", 1, 0, None, "00000003"),
        encoded("-number", 1, 0, None, "\ud800"),
        encoded(["-number"], 1, 0, None, "00000003"),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)
async def test_a_cursor_of_no_such_list_is_refused(handler: AsyncDatabaseHandler, cursor: str) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(InvalidInput, match="cursor"):
        await page_of_jobs(handler.project, JobFilter(), cursor=cursor)


@pytest.mark.parametrize("at", ["yesterday", "2026-01-01T00:00:00", 3, None, True])
async def test_a_cursor_with_no_time_is_refused(handler: AsyncDatabaseHandler, at: object) -> None:
    """A time without its zone is none."""
    with pytest.raises(InvalidInput, match="cursor"):
        await page_of_jobs(
            handler.project, JobFilter(), sort="created", cursor=encoded("created", 1, 0, at, "00000003")
        )


@pytest.mark.parametrize("sort", ["", "-", "colour", "--number", "kpi", "uuid"])
async def test_an_order_that_is_none_is_refused(handler: AsyncDatabaseHandler, sort: str) -> None:
    """With those that there are."""
    with pytest.raises(InvalidInput, match="number, created"):
        await page_of_jobs(handler.project, JobFilter(), sort=sort)


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_page_has_1_to_1000_rows(handler: AsyncDatabaseHandler, limit: int) -> None:
    """Nobody asks for all."""
    with pytest.raises(InvalidInput, match="1 to 1000"):
        await page_of_jobs(handler.project, JobFilter(), limit=limit)


@pytest.mark.parametrize("sort", ["-number", "title", "kpi:RFree"])
async def test_a_page_costs_the_same_for_any_number_of_jobs(
    handler: AsyncDatabaseHandler, count_queries: CountQueries, sort: str
) -> None:
    """Rows, indicators, children and the total."""
    counts = []
    for _ in range(2):
        await fill(handler)
        counts.append(await count_queries(page_of_jobs(handler.project, JobFilter(flat=True), sort=sort, limit=5)))

    assert counts[0] == counts[1] <= MOST_QUERIES
