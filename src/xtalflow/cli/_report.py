"""Draws a job's report: text, figures, tables, and line plots in characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xtalflow.figures import column_places, report_figure, rounded

from ._output import console, print_table
from ._tables import Column

_WIDTH, _HEIGHT = 60, 12
_MARKS = "●○▲△■□◆◇"


def print_report(report: dict[str, Any]) -> None:
    """Print all sections of a report."""
    from rich.rule import Rule
    from rich.text import Text

    out = console()
    for section in report.get("sections", []):
        if not section["items"]:  # the job was interrupted before it had anything to tell
            continue
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
            rows = [(str(one["name"]), report_figure(one), one.get("note", "")) for one in item["figures"]]
            print_table(
                [Column("Figure", wraps=True), Column("Value", right=True, wraps=True), Column("", wraps=True)], rows
            )
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
        Column(
            title,
            right=any(isinstance(row[position], (int, float)) for row in rows),
            wraps=any(isinstance(row[position], str) for row in rows),
        )
        for position, title in enumerate(item["columns"])
    ]
    places = [column_places([row[position] for row in rows]) for position in range(len(columns))]
    digits = item.get("digits") or [[None] * len(columns)] * len(rows)
    texts = [
        [rounded(value, after if own is None else own) for value, after, own in zip(row, places, fixed, strict=True)]
        for row, fixed in zip(rows, digits, strict=True)
    ]
    print_table(columns, texts, item["title"])


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
    labels[0], labels[-1] = axis_label(high_y), axis_label(low_y)
    margin = max(len(label) for label in labels)
    legend = "   ".join(f"{mark} {name}" for mark, (name, _) in zip(_MARKS * len(series), series, strict=False))
    left, right = axis_label(low_x), axis_label(high_x)
    gap = " " * max(1, width - len(left) - len(right))
    return [
        f"{item['title']}   ({item['y_label']})",
        *(f"{label:>{margin}} ┤{''.join(row).rstrip()}" for label, row in zip(labels, grid, strict=True)),
        f"{'':>{margin}} └{'─' * width}",
        f"{'':>{margin}}  {left}{gap}{right}",
        f"{'':>{margin}}  {item['x_label']:^{width}}".rstrip(),
        f"{'':>{margin}}  {legend}",
    ]


def axis_label(value: float) -> str:
    """The end of an axis."""
    return f"{value:.4g}"


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
