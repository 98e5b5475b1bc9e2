"""Several processes make jobs in one project at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

JOBS = 100
PROCESSES = 4

WORKER = f"""
import asyncio
from pathlib import Path

from xtalflow.plugin import make_task
from xtalflow.services import check_job, find_or_make_project, open_store, submit_job


async def main():
    async with open_store():
        project = await find_or_make_project("shared", Path.cwd(), client="test")
        for _ in range({JOBS}):
            plugin = make_task("moody")
            await check_job(plugin)
            job = await submit_job(project, plugin, client="test")
            assert job.status.key == "queued", job.exit_reason


asyncio.run(main())
"""


def test_four_processes_make_a_hundred_jobs_each_in_one_project(xtalflow: Any, tmp_path: Path) -> None:
    """None fails, the numbers are 1 to 400 once each, and every folder holds its own job's uuid."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER], cwd=tmp_path, env=xtalflow.environ(), stderr=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    complaints = [worker.communicate(timeout=600)[1] for worker in workers]

    assert [worker.returncode for worker in workers] == [0] * PROCESSES, complaints
    jobs = json.loads(xtalflow("jobs", "-p", "shared", "--json").out)
    assert sorted(int(job["number"]) for job in jobs) == list(range(1, JOBS * PROCESSES + 1))
    for job in jobs:
        params = xtalflow.projects / "shared" / "CCP4_JOBS" / f"job_{job['number']}" / "input_params.xml"
        written = ElementTree.parse(params).findtext(".//jobId", "")
        assert written.replace("-", "") == job["uuid"].replace("-", "")
