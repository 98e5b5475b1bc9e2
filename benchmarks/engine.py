"""What a tracked job costs: import of a file, a trivial program, one output, all of it durable, against its floor.

    python benchmarks/engine.py [--rounds 7] [--jobs 30] [--peer PYTHON:SCRIPT …] [--out TABLE.md]

The floor is what nobody can save who starts a program and keeps a record: one asyncio spawn of ``/bin/true`` and four
durable Django transactions of five single creates. It is measured before and after jobs, in every round, and each
ratio is to the mean of the two, so that what else the machine does slows down both sides. Of rounds the median counts.
A peer is a script beside this one that measures one job of another system, once in every round.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

TASK = '''
"""A task that costs nothing itself."""

from xtalflow.data import CContainer, CDataFile
from xtalflow.plugin import Command, CPluginScript


class CAnyFile(CDataFile):
    QUALIFIERS = {"mimeTypeName": "application/octet-stream", "fileExtensions": ("bin",)}


class Leaf(CPluginScript):
    """Run a program that does nothing, and write a file."""

    TASKNAME, TASKTITLE, TASKVERSION = "bench_leaf", "Leaf", "1.0"

    class Inputs(CContainer):
        FILE = CAnyFile(allowUndefined=False, mustExist=True)

    class Outputs(CContainer):
        FILEOUT = CAnyFile()

    inputData, controlParameters, outputData = Inputs(), CContainer(), Outputs()

    def command(self):
        return Command("/bin/true", [])

    def collect(self):
        self.outputData.FILEOUT.path.write_bytes(bytes(64 * 1024))
'''
POINTS = "[xtalflow.tasks]\nbench_leaf = xtalflow_bench:Leaf\n"
INPUT_BYTES = 300_000
_SEQ = itertools.count(1_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=30)
    parser.add_argument("--peer", action="append", default=[], metavar="PYTHON:SCRIPT")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        site = Path(base, "site")
        _register(site)
        os.environ |= {"XTALFLOW_HOME": f"{base}/home", "XTALFLOW_PROJECTS": f"{base}/projects", "DATABASE_URL": ""}
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))
        sys.path.insert(0, str(site))
        # as everybody has it: a task's module is compiled once, not for each job
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        sys.dont_write_bytecode = False
        lines = asyncio.run(_measure(arguments, Path(base)))
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if arguments.out:
        arguments.out.write_text(text)
    return 0


def _register(site: Path) -> None:
    info = site / "xtalflow_bench-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "xtalflow_bench.py").write_text(TASK)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: xtalflow-bench\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)


async def _measure(arguments: argparse.Namespace, base: Path) -> list[str]:
    from xtalflow.engine import LocalExecutor
    from xtalflow.services import find_or_make_project, open_store

    async with open_store() as settings, LocalExecutor() as executor:
        project = await find_or_make_project("bench", base, client="bench")
        bench = _Bench(project, settings, executor, base)
        await bench.jobs(3)
        await bench.floor(5)
        serial, double, floors, peers = [], [], [], {peer: [] for peer in arguments.peer}
        for number in range(arguments.rounds):
            before = await bench.floor(arguments.jobs)
            one = await bench.jobs(arguments.jobs)
            between = await bench.floor(arguments.jobs)
            two = await bench.jobs(arguments.jobs, in_flight=2)
            after = await bench.floor(arguments.jobs)
            floors += [before, between, after]
            serial.append((one, one / ((before + between) / 2)))
            double.append((two, two / ((between + after) / 2)))
            for peer in arguments.peer:
                peers[peer].append(_peer(peer) | {"ours": one})
            print(f"round {number + 1}: floor {between:.2f} ms, serial {one:.2f}, two {two:.2f}", file=sys.stderr)
        counts = await bench.counts()
        server = _memory(executor.server_pid)
        steps = await bench.breakdown(arguments.jobs)
    return [*_heading(arguments), *_table(serial, double, floors, peers, counts, server, steps)]


class _Bench:
    def __init__(self, project: Any, settings: Any, executor: Any, base: Path) -> None:
        self._project, self._settings, self._executor, self._base = project, settings, executor, base
        self._made = 0

    def _input(self) -> Path:
        self._made += 1
        path = self._base / f"input{self._made}.bin"
        path.write_bytes(os.urandom(INPUT_BYTES))
        return path

    async def _job(self, source: Path, news: list[tuple[str, float]] | None = None) -> None:
        from xtalflow.plugin import make_task
        from xtalflow.services import JobRun, new_job

        plugin = make_task("bench_leaf")
        plugin.container["inputData"]["FILE"].set(str(source))
        run = JobRun(self._project, new_job(plugin), self._settings, executor=self._executor, client="bench")
        job = await run.run()
        if job.status.key != "finished":
            raise SystemExit(f"job {job.number} {job.status.key}: {job.exit_reason}")

    async def jobs(self, count: int, *, in_flight: int = 1) -> float:
        """Milliseconds for one job, `in_flight` of them at a time."""
        sources = [self._input() for _ in range(count)]
        waiting = iter(sources)

        async def work() -> None:
            for source in waiting:
                await self._job(source)

        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        wall = time.perf_counter() - begun
        for source in sources:
            source.unlink()
        return 1e3 * wall / count

    async def floor(self, count: int) -> float:
        """Milliseconds for one spawn and four durable transactions of five creates."""
        from xtalflow.db import in_database

        row = await in_database(_project_row, self._project.id)
        begun = time.perf_counter()
        for _ in range(count):
            process = await asyncio.create_subprocess_exec("/bin/true")
            await process.wait()
            for _ in range(4):
                await in_database(_five_creates, row)
        return 1e3 * (time.perf_counter() - begun) / count

    async def counts(self) -> dict[str, int]:
        """What one job asks of the database and of the disk, in the process of the supervisor."""
        source = self._input()
        with _counted_syncs() as syncs:
            statements = await _statements(self._job(source))
        words = Counter(statement.split()[0] for statement in statements)
        return {
            "SQL statements": len(statements),
            "commits": words["COMMIT"],
            "fsyncs one after the other": syncs["turns"] + words["COMMIT"],
            "fsyncs in all": syncs["calls"] + words["COMMIT"],
        }

    async def breakdown(self, count: int) -> list[tuple[str, float]]:
        """Median milliseconds between the steps of a job."""
        from xtalflow import faults

        steps: dict[str, list[float]] = {}
        for _ in range(count):
            source, marks = self._input(), [("begin", time.perf_counter())]
            faults.listen(lambda point, marks=marks: marks.append((point, time.perf_counter())))
            await self._job(source)
            marks.append(("end", time.perf_counter()))
            faults.listen(None)
            for (_, start), (point, end) in itertools.pairwise(marks):
                steps.setdefault(point, []).append(1e3 * (end - start))
        return [(point, statistics.median(times)) for point, times in steps.items()]


def _five_creates(project: Any) -> None:
    from django.db import transaction

    from xtalflow.db.models import JobEvent

    with transaction.atomic():
        for _ in range(5):
            JobEvent.objects.create(project=project, seq=next(_SEQ), kind="floor")


def _project_row(project: UUID) -> Any:
    from xtalflow.db.models import Project

    return Project.objects.get(uuid=project)


async def _statements(work: Any) -> list[str]:
    from django.db import connection

    from xtalflow.db import in_database

    def begin() -> Any:
        connection.force_debug_cursor = True
        connection.queries_log.clear()

    def end() -> list[str]:
        connection.force_debug_cursor = False
        return [query["sql"] for query in connection.queries_log]

    await in_database(begin)
    await work
    return await in_database(end)


@contextmanager
def _counted_syncs() -> Iterator[dict[str, int]]:
    """Count calls of fsync, and turns: calls that are made side by side are one."""
    from xtalflow.engine import _files

    counts = {"calls": 0, "turns": 0}
    fsync, begin = os.fsync, _files.begin_sync

    def counting(descriptor: int) -> None:
        counts["calls"] += 1
        counts["turns"] += not threading.current_thread().name.startswith("sync")
        fsync(descriptor)

    def counting_begin(paths: Any) -> Any:
        paths = list(paths)
        counts["turns"] += bool(paths)
        return begin(paths)

    names = [name for name, module in sys.modules.items() if getattr(module, "begin_sync", None) is begin]
    os.fsync = counting
    for name in names:
        vars(sys.modules[name])["begin_sync"] = counting_begin
    try:
        yield counts
    finally:
        os.fsync = fsync
        for name in names:
            vars(sys.modules[name])["begin_sync"] = begin


def _memory(pid: int) -> dict[str, str]:
    """Memory of a process, and its threads."""
    import psutil

    process = psutil.Process(pid)
    memory = process.memory_full_info()
    return {
        "resident": f"{memory.rss / 1e6:.0f} MB",
        "proportional": f"{memory.pss / 1e6:.0f} MB",
        "private": f"{memory.uss / 1e6:.0f} MB",
        "threads": f"{process.num_threads()}",
    }


def _peer(peer: str) -> dict[str, Any]:
    python, _, script = peer.partition(":")
    done = subprocess.run([python, script, "10"], capture_output=True, text=True, timeout=600, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"peer": told["peer"], "ms": statistics.median(told["ms"])}


def _heading(arguments: argparse.Namespace) -> list[str]:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    versions = ", ".join(f"{name} {version(name)}" for name in ("xtalflow", "Django"))
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return [
        f"# What a tracked job costs, {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"{machine}; {python}, {versions};",
        f"{arguments.rounds} interleaved rounds of {arguments.jobs} jobs; load of the machine at the end {load}.",
        "",
        f"A job imports a file of {INPUT_BYTES // 1000} kB, runs `/bin/true` and writes a file of 64 KiB; all of it is",
        "durable. The floor is one asyncio spawn of `/bin/true` and four durable transactions of five single creates.",
        "",
    ]


def _table(serial, double, floors, peers, counts, server, steps) -> list[str]:  # type: ignore[no-untyped-def]
    def spread(values: list[float], digits: int = 2) -> str:
        return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"

    lines = [
        "| What | ms for one, median of rounds | against the floor |",
        "|---|---|---|",
        f"| floor: a spawn and four transactions | {spread(floors)} | 1 |",
        f"| a job, one after the other | {spread([ms for ms, _ in serial])} | {spread([r for _, r in serial])} |",
        f"| a job, two in flight | {spread([ms for ms, _ in double])} | {spread([r for _, r in double])} |",
    ]
    for rounds in peers.values():
        ratio = [one["ms"] / one["ours"] for one in rounds]
        lines.append(
            f"| {rounds[0]['peer']} | {spread([one['ms'] for one in rounds], 1)} | {spread(ratio, 1)} × a job of ours |"
        )
    lines += ["", "## What one job asks for", "", "| Of the supervisor's process | |", "|---|---|"]
    lines += [f"| {name} | {count} |" for name, count in counts.items()]
    lines += ["", "| The fork server | |", "|---|---|"]
    lines += [f"| {name}{'' if name == 'threads' else ' memory'} | {value} |" for name, value in server.items()]
    lines += ["", "## Where the time goes", "", "Medians between the points at which a test may kill the process.", ""]
    lines += ["| Step | ms |", "|---|---|", *(f"| until `{point}` | {ms:.2f} |" for point, ms in steps)]
    return lines


if __name__ == "__main__":
    sys.exit(main())
