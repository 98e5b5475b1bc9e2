"""Makes Django and the database ready."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.engine import Settings
from xtalflow.errors import InvalidInput, StoreUnavailable

from ._connection import DATABASE_FILE, database_name, network_file_system

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

SECRET_KEY_FILE = "secret_key"  # noqa: S105  # the file's name, not the key
_SCHEMA_LOCK = "database.lock"
_SETTINGS_MODULE = "DJANGO_SETTINGS_MODULE"
_ADVISORY_LOCK = 0x7874616C
_UNRELEASED = frozenset({"0003_cancel_requested", "0004_reuse", "0005_lists", "0006_counts", "0007_ccp4i2"})
"""Migrations that are part of ``0001_initial`` since, under which no released version has one."""


def setup() -> None:
    """Configure Django once, with the settings module ``xtalflow.db.settings``, or that of the server if it is named.

    A settings module that another program has left in the environment does not count. A program that embeds xtalflow
    and has configured Django itself keeps its settings.

    Raises
    ------
    StoreUnavailable
        The database would be an SQLite file on a network file system, where its locks cannot be trusted.
    """
    import django
    from django.apps import apps
    from django.conf import settings as of_django

    if apps.ready:
        return
    settings = Settings.load()
    if not settings.database_url:
        refuse_network(settings.home)
    if not of_django.configured and not os.environ.get(_SETTINGS_MODULE, "").startswith("xtalflow."):
        os.environ[_SETTINGS_MODULE] = "xtalflow.db.settings"
    django.setup()


def refuse_network(home: Path) -> None:
    """Raise `StoreUnavailable` if `home` is on a network file system."""
    if kind := network_file_system(home):
        raise StoreUnavailable(
            f"{home / DATABASE_FILE}: this is on a network file system ({kind}), where SQLite can lose data; "
            "set XTALFLOW_HOME to a folder on a local disk, or DATABASE_URL to a PostgreSQL database"
        )


def ensure_schema() -> None:
    """Make the tables of a new database, or bring an older one up to date; safe when several processes start at once.

    Raises
    ------
    StoreUnavailable
        The database cannot be reached, or was made by a newer xtalflow or before the first release.
    """
    setup()
    from django.db import DatabaseError, connection

    try:
        with _schema_lock(connection):
            _migrate(connection)
    except DatabaseError as exc:
        raise StoreUnavailable(f"{database_name(connection)} cannot be used: {str(exc).strip()}") from exc
    finally:
        connection.close()


def secret_key(home: Path) -> str:
    """The key that signs sessions: made on first use, readable by its owner only."""
    path = home / SECRET_KEY_FILE
    try:
        _make_home(home)
        temporary = home / f".{SECRET_KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        if not path.exists():
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, path)  # of two processes the first one's key stands
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        return path.read_text(encoding="ascii")
    except OSError as exc:
        raise StoreUnavailable(f"{path}: {exc.strerror or exc}") from exc


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise InvalidInput(f"{home}: cannot be the home of xtalflow (XTALFLOW_HOME): {exc.strerror or exc}") from exc


def _migrate(connection: BaseDatabaseWrapper) -> None:
    from django.core.management import call_command
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    known = executor.loader.disk_migrations or {}
    unknown = sorted(key[1] for key in executor.loader.applied_migrations if key[0] == "xtalflow" and key not in known)
    if not _UNRELEASED.isdisjoint(unknown):
        new = "DATABASE_URL to a new database" if connection.vendor == "postgresql" else "XTALFLOW_HOME to a new folder"
        raise StoreUnavailable(
            f"{database_name(connection)} was made before the first release of xtalflow, and is not read; set {new}, "
            "and `xtalflow recover FOLDER` brings its projects back from their folders"
        )
    if unknown:
        raise StoreUnavailable(f"the database was made by a newer xtalflow (it has {unknown[-1]}); use that version")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _schema_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Only one process migrates: by a lock file beside SQLite, by an advisory lock on PostgreSQL."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])
        return
    import fcntl

    home = Path(connection.settings_dict["NAME"]).parent
    try:
        _make_home(home)
        lock = (home / _SCHEMA_LOCK).open("ab")
    except OSError as exc:
        raise StoreUnavailable(f"{home}: {exc.strerror or exc}") from exc
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
