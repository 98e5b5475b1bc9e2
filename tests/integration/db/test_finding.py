"""What is found across jobs and projects: indicators, words, files for inputs, what runs; at a constant cost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path, PurePath
from typing import Any
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, new_import, running_job
from xtalflow import services
from xtalflow.db import (
    AsyncDatabaseHandler,
    Evaluation,
    FileFilter,
    Findings,
    JobFilter,
    Page,
    ProjectRecord,
    create_project,
    files_that_fit,
    find,
    going_jobs,
    in_database,
    kpi_keys,
    kpi_page,
    list_files,
    page_of_files,
)
from xtalflow.db import JobSummary as Row
from xtalflow.engine import FileRecord, JobEnd, JobRecord, JobStatus, Kpi, NewJob
from xtalflow.errors import InvalidInput
from xtalflow.plugin import make_task
from xtalflow.services.form import _asking as form_asking

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]


@pytest.fixture
async def two(database: None, tmp_path: Path) -> list[AsyncDatabaseHandler]:
    """Two projects, each with two finished jobs and one without indicators."""
    handlers = []
    for number in range(2):
        project = await create_project(f"project{number} {uuid4().hex}", directory=tmp_path / str(number))
        handler = AsyncDatabaseHandler.of(project)
        for each in range(2):
            job = await running_job(handler, "refine")
            value = 0.3 - 0.1 * each + 0.05 * number
            kpis = (Kpi(key="RFree", value=value), Kpi(key=f"own{number}", value="P 1"))
            await handler.finish_job(job.id, JobEnd(status=JobStatus.FINISHED, kpis=kpis))
        await handler.create_job(NewJob(task="refine"))
        handlers.append(handler)
    return handlers


def named(handlers: list[AsyncDatabaseHandler], page: Page[Row]) -> list[str]:
    where = {handler.project: str(number) for number, handler in enumerate(handlers)}
    return [f"{where[row.job.project]}/{row.job.number}" for row in page.rows]


async def test_indicators_of_several_projects_are_one_table(two: list[AsyncDatabaseHandler]) -> None:
    """Ordered over all of them, page by page; jobs without any are left out."""
    both = [handler.project for handler in two]
    table = await kpi_page(both, JobFilter(), sort="kpi:RFree")
    parts = [await kpi_page(both, JobFilter(), sort="kpi:RFree", limit=3)]
    parts.append(await kpi_page(both, JobFilter(), sort="kpi:RFree", limit=3, cursor=parts[0].next or ""))

    assert named(two, table) == ["0/2", "1/2", "0/1", "1/1"]
    assert [name for part in parts for name in named(two, part)] == named(two, table)
    assert named(two, await kpi_page(both, JobFilter(), sort="number")) == ["0/1", "1/1", "0/2", "1/2"]
    assert named(two, await kpi_page(both, JobFilter())) == ["1/2", "1/1", "0/2", "0/1"]
    assert named(two, await kpi_page(both, JobFilter(), keys=["own1"])) == ["1/2", "1/1"]
    assert (await kpi_page(both, JobFilter(), keys=["own1"])).rows[0].kpis == {"own1": "P 1"}
    assert (await kpi_page(both, JobFilter(tasks=("no",)))).total == 0
    assert (await kpi_page([], JobFilter())).rows == []


async def test_the_keys_of_a_project_are_those_of_its_jobs(two: list[AsyncDatabaseHandler]) -> None:
    """In order, and whether each is a number."""
    assert await kpi_keys([two[0].project]) == {"RFree": True, "own0": False}
    assert await kpi_keys([handler.project for handler in two]) == {"RFree": True, "own0": False, "own1": False}
    assert await kpi_keys([]) == {}


async def test_a_text_leads_to_projects_jobs_and_files(two: list[AsyncDatabaseHandler]) -> None:
    """By name, tag, title, comment, number, annotation and checksum; only where the asker may look."""
    word = uuid4().hex
    first, second = two
    await first.edit_project(tags=[f"tag{word}"[:50]])
    job = await first.create_job(NewJob(task="refine", title=f"Title {word}"))
    await second.edit_job((await second.create_job(NewJob(task="refine"))).id, comments=word.upper())
    (file,) = await first.register_imported_files(job.id, [new_import(first, f"{word}.mtz", word.encode())])

    def told(found: Findings) -> tuple[list[str], list[str], list[str]]:
        return (
            [project.name for project in found.projects],
            [f"{name}/{row.job.number}" for name, row in found.jobs],
            [f"{each.project}/{each.job} {each.file.path}" for each in found.files],
        )

    a, b = first.project_name, second.project_name
    place = f"{a}/4 {file.path}"
    assert told(await find(word)) == ([a], [f"{b}/4", f"{a}/4"], [place])
    assert told(await find(word, only=frozenset({second.project}))) == ([], [f"{b}/4"], [])
    assert told(await find(word, only=frozenset())) == ([], [], [])
    assert told(await find(word, limit=1)) == ([a], [f"{b}/4"], [place])
    assert told(await find(f"title {word}"))[1] == [f"{a}/4"]
    assert told(await find(f"{a}/4"))[1] == [f"{a}/4"]
    assert told(await find(file.checksum[:12].upper()))[2] == [place]
    assert told(await find(" ")) == ([], [], [])
    assert told(await find("\0")) == ([], [], [])
    with pytest.raises(InvalidInput):
        await find(word, limit=0)


async def test_searching_costs_the_same_for_any_number_of_results(
    two: list[AsyncDatabaseHandler], count_queries: CountQueries
) -> None:
    """Of one project and of two."""
    counts = [
        await count_queries(find("refine project", only=frozenset(some)))
        for some in ([two[0].project], [handler.project for handler in two])
    ]

    assert counts[0] == counts[1] <= 11


async def test_files_that_fit_an_input_are_offered(handler: AsyncDatabaseHandler) -> None:
    """Of the wanted type, sub-type and content, the newest first; not those that are gone, nor second names."""
    from xtalflow.db.models import File

    async def ended(job: JobRecord, name: str, **more: Any) -> FileRecord:
        output = new_file(handler, f"{job.folder}/{name}", **more)
        await handler.finish_job(job.id, JobEnd(status=JobStatus.FINISHED, outputs=(output,)))
        return (await handler.files([output.id]))[0]

    observed = {"sub_type": 1, "content_flag": 4, "annotation": "Observed"}
    first = await ended(await running_job(handler), "A.mtz", **observed)
    second = await ended(await running_job(handler), "B.mtz")
    top = await running_job(handler)
    child = await handler.create_job(NewJob(task="s", parent=top.id, number=f"{top.number}.1", status=JobStatus.QUEUED))
    part = await ended(await handler.update_job_status(child.id, JobStatus.RUNNING), "C.mtz")
    await ended(top, "C.mtz", derived_from=part.id)
    kind = first.file_type

    async def names(**which: Any) -> list[str]:
        found = await files_that_fit(handler.project, FileFilter(**which))
        return [f"{each.job} {each.file.path.rpartition('/')[2]}" for each in found]

    assert await names() == ["3 C.mtz", "2 B.mtz", "1 A.mtz"]
    assert await names(file_types=(kind, "no/such")) == ["3 C.mtz", "2 B.mtz", "1 A.mtz"]
    assert await names(file_types=("no/such",)) == []
    assert await names(sub_types=(2,)) == ["3 C.mtz", "2 B.mtz"]
    assert await names(sub_types=(1,), content_flags=(4,)) == ["3 C.mtz", "2 B.mtz", "1 A.mtz"]
    assert await names(text="observed") == ["1 A.mtz"]
    assert await names(text="3 c") == ["3 C.mtz"]
    await in_database(File.objects.filter(uuid=second.id).update, available=False)
    assert await names() == ["3 C.mtz", "1 A.mtz"]
    assert len(await files_that_fit(handler.project, FileFilter(), limit=1)) == 1


async def test_files_come_page_by_page_at_the_same_cost(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """All of a project, of one type, of a job with what it reads and what is below it, or with words."""

    async def ended(job: JobRecord, *names: str) -> None:
        outputs = tuple(new_file(handler, f"{job.folder}/{name}") for name in names)
        await handler.finish_job(job.id, JobEnd(status=JobStatus.FINISHED, outputs=outputs))

    top = await running_job(handler)
    child = await handler.create_job(NewJob(task="s", parent=top.id, number=f"{top.number}.1", status=JobStatus.QUEUED))
    await ended(await handler.update_job_status(child.id, JobStatus.RUNNING), "C.mtz")
    await ended(top, "A.mtz", "B.mtz")
    reader = await running_job(handler)
    (made,) = [file for file in await list_files(handler.project) if file.path.endswith("A.mtz")]
    await handler.register_input_file(reader.id, made.id, "XYZIN")
    await ended(reader, *(f"many{number}.mtz" for number in range(7)))

    async def names(**which: Any) -> list[str]:
        found, cursor = [], ""
        while True:
            page = await page_of_files(handler.project, FileFilter(**which), cursor=cursor, limit=3)
            found += [f"{each.job} {each.file.path.rpartition('/')[2]}" for each in page.rows]
            cursor = page.next or ""
            if not cursor:
                assert page.total == len(found)
                return found

    many = [f"2 many{number}.mtz" for number in range(7)]
    assert await names() == ["1.1 C.mtz", "1 A.mtz", "1 B.mtz", *many]
    assert await names(job=top.id) == ["1.1 C.mtz", "1 A.mtz", "1 B.mtz"]
    assert await names(job=child.id) == ["1.1 C.mtz"]
    assert await names(job=reader.id) == ["1 A.mtz", *many]
    assert await names(text="many 2") == many
    assert await names(file_types=("no/such",)) == []
    costs = [await count_queries(page_of_files(handler.project, FileFilter(), limit=limit)) for limit in (1, 9)]
    assert costs[0] == costs[1] <= 7
    with pytest.raises(InvalidInput, match="cursor"):
        await page_of_files(handler.project, FileFilter(), cursor="x")


async def test_a_form_reads_the_newest_files_of_each_kind_and_those_that_are_chosen(
    handler: AsyncDatabaseHandler, count_queries: CountQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a project with many files; one that is too old to be offered stays chosen."""
    monkeypatch.setattr(form_asking, "_LOOKED_AT", 2)
    job = await running_job(handler)
    free = new_file(handler, f"{job.folder}/free.mtz", file_type="application/CCP4-mtz-freerflag")
    observed = [new_file(handler, f"{job.folder}/{number}.mtz") for number in range(4)]
    outputs = (free, *observed, new_file(handler, f"{job.folder}/model.pdb", file_type="chemical/x-pdb"))
    await handler.finish_job(job.id, JobEnd(status=JobStatus.FINISHED, outputs=outputs))
    project, task = handler._known(), await asyncio.to_thread(make_task, "freerflag")

    async def offered(values: dict[str, Any]) -> dict[str, list[str]]:
        form = (await services.fill_form(project, task, values, owner="ada")).form
        files = [(each.path, each.file) for each in form.fields if each.file is not None]
        return {path: [PurePath(offer.label).name for offer in file.offers] for path, file in files}

    chosen = {"inputData.F_SIGF": f"file:{observed[0].id}"}

    assert await offered({}) == {"inputData.F_SIGF": ["3.mtz", "2.mtz"], "inputData.FREERFLAG": ["free.mtz"]}
    assert "0.mtz" in (await offered(chosen))["inputData.F_SIGF"]
    assert task.inputData.F_SIGF.dbFileId.value == str(observed[0].id)
    assert await count_queries(services.task_form(project, task, owner="ada")) <= 13


async def test_what_runs_is_told_with_who_holds_it(two: list[AsyncDatabaseHandler]) -> None:
    """Running jobs first, then those that wait, the most urgent first; with what they wait for."""
    first, second = two
    only = frozenset(handler.project for handler in two)
    tracked = await running_job(second)
    queued = await first.create_job(NewJob(task="slow"))
    await first.queue_attempt(queued.id, resources={"cpus": 4})
    urgent = await second.create_job(NewJob(task="fast", priority=50, after=(tracked.id,)))
    await second.queue_attempt(urgent.id, owner="somebody", lease_s=60)
    going, total = await going_jobs(only)

    assert total == 3
    assert [each.job.job.id for each in going] == [tracked.id, urgent.id, queued.id]
    assert [each.project for each in going] == [second.project_name, second.project_name, first.project_name]
    assert [each.attempt.state if each.attempt else None for each in going] == [None, "SUBMITTING", "QUEUED"]
    assert [each.waits_for for each in going] == [(), (tracked.number,), ()]
    assert (going[1].priority, going[1].attempt and going[1].attempt.owner) == (50, "somebody")
    assert going[2].attempt is not None
    assert going[2].attempt.resources == {"cpus": 4}
    assert going[2].queued is not None
    assert await going_jobs(frozenset()) == ([], 0)
    assert [each.job.job.id for each in (await going_jobs(frozenset({first.project})))[0]] == [queued.id]


async def test_asking_what_runs_costs_the_same_for_any_number_of_jobs(
    two: list[AsyncDatabaseHandler], count_queries: CountQueries
) -> None:
    """One job, and eleven."""
    counts = []
    for jobs in (1, 10):
        for _ in range(jobs):
            job = await two[0].create_job(NewJob(task="slow"))
            await two[0].queue_attempt(job.id)
        counts.append(await count_queries(going_jobs(frozenset({two[0].project}))))

    assert counts[0] == counts[1] <= 8


async def test_services_tell_all_this_as_json(two: list[AsyncDatabaseHandler]) -> None:
    """Documents, as the command line prints them."""
    from json import dumps

    first = two[0]
    job = await running_job(first)
    await services.retitle_job(services.FoundJob(project=first._known(), job=job), "Another title")
    await services.comment_job(services.FoundJob(project=first._known(), job=job), "It runs")
    await services.rate_job(services.FoundJob(project=first._known(), job=job), Evaluation.GOOD)
    project: ProjectRecord = await services.describe_project(first._known(), "A fold")
    page = await services.page_of_jobs(project, limit=1)
    table = await services.kpi_table([project], limit=1)
    found = await services.search("another title", projects=[project.id])
    runs = await services.what_runs(projects=[project.id])
    projects = await services.page_of_projects(filter=services.ProjectFilter(only=frozenset({project.id})))

    told = [page.rows, table.page.rows, found, runs, projects.rows]
    assert dumps(told)
    assert (page.rows[0]["title"], page.rows[0]["comments"], page.rows[0]["evaluation"]) == (
        "Another title",
        "It runs",
        "good",
    )
    assert (page.rows[0]["depth"], page.rows[0]["parent"], page.rows[0]["children"]) == (0, None, 0)
    assert table.keys == ["RFree", "own0"]
    assert table.page.rows[0]["number"] == "2"
    assert [row["number"] for row in found["jobs"]] == [job.number]
    assert [(row["number"], row["attempt"]) for row in runs["jobs"]] == [(job.number, None)]
    assert projects.rows[0]["jobs_by_status"] == {"pending": 1, "running": 1, "finished": 2}
    assert (projects.rows[0]["description"], projects.rows[0]["jobs"]) == ("A fold", 4)
    with pytest.raises(InvalidInput, match="one line"):
        await services.retitle_job(services.FoundJob(project=project, job=job), "two\nlines")
    with pytest.raises(InvalidInput, match="characters"):
        await services.comment_job(services.FoundJob(project=project, job=job), "x" * 20_001)
    renamed = await services.rename_project(project, f"fold {uuid4().hex}")
    archived = await services.archive_project(await services.tag_project(renamed, ["a", "b"]))
    assert (archived.tags, archived.is_archived, archived.directory) == (("a", "b"), True, project.directory)
