"""Pages of lists: what is asked for, and what is answered."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from xtalflow.services import Page

CURSOR: Any = Field(
    default="", max_length=2000, description="`next` or `previous` of another page of the same list; the first without"
)


def as_page(page: Page[Any]) -> dict[str, Any]:
    """A page of the services as it is answered."""
    return {"items": page.rows, "total": page.total, "next": page.next, "previous": page.previous}
