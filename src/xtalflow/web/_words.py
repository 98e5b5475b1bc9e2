"""How pages write what documents hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

register = template.Library()
_UNITS = ("B", "kB", "MB", "GB", "TB")


@register.filter
def size(value: Any) -> str:
    """A size as people read it: ``1.3 MB``."""
    if not isinstance(value, int | float):
        return ""
    number = float(value)
    for unit in _UNITS:
        if number < 1000 or unit == _UNITS[-1]:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1000
    return ""


@register.filter
def duration(value: Any) -> str:
    """A number of seconds as people read it: ``4.2 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if not isinstance(value, int | float):
        return ""
    if value < 60:
        return f"{value:.1f} s"
    minutes, seconds = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


@register.filter
def when(value: Any) -> datetime | None:
    """The time that a document has as text, for the filters of Django."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


@register.filter
def number(value: Any) -> str:
    """A number as a table shows it, four digits after the point at most; other values as they are."""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) < 1e6 else f"{value:.4g}"
    return "" if value is None else str(value)


@register.filter
def entry(mapping: Any, key: str) -> Any:
    """What a mapping has under a key; None if nothing."""
    return mapping.get(key) if hasattr(mapping, "get") else None
