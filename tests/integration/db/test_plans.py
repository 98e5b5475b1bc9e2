"""No list reads a whole table: each is found by an index, in both kinds of database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, new_import, running_job
from xtalflow import db
from xtalflow.db import AsyncDatabaseHandler, Evaluation, FileFilter, JobFilter, in_database
from xtalflow.engine import JobEnd, JobStatus, Kpi

PDB = "chemical/x-pdb"
LARGE = ("xtalflow_job", "xtalflow_file", "xtalflow_fileuse", "xtalflow_jobfloatvalue", "xtalflow_jobevent")
"""Tables that grow with the jobs of all projects; of the others there is not much."""

Asked = Callable[[AsyncDatabaseHandler, Any], Awaitable[Any]]
LISTS: dict[str, Asked] = {
    "the newest jobs": lambda handler, job: db.page_of_jobs(handler.project, JobFilter()),
    "jobs of all levels": lambda handler, job: db.page_of_jobs(handler.project, JobFilter(flat=True)),
    "a branch": lambda handler, job: db.page_of_jobs(handler.project, JobFilter(parent=job.id)),
    "jobs by creation": lambda handler, job: db.page_of_jobs(handler.project, JobFilter(), sort="-created"),
    "jobs by end": lambda handler, job: db.page_of_jobs(handler.project, JobFilter(), sort="-finished"),
    "jobs by an indicator": lambda handler, job: db.page_of_jobs(handler.project, JobFilter(), sort="kpi:RFree"),
    "jobs of a status": lambda handler, job: db.page_of_jobs(handler.project, JobFilter(statuses=(JobStatus.FAILED,))),
    "jobs of a task": lambda handler, job: db.page_of_jobs(handler.project, JobFilter(tasks=("refine",), flat=True)),
    "good jobs": lambda handler, job: db.page_of_jobs(handler.project, JobFilter(evaluations=(Evaluation.GOOD,))),
    "a job": lambda handler, job: db.job_detail(handler.project, job.id),
    "files": lambda handler, job: db.page_of_files(handler.project, FileFilter()),
    "files of a type": lambda handler, job: db.page_of_files(handler.project, FileFilter(file_types=(PDB,))),
    "files of a job": lambda handler, job: db.page_of_files(handler.project, FileFilter(job=job.id)),
    "files that fit": lambda handler, job: db.files_that_fit(handler.project, FileFilter(file_types=(PDB,))),
    "a file by its checksum": lambda handler, job: handler.imported_file("0" * 64),
    "indicators": lambda handler, job: db.kpi_page([handler.project], JobFilter(), keys=["RFree"]),
    "which indicators there are": lambda handler, job: db.kpi_keys([handler.project]),
    "what runs": lambda handler, job: db.going_jobs(),
    "the queue": lambda handler, job: db.next_attempt("local"),
    "runs that are held": lambda handler, job: db.held_attempts(),
    "news": lambda handler, job: db.news_since({handler.project: 0}),
    "history": lambda handler, job: db.list_events(handler.project),
    "history of a job": lambda handler, job: db.job_events(handler.project, job.id),
    "provenance": lambda handler, job: db.provenance_graph(handler.project, job.id, db.Direction.UP),
}


@pytest.fixture
async def filled(handler: AsyncDatabaseHandler) -> AsyncDatabaseHandler:
    """Two projects with jobs, files and indicators."""
    other = AsyncDatabaseHandler.of(await db.create_project(uuid4().hex, directory=handler.project_directory / "other"))
    for each in (handler, other):
        for number in range(20):
            job = await running_job(each, f"task{number % 4}")
            await each.register_imported_files(job.id, [new_import(each, f"{number}.mtz", str(number).encode())])
            end = JobEnd(
                status=JobStatus.FINISHED,
                outputs=(new_file(each, f"{job.folder}/A.mtz"),),
                kpis=(Kpi(key="RFree", value=0.1 + number / 100),),
            )
            await each.finish_job(job.id, end)
    return handler


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_found_by_indexes(filled: AsyncDatabaseHandler, name: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    job = (await db.list_jobs(filled.project))[0].job
    capture = CaptureQueriesContext(connection)
    await in_database(capture.__enter__)
    try:
        await LISTS[name](filled, job)
    finally:
        await in_database(capture.__exit__, None, None, None)
    captured = await in_database(lambda: list(capture.captured_queries))
    statements = [query["sql"] for query in captured if query["sql"].lstrip("( ").startswith("SELECT")]

    def plans() -> dict[str, list[str]]:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET enable_seqscan = off")  # of small tables it would be chosen
            told = {statement: _plan(cursor, connection.vendor, statement) for statement in statements}
            if connection.vendor == "postgresql":
                cursor.execute("RESET enable_seqscan")
        return told

    told = await in_database(plans)
    whole = {
        statement: [line for line in plan if any(_reads_all(line, table) for table in LARGE)]
        for statement, plan in told.items()
    }
    assert told
    assert {statement: lines for statement, lines in whole.items() if lines} == {}


def _plan(cursor: Any, vendor: str, statement: str) -> list[str]:
    cursor.execute(f"EXPLAIN {'' if vendor == 'postgresql' else 'QUERY PLAN '}{statement}")
    return [str(row[-1]).strip() for row in cursor.fetchall()]


def _reads_all(line: str, table: str) -> bool:
    """Whether a line of a plan says that all of a table, or of an index of it, is read."""
    words = line.replace("->", "").split()
    return words[:2] == ["SCAN", table] or (words[:3] == ["Seq", "Scan", "on"] and words[3:4] == [table])
