"""Copies all that a database holds into a new one of either kind, and compares what came with what was there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction

from xtalflow.errors import IllegalTransition, InvalidInput, StoreUnavailable

from ._connection import database_name
from .models import Attempt, Project, User

_TARGET = "target"
_ROWS = 2000
"""Rows that are read, written and compared at once."""
_HELD = (Attempt.State.SUBMITTING, Attempt.State.SUBMITTED, Attempt.State.RUNNING)
_APPS = ("xtalflow", "auth", "contenttypes")
"""What is copied; sessions of browsers are not, and end."""

Settings = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedTable:
    """A table that was copied, and compared row by row."""

    table: str
    rows: int


def copy_database(settings: Settings) -> list[CopiedTable]:
    """Copy all rows of the database into the one that `settings` name, in one transaction; nobody writes meanwhile.

    Parameters
    ----------
    settings
        Those that `database_settings` gives. The database has no tables, or empty ones.

    Raises
    ------
    InvalidInput
        The other database is not empty.
    IllegalTransition
        A job runs.
    StoreUnavailable
        A database cannot be used, or what was read back is not what was written. Nothing was copied then.
    """
    with _connected(settings) as target:
        call_command("migrate", database=_TARGET, interactive=False, verbosity=0)
        kinds = [kind for kind in apps.get_models(include_auto_created=True) if kind._meta.app_label in _APPS]
        with transaction.atomic(), transaction.atomic(using=_TARGET):
            _keep_others_out(kinds)
            _check(target)
            for kind in kinds:
                kind._base_manager.using(_TARGET).all()._raw_delete(_TARGET)  # what its migrations filled in
            copied = [CopiedTable(table=kind._meta.db_table, rows=_copy(kind)) for kind in kinds]
            for kind in kinds:
                _compare(kind)
            with target.cursor() as cursor:
                for statement in target.ops.sequence_reset_sql(no_style(), kinds):
                    cursor.execute(statement)
        return copied


@contextmanager
def _connected(settings: Settings) -> Iterator[Any]:
    connections.settings[_TARGET] = connections.configure_settings({"default": settings})["default"]
    target = connections[_TARGET]
    try:
        target.ensure_connection()
        yield target
    except DatabaseError as exc:
        name = database_name(target)
        raise StoreUnavailable(f"{name} cannot be used: {str(exc).strip().partition(chr(10))[0]}") from exc
    finally:
        target.close()
        del connections[_TARGET]
        del connections.settings[_TARGET]


def _keep_others_out(kinds: list[type[models.Model]]) -> None:
    """On SQLite the transaction does, which is immediate."""
    if connection.vendor == "postgresql":
        names = ", ".join(connection.ops.quote_name(kind._meta.db_table) for kind in kinds)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE MODE")


def _check(target: Any) -> None:
    if count := Attempt.objects.filter(state__in=_HELD).count():
        raise IllegalTransition(
            f"{count} job{'s run' if count > 1 else ' runs'}, and would end in the database that is left: wait for "
            "the end, or cancel, and stop workers and servers"
        )
    if any(kind.objects.using(_TARGET).exists() for kind in (Project, User)):
        raise InvalidInput(f"{database_name(target)} is not empty: give a new one")


def _copy(kind: type[models.Model]) -> int:
    count = 0
    for rows in _in_parts(kind._base_manager.order_by("pk").iterator(_ROWS)):
        kind._base_manager.using(_TARGET).bulk_create(rows)
        count += len(rows)
    return count


def _compare(kind: type[models.Model]) -> None:
    columns = [column.attname for column in kind._meta.concrete_fields]
    both = [
        _in_parts(kind._base_manager.using(alias).order_by("pk").values_list(*columns).iterator(_ROWS))
        for alias in ("default", _TARGET)
    ]
    for ours, theirs in zip(*both, strict=True):
        if ours != theirs:
            first = next(mine for mine, other in zip(ours, theirs, strict=True) if mine != other)
            raise StoreUnavailable(f"the row {first[0]} of {kind._meta.db_table} came otherwise; nothing was copied")


def _in_parts(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(islice(rows, _ROWS)):
        yield some
