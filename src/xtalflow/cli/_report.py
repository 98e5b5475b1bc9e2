"""Draws a job's report: text, figures, tables, and line plots in characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._numbers import figure
from ._output import Column, console, print_table

_WIDTH, _HEIGHT = 60, 12
_MARKS = "●○▲△■□◆◇"


def print_report(report: dict[str, Any]) -> None:
    """Print all sections of a report."""
    from rich.rule import Rule
    from rich.text import Text

    out = console()
    for section in report.get("sections", []):
        out.print(Rule(Text(section["title"], style="bold"), align="left", style="dim"), width=min(out.width, 100))
        for item in section["items"]:
            _print_item(item)


def _print_item(item: dict[str, Any]) -> None:
    from rich.text import Text

    out = console()
    match item["kind"]:
        case "text":
            out.print(Text(item["text"]))
        case "warning":
            out.print(Text(f"! {item['text']}", style="yellow"))
        case "figures":
            rows = [(str(one["name"]), figure(one["value"]), one.get("note", "")) for one in item["figures"]]
            print_table(["Figure", Column("Value", right=True), Column("", wraps=True)], rows)
        case "table":
            _print_table(item)
        case "plot":
            for line in plot_lines(item):
                out.print(Text(line))
        case "files":
            for one in item["files"]:
                out.print(Text(f"{one['label']}: {one['param']}"))


def _print_table(item: dict[str, Any]) -> None:
    rows = item["rows"]
    columns = [
        Column(title, right=any(isinstance(row[position], (int, float)) for row in rows))
        for position, title in enumerate(item["columns"])
    ]
    print_table(columns, [[figure(value) for value in row] for row in rows], item["title"])


def plot_lines(item: dict[str, Any], width: int = _WIDTH, height: int = _HEIGHT) -> list[str]:
    """A line plot in characters, with the range of both axes."""
    series = [
        (one["name"], [(x, y) for x, y in zip(one["x"], one["y"], strict=True) if x is not None and y is not None])
        for one in item["series"]
    ]
    points = [point for _, line in series for point in line]
    if not points:
        return [f"{item['title']}: no points"]
    low_x, high_x = _range([x for x, _ in points])
    low_y, high_y = _range([y for _, y in points])
    grid = [[" "] * width for _ in range(height)]
    for mark, (_, line) in zip(_MARKS * len(series), series, strict=False):
        for x, y in line:
            column = round((x - low_x) / (high_x - low_x) * (width - 1))
            row = round((high_y - y) / (high_y - low_y) * (height - 1))
            grid[row][column] = mark
    labels = ["" for _ in range(height)]
    labels[0], labels[-1] = figure(float(high_y)), figure(float(low_y))
    margin = max(len(label) for label in labels)
    legend = "   ".join(f"{mark} {name}" for mark, (name, _) in zip(_MARKS * len(series), series, strict=False))
    left, right = figure(float(low_x)), figure(float(high_x))
    gap = " " * max(1, width - len(left) - len(right))
    return [
        f"{item['title']}   ({item['y_label']})",
        *(f"{label:>{margin}} ┤{''.join(row).rstrip()}" for label, row in zip(labels, grid, strict=True)),
        f"{'':>{margin}} └{'─' * width}",
        f"{'':>{margin}}  {left}{gap}{right}   {item['x_label']}",
        f"{'':>{margin}}  {legend}",
    ]


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
