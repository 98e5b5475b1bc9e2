"""Copies of the database that are whole, made while others go on writing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from xtalflow.errors import NotEquipped, StoreUnavailable

from ._connection import database_name

_PAGES = 1024
"""Pages that are copied before writers have their turn."""


def back_up(path: Path) -> None:
    """Write all that the database holds now to a new file: a database of SQLite, or what pg_restore(1) reads.

    Raises
    ------
    NotEquipped
        It is a PostgreSQL database, and pg_dump(1) is not there.
    StoreUnavailable
        The file cannot be written, or is not whole.
    """
    if connection.vendor == "postgresql":
        _dump(path)
    else:
        _copy(Path(connection.settings_dict["NAME"]), path)


def _copy(source: Path, path: Path) -> None:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        uri = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=20)) as ours, closing(sqlite3.connect(path)) as copy:
            ours.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file alone
            (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
        if verdict != "ok":
            raise StoreUnavailable(f"{source} is damaged: {verdict}")
        _sync(path)
    except (sqlite3.Error, OSError) as exc:
        raise StoreUnavailable(f"{path}: the backup cannot be written: {exc}") from exc


def _dump(path: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise NotEquipped("PostgreSQL is backed up by pg_dump, which is not there: install the client of PostgreSQL")
    from psycopg.conninfo import make_conninfo

    known = connection.get_connection_params()
    password = known.pop("password", "")
    options: dict[str, Any] = {name: value for name, value in known.items() if isinstance(value, str | int)}
    place = make_conninfo(**options)
    done = subprocess.run(
        [program, "--format=custom", "--no-owner", f"--file={path}", f"--dbname={place}"],
        env=os.environ | ({"PGPASSWORD": str(password)} if password else {}),  # command lines can be read by everybody
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StoreUnavailable(f"{database_name(connection)} cannot be backed up: {done.stderr.strip()[:500]}")
    path.chmod(0o600)
    _sync(path)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
