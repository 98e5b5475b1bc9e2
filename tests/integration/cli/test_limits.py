"""What a job may use, how many run at the same time, and which waits for which."""

from __future__ import annotations

import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest


def test_a_job_that_takes_longer_than_it_may_fails_and_says_so(xtalflow: Any) -> None:
    """Its child jobs fail with it, and its program is ended."""
    began = time.monotonic()
    answer = xtalflow("run", "moody", "HOW=child", "-p", "p", "--time-limit", "0.02", "--json")
    job = answer.json()

    assert time.monotonic() - began < 30
    assert (answer.code, job["status"], job["error"]) == (1, "failed", "ran out of time: its limit is 1.2 s")
    assert [(child["status"], child["error"]) for child in job["children"]] == [("failed", job["error"])]


def test_a_job_that_uses_more_memory_than_it_may_fails_and_says_so(xtalflow: Any) -> None:
    answer = xtalflow("run", "moody", "HOW=hungry", "-p", "p", "--memory-limit", "0.3", "--json")
    job = answer.json()

    assert (answer.code, job["status"]) == (1, "failed")
    assert job["error"].startswith("used ")
    assert job["error"].endswith("MB of memory: its limit is 300 MB")


def test_a_program_that_somebody_killed_is_told_apart(xtalflow: Any) -> None:
    job = xtalflow("run", "moody", "HOW=killed", "-p", "p", "--json").json()

    assert "was killed by SIGKILL, as the system does when memory runs out" in job["error"]


@pytest.mark.parametrize("option", ["--time-limit", "--memory-limit"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "much"])
def test_a_limit_that_is_no_number_above_zero_is_refused(xtalflow: Any, option: str, value: str) -> None:
    answer = xtalflow("run", "moody", option, value)

    assert answer.code == 2
    assert f"{value!r} must be a number above 0" in answer.err


def interval(xtalflow: Any, number: str) -> tuple[datetime, datetime]:
    """When a job ran."""
    job = xtalflow("show", f"p/{number}", "--json").json()
    assert job["status"] == "finished"
    return datetime.fromisoformat(job["started"]), datetime.fromisoformat(job["finished"])


@pytest.mark.parametrize("slots", ["1", "3"])
def test_a_task_that_asks_for_two_processors_does_not_share_three_with_its_like(xtalflow: Any, slots: str) -> None:
    """With less than it asks for, it runs alone."""
    for _ in range(2):
        xtalflow("submit", "greedy", "-p", "p")
    xtalflow("worker", "--slots", slots, "--until-idle")

    assert interval(xtalflow, "1")[1] <= interval(xtalflow, "2")[0]


def test_a_project_has_no_more_jobs_running_than_the_settings_allow(xtalflow: Any) -> None:
    """Another project is not kept waiting by it."""
    xtalflow.home.mkdir(exist_ok=True)
    (xtalflow.home / "settings.toml").write_text("jobs_per_project = 1\n")
    for project in ("p", "p", "q"):
        xtalflow("submit", "moody", "HOW=nap", "-p", project)
    told = xtalflow("worker", "--slots", "3", "--until-idle").out.splitlines()

    assert interval(xtalflow, "1")[1] <= interval(xtalflow, "2")[0]
    assert told.index("q/1 moody: started") < told.index("p/2 moody: started")


def test_a_limit_in_the_settings_that_is_no_number_is_refused(xtalflow: Any) -> None:
    xtalflow.home.mkdir(exist_ok=True)
    (xtalflow.home / "settings.toml").write_text('jobs_per_user = "many"\n')
    answer = xtalflow("jobs")

    assert answer.code == 2
    assert "jobs_per_user = many is refused: it must be a whole number, 0 for no limit" in answer.err


def test_jobs_give_way_as_the_settings_say(xtalflow: Any) -> None:
    xtalflow.home.mkdir(exist_ok=True)
    (xtalflow.home / "settings.toml").write_text("niceness = 7\n")
    job = xtalflow("run", "moody", "HOW=tell", "-p", "p", "--memory-limit", "2", "--json").json()

    assert (Path(job["folder"]) / "log.txt").read_text().splitlines()[1:] == ["7", "4000000000"]


@pytest.mark.parametrize("value", ["20", "-1", '"much"'])
def test_a_niceness_that_the_system_does_not_have_is_refused(xtalflow: Any, value: str) -> None:
    xtalflow.home.mkdir(exist_ok=True)
    (xtalflow.home / "settings.toml").write_text(f"niceness = {value}\n")
    answer = xtalflow("jobs")

    assert answer.code == 2
    assert "it must be a whole number from 0 to 19" in answer.err


def test_a_job_waits_for_those_that_it_is_to_run_after(xtalflow: Any) -> None:
    """Although it is more urgent, and there is room."""
    xtalflow("submit", "moody", "HOW=nap", "-p", "p")
    xtalflow("submit", "moody", "-p", "p", "--after", "p/1", "--priority", "9")
    xtalflow("worker", "--slots", "2", "--until-idle")

    assert interval(xtalflow, "1")[1] <= interval(xtalflow, "2")[0]


def test_what_a_waiting_job_asks_for_is_known_after_its_database_was_lost(xtalflow: Any) -> None:
    """Its limits, and after which job it is to run; nor can that job be deleted meanwhile."""
    xtalflow("submit", "moody", "HOW=nap", "-p", "p")
    xtalflow("submit", "moody", "HOW=wait", "-p", "p", "--after", "1", "--time-limit", "0.01")
    shutil.rmtree(xtalflow.home)
    xtalflow("recover", xtalflow.projects)
    xtalflow("cancel", "p/1")
    refused = xtalflow("delete", "p/1", "--yes")
    xtalflow("restart", "p/1")
    xtalflow("worker", "--until-idle")

    assert (refused.code, "job 2 waits for a job that is to be deleted" in refused.err) == (2, True)
    assert interval(xtalflow, "1")
    assert xtalflow("show", "p/2", "--json").json()["error"] == "ran out of time: its limit is 0.6 s"


def test_a_job_after_one_that_failed_is_not_run(xtalflow: Any) -> None:
    """Nor one after that; both can be restarted, and then wait again."""
    xtalflow("submit", "moody", "HOW=badly", "-p", "p")
    xtalflow("submit", "moody", "-p", "p", "--after", "1")
    xtalflow("submit", "moody", "-p", "p", "--after", "2")
    xtalflow("worker", "--until-idle")
    jobs = {job["number"]: (job["status"], job["error"]) for job in xtalflow("jobs", "-p", "p", "--json").json()}

    assert jobs == {
        "1": ("failed", "the crystal has dissolved"),
        "2": ("interrupted", "job 1, after which it was to run, failed"),
        "3": ("interrupted", "job 2, after which it was to run, interrupted"),
    }


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        ("p/1", "p/1 failed; a job that is to run after it would never run"),
        ("q/1", "q/1 is not a job of p; a job waits for jobs of its own project"),
        ("p/2.1", "p/2.1 is a part of another job; wait for that: --after p/2"),
        ("p/7", "there is no job p/7"),
    ],
)
def test_a_job_cannot_wait_for_what_will_not_finish(xtalflow: Any, after: str, sentence: str) -> None:
    xtalflow("run", "moody", "HOW=badly", "-p", "p")
    xtalflow("submit", "moody", "-p", "q")
    if after == "p/2.1":
        xtalflow("run", "moody", "HOW=child", "-p", "p", "--time-limit", "0.02")
    answer = xtalflow("submit", "moody", "-p", "p", "--after", after)

    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
