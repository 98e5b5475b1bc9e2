"""Opens the record: settings, database, and who asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import Settings

if TYPE_CHECKING:
    from xtalflow.db import Actor

    Client = str | Actor


@asynccontextmanager
async def open_store() -> AsyncIterator[Settings]:
    """Make the database ready, and give tasks what the settings know; on leaving the database is closed.

    Raises
    ------
    StoreUnavailable
        The database cannot be reached or made.
    """
    settings = load_settings()
    await asyncio.to_thread(db.ensure_schema)
    try:
        yield settings
    finally:
        await db.close_connections()


def load_settings() -> Settings:
    """The settings, with what tasks look for put into the environment; nothing is made or opened."""
    settings = Settings.load()
    settings.apply()
    return settings


def actor(client: Client) -> Actor:
    """Who asks: whoever runs this process, through the client of this name; or somebody else, who is named fully."""
    return db.Actor(client=client) if isinstance(client, str) else client
