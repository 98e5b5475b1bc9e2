"""The local executor: nothing that a runner started outlives it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from xtalflow.engine import (
    RUN_MARK,
    JobId,
    JobOrder,
    LocalExecutor,
    ProjectId,
    to_the_end,
    write_order,
)
from xtalflow.engine._executor import StartedRun
from xtalflow.engine._processes import identify, marked_processes
from xtalflow.errors import ProgramFailed

RUNNER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
time.sleep(60)
"""


@pytest.fixture
def ordered(tmp_path: Path) -> Path:
    """The folder of a job that could be run."""
    job, project = JobId(uuid4()), ProjectId(uuid4())
    order = JobOrder(job=job, number="1", task="copy", project=project, project_name="p", epoch=1, token="t")
    write_order(tmp_path, order)
    return tmp_path


async def marked(token: str) -> list[psutil.Process]:
    """Living processes of a run."""
    return await asyncio.to_thread(marked_processes, RUN_MARK, token)


async def runner_with_a_program(token: str) -> StartedRun:
    """A runner whose program has a session of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUNNER, "xtalflow.engine", env=os.environ | {RUN_MARK: token}, start_new_session=True
    )
    async with asyncio.timeout(20):
        while len(await marked(token)) < 2:
            await asyncio.sleep(0.05)
    return StartedRun(process, await asyncio.to_thread(identify, process.pid), token)


async def test_a_killed_runner_leaves_no_program_behind() -> None:
    token = uuid4().hex
    run = await runner_with_a_program(token)
    os.kill(run.handle["pid"], signal.SIGKILL)
    ended = await run.wait()

    assert ended.words == "was killed by SIGKILL"
    assert await marked(token) == []


async def test_another_process_ends_what_a_killed_runner_left_behind() -> None:
    token, executor = uuid4().hex, LocalExecutor()
    run = await runner_with_a_program(token)
    assert await executor.find(token, run.handle) is not None

    os.kill(run.handle["pid"], signal.SIGKILL)
    async with asyncio.timeout(20):
        while await executor.find(token, run.handle):
            await asyncio.sleep(0.05)
    await executor.clear(token)

    assert await marked(token) == []
    await run.wait()


@pytest.mark.parametrize("with_handle", [True, False])
async def test_a_runner_is_adopted_with_and_without_its_handle_and_killed_with_its_program(with_handle: bool) -> None:
    """Whoever started it may have died before the handle was kept."""
    token = uuid4().hex
    run = await runner_with_a_program(token)
    adopted = await LocalExecutor().find(token, run.handle if with_handle else {})

    assert adopted is not None
    assert adopted.handle == run.handle
    ended = await adopted.kill()
    assert (ended.code, ended.words) == (None, "is gone")
    assert await marked(token) == []
    assert (await run.wait()).words == "was killed by SIGKILL"


async def test_no_runner_is_found_where_there_is_none() -> None:
    assert await LocalExecutor().find(uuid4().hex, {}) is None


async def test_a_runner_without_room_for_its_log_could_not_start(ordered: Path) -> None:
    (ordered / "stdout.txt").mkdir()

    with pytest.raises(ProgramFailed, match="the runner could not start"):
        await LocalExecutor().start(ordered)


async def test_the_password_of_the_database_stays_with_its_owner(
    ordered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str] = {}

    async def start(*_: object, env: dict[str, str], **__: object) -> None:
        seen.update(env)
        raise OSError("not today")

    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@host/db")
    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    with pytest.raises(ProgramFailed, match="not today"):
        await LocalExecutor().start(ordered)

    assert seen[RUN_MARK] == "t"
    assert not any("secret" in value for value in seen.values())


async def test_work_is_brought_to_its_end_and_the_cancellation_passed_on() -> None:
    steps: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0.02)
        steps.append("done")

    task = asyncio.create_task(to_the_end(work()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert steps == ["done"]
