"""The report of a job: headed sections of text, key figures, tables, line plots and files, as data.

Command line, page and notebook render it; a task only says what there is to see.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xtalflow.formats import write_atomically

REPORT = "report.json"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Fixed:
    """A real number that is shown with so many decimal places; nothing is shown for None and for what is not finite.

    The report keeps the number as it is: ``{"value": 0.05134, "digits": 4}`` is shown as 0.0513.
    """

    value: float | None
    digits: int


Value = float | int | str | Fixed | None
"""What a figure, or a cell of a table, may be; without `Fixed` the reader chooses how many decimal places to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a plot; `y` may have gaps (None)."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]


@dataclass(slots=True)
class Section:
    """A headed part of a report; its items are shown in the order in which they were added."""

    title: str
    items: list[dict[str, Any]] = field(default_factory=list)

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self.items.append({"kind": "text", "text": text})

    def warning(self, text: str) -> None:
        """Add a paragraph that the reader must not miss."""
        self.items.append({"kind": "warning", "text": text})

    def figures(self, figures: Mapping[str, Value], notes: Mapping[str, str] | None = None) -> None:
        """Add key figures: name and value, with a note on what the value means where one is given."""
        notes = notes or {}
        rows: list[dict[str, Value]] = [{"name": name, "value": _plain(value)} for name, value in figures.items()]
        for row, value in zip(rows, figures.values(), strict=True):
            if isinstance(value, Fixed):
                row["digits"] = value.digits
            if note := notes.get(str(row["name"])):
                row["note"] = note
        self.items.append({"kind": "figures", "figures": rows})

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
        """Add a table; every row has one value per column."""
        plain = [[_plain(value) for value in row] for row in rows]
        item = {"kind": "table", "title": title, "columns": list(columns), "rows": plain}
        digits = [[value.digits if isinstance(value, Fixed) else None for value in row] for row in rows]
        if any(each is not None for row in digits for each in row):
            item["digits"] = digits
        self.items.append(item)

    def plot(self, title: str, x_label: str, y_label: str, series: Sequence[Series]) -> None:
        """Add a line plot."""
        lines = [{"name": s.name, "x": [_plain(x) for x in s.x], "y": [_plain(y) for y in s.y]} for s in series]
        self.items.append({"kind": "plot", "title": title, "x_label": x_label, "y_label": y_label, "series": lines})

    def files(self, files: Mapping[str, str]) -> None:
        """Add links to files: what each is, and the output parameter that holds it."""
        self.items.append({"kind": "files", "files": [{"label": k, "param": v} for k, v in files.items()]})


@dataclass(slots=True)
class Report:
    """The report of one job."""

    sections: list[Section] = field(default_factory=list)

    def section(self, title: str) -> Section:
        """Add a section, or go on with the one of this title."""
        for section in self.sections:
            if section.title == title:
                return section
        self.sections.append(Section(title))
        return self.sections[-1]

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        sections = [{"title": section.title, "items": section.items} for section in self.sections]
        return {"format": FORMAT_VERSION, "sections": sections}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Report:
        """The report that `to_dict` gave; `KeyError` or `TypeError` if it is none."""
        return cls([Section(section["title"], list(section["items"])) for section in values["sections"]])

    def write(self, folder: Path) -> None:
        """Write ``report.json`` into a job's folder; whoever keeps the record puts it on the disk."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
        write_atomically(folder / REPORT, text.encode(), durable=False)


def _plain(value: Value) -> float | int | str | None:
    """Values as JSON has them: numpy's numbers as Python's, what is not finite as nothing."""
    if isinstance(value, Fixed):
        value = value.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None
