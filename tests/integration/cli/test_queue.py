"""Jobs that run without whoever asked for them: queued, worked off, taken over, cancelled from another process."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from xtalflow.db import DATABASE_FILE

GRACE_S = 15.0
"""Seconds that a program has to end by itself, see `STOP_GRACE_S`."""


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What a condition gives, once it gives something."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)
    return found


def statuses(xtalflow: Any) -> dict[str, str]:
    return {job["number"]: job["status"] for job in xtalflow("jobs", "-p", "p", "--all", "--json").json()}


def cancellations(xtalflow: Any) -> list[tuple[str, str, str]]:
    """Who asked for the end of a run, from where and when."""
    with closing(sqlite3.connect(xtalflow.home / DATABASE_FILE)) as database:
        return database.execute("SELECT who, where_from, time FROM xtalflow_jobevent WHERE kind = 'cancel'").fetchall()


def runner_of(xtalflow: Any, number: str = "1") -> int:
    """The process of the runner of a job, once it has started its task."""
    folder = xtalflow.projects / "p" / "CCP4_JOBS" / f"job_{number}"
    journal = folder / "journal.jsonl"
    wait_for(lambda: journal.exists() and b'"status"' in journal.read_bytes())
    return int(json.loads((folder / "start.json").read_bytes())["pid"])


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(psutil.pid_exists(pid) and _lives(pid) for pid in pids))


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def start(xtalflow: Any, tmp_path: Path) -> Any:
    """Starts a command in the background; whatever still runs is killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def start_command(*words: object) -> subprocess.Popen[str]:
        started.append(xtalflow.start(*words, cwd=tmp_path))
        return started[-1]

    yield start_command
    for process in started:
        process.kill()
        process.communicate()


def test_what_is_submitted_waits_until_a_worker_runs_it(xtalflow: Any, text: Path) -> None:
    submitted = xtalflow("submit", "count_words", "-p", "p", f"TEXT={text}", "--json")
    xtalflow("submit", "moody", "HOW=badly", "-p", "p")
    text.unlink()  # what a job reads is taken into the project when it is queued
    before = statuses(xtalflow)
    worker = xtalflow("worker", "--until-idle")

    assert (submitted.code, submitted.json()["status"]) == (0, "queued")
    assert before == {"1": "queued", "2": "queued"}
    assert (worker.code, worker.err) == (0, "")
    assert "p/1 count_words: finished" in worker.out
    assert "p/2 moody: failed: the crystal has dissolved" in worker.out
    assert statuses(xtalflow) == {"1": "finished", "2": "failed"}
    assert xtalflow("show", "p/1", "--json").json()["kpis"]["nWords"] == 3


def test_urgent_jobs_are_run_first_and_others_in_the_order_they_came(xtalflow: Any) -> None:
    for priority in ("0", "-5", "0", "7"):
        xtalflow("submit", "moody", "-p", "p", "--priority", priority)
    worker = xtalflow("worker", "--slots", "1", "--until-idle")
    refused = xtalflow("submit", "moody", "-p", "p", "--priority", "101")

    started = [line.split()[0] for line in worker.out.splitlines() if line.endswith("started")]
    assert started == ["p/4", "p/1", "p/3", "p/2"]
    assert (refused.code, "must be from -100 to 100" in refused.err) == (2, True)


def test_a_request_that_is_wrong_is_refused_when_it_is_submitted(xtalflow: Any) -> None:
    answer = xtalflow("submit", "count_words", "-p", "p")

    assert (answer.code, answer.err) == (2, "xtalflow: inputData.TEXT: is required but not set\n")
    assert xtalflow.made_nothing()


def test_two_workers_run_each_job_once(xtalflow: Any, start: Any) -> None:
    for _ in range(6):
        xtalflow("submit", "moody", "HOW=well", "-p", "p")
    workers = [start("worker", "--slots", "2", "--until-idle") for _ in range(2)]
    said = "".join(worker.communicate(timeout=120)[0] for worker in workers)

    assert statuses(xtalflow) == {str(number): "finished" for number in range(1, 7)}
    assert sorted(line for line in said.splitlines() if line.endswith("started")) == [
        f"p/{number} moody: started" for number in range(1, 7)
    ]


def test_a_job_whose_supervisor_and_runner_were_killed_is_not_shown_as_running(xtalflow: Any, start: Any) -> None:
    running = start("run", "moody", "HOW=wait", "-p", "p")
    runner = runner_of(xtalflow)
    kill(running.pid)
    while_it_runs = statuses(xtalflow)
    kill(runner)

    assert while_it_runs == {"1": "running"}
    assert statuses(xtalflow) == {"1": "failed"}
    assert xtalflow("show", "p/1", "--json").json()["error"].startswith("lost: the runner is gone before its job ended")


def test_a_job_that_ended_while_nobody_looked_has_its_end_and_its_files(xtalflow: Any, start: Any) -> None:
    running = start("run", "moody", "HOW=nap", "-p", "p")
    runner = runner_of(xtalflow)
    kill(running.pid)
    wait_for(lambda: not psutil.pid_exists(runner))

    assert statuses(xtalflow) == {"1": "finished"}
    assert xtalflow("check", "-p", "p").code == 0


def test_a_worker_takes_over_what_another_left(xtalflow: Any, start: Any) -> None:
    """Stopped cleanly or killed: its jobs go on, and the next worker follows them to their end."""
    for how in ("nap", "rest"):
        xtalflow("submit", "moody", f"HOW={how}", "-p", "p")
    first = start("worker", "--slots", "1")
    runner_of(xtalflow)
    first.terminate()
    said, _ = first.communicate(timeout=30)
    second = start("worker", "--slots", "1")
    runner_of(xtalflow, "2")
    kill(second.pid)
    third = xtalflow("worker", "--until-idle")

    assert "p/1 moody goes on; the next worker follows it to its end" in said
    assert "p/2 moody: taken over" in third.out
    assert statuses(xtalflow) == {"1": "finished", "2": "finished"}


def test_cancelling_from_another_process_ends_the_run(xtalflow: Any, start: Any) -> None:
    """Whoever watches it is told; asking again changes nothing."""
    running = start("run", "moody", "HOW=child", "-p", "p")
    wait_for((xtalflow.projects / "p/CCP4_JOBS/job_1/job_1").exists)
    cancelled = xtalflow("cancel", "p/1")
    out, err = running.communicate(timeout=60)
    again = xtalflow("cancel", "p/1")

    assert (cancelled.code, cancelled.out) == (0, "job p/1 (moody) is interrupted\n")
    assert (running.returncode, "job p/1 was interrupted" in err) == (130, True), out
    assert (again.code, again.out) == (0, "job p/1 (moody) was interrupted already\n")
    assert statuses(xtalflow) == {"1": "interrupted", "1.1": "interrupted"}


def test_who_cancelled_a_run_is_told_and_recovered(xtalflow: Any, start: Any) -> None:
    """The history has the request before the end, also once it is rebuilt from the folder."""
    running = start("run", "moody", "HOW=child", "-p", "p")
    wait_for((xtalflow.projects / "p/CCP4_JOBS/job_1/job_1").exists)
    xtalflow("cancel", "p/1")
    running.communicate(timeout=60)
    told = cancellations(xtalflow)
    shutil.rmtree(xtalflow.home)
    recovered = xtalflow("recover", xtalflow.projects / "p")

    assert [(who, where) for who, where, _ in told] == [(getpass.getuser(), "cli")]
    assert (recovered.code, cancellations(xtalflow)) == (0, told)


def test_a_waiting_job_is_cancelled_and_never_run(xtalflow: Any) -> None:
    xtalflow("submit", "moody", "-p", "p")
    cancelled = xtalflow("cancel", "p/1")
    worker = xtalflow("worker", "--until-idle")

    assert cancelled.out == "job p/1 (moody) is interrupted\n"
    assert "p/1" not in worker.out
    assert statuses(xtalflow) == {"1": "interrupted"}


def test_a_child_job_is_not_cancelled_alone(xtalflow: Any, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("one two")
    xtalflow("run", "count_twice", "-p", "p", "TEXT=text.txt", cwd=tmp_path)

    answer = xtalflow("cancel", "p/1.1")

    assert answer.code == 2
    assert "p/1.1 runs as a part of p/1 and ends with it; cancel p/1" in answer.err


def test_cancelling_kills_what_ignores_sigterm_in_a_session_of_its_own(xtalflow: Any, start: Any) -> None:
    """A job whose supervisor was killed is ended by whoever cancels it."""
    running = start("run", "moody", "HOW=stubborn", "-p", "p")
    folder = xtalflow.projects / "p/CCP4_JOBS/job_1"
    log = folder / "log.txt"
    stubborn = wait_for(lambda: _numbers(log) if log.exists() and len(_numbers(log)) == 2 else None)
    kill(running.pid)
    began = time.monotonic()
    cancelled = xtalflow("cancel", "p/1")
    took = time.monotonic() - began

    assert cancelled.out == "job p/1 (moody) is interrupted\n", cancelled.err
    assert not any(_lives(pid) for pid in stubborn)
    assert statuses(xtalflow) == {"1": "interrupted"}
    assert took < GRACE_S + 10


def _numbers(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().splitlines() if line.isdigit()]
