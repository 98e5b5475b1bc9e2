"""Statements as long as the SQLite library allows, and a file that only its owner reads.

Django 5.2 assumes the oldest library's limit of 999 parameters and would cut one insert of a thousand rows into
dozens; the libraries it supports allow 32766 or more, and tell. SQLite makes a new file with what the umask leaves,
which mostly lets everybody on the machine read who is signed in, and come in as them.
"""

import os
import sqlite3
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base, features
from django.utils.functional import cached_property


class DatabaseFeatures(features.DatabaseFeatures):
    """What this SQLite can do."""

    @cached_property
    def max_query_params(self) -> int:  # type: ignore[override]  # a class attribute there
        """Parameters of one statement."""
        self.connection.ensure_connection()
        return int(self.connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    features_class = DatabaseFeatures

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; a file that is not there yet is made for its owner only, and one that others may read is closed."""
        name = str(conn_params["database"])
        if name != ":memory:" and not name.startswith("file:"):
            with suppress(OSError):  # it is there; or it cannot be made, and SQLite says so
                os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            for file in (name, f"{name}-wal", f"{name}-shm"):  # made by an older xtalflow
                with suppress(OSError):
                    os.chmod(file, 0o600)  # noqa: PTH101  # without opening it, which would end SQLite's locks
        return super().get_new_connection(conn_params)
