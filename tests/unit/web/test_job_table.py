"""What the job table offers."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from xtalflow.db import ProjectRecord
from xtalflow.engine import ProjectId
from xtalflow.web import _job_table
from xtalflow.web._job_table import TableQuery, tasks_to_choose


async def test_tasks_are_asked_for_aside_from_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time CCP4i2's Python is asked for them; only the page that wants them may wait for it. Tasks of
    the project's jobs are among them, installed or not.
    """
    threads = []

    def names() -> list[str]:
        threads.append(threading.current_thread())
        return ["refmac", "freerflag"]

    async def tasks_of(project: UUID) -> list[str]:
        assert project == home.id
        return ["ccp4i2.old", "refmac"]

    now = datetime.now(UTC)
    home = ProjectRecord(id=ProjectId(uuid4()), name="p", directory=Path("p"), created=now, last_access=now)
    monkeypatch.setattr(_job_table, "task_names", names)
    monkeypatch.setattr(_job_table.db, "tasks_of", tasks_of)

    assert await tasks_to_choose(home, TableQuery(task="gone")) == ["ccp4i2.old", "freerflag", "gone", "refmac"]
    assert threads != [threading.current_thread()]
