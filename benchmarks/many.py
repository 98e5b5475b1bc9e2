"""What two hundred running jobs cost a worker while nothing happens: processor time and memory.

python benchmarks/many.py [--jobs 200] [--seconds 20]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests"))

from integration.cli.tasks_of_tests import install_tasks  # noqa: E402  the folder of the tests comes first

MB = 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        site = Path(base, "site")
        site.mkdir()
        install_tasks(site)
        own = {"XTALFLOW_HOME": f"{base}/home", "XTALFLOW_PROJECTS": f"{base}/projects", "DATABASE_URL": ""}
        os.environ |= own | {"PYTHONPATH": str(site)}
        sys.path.insert(0, str(site))
        asyncio.run(_submit(1))
        worker = subprocess.Popen(
            [sys.executable, "-m", "xtalflow", "worker", "--slots", str(arguments.jobs + 1)], stdout=subprocess.DEVNULL
        )
        try:
            return _watch(psutil.Process(worker.pid), arguments.jobs, arguments.seconds)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait()
            for process in psutil.process_iter():
                try:
                    if process.environ().get("XTALFLOW_HOME") == own["XTALFLOW_HOME"] and process.pid != os.getpid():
                        process.kill()
                except psutil.Error:
                    continue


async def _submit(jobs: int) -> None:
    from xtalflow.plugin import make_task
    from xtalflow.services import find_or_make_project, open_store, submit_job

    async with open_store():
        project = await find_or_make_project("many", Path.cwd(), client="bench")
        for _ in range(jobs):
            plugin = make_task("moody")
            plugin.container["controlParameters"]["HOW"].set("wait")
            await submit_job(project, plugin, client="bench")


def _watch(worker: psutil.Process, jobs: int, seconds: float) -> int:
    _until(lambda: len(_runners(worker)) == 1)
    time.sleep(2)
    alone = worker.memory_full_info().uss
    asyncio.run(_submit(jobs))
    _until(lambda: len(_runners(worker)) == jobs + 1)
    time.sleep(2)
    begun, used = time.monotonic(), _processor_time(worker)
    time.sleep(seconds)
    share = (_processor_time(worker) - used) / (time.monotonic() - begun)
    memory = (worker.memory_full_info().uss - alone) / jobs
    runners = [runner.memory_full_info() for runner in _runners(worker)]
    print(f"{len(runners)} jobs run; for {seconds:g} s nothing happens")
    print(f"the worker uses {100 * share:.1f} % of a core, and {memory / MB:.2f} MB of private memory for each job")
    private, whole = (sum(getattr(each, kind) for each in runners) / len(runners) / MB for kind in ("uss", "pss"))
    print(f"a runner has {private:.1f} MB of private memory, {whole:.1f} MB with its part of what is shared")
    return 0 if share < 0.05 and memory < 2 * MB else 1


def _runners(worker: psutil.Process) -> list[psutil.Process]:
    """Children of the fork server that run a job."""
    return [each for each in worker.children(recursive=True) if each.ppid() != worker.pid and _has_begun(each)]


def _has_begun(process: psutil.Process) -> bool:
    try:
        return any(file.path.endswith("journal.jsonl") for file in process.open_files())
    except psutil.Error:
        return False


def _processor_time(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _until(condition, limit_s: float = 120.0) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("it took too long")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
