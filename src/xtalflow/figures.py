"""Figures as a crystallographer reads them: R as 0.1782, with units where a reader could doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

_UNITS: dict[str, tuple[str, int]] = {
    "RMSBond": ("Å", 4),
    "RMSAngle": ("°", 2),
    "highResLimit": ("Å", 2),
    "wilsonB": ("Å²", 1),
    "meanB": ("Å²", 1),
    "percentFree": ("%", 2),
    "completeness": ("%", 1),
    "ramaFavoured": ("%", 2),
    "ramaAllowed": ("%", 2),
    "ramaOutliers": ("%", 2),
    "clashscore": ("", 2),
}


OVER_STRONG = "I > 2σ(I)"
"""What R1 values are over."""


def counted(number: int, noun: str) -> str:
    """So many of something: ``1 job``, ``2 jobs``."""
    return f"{number} {noun}{'s' * (number != 1)}"


def heading(key: str) -> str:
    """An indicator with its unit, or with what it is over: ``RMSBond (Å)``, ``R1Free (I > 2σ(I))``."""
    note = OVER_STRONG if is_over_strong(key) else _UNITS.get(key, ("", 0))[0]
    return f"{key} ({note})" if note else key


def is_over_strong(key: str) -> bool:
    """Whether an R value is over the reflections with I > 2σ(I) only."""
    return key in {"R1", "R1Factor", "R1Free", "R1work", "R1free"}


def fixed_places(key: str) -> int | None:
    """The decimal places that an indicator always has; None where its size decides."""
    return _UNITS[key][1] if key in _UNITS else None


def figure(value: object, key: str = "") -> str:
    """A value as text: integers and texts as they are, real numbers with the places that they deserve."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    if key in _UNITS:
        return f"{value:.{_UNITS[key][1]}f}"
    size = abs(value)
    if size != 0 and (size < 1e-3 or size >= 1e6):
        return f"{value:.3g}"
    places = 4 if size < 2 else 2 if size < 1000 else 1
    return f"{value:.{places}f}"


def places_of(values: Iterable[object], most: int = 4) -> int:
    """Decimal places that the real numbers of a column need, up to `most`."""
    places = [0]
    for value in values:
        if isinstance(value, float):
            _, _, decimals = f"{value:.{most}f}".rstrip("0").partition(".")
            places.append(len(decimals))
    return max(places)


def column_places(values: Sequence[object]) -> int:
    """Decimal places of a column of a report: four where all are below 1, as R factors are, else at least two."""
    numbers = [value for value in values if isinstance(value, float)]
    if not numbers:
        return 0
    return 4 if all(abs(value) < 1 for value in numbers) and any(numbers) else max(2, places_of(numbers))


def report_figure(figure: Mapping[str, Any]) -> str:
    """The value of a key figure of a report with the places it asks for; else ``0.2210``, but ``3.00`` with a unit."""
    value, note = figure["value"], figure.get("note", "")
    if "digits" in figure or not isinstance(value, float):
        return rounded(value, figure.get("digits", 0))
    if not note and value.is_integer() and abs(value) >= 2:
        return f"{value:.0f}"
    return rounded(value, max(2, places_of([value])) if note[:1] in {"%", "Å", "°"} else column_places([value]))


def rounded(value: object, places: int) -> str:
    """A value as text; real numbers with these decimal places."""
    if value is None:
        return ""
    return f"{value:.{places}f}" if isinstance(value, float) else str(value)


def duration(seconds: float | None) -> str:
    """A time span: ``4.2 s``, ``3 min 05 s``, ``2 h 03 min``."""
    if seconds is None:
        return ""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def local_time(text: str | None) -> str:
    """An ISO time as the clock on the wall shows it."""
    return "" if text is None else f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M}"


def size(count: float) -> str:
    """A number of bytes, with three digits or so: ``84.3 kB``, ``338 kB``, ``1.4 MB``."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 99.95 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
