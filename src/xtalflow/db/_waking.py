"""Wakes whoever waits for news: PostgreSQL tells when a history has grown, SQLite must be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from django.db import connection

_AGAIN_S = 5.0
"""Seconds before a connection that was lost is made again."""


@asynccontextmanager
async def waking(wake: Callable[[], None]) -> AsyncIterator[bool]:
    """Call `wake` whenever something has happened in any project, while the context is open.

    It gives whether the database tells so at all; who waits looks by itself now and then anyway, as what happens while
    the connection is away is told to nobody.
    """
    if connection.vendor != "postgresql":
        yield False
        return
    listening = asyncio.create_task(_listen(connection.get_connection_params(), wake))
    try:
        yield True
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def _listen(parameters: dict[str, Any], wake: Callable[[], None]) -> None:
    import psycopg

    known = {name: value for name, value in parameters.items() if name not in ("cursor_factory", "context")}
    while True:
        with suppress(psycopg.Error, OSError):
            async with await psycopg.AsyncConnection.connect(**known, autocommit=True) as listener:
                await listener.execute("LISTEN xtalflow")
                wake()  # for what happened before
                async for _ in listener.notifies():
                    wake()
        await asyncio.sleep(_AGAIN_S)
