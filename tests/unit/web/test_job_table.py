"""What the job table offers."""

from __future__ import annotations

import threading

import pytest

from xtalflow.web import _job_table
from xtalflow.web._job_table import TableQuery, tasks_to_choose


async def test_tasks_are_asked_for_aside_from_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time CCP4i2's Python is asked for them; only the page that wants them may wait for it."""
    threads = []

    def names() -> list[str]:
        threads.append(threading.current_thread())
        return ["refmac", "freerflag"]

    monkeypatch.setattr(_job_table, "task_names", names)

    assert await tasks_to_choose(TableQuery(task="gone")) == ["freerflag", "gone", "refmac"]
    assert threads != [threading.current_thread()]
