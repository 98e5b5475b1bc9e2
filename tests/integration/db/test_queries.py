"""What can be asked, and that asking costs the same however much there is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, new_import, running_job
from xtalflow.db import (
    AsyncDatabaseHandler,
    Direction,
    ProvenanceGraph,
    find_job,
    get_job,
    import_sources,
    job_detail,
    job_events,
    job_neighbours,
    list_files,
    list_jobs,
    provenance_graph,
)
from xtalflow.engine import FileRecord, InputUse, JobEnd, JobId, JobRecord, JobStatus, Kpi, NewJob
from xtalflow.errors import UnknownJob

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]


async def child_of(handler: AsyncDatabaseHandler, parent: JobRecord, number: int) -> JobRecord:
    new = NewJob(task="step", parent=parent.id, number=f"{parent.number}.{number}", status=JobStatus.QUEUED)
    child = await handler.create_job(new)
    return await handler.update_job_status(child.id, JobStatus.RUNNING)


async def finish(
    handler: AsyncDatabaseHandler,
    job: JobRecord,
    *,
    reads: tuple[FileRecord, ...] = (),
    writes: str = "OUT",
    origin: FileRecord | None = None,
) -> FileRecord:
    """Finish a job that read these files and wrote one."""
    output = new_file(
        handler, f"{job.folder}/{writes}.mtz", param_name=writes, derived_from=origin.id if origin else None
    )
    uses = tuple(InputUse(file=file.id, param_name=f"IN_{n}") for n, file in enumerate(reads))
    kpis = (Kpi(key="RFactor", value=0.2), Kpi(key="spaceGroup", value="P 1"))
    await handler.finish_job(job.id, JobEnd(status=JobStatus.FINISHED, outputs=(output,), uses=uses, kpis=kpis))
    return (await handler.files([output.id]))[0]


async def imported(handler: AsyncDatabaseHandler, job: JobRecord, name: str) -> FileRecord:
    return (await handler.register_imported_files(job.id, [new_import(handler, name, name.encode())]))[0]


async def pipeline(handler: AsyncDatabaseHandler) -> tuple[JobRecord, FileRecord]:
    """A finished pipeline of two steps: import a.mtz → 1.1 → 1.2, whose output is the pipeline's."""
    top = await running_job(handler, "refine_pipeline")
    source = await imported(handler, top, "a.mtz")
    first = await child_of(handler, top, 1)
    middle = await finish(handler, first, reads=(source,))
    second = await child_of(handler, top, 2)
    last = await finish(handler, second, reads=(middle,))
    return top, await finish(handler, top, reads=(source,), writes="XYZOUT", origin=last)


def numbers(graph: ProvenanceGraph) -> list[str]:
    return [job.number for job in graph.jobs]


def paths(graph: ProvenanceGraph) -> set[str]:
    return {file.path.removeprefix("CCP4_JOBS/") for file in graph.files}


async def test_a_job_is_found_by_number_and_by_uuid(handler: AsyncDatabaseHandler) -> None:
    """Or missed, by name."""
    job = await running_job(handler)
    child = await child_of(handler, job, 1)

    assert await find_job(handler.project, "1.1") == await get_job(child.id) == child
    with pytest.raises(UnknownJob, match=r"7\.1"):
        await find_job(handler.project, "7.1")
    with pytest.raises(UnknownJob):
        await get_job(uuid4())


async def test_a_list_shows_the_newest_jobs_first(handler: AsyncDatabaseHandler) -> None:
    """Job 10 before job 9."""
    for _ in range(11):
        await handler.create_job(NewJob(task="a"))
    await handler.create_job(NewJob(task="b"))

    page = await list_jobs(handler.project, limit=4)
    assert [summary.job.number for summary in page] == ["12", "11", "10", "9"]
    assert [s.job.number for s in await list_jobs(handler.project, task="b")] == ["12"]
    assert await list_jobs(handler.project, status=JobStatus.RUNNING) == []


async def test_a_list_shows_top_level_jobs_unless_asked(handler: AsyncDatabaseHandler) -> None:
    """Children come with their parent, or with all levels."""
    top, _ = await pipeline(handler)

    assert [s.job.number for s in await list_jobs(handler.project)] == ["1"]
    assert [s.job.number for s in await list_jobs(handler.project, parent=top.id)] == ["1.2", "1.1"]
    assert [s.job.number for s in await list_jobs(handler.project, all_levels=True)] == ["1.2", "1.1", "1"]
    assert (await list_jobs(handler.project))[0].kpis == {"RFactor": 0.2, "spaceGroup": "P 1"}


async def test_a_list_costs_the_same_for_any_number_of_jobs(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """Four statements, with indicators and counts of children."""
    counts = []
    for _ in range(2):
        await pipeline(handler)
        counts.append(await count_queries(list_jobs(handler.project, all_levels=True)))

    assert counts == [4, 4]


async def test_a_job_is_shown_with_all_below_it(handler: AsyncDatabaseHandler, count_queries: CountQueries) -> None:
    """Files, uses and indicators of the whole tree, in the order of the numbers, in six statements."""
    top, _ = await pipeline(handler)
    await pipeline(handler)
    detail = await job_detail(handler.project, top.id)

    assert [child.job.number for child in detail.children] == ["1.1", "1.2"]
    assert [use.param_name for use in detail.inputs] == ["F_SIGF", "IN_0"]
    assert [use.file.path for use in detail.children[0].outputs] == ["CCP4_JOBS/job_1/job_1/OUT.mtz"]
    assert detail.children[1].kpis["RFactor"] == 0.2
    assert await job_detail(handler.project, detail.children[0].job.id) == detail.children[0]
    assert await count_queries(job_detail(handler.project, top.id)) == 6


async def test_a_job_with_ten_sisters_is_not_mixed_up_with_the_first(handler: AsyncDatabaseHandler) -> None:
    """Job 1.1 has no part of job 1.10."""
    top = await running_job(handler)
    for number in range(1, 11):
        await child_of(handler, top, number)
    tenth = await find_job(handler.project, "1.10")
    await child_of(handler, tenth, 1)
    detail = await job_detail(handler.project, top.id)

    assert [child.job.number for child in detail.children] == [f"1.{number}" for number in range(1, 11)]
    assert [child.job.number for child in detail.children[9].children] == ["1.10.1"]
    assert (await job_detail(handler.project, (await find_job(handler.project, "1.1")).id)).children == ()


async def test_files_are_listed_by_project_job_and_type(handler: AsyncDatabaseHandler) -> None:
    """A job's list has its children's files too."""
    top, _ = await pipeline(handler)
    await pipeline(handler)

    # the second pipeline's import is the first one's file
    assert len(await list_files(handler.project)) == 7
    assert len(await list_files(handler.project, job=top.id)) == 4
    assert await list_files(handler.project, file_type="chemical/x-pdb") == []
    (source,) = [file for file in await list_files(handler.project) if file.path.endswith("a.mtz")]
    assert await import_sources(handler.project, [source.id]) == {source.id: "/data/a.mtz"}


async def test_a_result_is_followed_back_to_what_was_imported(handler: AsyncDatabaseHandler) -> None:
    """Through a pipeline's output to the child that made it, and through its steps to the source."""
    _, result = await pipeline(handler)
    user = await running_job(handler)
    await finish(handler, user, reads=(result,))
    stranger = await running_job(handler)
    await finish(handler, stranger)
    graph = await provenance_graph(handler.project, user.id, Direction.UP)

    assert numbers(graph) == ["1", "1.1", "1.2", "2"]
    assert paths(graph) == {
        "CCP4_IMPORTED_FILES/a.mtz",
        "job_1/job_1/OUT.mtz",
        "job_1/job_2/OUT.mtz",
        "job_1/XYZOUT.mtz",
        "job_2/OUT.mtz",
    }
    assert [(d.file, d.origin) for d in graph.derivations] == [(result.id, result.derived_from)]
    assert list(graph.sources.values()) == ["/data/a.mtz"]
    known = {job.id for job in graph.jobs}, {file.id for file in graph.files}
    assert all(edge.job in known[0] and edge.file in known[1] for edge in graph.edges)


async def test_what_was_made_of_a_result_is_found(handler: AsyncDatabaseHandler) -> None:
    """Readers, and readers of what they made; not what else they read."""
    top, result = await pipeline(handler)
    reader = await running_job(handler)
    other = await imported(handler, reader, "b.mtz")
    made = await finish(handler, reader, reads=(result, other))
    last = await running_job(handler)
    await finish(handler, last, reads=(made,))

    assert numbers(await provenance_graph(handler.project, top.id, Direction.DOWN)) == ["1", "2", "3"]
    assert paths(await provenance_graph(handler.project, reader.id, Direction.DOWN)) == {
        "job_2/OUT.mtz",
        "job_3/OUT.mtz",
    }
    assert numbers(await provenance_graph(handler.project, reader.id)) == ["1", "1.1", "1.2", "2", "3"]
    with pytest.raises(UnknownJob):
        await provenance_graph(handler.project, JobId(uuid4()))


async def test_a_wide_graph_costs_as_much_as_a_narrow_one(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """Statements count by generation, not by job."""
    counts = []
    for width in (1, 20):
        source_job = await running_job(handler)
        source = await finish(handler, source_job)
        for _ in range(width):
            await finish(handler, await running_job(handler), reads=(source,))
        counts.append(await count_queries(provenance_graph(handler.project, source_job.id, Direction.DOWN)))

    assert counts[0] == counts[1]


async def test_the_history_of_a_job_is_its_own_and_its_childrens(handler: AsyncDatabaseHandler) -> None:
    """In the order in which it happened; of other jobs nothing is told."""
    top, _ = await pipeline(handler)
    await pipeline(handler)
    events = await job_events(handler.project, top.id)
    child = await job_events(handler.project, (await find_job(handler.project, "1.2")).id)

    assert [event.seq for event in events] == sorted(event.seq for event in events)
    assert {event.data.get("number") for event in events if event.kind == "created"} == {"1", "1.1", "1.2"}
    assert {event.data.get("number") for event in child if event.kind == "created"} == {"1.2"}


async def test_the_jobs_beside_a_job_are_at_its_level(handler: AsyncDatabaseHandler) -> None:
    """Those of a child are below the same parent, and 10 comes after 9."""
    for _ in range(10):
        await running_job(handler)
    parent = await get_job((await find_job(handler.project, "9")).id)
    for number in (1, 2):
        await child_of(handler, parent, number)

    async def beside(number: str) -> tuple[str | None, str | None]:
        found = await job_neighbours(handler.project, (await find_job(handler.project, number)).id)
        return found.before, found.after

    assert await beside("1") == (None, "2")
    assert await beside("9") == ("8", "10")
    assert await beside("10") == ("9", None)
    assert await beside("9.1") == (None, "9.2")
    assert await beside("9.2") == ("9.1", None)


async def test_the_history_of_a_job_costs_the_same_however_long_it_is(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """As do the jobs beside it."""
    counts = []
    for _ in range(2):
        top, _ = await pipeline(handler)
        counts.append(
            (
                await count_queries(job_events(handler.project, top.id)),
                await count_queries(job_neighbours(handler.project, top.id)),
            )
        )

    assert counts == [(2, 3), (2, 3)]
