"""Statements as long as the SQLite library allows.

Django 5.2 assumes the oldest library's limit of 999 parameters and would cut one insert of a thousand rows into
dozens; the libraries it supports allow 32766 or more, and tell.
"""

import sqlite3

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
