"""A program that embeds the services may cancel a run as it cancels any coroutine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = """
import asyncio
from pathlib import Path

from xtalflow.plugin import make_task
from xtalflow.services import FoundJob, JobRun, JobStarted, find_or_make_project, job_details, new_job, open_store


async def main():
    async with open_store() as settings:
        project = await find_or_make_project("p", Path.cwd(), client="test")
        plugin = make_task("moody")
        plugin.controlParameters.HOW = "child"
        child_runs, made = asyncio.Event(), []
        tell = lambda news: child_runs.set() if isinstance(news, JobStarted) and news.number == "1.1" else None
        run = JobRun(project, new_job(plugin), settings, listener=tell, begun=made.append)
        running = asyncio.create_task(run.run())
        await child_runs.wait()
        running.cancel()
        try:
            await running
        except asyncio.CancelledError:
            print("cancelled")
        document = await job_details(FoundJob(project=project, job=made[0]))
        print(document["status"], [child["status"] for child in document["children"]])


asyncio.run(main())
"""


def test_cancelling_the_run_interrupts_the_job_and_its_children(xtalflow: Any, tmp_path: Path) -> None:
    """The cancellation is passed on once the record is in order."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=xtalflow.environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.stdout == "cancelled\ninterrupted ['interrupted']\n", done.stderr
