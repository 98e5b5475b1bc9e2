"""Eight processes make and run a hundred jobs each, at once, in one project: all finish, none twice, without an error.

    python benchmarks/crowd.py [--processes 8] [--jobs 100]

The database is SQLite, or that of DATABASE_URL, which must be empty.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests"))

from integration.cli.tasks_of_tests import install_tasks  # noqa: E402  the folder of the tests comes first

MAKER = """
import asyncio, sys
from pathlib import Path

from xtalflow.engine import LocalExecutor
from xtalflow.plugin import make_task
from xtalflow.services import JobRun, find_or_make_project, new_job, open_store


async def main(jobs):
    async with open_store() as settings, LocalExecutor() as executor:
        project = await find_or_make_project("crowd", Path.cwd(), client="bench")
        for _ in range(jobs):
            job = await JobRun(project, new_job(make_task("moody")), settings, executor=executor).run()
            assert job.status.key == "finished", job.exit_reason


asyncio.run(main(int(sys.argv[1])))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        site = Path(base, "site")
        site.mkdir()
        install_tasks(site)
        os.environ |= {"XTALFLOW_HOME": f"{base}/home", "XTALFLOW_PROJECTS": f"{base}/projects"}
        os.environ["PYTHONPATH"] = str(site)
        begun = time.monotonic()
        words = [sys.executable, "-c", MAKER, str(arguments.jobs)]
        makers = [
            subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=base) for _ in range(arguments.processes)
        ]
        said = [maker.communicate()[1] for maker in makers]
        wall_s = time.monotonic() - begun
        problems = [line for text in said for line in text.splitlines()]
        problems += asyncio.run(_problems(Path(base, "projects", "crowd"), arguments.processes * arguments.jobs))
    for problem in problems:
        print(problem, file=sys.stderr)
    kind = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    total = arguments.processes * arguments.jobs
    print(f"{kind}: {total} jobs of {arguments.processes} processes in {wall_s:.0f} s; {len(problems)} problems")
    return 1 if problems else 0


async def _problems(directory: Path, expected: int) -> list[str]:
    """Jobs that have not finished, numbers given twice, runs begun twice."""
    from xtalflow.services import check_project, find_project, list_jobs, open_store

    async with open_store():
        project = await find_project("crowd", directory)
        jobs = await list_jobs(project)
        checked = await check_project(project)
    ends = Counter(job["status"] for job in jobs)
    problems = [] if ends == {"finished": expected} else [f"the jobs are {dict(ends)}"]
    if sorted(int(job["number"]) for job in jobs) != list(range(1, expected + 1)):
        problems.append("the numbers of the jobs are not those from the first to the last, once each")
    for job in jobs:
        lines = (directory / "CCP4_JOBS" / f"job_{job['number']}" / "journal.jsonl").read_text().splitlines()
        if [json.loads(line)["kind"] for line in lines] != ["status", "ended"]:
            problems.append(f"job {job['number']} was not run once")
    return problems + [problem.sentence for problem in checked.problems]


if __name__ == "__main__":
    sys.exit(main())
