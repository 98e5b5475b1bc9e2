"""Lists of projects, page by page, and what a user says about a project."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, running_job
from xtalflow.db import (
    PROJECT_FILE,
    AsyncDatabaseHandler,
    Page,
    ProjectFilter,
    ProjectRecord,
    ProjectSummary,
    create_project,
    find_project,
    in_database,
    list_tags,
    page_of_projects,
    recover_project,
)
from xtalflow.engine import JobEnd, JobStatus, NewJob, ProjectId
from xtalflow.errors import InvalidInput, UnknownProject

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]
MOST_QUERIES = 6
SORTS = ("name", "activity", "created", "jobs", "size")


@pytest.fixture
async def some(database: None, tmp_path: Path) -> list[ProjectRecord]:
    """Five projects with 0 to 4 finished jobs, each of which wrote one file, and a running one in the last."""
    projects = []
    for number in range(5):
        name = f"{'Zz' if number % 2 else 'aa'} {number} {uuid4().hex}"
        project = await create_project(name, directory=tmp_path / str(number), description=f"ordinal{number}x ÅB")
        handler = AsyncDatabaseHandler.of(project)
        for _ in range(number):
            job = await running_job(handler)
            end = JobEnd(status=JobStatus.FINISHED, outputs=(new_file(handler, f"{job.folder}/A.mtz"),))
            await handler.finish_job(job.id, end)
        projects.append(project)
    job = await running_job(handler)
    await handler.create_job(NewJob(task="step", parent=job.id, number=f"{job.number}.1", status=JobStatus.QUEUED))
    return projects


def only(projects: list[ProjectRecord], **more: object) -> ProjectFilter:
    """A filter for these, since all tests of a process share the database."""
    return ProjectFilter(only=frozenset(project.id for project in projects), **more)  # type: ignore[arg-type]


def names(page: Page[ProjectSummary]) -> list[str]:
    return [row.project.name[:4] for row in page.rows]


@pytest.mark.parametrize("sort", [sign + sort for sort in SORTS for sign in ("", "-")])
async def test_pages_have_every_project_once_and_lead_back(some: list[ProjectRecord], sort: str) -> None:
    """In the order of one long page, whatever it is ordered by."""
    whole = await page_of_projects(only(some), sort=sort)
    forward = [await page_of_projects(only(some), sort=sort, limit=2)]
    while cursor := forward[-1].next:
        forward.append(await page_of_projects(only(some), sort=sort, limit=2, cursor=cursor))
    back = await page_of_projects(only(some), sort=sort, limit=2, cursor=forward[-1].previous or "")
    expected = ["aa 0", "aa 2", "aa 4", "Zz 1", "Zz 3"] if "name" in sort else ["aa 0", "Zz 1", "aa 2", "Zz 3", "aa 4"]

    assert names(whole) == (expected[::-1] if sort.startswith("-") else expected)
    assert [name for page in forward for name in names(page)] == names(whole)
    assert names(back) == names(forward[-2])
    assert {page.total for page in forward} == {5}


async def test_a_project_is_shown_with_its_jobs_and_the_bytes_of_its_files(some: list[ProjectRecord]) -> None:
    """Top-level jobs by status; files that were purged, and second names of files, do not count."""
    from xtalflow.db.models import File

    rows = {row.project.id: row for row in (await page_of_projects(only(some))).rows}
    last = rows[some[4].id]
    size = last.size // 4

    assert last.jobs == {JobStatus.FINISHED: 4, JobStatus.RUNNING: 1}
    assert (rows[some[0].id].jobs, rows[some[0].id].files, rows[some[0].id].size) == ({}, 0, 0)
    assert (last.files, size > 0) == (4, True)
    files = File.objects.filter(project__uuid=some[4].id)
    first, second = await in_database(lambda: list(files[:2]))
    await in_database(files.filter(pk=first.pk).update, available=False)
    await in_database(files.filter(pk=second.pk).update, derived_from=first.pk)
    (row,) = (await page_of_projects(only(some[4:]))).rows
    assert (row.files, row.size) == (2, 2 * size)


async def test_projects_are_found_by_words_and_tags(some: list[ProjectRecord]) -> None:
    """Of name, description and tags; an archived one only if it is asked for."""
    await AsyncDatabaseHandler.of(some[1]).edit_project(tags=["xray", "Serial crystallography"])
    await AsyncDatabaseHandler.of(some[2]).edit_project(tags=["xray"], archived=True)

    async def found(**which: object) -> list[str]:
        page = await page_of_projects(only(some, **which))
        assert page.total == len(page.rows)
        return names(page)

    assert await found(text="zz åb") == ["Zz 1", "Zz 3"]
    assert await found(text="ordinal4x") == ["aa 4"]
    assert await found(text="SERIAL") == ["Zz 1"]
    assert await found(tags=("xray",)) == ["Zz 1"]
    assert await found(tags=("xray",), archived=None) == ["aa 2", "Zz 1"]
    assert await found(tags=("xray", "Serial crystallography"), archived=None) == ["Zz 1"]
    assert await found(archived=True) == ["aa 2"]
    assert await found(text="no such") == []
    assert {"xray", "Serial crystallography"} <= set(await list_tags())
    assert (await page_of_projects(ProjectFilter(only=frozenset()))).rows == []
    assert (await page_of_projects(ProjectFilter(only=frozenset({ProjectId(uuid4())})))).rows == []


@pytest.mark.parametrize("sort", ["", "colour", "--name"])
async def test_an_order_that_is_none_is_refused(database: None, sort: str) -> None:
    """With those that there are."""
    with pytest.raises(InvalidInput, match="name, activity"):
        await page_of_projects(ProjectFilter(), sort=sort)


@pytest.mark.parametrize("sort", SORTS)
async def test_a_page_costs_the_same_for_any_number_of_projects(
    some: list[ProjectRecord], count_queries: CountQueries, sort: str
) -> None:
    """Rows, tags, counts, sizes and the total."""
    counts = [await count_queries(page_of_projects(only(some[:n]), sort=sort, limit=1)) for n in (2, 5)]

    assert counts[0] == counts[1] <= MOST_QUERIES


async def test_a_renamed_project_keeps_uuid_and_folder(handler: AsyncDatabaseHandler) -> None:
    """Its file says the new name; the old one is free."""
    before = (await handler.edit_project()).name
    name = f"renamed {uuid4().hex}"
    project = await handler.edit_project(name=f" {name} ")

    assert (project.id, project.name, handler.project_name) == (handler.project, name, name)
    told = json.loads((project.directory / PROJECT_FILE).read_text())
    assert (told["name"], told["uuid"]) == (name, str(project.id))
    assert (await find_project(name)).id == project.id
    with pytest.raises(UnknownProject):
        await find_project(before)
    assert (await handler.edit_project(name=name)).name == name


@pytest.mark.parametrize("name", ["", " ", "a/b", "x" * 101])
async def test_a_name_that_is_none_is_refused(handler: AsyncDatabaseHandler, name: str) -> None:
    """And nothing is written."""
    with pytest.raises(InvalidInput):
        await handler.edit_project(name=name)

    assert await handler.last_event() == 1


async def test_the_name_of_another_project_is_refused(some: list[ProjectRecord]) -> None:
    """Its project is named, and both stay."""
    with pytest.raises(InvalidInput, match="already"):
        await AsyncDatabaseHandler.of(some[0]).edit_project(name=some[1].name)

    assert (await find_project(some[0].name)).id == some[0].id
    assert json.loads((some[0].directory / PROJECT_FILE).read_text())["name"] == some[0].name


async def test_what_was_said_about_a_project_is_rebuilt_from_its_folder(handler: AsyncDatabaseHandler) -> None:
    """Name, description, tags, and that it is archived; its history too."""
    from xtalflow.db.models import JobEvent, Project

    def history() -> list[tuple[object, ...]]:
        events = JobEvent.objects.filter(project__uuid=handler.project, kind="edited")
        return list(events.order_by("seq").values_list("time", "who", "data"))

    for name in (f"first {uuid4().hex}", f"second {uuid4().hex}"):
        await handler.edit_project(name=name, description="of a fold", tags=["fold"])
    before = await handler.edit_project(archived=True)
    events = await in_database(history)
    await in_database(Project.objects.filter(uuid=handler.project).delete)
    recovery = await recover_project(before.directory)

    assert (recovery.outcome, recovery.remarks, recovery.project) == ("rebuilt", (), before)
    assert await in_database(history) == events


async def test_a_recovered_project_whose_name_was_given_away_says_so(
    handler: AsyncDatabaseHandler, tmp_path: Path
) -> None:
    """It gets one after it, once, whatever it was called before."""
    from xtalflow.db.models import Project

    name = f"taken {uuid4().hex}"
    before = await handler.edit_project(name=name)
    await in_database(Project.objects.filter(uuid=handler.project).delete)
    await create_project(name, directory=tmp_path / "other")
    recovery = await recover_project(before.directory)

    assert recovery.project.name == f"{name}_1"
    assert recovery.remarks == (f"another project is called {name!r}; this one is '{name}_1' now",)
    assert (await asyncio.to_thread((before.directory / PROJECT_FILE).exists)) is True
