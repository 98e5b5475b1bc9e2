"""Several processes at once on one project."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from xtalflow.db import AsyncDatabaseHandler, list_events, list_jobs, read_project_log
from xtalflow.engine import JobStatus, NewJob

MAKE_JOBS = """
import asyncio, json, sys
from uuid import UUID
from xtalflow.db import AsyncDatabaseHandler, close_connections
from xtalflow.engine import NewJob

async def main():
    handler = AsyncDatabaseHandler(UUID(sys.argv[1]))
    made = {}
    for _ in range(int(sys.argv[2])):
        job = await handler.create_job(NewJob(task="freerflag"))
        folder = handler.project_directory / job.folder
        folder.mkdir(parents=True)
        (folder / "job.json").write_text(str(job.id))
        made[job.number] = str(job.id)
    await close_connections()
    print(json.dumps(made))

asyncio.run(main())
"""
TAKE_JOBS = """
import asyncio, json, sys
from uuid import UUID
from xtalflow.db import AsyncDatabaseHandler, close_connections, list_jobs
from xtalflow.engine import JobStatus
from xtalflow.errors import IllegalTransition

async def main():
    handler = AsyncDatabaseHandler(UUID(sys.argv[1]))
    mine = []
    for summary in await list_jobs(handler.project):
        try:
            await handler.update_job_status(summary.job.id, JobStatus.RUNNING)
        except IllegalTransition:
            continue
        mine.append(summary.job.number)
    await close_connections()
    print(json.dumps(mine))

asyncio.run(main())
"""

MAKE_PROJECT = """
import asyncio, json, os, sys
os.environ["XTALFLOW_PROJECTS"] = sys.argv[1]
from xtalflow.db import close_connections, create_project, find_project
from xtalflow.errors import InvalidInput

async def main():
    found = []
    for number in range(10):
        name = f"{sys.argv[2]} {number}"
        try:
            await create_project(name)
        except InvalidInput:
            pass
        found.append(str((await find_project(name)).directory))
    await close_connections()
    print(json.dumps(found))

asyncio.run(main())
"""


async def results(processes: list[subprocess.Popen[str]]) -> list[object]:
    outputs = [process.communicate(timeout=120) for process in processes]
    for process, (_, errors) in zip(processes, outputs, strict=True):
        assert (process.returncode, errors) == (0, "")
    return [json.loads(out) for out, _ in outputs]


@pytest.mark.slow
async def test_four_processes_make_a_hundred_jobs_each(
    handler: AsyncDatabaseHandler, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    """None fails, the numbers are 1 to 400 once each, every folder has its own job's uuid, and no event is missing."""
    made = await results([run_python(MAKE_JOBS, str(handler.project), "100") for _ in range(4)])

    jobs = {number: uuid for part in made for number, uuid in part.items()}
    assert sorted(map(int, jobs)) == list(range(1, 401))
    assert {s.job.number: str(s.job.id) for s in await list_jobs(handler.project)} == jobs
    for number, uuid in jobs.items():
        assert (handler.project_directory / "CCP4_JOBS" / f"job_{number}" / "job.json").read_text() == uuid
    log = [(line.event.number, str(line.event.id)) for line in read_project_log(handler.project_directory)]
    assert log == [(str(number), jobs[str(number)]) for number in range(1, 401)]
    assert [event.seq for event in await list_events(handler.project)] == list(range(1, 402))


async def test_two_processes_never_take_the_same_job(
    handler: AsyncDatabaseHandler, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    """Each queued job is started by exactly one of them."""
    for _ in range(30):
        job = await handler.create_job(NewJob(task="freerflag"))
        await handler.update_job_status(job.id, JobStatus.QUEUED)
    taken = await results([run_python(TAKE_JOBS, str(handler.project)) for _ in range(2)])

    assert sorted(int(number) for part in taken for number in part) == list(range(1, 31))


@pytest.mark.slow
async def test_rivals_for_the_name_of_a_project_make_one_folder(
    database: None, tmp_path: Path, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    """Whoever is second finds the project of the first, and leaves no folder of its own."""
    name = uuid4().hex
    found = await results([run_python(MAKE_PROJECT, str(tmp_path), name) for _ in range(4)])

    expected = [str(tmp_path / f"{name} {number}") for number in range(10)]
    assert found == [expected] * 4
    assert sorted(str(folder) for folder in tmp_path.iterdir()) == sorted(expected)
