"""The local executor: runners are forked fast, and nothing that they started outlives them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from xtalflow.engine import (
    RUN_MARK,
    RUNNER_LOG,
    START,
    JobId,
    JobOrder,
    LocalExecutor,
    LocalRun,
    ProjectId,
    read_end,
    read_start,
    to_the_end,
    write_order,
)
from xtalflow.engine._processes import marked_processes
from xtalflow.errors import ProgramFailed

SLEEPER = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], "
SLEEPER += "start_new_session=True, stdout=subprocess.DEVNULL)"
TASKS = f'''
import asyncio, os, signal, sys, time

from xtalflow.data import CContainer
from xtalflow.plugin import Command, CPluginScript

STARTS = """{SLEEPER}"""


class Quick(CPluginScript):
    TASKNAME = "quick"

    async def run(self):
        pass


class Leaving(CPluginScript):
    """Its program leaves a process in a session of its own behind."""

    TASKNAME = "leaving"

    async def run(self):
        await self.run_command(Command(sys.executable, ["-c", STARTS]))


class Waiting(CPluginScript):
    """Its program has started another one, and both wait."""

    TASKNAME = "waiting"

    async def run(self):
        await self.run_command(Command(sys.executable, ["-c", STARTS + "; time.sleep(60)"]))


class Forking(CPluginScript):
    """It has forked itself, as multiprocessing does."""

    TASKNAME = "forking"

    async def run(self):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        await asyncio.sleep(60)


class Crashing(CPluginScript):
    TASKNAME = "crashing"

    async def run(self):
        os.kill(os.getpid(), signal.SIGSEGV)
'''
NAMES = ("Quick", "Leaving", "Waiting", "Forking", "Crashing")

Order = Callable[[str], Awaitable[tuple[Path, str]]]


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """Makes the folder of a job that can be run, in a project of its own."""
    site = tmp_path / "site"
    info = site / "xtalflow_unit-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "xtalflow_unit.py").write_text(TASKS)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: xtalflow-unit\nVersion: 1.0\n")
    points = "\n".join(f"{name.lower()} = xtalflow_unit:{name}" for name in NAMES)
    (info / "entry_points.txt").write_text(f"[xtalflow.tasks]\n{points}\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    made = iter(range(1, 100))

    def make(task: str) -> tuple[Path, str]:
        number, token = str(next(made)), uuid4().hex
        folder = tmp_path / "project" / "CCP4_JOBS" / f"job_{number}"
        folder.mkdir(parents=True)
        ids = JobId(uuid4()), ProjectId(uuid4())
        job = JobOrder(job=ids[0], number=number, task=task, project=ids[1], project_name="p", epoch=1, token=token)
        write_order(folder, job)
        return folder, token

    return lambda task: asyncio.to_thread(make, task)


@pytest.fixture
async def executor(order: Order) -> AsyncIterator[LocalExecutor]:
    async with LocalExecutor() as opened:
        yield opened


async def marked(token: str) -> list[psutil.Process]:
    """Living programs of a run."""
    return await asyncio.to_thread(marked_processes, RUN_MARK, token)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def waiting_run(executor: LocalExecutor, order: Order) -> tuple[LocalRun, Path, str]:
    """A run whose program, and what that has started in a session of its own, wait."""
    folder, token = await order("waiting")
    run = await executor.start(folder, token)
    async with asyncio.timeout(20):
        while len(await marked(token)) < 2:
            await asyncio.sleep(0.02)
    return run, folder, token


@pytest.mark.parametrize("warm", [True, False])
async def test_a_runner_runs_its_job_to_the_end(order: Order, warm: bool) -> None:
    folder, token = await order("quick")
    async with LocalExecutor(warm=warm) as executor:
        ended = await (await executor.start(folder, token)).wait()

    end, start = await asyncio.to_thread(lambda: (read_end(folder, 1), read_start(folder)))
    assert (ended.code, ended.words) == (0, "ended with exit code 0")
    assert end is not None
    assert end.outcome == "succeeded"
    assert start is not None
    assert start.token == token


async def test_many_runners_come_from_one_lean_process_and_lead_a_session_each(
    order: Order, executor: LocalExecutor
) -> None:
    runs = [(await waiting_run(executor, order))[0] for _ in range(2)]
    server = psutil.Process(executor.server_pid)

    assert server.num_threads() == 1
    assert {run.process.pid for run in runs} <= {child.pid for child in server.children()}
    assert [os.getsid(run.process.pid) for run in runs] == [run.process.pid for run in runs]
    for run in runs:
        await run.kill()


async def spare_of(executor: LocalExecutor) -> psutil.Process:
    """The runner that waits for a job, once it and no program of a rehearsal is there."""
    server = psutil.Process(executor.server_pid)
    seen: list[psutil.Process] = []

    def look() -> bool:
        before, seen[:] = list(seen), server.children(recursive=True)
        return len(seen) == 1 and seen == before and os.getsid(seen[0].pid) == seen[0].pid and not is_program(seen[0])

    await until(look)
    return seen[0]


def is_program(process: psutil.Process) -> bool:
    return "--fork-server" not in process.cmdline()


async def test_the_next_job_gets_the_runner_that_waits(order: Order, executor: LocalExecutor) -> None:
    await executor.warm_up()
    spare = await spare_of(executor)
    run = await executor.start(*await order("quick"))

    assert run.process.pid == spare.pid
    assert (await run.wait()).code == 0


async def test_a_runner_that_was_killed_while_it_waited_costs_no_job(order: Order, executor: LocalExecutor) -> None:
    await executor.warm_up()
    jobs = [await order("quick") for _ in range(5)]
    for folder, token in jobs:
        spare = await spare_of(executor)
        spare.kill()
        await until(partial(is_gone, spare))
        run = await executor.start(folder, token)

        assert run.process.pid != spare.pid
        assert (await run.wait()).code == 0


async def test_a_runner_that_waits_ends_with_the_fork_server(order: Order, executor: LocalExecutor) -> None:
    """However that ends, and without a word in its log: it has none."""
    await executor.warm_up()
    spare = await spare_of(executor)
    psutil.Process(executor.server_pid).kill()

    await until(partial(is_gone, spare))


async def test_a_killed_runner_leaves_no_program_behind_and_harms_no_other(
    order: Order, executor: LocalExecutor
) -> None:
    run, _, token = await waiting_run(executor, order)
    other, _, other_token = await waiting_run(executor, order)
    os.kill(run.process.pid, signal.SIGKILL)
    ended = await run.wait()

    assert ended.words == "was killed by SIGKILL"
    assert await marked(token) == []
    assert len(await marked(other_token)) == 2
    await other.kill()
    assert await marked(other_token) == []


async def test_what_a_runner_has_forked_ends_with_it(order: Order, executor: LocalExecutor) -> None:
    folder, token = await order("forking")
    run = await executor.start(folder, token)
    runner = psutil.Process(run.process.pid)
    await until((folder / START).exists)  # what it starts before that is no part of the job
    await until(runner.children)
    forked = runner.children()[0]
    os.kill(run.process.pid, signal.SIGKILL)
    await run.wait()

    await until(lambda: not forked.is_running() or forked.status() == psutil.STATUS_ZOMBIE)


async def test_what_a_program_left_behind_ends_with_the_job(order: Order, executor: LocalExecutor) -> None:
    folder, token = await order("leaving")
    ended = await (await executor.start(folder, token)).wait()

    assert ended.is_clean
    assert await marked(token) == []


async def test_a_crash_is_told_with_the_words_of_the_fault_handler(order: Order, executor: LocalExecutor) -> None:
    folder, token = await order("crashing")
    ended = await (await executor.start(folder, token)).wait()

    assert ended.words == "was killed by SIGSEGV"
    assert "Fatal Python error: Segmentation fault" in await asyncio.to_thread((folder / RUNNER_LOG).read_text)


async def test_of_two_runners_of_one_epoch_one_gives_way(order: Order, executor: LocalExecutor) -> None:
    run, folder, token = await waiting_run(executor, order)
    second = await (await executor.start(folder, token)).wait()

    assert second.code == 3
    assert len(await marked(token)) == 2
    await run.kill()


async def test_runs_go_on_when_their_executor_is_closed(order: Order) -> None:
    async with LocalExecutor() as executor:
        _, folder, token = await waiting_run(executor, order)
        server = psutil.Process(executor.server_pid)
    assert not server.is_running()
    adopted = await LocalExecutor().find(folder, token)

    assert adopted is not None
    ended = await adopted.kill()
    assert (ended.code, ended.words) == (None, "is gone")
    assert await marked(token) == []


async def test_a_killed_fork_server_takes_no_run_with_it_and_is_started_anew(
    order: Order, executor: LocalExecutor
) -> None:
    run, _, token = await waiting_run(executor, order)
    server = executor.server_pid
    assert server is not None
    os.kill(server, signal.SIGKILL)
    folder, next_token = await order("quick")
    async with asyncio.timeout(20):
        while True:
            try:
                assert (await (await executor.start(folder, next_token)).wait()).code == 0
                break
            except ProgramFailed as exc:  # the news of its death may be on its way
                assert "the fork server is gone" in str(exc)  # noqa: PT017  a retry, not the expectation

    assert len(await marked(token)) == 2
    assert (await run.kill()).code is None
    assert await marked(token) == []


async def test_another_process_ends_what_a_killed_runner_left_behind(order: Order, executor: LocalExecutor) -> None:
    run, folder, token = await waiting_run(executor, order)
    os.kill(run.process.pid, signal.SIGKILL)
    await until(lambda: not run.process.is_alive())
    assert await LocalExecutor().find(folder, token) is None

    await LocalExecutor().clear(folder, token)
    assert await marked(token) == []
    await run.wait()


async def test_no_runner_is_found_where_there_is_none(tmp_path: Path) -> None:
    assert await LocalExecutor().find(tmp_path, uuid4().hex) is None


@pytest.mark.parametrize("warm", [True, False])
async def test_a_runner_without_room_for_its_log_could_not_start(order: Order, warm: bool) -> None:
    folder, token = await order("quick")
    (folder / RUNNER_LOG).mkdir()

    async with LocalExecutor(warm=warm) as executor:
        with pytest.raises(ProgramFailed, match="the runner could not start: Is a directory"):
            await executor.start(folder, token)


async def test_the_password_of_the_database_stays_with_its_owner(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@host/db")
    async with LocalExecutor() as executor:
        await executor.warm_up()
        server = psutil.Process(executor.server_pid)
        await until(server.environ)  # empty for a moment after its start
        environment = server.environ()

    assert environment["PYTHONPATH"]
    assert not any("secret" in value for value in environment.values())


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
