"""What two hundred open pages cost a server: memory, and how long other requests wait; and how soon they are told.

python benchmarks/listeners.py [--pages 200] [--jobs 20]

Every page holds a connection of its own with an event stream, as a browser does. Meanwhile jobs are made and run by the
command line, and the page of the project is asked for again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests"))

from integration.cli.tasks_of_tests import install_tasks  # noqa: E402  the folder of the tests comes first

MB = 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        site = Path(base, "site")
        site.mkdir()
        install_tasks(site)
        own = {"XTALFLOW_HOME": f"{base}/home", "XTALFLOW_PROJECTS": f"{base}/projects", "DATABASE_URL": ""}
        os.environ |= own | {"PYTHONPATH": str(site)}
        _xtalflow("run", "moody", "-p", "listened")
        server = subprocess.Popen(
            [sys.executable, "-m", "xtalflow", "serve", "--no-browser", "--port", "18042"], stdout=subprocess.DEVNULL
        )
        try:
            return asyncio.run(_watch(psutil.Process(server.pid), Path(base, "home"), arguments))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


async def _watch(server: psutil.Process, home: Path, arguments: argparse.Namespace) -> int:
    while not (home / "server.json").exists():
        await asyncio.sleep(0.1)
    said = json.loads((home / "server.json").read_text())
    bearer = {"Authorization": f"Bearer {said['key']}"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=said["address"], timeout=60, limits=limits, follow_redirects=True) as client:
        token = (await client.post("/sign-in/token/", headers=bearer)).json()["token"]
        await client.get("/sign-in/", params={"token": token})
        alone = await _page_times(client, 5.0)
        before = server.memory_info().rss
        told: dict[tuple[int, str], float] = {}
        pages = [asyncio.create_task(_page(client, number, told)) for number in range(arguments.pages)]
        await asyncio.sleep(3)
        quiet = await _page_times(client, 5.0)
        began = {}
        jobs = asyncio.create_task(_make_jobs(arguments.jobs, began))
        busy = await _page_times(client, 1.0, until=jobs)
        await asyncio.sleep(2)
        memory = server.memory_info().rss - before
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
    delays = [told[number, job] - made for job, made in began.items() for number in range(arguments.pages)]
    rows = [
        ("memory of the pages, MB", f"{memory / MB:.0f}", "100"),
        ("a request, no page open, ms: median, 95 %", _spread(alone), ""),
        ("a request, pages open, ms: median, 95 %", _spread(quiet), "50"),
        ("a request, pages open and jobs made, ms: median, 95 %", _spread(busy), "50"),
        ("from a job's row to a page, ms: median, 95 %", _spread(delays), "500"),
    ]
    print(f"| {arguments.pages} open pages | measured | at most |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    return 0


async def _page(client: httpx.AsyncClient, number: int, told: dict[tuple[int, str], float]) -> None:
    async with client.stream("GET", "/api/v1/projects/listened/events") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: {") and '"kind":"created"' in line:
                job = json.loads(line[6:])["job"]
                told.setdefault((number, job), time.time())


async def _page_times(
    client: httpx.AsyncClient, seconds: float, until: asyncio.Task[None] | None = None
) -> list[float]:
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end if until is None else not until.done():
        begun = time.monotonic()
        (await client.get("/projects/listened/")).raise_for_status()
        times.append(time.monotonic() - begun)
        await asyncio.sleep(0.05)
    return times


async def _make_jobs(jobs: int, began: dict[str, float]) -> None:
    """Jobs by the command line; when the row of each was made, by its own clock, which is the same machine's."""
    for _ in range(jobs):
        document = json.loads(await asyncio.to_thread(_xtalflow, "submit", "moody", "-p", "listened", "--json"))
        began[document["uuid"]] = _unix(document["created"])


def _unix(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"{1000 * statistics.median(ordered):.0f}, {1000 * ordered[int(0.95 * (len(ordered) - 1))]:.0f}"


def _xtalflow(*words: str) -> str:
    return subprocess.run([sys.executable, "-m", "xtalflow", *words], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
