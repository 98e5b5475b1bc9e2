"""Kills a run at a named point, lets a worker clear up, and says what is not as it must be then.

Used by the tests, a kill at each point, and by ``benchmarks/kills.py``, hundreds of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil

from xtalflow.plugin import JobStatus
from xtalflow.testing import killed_at

OF_RUNNER = ("runner.", "glean.", "program.", "server.")
"""Beginnings of points that kill a runner, its program or the fork server; others kill who submits and supervises."""


AFTERWARDS = """
import asyncio
import json
import sys
from pathlib import Path

from xtalflow.errors import UnknownProject
from xtalflow.services import Supervisor, check_project, find_job, find_project, job_details, list_jobs, open_store


async def main(name):
    async with open_store() as settings:
        try:
            project = await find_project(name, Path("/"))
        except UnknownProject:
            return {"before": [], "jobs": [], "shown": [], "problems": []}
        before = await list_jobs(project, all_levels=True)
        await Supervisor(settings=settings, slots=2).run(until_idle=True)
        jobs = await list_jobs(project, all_levels=True)
        shown = [await job_details(await find_job(job["uuid"], Path("/"))) for job in jobs]
        problems = (await check_project(project)).problems
        found = [problem.sentence for problem in problems if problem.kind.value != "orphan"]
        return {"before": before, "jobs": jobs, "shown": shown, "problems": found}


print(json.dumps(asyncio.run(main(sys.argv[1]))))
"""
"""Lets a worker clear up, and tells what there is; what a killed import left behind may be there."""


@dataclass(frozen=True)
class Outcome:
    """What one kill left behind."""

    status: str
    killed: bool
    problems: list[str]


@dataclass
class KillTrial:
    """Runs jobs in a home of its own, with the tasks of the tests."""

    home: Path
    site: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def kill_at(self, point: str, project: str, passes: int = 1, *, by_worker: bool = False) -> Outcome:
        """Kill a run of `count_twice` at the `passes`-th passage of a point; see what a worker makes of it.

        Parameters
        ----------
        by_worker
            The job is submitted, and killed while a worker runs it.
        """
        text = self.home.parent / f"{project}.txt"
        text.write_text(f"four words of {project}")
        words = ["count_twice", "-p", project, f"TEXT={text}"]
        if by_worker:
            self._python("-m", "xtalflow", "submit", *words)
            words = ["worker", "--until-idle"]
        run = self._python("-m", "xtalflow", *words if by_worker else ["run", *words], fault=killed_at(point, passes))
        done = self._python("-c", AFTERWARDS, project)
        if done.returncode:
            raise AssertionError(done.stderr)
        found = json.loads(done.stdout)
        lost = {job["uuid"] for job in found["before"]} - {job["uuid"] for job in found["jobs"]}
        problems = [
            *_unfinished(found["jobs"]),
            *_wrong_results(found["shown"]),
            *_run_twice(found["shown"]),
            *found["problems"],
            *self._left_over(),
            *(f"job {uuid} is lost" for uuid in lost),
        ]
        top = next((job["status"] for job in found["jobs"] if job["number"] == "1"), "none")
        kills_runner = point.startswith(OF_RUNNER)
        told = run.stdout + run.stderr
        killed = "SIGKILL" in told or "is gone" in told or top == "finished" if kills_runner else run.returncode == -9
        return Outcome(status=top, killed=killed, problems=problems)

    def _python(self, *words: str, fault: Mapping[str, str] = MappingProxyType({})) -> subprocess.CompletedProcess[str]:
        own = {"XTALFLOW_HOME": str(self.home), "XTALFLOW_PROJECTS": str(self.home.parent / "projects")}
        paths = os.pathsep.join(filter(None, [str(self.site), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "DATABASE_URL": "", **own, "PYTHONPATH": paths, **self.environment, **fault}
        return subprocess.run(
            [sys.executable, *words], env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    def _left_over(self) -> list[str]:
        found = []
        for process in psutil.process_iter():
            try:
                environment, status = process.environ(), process.status()
            except psutil.Error:
                continue
            if environment.get("XTALFLOW_HOME") == str(self.home) and status != psutil.STATUS_ZOMBIE:
                found.append(f"process {process.pid} is left: {' '.join(process.cmdline())}")
        return found


def _unfinished(jobs: list[dict[str, Any]]) -> list[str]:
    numbers = Counter(job["number"] for job in jobs)
    return [
        *(
            f"job {job['number']} is {job['status']}"
            for job in jobs
            if job["status"] in {"pending", "queued", "running"}
        ),
        *(f"{count} jobs have the number {number}" for number, count in numbers.items() if count > 1),
    ]


def _wrong_results(shown: list[dict[str, Any]]) -> list[str]:
    """A finished job has all of its results, another none."""
    problems = []
    for job in shown:
        whole = len(job["files"]) == 1 and job["kpis"].get("nWords") == 4
        if job["status"] == "finished" and not whole:
            problems.append(f"job {job['number']} is finished, with {len(job['files'])} files and {job['kpis']}")
        if job["status"] != "finished" and (job["files"] or job["kpis"]):
            problems.append(f"job {job['number']} is {job['status']} and has results")
    return problems


def _run_twice(shown: list[dict[str, Any]]) -> list[str]:
    top = next((job for job in shown if job["number"] == "1"), None)
    journal = Path(top["folder"]) / "journal.jsonl" if top else None
    if journal is None or not journal.exists():
        return []
    lines = [json.loads(line) for line in journal.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    starts = Counter(
        line["job"] for line in lines if line["kind"] == "status" and line["data"]["to"] == JobStatus.RUNNING
    )
    return [f"job {job} was started {count} times" for job, count in starts.items() if count > 1]
