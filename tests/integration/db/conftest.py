"""Fixtures for tests of the database layer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]


@pytest.fixture
def count_queries(database: None) -> CountQueries:
    """Counts the statements that a call sends to the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from xtalflow.db import in_database

    async def count(call: Awaitable[object]) -> int:
        capture = CaptureQueriesContext(connection)
        await in_database(capture.__enter__)
        try:
            await call
        finally:
            await in_database(capture.__exit__, None, None, None)
        statements = await in_database(capture.__len__)
        assert statements > 0
        return statements

    return count


@pytest.fixture
def run_python(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts a script in a process of its own, with the database of this test process or, by `home`, another."""

    def start(script: str, *args: str, home: Path | None = None) -> subprocess.Popen[str]:
        environment = dict(os.environ)
        if home is not None:
            environment |= {"XTALFLOW_HOME": str(home), "DATABASE_URL": ""}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script, *args],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture(autouse=True)
def _loop(loop_stays_free: None) -> None:
    """The database never blocks the event loop."""
