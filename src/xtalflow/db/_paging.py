"""Pages of a long list by keyset: a page begins behind the last row of the one before it, found by an index.

A list is one or more segments, one after the other: rows that have the value that the list is ordered by, then those
without. Each costs at most one query, however many rows there are.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from xtalflow.errors import InvalidInput

from ._asked import check_limit

_PARSERS: Mapping[type, Callable[[Any], Any]] = {
    float: lambda value: float(value) if type(value) in (int, float) else None,
    int: lambda value: value if type(value) is int else None,
    str: lambda value: value if type(value) is str and value.encode() is not None else None,  # no halves of pairs
    datetime: lambda value: _aware(datetime.fromisoformat(value)) if type(value) is str else None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Rows of a list in one order.

    Attributes
    ----------
    rows
        Where they are ordered by more than the tie, annotated with `at`.
    kind
        What `at` is; None where the tie alone orders.
    """

    rows: QuerySet[Any]
    kind: type | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How the rows of a list are ordered.

    Attributes
    ----------
    name
        What a cursor of this list remembers, so that it fits no other.
    tie, tie_kind
        The column, never the same in two rows, that orders rows of the same value; and what it is.
    """

    name: str
    segments: Sequence[Segment]
    tie: str
    tie_kind: type = str
    is_descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in a list: behind a row, or before it."""

    order: str
    is_forward: bool
    segment: int
    at: Any
    tie: Any

    def __str__(self) -> str:
        at = self.at.isoformat() if isinstance(self.at, datetime) else self.at
        content = json.dumps([self.order, int(self.is_forward), self.segment, at, self.tie])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str, order: Order) -> Cursor:
        """The cursor that a text is; `InvalidInput` if it is none of a list of this order."""
        try:
            content = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            name, forward, index, at, tie = content
            kind = order.segments[index].kind if type(index) is int and index >= 0 else None
            at = None if kind is None else _PARSERS[kind](at)
            tie = _PARSERS[order.tie_kind](tie)
        except (ValueError, TypeError, IndexError, RecursionError, OverflowError, binascii.Error) as exc:
            raise _bad(text) from exc
        fits = name == order.name and forward in (0, 1) and type(index) is int and index >= 0
        if not fits or tie is None or (kind is not None and at is None):
            raise _bad(text)
        return cls(order=name, is_forward=bool(forward), segment=index, at=at, tie=tie)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Rows of a page, each as the values of its columns; with the cursors of the pages beside it."""

    rows: list[tuple[Any, ...]]
    next: str | None
    previous: str | None
    is_all: bool
    """Whether the list has no other rows."""


def slice_of(order: Order, columns: Sequence[str], cursor: str, limit: int) -> Slice:
    """The values of `columns` in the rows behind a cursor, or of the first rows; a query for each segment at most.

    Raises
    ------
    InvalidInput
        The cursor is none of a list of this order, or the limit no number of rows of a page.
    """
    check_limit(limit)
    place = Cursor.parse(cursor, order) if cursor else None
    is_forward = place is None or place.is_forward
    indices = list(range(len(order.segments)))
    if place is not None:
        indices = indices[place.segment :] if is_forward else indices[place.segment :: -1]
    found: list[tuple[int, tuple[Any, ...]]] = []
    for index in indices:
        if len(found) > limit:
            break
        begin = place if place is not None and index == place.segment else None
        rows = _ordered(order, order.segments[index], columns, begin, is_forward=is_forward)
        found += [(index, row) for row in rows[: limit + 1 - len(found)]]
    has_more = len(found) > limit
    del found[limit:]
    if not is_forward:
        found.reverse()
    after = has_more if is_forward else bool(found)
    before = (place is not None and bool(found)) if is_forward else has_more
    return Slice(
        rows=[row[2:] for _, row in found],
        next=_cursor(order, *found[-1], is_forward=True) if after else None,
        previous=_cursor(order, *found[0], is_forward=False) if before else None,
        is_all=place is None and not has_more,
    )


def _ordered(
    order: Order, segment: Segment, columns: Sequence[str], place: Cursor | None, *, is_forward: bool
) -> QuerySet[Any]:
    """The rows of a segment behind a place, as tuples that begin with what a cursor needs."""
    falls = order.is_descending is is_forward
    compare, tie = "lt" if falls else "gt", F(order.tie)
    keys = [] if segment.kind is None else [F("at")]
    rows = segment.rows.order_by(*(key.desc() if falls else key.asc() for key in (*keys, tie)))
    if place is not None:
        behind = Q(**{f"{order.tie}__{compare}": place.tie})
        if segment.kind is not None:  # the first condition is implied, and is the one that an index serves
            rows = rows.filter(Q(**{f"at__{compare}e": place.at}))
            behind |= Q(**{f"at__{compare}": place.at})
        rows = rows.filter(behind)
    at = "at" if segment.kind is not None else order.tie
    return rows.values_list(at, order.tie, *columns)


def _cursor(order: Order, index: int, row: tuple[Any, ...], *, is_forward: bool) -> str:
    at = None if order.segments[index].kind is None else row[0]
    return str(Cursor(order=order.name, is_forward=is_forward, segment=index, at=at, tie=row[1]))


def _aware(time: datetime) -> datetime | None:
    return time if time.tzinfo is not None else None


def _bad(text: str) -> InvalidInput:
    return InvalidInput(f"the cursor {text[:40]!r} is refused: no list in this order gave it")
