"""A project of two hundred mixed jobs loses its database, and gets another that is equal in all that a user can see.

python benchmarks/recovery.py [--jobs 200]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests"))

from integration.cli.tasks_of_tests import install_tasks  # noqa: E402  the folder of the tests comes first

NAME = "mixed"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        site = Path(base, "site")
        site.mkdir()
        install_tasks(site)
        os.environ |= {"XTALFLOW_HOME": f"{base}/home", "XTALFLOW_PROJECTS": f"{base}/projects", "DATABASE_URL": ""}
        os.environ["PYTHONPATH"] = str(site)
        sys.path.insert(0, str(site))
        before = asyncio.run(_live(Path(base), arguments.jobs, random.Random(arguments.seed)))
        shutil.rmtree(Path(base, "home"))
        begun = time.monotonic()
        after = asyncio.run(_recover(Path(base, "projects")))
        wall_s = time.monotonic() - begun
    different = [key for key in before if before[key] != after.get(key)]
    for key in different:
        print(f"{key} is not what it was", file=sys.stderr)
    jobs = before["jobs"]
    ends: dict[str, int] = {}
    for job in jobs:
        ends[job["status"]] = ends.get(job["status"], 0) + 1
    told = ", ".join(f"{count} {status}" for status, count in sorted(ends.items()))
    print(f"{len(jobs)} jobs ({told}), {len(before['files'])} files: recovered in {wall_s:.1f} s")
    print(f"{len(before)} things that a user can see were compared; {len(different)} are different")
    return 1 if different else 0


async def _live(base: Path, jobs: int, draw: random.Random) -> dict[str, Any]:
    """Make, run, cancel, restart, re-use, edit."""
    from xtalflow.db import AsyncDatabaseHandler, Evaluation
    from xtalflow.plugin import make_task
    from xtalflow.services import (
        JobOptions,
        Supervisor,
        cancel_job,
        clone_parameters,
        find_job,
        find_or_make_project,
        list_jobs,
        open_store,
        restart_job,
        submit_job,
    )

    async with open_store() as settings:
        project = await find_or_make_project(NAME, base, client="bench")
        texts = [base / f"text{number}.txt" for number in range(10)]
        for number, text in enumerate(texts):
            text.write_text(f"a text of some {number} words")
        supervisor = Supervisor(settings=settings, slots=4)
        for number in range(jobs):
            task = draw.choice(["count_words", "count_twice", "fragile", "moody"])
            plugin = make_task(task)
            if task == "moody":
                how = draw.choice(["well", "badly", "poorly", "doubtful", "segfault"])
                plugin.container["controlParameters"]["HOW"].set(how)
            else:
                plugin.container["inputData"]["TEXT"].set(str(draw.choice(texts)))
                plugin.container["controlParameters"]["TIMES"].set(draw.randint(1, 3))
            options = JobOptions(title=f"Number {number}", reuse=draw.random() < 0.3, priority=draw.randint(-5, 5))
            job = await submit_job(project, plugin, options, client="bench")
            if draw.random() < 0.05:
                await cancel_job(await find_job(str(job.id), base))
        await supervisor.run(until_idle=True)
        (project.directory / "lucky").touch()
        ended = await list_jobs(project)
        for job in ended:
            if job["status"] in {"failed", "interrupted"} and draw.random() < 0.5:
                await restart_job(await find_job(job["uuid"], base))
            elif job["status"] == "finished" and draw.random() < 0.1:
                found = await find_job(job["uuid"], base)
                clone = await clone_parameters(found)
                await submit_job(project, clone, JobOptions(cloned_from=found.job.id, reuse=True), client="bench")
        await Supervisor(settings=settings, slots=4).run(until_idle=True)
        handler = AsyncDatabaseHandler.of(project)
        await handler.edit_project(description="All kinds of jobs", tags=["mixed", "β"])
        for job in draw.sample(ended, len(ended) // 5):
            found = await find_job(job["uuid"], base)
            evaluation = draw.choice(list(Evaluation))
            await handler.edit_job(found.job.id, title="Edited", comments="looks well", evaluation=evaluation)
        for number in range(3):
            await submit_job(project, make_task("moody"), JobOptions(title=f"Waiting {number}"), client="bench")
        return await _seen(base)


async def _recover(projects: Path) -> dict[str, Any]:
    from xtalflow.services import open_store, recover_projects

    async with open_store():
        await recover_projects([projects], client="bench")
        return await _seen(projects)


async def _seen(here: Path) -> dict[str, Any]:
    """All that a user can see."""
    from xtalflow.services import (
        check_project,
        find_job,
        find_project,
        job_details,
        job_graph,
        list_files,
        list_jobs,
        list_kpis,
        list_projects,
    )

    project = await find_project(NAME, here)
    jobs = await list_jobs(project, all_levels=True)
    seen: dict[str, Any] = {
        "projects": await list_projects(),
        "jobs": jobs,
        "files": await list_files(project),
        "kpis": await list_kpis(project),
        "check": [problem.sentence for problem in (await check_project(project)).problems],
    }
    for job in jobs:
        found = await find_job(job["uuid"], here)
        seen[f"show {job['number']}"] = await job_details(found, with_report=True)
        seen[f"graph {job['number']}"] = await job_graph(found)
    return seen


if __name__ == "__main__":
    sys.exit(main())
