"""PostgreSQL tells at once when something has happened; of SQLite it is known that nobody tells."""

from __future__ import annotations

import asyncio
import os
import time

from xtalflow.db import AsyncDatabaseHandler, waking
from xtalflow.engine import NewJob
from xtalflow.services import Feed

TEST_SERVER = os.environ.get("XTALFLOW_TEST_DATABASE_URL", "")


async def test_whoever_waits_is_woken_when_a_history_grows(handler: AsyncDatabaseHandler) -> None:
    woken = asyncio.Event()
    async with waking(woken.set) as is_told:
        if not TEST_SERVER:
            assert not is_told
            return
        async with asyncio.timeout(10):
            await woken.wait()  # it listens now
        woken.clear()
        await handler.create_job(NewJob(task="refine"))
        async with asyncio.timeout(10):
            await woken.wait()

    assert is_told


async def test_pages_are_told_before_the_next_look(handler: AsyncDatabaseHandler) -> None:
    """A feed that looks every minute tells at once what happens, where the database wakes it."""
    async with Feed(look_s=60.0 if TEST_SERVER else 0.1) as feed:
        listening = feed.listen(handler.project, "p")
        first = asyncio.ensure_future(anext(listening))
        await asyncio.sleep(1.0)
        began = time.monotonic()
        await handler.create_job(NewJob(task="refine"))
        message = await asyncio.wait_for(first, 30)
        await listening.aclose()

    assert message is not None
    assert message.kind == "change"
    assert time.monotonic() - began < 30
