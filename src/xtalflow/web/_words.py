"""How pages write what documents hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from xtalflow import figures

register = template.Library()


@register.filter
def size(value: Any) -> str:
    """A number of bytes as the command line writes it: ``1.3 MB``."""
    return figures.size(value) if isinstance(value, int | float) else ""


@register.filter
def duration(value: Any) -> str:
    """A number of seconds as the command line writes it: ``4.2 s``, ``3 min 20 s``."""
    return figures.duration(value) if isinstance(value, int | float) else ""


@register.filter
def when(value: Any) -> datetime | None:
    """The time that a document has as text, for the filters of Django."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
