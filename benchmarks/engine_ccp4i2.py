"""What one trivial job costs in ccp4i2: its own server's way from creating a job to FINISHED in its database.

Run by a Python that has ccp4i2, which needs no CCP4 programs for this. The requests that its clients send go to its
server's own views, in this process (Django's test client, so no time is spent in sockets): create a task, upload a
new file of 300 kB, run. As always, the server then starts its `run_job_safe.sh`, which starts a fresh interpreter with
`django run_job`. The task is `ImportMap`, one of the lightest: pure Python, it copies its input, a CCP4 map, to its
output. A job's time ends when the database, asked every 5 ms, says FINISHED; that the job's outputs are registered
after that, and its process ends, is waited for but not counted.

Database (SQLite, with ccp4i2's default settings), project and files lie in a temporary folder. One job, not counted,
goes before; at the end nothing is left behind.

    python benchmarks/engine_ccp4i2.py JOBS
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

GRID = (42, 42, 42)  # of a map of 4 bytes a point: 297 kB with its header
POLL_S = 0.005
LIMIT_S = 60
API = "/api/ccp4i2"
WHAT = (
    "create_task, upload_file_param and run of its server's views, called in-process; the server's own run_job_safe.sh "
    "with a fresh interpreter; until the database says FINISHED. Task ImportMap, which copies its input of 297 kB"
)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0].isdecimal() or not int(arguments[0]):
        print(__doc__, file=sys.stderr)
        return 2
    jobs = int(arguments[0])
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what ccp4i2 and its processes print is not part of the answer
    signal.signal(signal.SIGALRM, out_of_time)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="engine-ccp4i2-") as home:
        signal.alarm(LIMIT_S)
        set_up(Path(home))
        try:
            ms = timed_jobs(jobs, Path(home))
        finally:
            end_processes()
    print(json.dumps({"peer": f"ccp4i2 {version('ccp4i2')}", "jobs": jobs, "ms": ms, "what": WHAT}), file=answer)
    answer.close()
    return 0


def out_of_time(*_: object) -> None:
    raise TimeoutError(f"a job, or setting up, took more than {LIMIT_S} s")


def set_up(home: Path) -> None:
    """Configure ccp4i2 and its Django for a new database below `home`, whatever the user's own settings."""
    for name in list(os.environ):
        if name.startswith(("CCP4", "SERVICE_BUS", "DJANGO_")) or name in ("DATABASE_URL", "EXECUTION_MODE", "DEBUG"):
            del os.environ[name]
    os.environ["HOME"] = os.environ["CCP4I2_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ccp4i2.config.settings"
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])  # without ccp4-python

    import django
    from django.core.management import call_command

    logging.disable(logging.CRITICAL)
    django.setup()
    call_command("migrate", verbosity=0)


def timed_jobs(jobs: int, home: Path) -> list[float]:
    """Milliseconds of each job, all in one new project."""
    from ccp4i2.db.models import File
    from django.test import Client

    client = Client()
    project = asked(client.post(f"{API}/projects/", {"name": "bench", "directory": "__default__"}, "application/json"))
    ms = []
    for number in range(jobs + 1):
        path = home / f"input_{number}.map"
        write_map(path)
        signal.alarm(LIMIT_S)
        began = time.perf_counter()
        job = run_job(client, project["id"], path)
        wall_s = time.perf_counter() - began
        exit_code = os.waitstatus_to_exitcode(os.waitpid(-1, 0)[1])
        signal.alarm(0)
        if exit_code:
            raise RuntimeError(f"job {job} was called finished, but its process ended with {exit_code}")
        output = File.objects.get(job__id=job, job_param_name="MAPOUT")
        if output.path.read_bytes() != path.read_bytes():
            raise RuntimeError(f"job {job} gave another file than it was given")
        if number:  # the first one warms up
            ms.append(round(wall_s * 1000, 3))
    return ms


def run_job(client: Any, project: int, path: Path) -> int:
    """Create a job with a map as its input, run it until it is FINISHED, and return its id."""
    from ccp4i2.db.models import Job

    order = {"task_name": "ImportMap", "auto_context": False}
    created = asked(client.post(f"{API}/projects/{project}/create_task/", order, "application/json"))
    job: int = created["data"]["new_job"]["id"]
    with path.open("rb") as file:
        upload = {"object_path": "ImportMap.inputData.MAPIN", "file": file}
        asked(client.post(f"{API}/jobs/{job}/upload_file_param/", upload))
    asked(client.post(f"{API}/jobs/{job}/run/"))
    under_way = {Job.Status.PENDING, Job.Status.QUEUED, Job.Status.RUNNING}
    while (status := Job.objects.values_list("status", flat=True).get(id=job)) in under_way:
        time.sleep(POLL_S)
    if status != Job.Status.FINISHED:
        log = Job.objects.get(id=job).directory / "cplusplus_stdout.txt"
        raise RuntimeError(f"job {job} became {Job.Status(status).label}:\n{log.read_text()[-2000:]}")
    return job


def asked(response: Any) -> Any:
    """What the server answered; any other status than success is an error."""
    if response.status_code not in (200, 201):
        raise RuntimeError(f"{response.request['PATH_INFO']}: {response.status_code} {response.content[:2000]!r}")
    return response.json()


def write_map(path: Path) -> None:
    """A CCP4 map of noise, different each time."""
    import gemmi
    import numpy as np

    ccp4 = gemmi.Ccp4Map()
    ccp4.grid = gemmi.FloatGrid(np.random.default_rng().normal(size=GRID).astype(np.float32))
    ccp4.grid.set_unit_cell(gemmi.UnitCell(*GRID, 90, 90, 90))
    ccp4.grid.spacegroup = gemmi.SpaceGroup("P1")
    ccp4.update_ccp4_header()
    ccp4.write_ccp4_map(str(path))


def end_processes() -> None:
    """End what a job that went wrong left running."""
    import psutil

    signal.alarm(0)
    processes = psutil.Process().children(recursive=True)
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=10)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
