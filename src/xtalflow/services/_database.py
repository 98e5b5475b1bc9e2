"""The database itself: backed up, and moved into another one."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from xtalflow import db
from xtalflow.engine import Settings, sync_folder, without_password
from xtalflow.errors import InvalidInput, StoreUnavailable
from xtalflow.faults import passed

from ._documents import Document
from ._staging import check_target, staged


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDatabase:
    """A database that was copied into another one.

    Attributes
    ----------
    place
        The home of the new SQLite database, or the URL of the PostgreSQL database without its password.
    """

    place: str
    tables: tuple[db.CopiedTable, ...]

    def document(self) -> Document:
        """The copy as JSON values."""
        return {"database": self.place, "tables": {one.table: one.rows for one in self.tables}}


async def move_database(target: str, settings: Settings) -> MovedDatabase:
    """Copy all that the database holds into a new one, row by row compared; this one stays as it is.

    Parameters
    ----------
    target
        ``postgresql://USER@HOST/NAME`` of an empty database, or a folder, the home of a new SQLite database.

    Raises
    ------
    InvalidInput
        The target is no such, or not empty.
    IllegalTransition
        A job runs.
    StoreUnavailable
        A database cannot be used; nothing was copied then.
    """
    if "://" in target:
        tables = await db.in_database(db.copy_database, db.database_settings(settings.home, target))
        return MovedDatabase(place=without_password(target), tables=tuple(tables))
    home = Path(target).expanduser().absolute()
    file = home / db.DATABASE_FILE
    if not settings.database_url and home == settings.home:
        raise InvalidInput(f"{file} is the database that is there: give another folder")
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.path.lexists(file):
            raise InvalidInput(f"{file} is there already: give another folder")
        with staged(file) as temporary:
            tables = await db.in_database(db.copy_database, db.sqlite_settings(temporary))
            passed("move.copied")
            os.link(temporary, file)
            sync_folder(home)
    except OSError as exc:
        raise StoreUnavailable(f"{file}: {exc.strerror or exc}") from exc
    return MovedDatabase(place=str(home), tables=tuple(tables))


async def back_up_database(settings: Settings, out: Path | None = None) -> Path:
    """Write all that the database holds now to a file, while others go on writing; where it is.

    Parameters
    ----------
    out
        The file; by default it is called after the time, in the present folder.

    Raises
    ------
    InvalidInput
        There is a file of this name, or no folder for it.
    NotEquipped
        It is a PostgreSQL database, and pg_dump(1) is not there.
    StoreUnavailable
        The file cannot be written, or is not whole.
    """
    kind = "dump" if settings.database_url else "sqlite3"
    path = (out or Path(f"xtalflow-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{kind}")).absolute()
    await asyncio.to_thread(check_target, path)
    try:
        with staged(path) as temporary:
            await db.in_database(db.back_up, temporary)
            passed("backup.written")
            os.link(temporary, path)
            sync_folder(path.parent)
    except OSError as exc:
        raise StoreUnavailable(f"{path}: {exc.strerror or exc}") from exc
    return path
