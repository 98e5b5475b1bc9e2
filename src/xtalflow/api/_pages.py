"""Pages of lists: what is asked for, and what is answered."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from xtalflow.errors import InvalidInput
from xtalflow.services import Page

CURSOR: Any = Field(
    default="", max_length=2000, description="`next` or `previous` of another page of the same list; the first without"
)


def as_page(page: Page[Any]) -> dict[str, Any]:
    """A page of the services as it is answered."""
    return {"items": page.rows, "total": page.total, "next": page.next, "previous": page.previous}


def page_of(rows: Sequence[Any], cursor: str, limit: int) -> dict[str, Any]:
    """A page of rows that are all there, in an order in which new ones come last."""
    begin = _place(cursor) if cursor else 0
    end = begin + limit
    return {
        "items": list(rows[begin:end]),
        "total": len(rows),
        "next": _cursor(end) if end < len(rows) else None,
        "previous": _cursor(max(begin - limit, 0)) if begin else None,
    }


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"row {place}".encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        place = int(text.removeprefix("row ")) if text.startswith("row ") and len(text) < 20 else -1
    except (ValueError, binascii.Error):
        place = -1
    if place < 0:
        raise InvalidInput(f"the cursor {cursor[:40]!r} is refused: no list gave it")
    return place
