"""PostgreSQL tells at once when something has happened; of SQLite it is known that nobody tells."""

from __future__ import annotations

import asyncio
import os

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
    """A feed that looks every minute tells at once what happens, where the database wakes it.

    The first event may be found by the first look, the second when the database begins to tell; the third is told.
    """
    async with Feed(look_s=60.0 if TEST_SERVER else 0.1) as feed, asyncio.timeout(30):
        listening = feed.listen(handler.project, "p", after=0)
        seqs = []
        for _ in range(3):
            await handler.create_job(NewJob(task="refine"))
            while (message := await anext(listening)) is None or message.kind != "change":
                pass
            seqs.append(message.seq)
        await listening.aclose()

    assert seqs == sorted(set(seqs))
