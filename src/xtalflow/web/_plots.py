"""Line plots of a report as drawings that need no script; a script makes them answer to the pointer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from xtalflow.figures import column_places, rounded

_WIDTH, _HEIGHT = 460, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 10, 10, 40
_RESOLUTION = "1/d²"
"""Beginning of the label of an axis that is shown as resolution: reflections are even along it, d is what one reads."""
_STYLES = 6
"""Lines that can be told apart by colour and dashes."""

Document = dict[str, Any]
_Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a drawing: its pieces, for there may be gaps, or its points."""

    name: str
    style: int
    pieces: tuple[str, ...] = ()
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing, and its numbers as a table.

    Attributes
    ----------
    data
        What a script draws the same from.
    is_scatter
        Whether it is points that no line joins.
    """

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    data: Document = field(default_factory=dict)
    is_scatter: bool = False
    is_square: bool = False
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT
    right: int = _WIDTH - _RIGHT
    top: int = _TOP
    middle_x: int = (_LEFT + _WIDTH - _RIGHT) // 2

    @property
    def bottom(self) -> int:
        """Where the horizontal axis is."""
        return self.height - _BOTTOM

    @property
    def middle_y(self) -> int:
        """Half the way down the vertical axis."""
        return (self.top + self.bottom) // 2


def drawn(item: Document) -> Plot:
    """The drawing of a plot of a report."""
    series = [(str(one["name"]), _finite(one)) for one in item["series"]]
    is_resolution = str(item["x_label"]).startswith(_RESOLUTION)
    is_scatter = any(x1 > x2 for _, points in series for (x1, _), (x2, _) in pairwise(points))
    every = [point for _, points in series for point in points]
    shown = {
        "title": item["title"],
        "x_label": "Resolution (Å)" if is_resolution else item["x_label"],
        "y_label": item["y_label"],
    }
    columns, rows = _numbers(item, is_resolution, is_scatter)
    if not every:
        return Plot(**shown, columns=columns, rows=rows)
    is_angle = is_scatter and "°" in item["x_label"] and "°" in item["y_label"]
    height = _TOP + _BOTTOM + _WIDTH - _LEFT - _RIGHT if is_angle else _HEIGHT
    if is_angle:
        x_range = y_range = (-180.0, 180.0)
    else:
        x_range = _range([x for x, _ in every], 0.0)
        y_range = _range([y for _, y in every], 0.05)
    x_ticks = _resolution_ticks(*x_range) if is_resolution else _ticks(*x_range, is_angle=is_angle)
    y_ticks = _ticks(*y_range, is_angle=is_angle)

    def x_at(x: float) -> float:
        return round(_LEFT + (x - x_range[0]) / (x_range[1] - x_range[0]) * (_WIDTH - _LEFT - _RIGHT), 1)

    def y_at(y: float) -> float:
        return round(_TOP + (y_range[1] - y) / (y_range[1] - y_range[0]) * (height - _TOP - _BOTTOM), 1)

    lines = []
    for place, ((name, points), one) in enumerate(zip(series, item["series"], strict=True)):
        placed = tuple((x_at(x), y_at(y)) for x, y in points)
        pieces = () if is_scatter else tuple(_pieces(one, x_at, y_at))
        lines.append(
            Line(
                name=name,
                style=place % _STYLES + 1,
                pieces=pieces,
                points=placed if is_scatter or len(placed) < 2 else (),
            )
        )
    data = {
        "series": item["series"],
        "resolution": is_resolution,
        "xLabel": shown["x_label"],
        "yLabel": item["y_label"],
    }
    return Plot(
        **shown,
        lines=tuple(lines),
        x_ticks=tuple(Tick(x_at(value), text) for value, text in x_ticks),
        y_ticks=tuple(Tick(y_at(value), text) for value, text in y_ticks),
        columns=columns,
        rows=rows,
        data=data,
        is_scatter=is_scatter,
        is_square=is_angle,
        height=height,
    )


def _finite(one: Document) -> _Points:
    return [(x, y) for x, y in zip(one["x"], one["y"], strict=True) if x is not None and y is not None]


def _pieces(one: Document, x_at: Any, y_at: Any) -> list[str]:
    """The line as lists of points, a new one after each gap."""
    pieces: list[list[str]] = [[]]
    for x, y in zip(one["x"], one["y"], strict=True):
        if x is None or y is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{x_at(x)},{y_at(y)}")
    return [" ".join(piece) for piece in pieces if len(piece) > 1]


def _range(values: Sequence[float], margin: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    if high <= low:
        width = abs(low) * 0.1 or 0.5
        return low - width, high + width
    return low - (high - low) * margin, high + (high - low) * margin


def _ticks(low: float, high: float, *, is_angle: bool = False) -> list[tuple[float, str]]:
    """Round numbers within a range, four to eight of them."""
    step = 60.0 if is_angle else _step((high - low) / 5)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [number * step for number in range(first, last + 1)]
    return [(value, f"{value:.{places}f}".replace("-", "−") if value else "0") for value in values]


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * 0.999)


def _resolution_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Resolutions in Å at about even distances along 1/d²."""
    values = [low + (high - low) * place / 5 for place in range(6)]
    return [(value, f"{1 / math.sqrt(value):.2f}") for value in values if value > 0]


def _numbers(
    item: Document, is_resolution: bool, is_scatter: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The table of a plot: x once where the lines have it in common, else point by point."""
    names = [str(one["name"]) for one in item["series"]]
    x_label = "d (Å)" if is_resolution else str(item["x_label"])
    if is_scatter:
        rows = [(name, x, y) for name, one in zip(names, item["series"], strict=True) for x, y in _finite(one)]
        texts = tuple((name, f"{x:g}", f"{y:g}") for name, x, y in rows)
        return ("Kind", x_label, str(item["y_label"])), texts
    values: dict[float, list[float | None]] = {}
    for place, one in enumerate(item["series"]):
        for x, y in zip(one["x"], one["y"], strict=True):
            if x is not None:
                values.setdefault(x, [None] * len(names))[place] = y
    places = [column_places([row[place] for row in values.values()]) for place in range(len(names))]
    return (x_label, *names), tuple(
        (_x_text(x, is_resolution), *(rounded(y, after) for y, after in zip(values[x], places, strict=True)))
        for x in sorted(values)
    )


def _x_text(x: float, is_resolution: bool) -> str:
    if is_resolution:
        return f"{1 / math.sqrt(x):.2f}" if x > 0 else "∞"
    return f"{x:.4g}"
