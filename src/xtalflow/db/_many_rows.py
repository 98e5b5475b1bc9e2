"""Inserts many rows: what the database is told is made before the transaction, which keeps other writers waiting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import AutoField, Model


@dataclass(frozen=True, slots=True)
class ManyRows:
    """New rows of one table, as the database takes them.

    Attributes
    ----------
    late
        Columns whose values are known only within the transaction.
    """

    statement: str
    late: tuple[int, ...]
    rows: tuple[list[Any], ...]

    @classmethod
    def of(cls, model: type[Model], rows: Iterable[Model], *, late: Sequence[str] = ()) -> ManyRows:
        """Rows with no value yet in the columns `late`, which have the names of their attributes."""
        columns = [
            column
            for column in model._meta.local_concrete_fields
            if not column.generated and not isinstance(column, AutoField)
        ]
        quoted = connection.ops.quote_name
        names, marks = ", ".join(quoted(str(column.column)) for column in columns), ", ".join(["%s"] * len(columns))
        attributes = [column.attname for column in columns]
        return cls(
            statement=f"INSERT INTO {quoted(model._meta.db_table)} ({names}) VALUES ({marks})",  # noqa: S608  names of ours
            late=tuple(attributes.index(name) for name in late),
            rows=tuple(
                [column.get_db_prep_save(column.pre_save(row, add=True), connection) for column in columns]
                for row in rows
            ),
        )

    def insert(self, late: Iterable[Sequence[int | None]] | None = None) -> None:
        """One statement for all rows, each with its values of the columns that were not known."""
        if late is not None:
            for row, values in zip(self.rows, late, strict=True):
                for place, value in zip(self.late, values, strict=True):
                    row[place] = value
        if self.rows:
            with connection.cursor() as cursor:
                cursor.executemany(self.statement, self.rows)
