"""What the pages of a large project cost: first page, filter, order by an indicator, a branch, search.

    python benchmarks/pages.py [--jobs 10000 100000] [--children 4] [--rounds 7] [--out TABLE.md]

The rows are made in bulk in an SQLite database in a temporary home. Milliseconds are from the call of the service to
its JSON documents, the best and the median of rounds; those of the processor do not count what else the machine does.
The exit code is 1 if a first page or a branch takes the processor more than 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests"))

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import JobId

Ask = Callable[[], Awaitable[Any]]
PAGE = 100
PEER_S, PEER_QUERIES, PEER_JOBS = 61.0, 10_007, 10_000
"""A given figure, not measured here: the tree of 10,000 jobs in ccp4i2 3.0.1."""
TASKS = ("refine_pipeline", "servalcat_refine", "validate_model", "freerflag", "import_merged", "add_waters")
TITLES = ("Refinement of the apo form", "Ligand soak, plate 3", "First trial", "After rebuilding chain B", "")
SPACE_GROUPS = ("P 21 21 21", "C 1 2 1", "P 43 21 2")
TARGET_MS = 100.0
WHOLE = "the page of the project, whole"
FIRST_PAGES = ("first page of the tree", "first page of all levels", "a branch of the tree", WHOLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one question costs."""

    question: str
    rows: int
    queries: int
    best_ms: float
    median_ms: float
    processor_ms: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--children", type=int, default=4, help="child jobs of each top-level job")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        os.environ |= {"XTALFLOW_HOME": f"{base}/home", "XTALFLOW_PROJECTS": f"{base}/projects", "DATABASE_URL": ""}
        costs = asyncio.run(_measure(arguments.jobs, arguments.children, arguments.rounds))
    table = _table(costs, arguments)
    print(table)
    if arguments.out:
        arguments.out.write_text(table, encoding="utf-8")
    pages = [cost for found in costs.values() for cost in found if cost.question in FIRST_PAGES]
    slow = [cost for cost in pages if cost.processor_ms > TARGET_MS]
    for cost in slow:
        print(f"more than {TARGET_MS:g} ms: {cost.question}", file=sys.stderr)
    return 1 if slow else 0


def fill(project_uuid: UUID, jobs: int, children: int) -> None:
    """Give a project jobs with indicators, a file for every fourth, and nothing on the disk."""
    from django.db import transaction

    from xtalflow.db import models

    chance = random.Random(jobs)
    project = models.Project.objects.get(uuid=project_uuid)
    tops = jobs // (children + 1)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    keys = ("RFactor", "RFree", "highResLimit", "nResidues", "spaceGroup")
    with transaction.atomic():
        models.JobValueKey.objects.bulk_create([models.JobValueKey(name=key) for key in keys], ignore_conflicts=True)
        models.FileType.objects.bulk_create([models.FileType(name="chemical/x-pdb")], ignore_conflicts=True)
    for first in range(1, tops + 1, 5000):
        with transaction.atomic():
            numbers = range(first, min(first + 5000, tops + 1))
            parents = [_job(models, project, str(number), None, begin, chance) for number in numbers]
            models.Job.objects.bulk_create(parents)
            below = [
                _job(models, project, f"{parent.number}.{child}", parent, begin, chance)
                for parent in parents
                for child in range(1, children + 1)
            ]
            models.Job.objects.bulk_create(below)
            _give_values(models, [*parents, *below], chance)
            _give_files(models, project, parents)
    models.Project.objects.filter(pk=project.pk).update(last_job_number=tops)


def _job(models: Any, project: Any, number: str, parent: Any, begin: datetime, chance: random.Random) -> Any:
    created = begin + timedelta(seconds=40 * int(number.partition(".")[0]) + len(number))
    status = chance.choices((6, 5, 10, 4, 3), (80, 10, 5, 4, 1))[0]
    return models.Job(
        project=project,
        parent=parent,
        number=number,
        task_name=chance.choice(TASKS),
        title=chance.choice(TITLES),
        comments="needs another look at the loop" if chance.random() < 0.02 else "",
        evaluation=chance.choices((0, 1, 2, 3), (90, 1, 6, 3))[0],
        status=status,
        creation_time=created,
        start_time=created + timedelta(seconds=chance.random()),
        finish_time=None if status == 3 else created + timedelta(seconds=1 + 600 * chance.random()),
        task_version="1.0",
        exit_reason="servalcat ended with exit code 1" if status == 5 else "",
        parameters={"controlParameters": {f"PARAMETER_{n}": chance.random() for n in range(20)}},
        progress={"done": 3, "total": 10, "text": "cycle 3"} if status == 3 else {},
        cycle_values={"cycle": 3, "R1work": 0.23} if status == 3 else {},
    )


def _give_values(models: Any, jobs: list[Any], chance: random.Random) -> None:
    numbers, texts = [], []
    for job in jobs:
        if job.status != 6:
            continue
        r_free = 0.2 + 0.2 * chance.random()
        of = {"project": job.project, "job": job}
        values = {"RFree": r_free, "RFactor": r_free - 0.04, "highResLimit": 1.2 + 2 * chance.random()}
        numbers += [models.JobFloatValue(**of, key_id=key, value=value) for key, value in values.items()]
        numbers.append(models.JobFloatValue(**of, key_id="nResidues", value=129.0, is_integer=True))
        texts.append(models.JobCharValue(**of, key_id="spaceGroup", value=chance.choice(SPACE_GROUPS)))
    models.JobFloatValue.objects.bulk_create(numbers)
    models.JobCharValue.objects.bulk_create(texts)


def _give_files(models: Any, project: Any, jobs: list[Any]) -> None:
    files = [
        models.File(
            project=project,
            job=job,
            name="XYZOUT.pdb",
            path=f"CCP4_JOBS/job_{job.number}/XYZOUT.pdb",
            type_id="chemical/x-pdb",
            sub_type=1,
            annotation=f"Model of job {job.number}",
            job_param_name="XYZOUT",
            checksum=uuid4().hex * 2,
            size=400_000,
            facts={"spaceGroup": "P 21 21 21"},
        )
        for job in jobs[::4]
    ]
    models.File.objects.bulk_create(files)


async def _measure(sizes: list[int], children: int, rounds: int) -> dict[int, list[Cost]]:
    from integration.web.in_process import pages_in_process  # reads the settings that `main` has given
    from xtalflow import db

    async with pages_in_process() as browser:
        projects = {}
        for jobs in sizes:
            made = await db.create_project(f"{jobs} jobs")
            await db.in_database(fill, made.id, jobs, children)
            projects[jobs] = await db.get_project(made.id)
        costs = {}
        for jobs, project in projects.items():
            first = (await db.find_job(project.id, "1")).id
            questions = _questions(project, first) | {WHOLE: partial(browser.get, f"/projects/{project.name}/")}
            costs[jobs] = [await _cost(name, ask, rounds) for name, ask in questions.items()]
        return costs


def _questions(project: ProjectRecord, first: JobId) -> dict[str, Ask]:
    """What is asked of a project; `first` is a job with children."""
    from xtalflow.engine import JobStatus
    from xtalflow.services import JobFilter, kpi_table, page_of_jobs, page_of_projects, search

    flat = JobFilter(flat=True)
    return {
        "first page of the tree": partial(page_of_jobs, project, limit=PAGE),
        "a branch of the tree": partial(page_of_jobs, project, filter=JobFilter(parent=first), sort="number"),
        "first page of all levels": partial(page_of_jobs, project, filter=flat, limit=PAGE),
        "failed jobs": partial(page_of_jobs, project, filter=replace(flat, statuses=(JobStatus.FAILED,)), limit=PAGE),
        "a word that many jobs have": partial(page_of_jobs, project, filter=replace(flat, text="ligand"), limit=PAGE),
        "a word that no job has": partial(page_of_jobs, project, filter=replace(flat, text="nowhere"), limit=PAGE),
        "ordered by R-free": partial(page_of_jobs, project, filter=flat, sort="kpi:RFree", limit=PAGE),
        "ordered by space group": partial(page_of_jobs, project, filter=flat, sort="kpi:spaceGroup", limit=PAGE),
        "ordered by title": partial(page_of_jobs, project, filter=flat, sort="title", limit=PAGE),
        "ordered by duration": partial(page_of_jobs, project, filter=flat, sort="-duration", limit=PAGE),
        "table of indicators": partial(kpi_table, [project], filter=flat, keys=["RFree"], sort="kpi:RFree", limit=PAGE),
        "list of projects": partial(page_of_projects, sort="-size"),
        "search in one project": partial(search, "ligand", projects=[project.id]),
    }


async def _cost(question: str, ask: Ask, rounds: int) -> Cost:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from xtalflow import db

    times, work = [], []
    for _ in range(rounds):
        begin, worked = time.perf_counter(), time.process_time()
        answer = await ask()
        times.append(1000 * (time.perf_counter() - begin))
        work.append(1000 * (time.process_time() - worked))
    capture = CaptureQueriesContext(connection)
    await db.in_database(capture.__enter__)
    await ask()
    await db.in_database(capture.__exit__, None, None, None)
    queries = await db.in_database(capture.__len__)
    return Cost(
        question=question,
        rows=_rows(answer),
        queries=queries,
        best_ms=min(times),
        median_ms=statistics.median(times),
        processor_ms=statistics.median(work),
    )


def _rows(answer: Any) -> int:
    """How many rows an answer has."""
    if isinstance(answer, httpx.Response):
        return answer.raise_for_status().text.count("<tr data-job")
    if isinstance(answer, dict):
        return sum(len(found) for found in answer.values())
    return len(getattr(answer, "page", answer).rows)


def _table(costs: dict[int, list[Cost]], arguments: argparse.Namespace) -> str:
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    lines = [
        f"# What the pages of a large project cost, {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, xtalflow {version('xtalflow')},",
        f"Django {version('Django')}; {arguments.rounds} rounds; load of the machine at the end {load}.",
        "",
        f"`make bench-pages` makes projects in one database, each top-level job with {arguments.children} children; "
        "four of five jobs finished, with four",
        "numbers and a text. Milliseconds are from the call of the service to its JSON documents: a page of "
        f"{PAGE} rows with all indicators,",
        "counts of children and the total; of the whole page, from the request to the last byte of its HTML. Those of "
        "the processor do not",
        "count what else the machine does.",
    ]
    head = ["| What | rows | SQL statements | best ms | median ms | processor ms |", "|---|---|---|---|---|---|"]
    for jobs, found in costs.items():
        lines += ["", f"## {jobs:,} jobs", "", *head]
        for cost in found:
            times = " | ".join(f"{each:.1f}" for each in (cost.best_ms, cost.median_ms, cost.processor_ms))
            lines.append(f"| {cost.question} | {cost.rows} | {cost.queries} | {times} |")
        if jobs == PEER_JOBS:
            tree = found[0]
            faster, fewer = 1000 * PEER_S / tree.median_ms, PEER_QUERIES / tree.queries
            lines += [
                "",
                f"ccp4i2 3.0.1 takes {PEER_S:g} s and {PEER_QUERIES:,} queries for its tree of {PEER_JOBS:,} jobs; "
                "this is a given figure, not measured here. The first",
                f"page of the tree takes 1/{faster:,.0f} of the time and 1/{fewer:,.0f} of the queries: it is a page, "
                "and branches are opened one by one.",
            ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
