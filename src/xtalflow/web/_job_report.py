"""The report of a job as a template draws it: numbers as texts, plots as drawings, files and residues as links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from xtalflow.figures import column_places, report_figure, rounded
from xtalflow.services import Document

from ._plots import drawn

_SHOWN_ROWS = 20
"""Rows from which on a table is folded."""
_RESIDUE = re.compile(r"(\w{1,8})/\w{1,8} (-?\d{1,6}[A-Za-z]?)(?:/[\w'*]{1,8})?", re.ASCII)
"""How a report names a residue, or an atom of it: ``A/MET 703/CA``."""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a cell; with a residue, it leads to the structure there."""

    text: str
    residue: str = ""

    @property
    def query(self) -> str:
        """The residue as the address of the structure's page has it."""
        return quote(self.residue, safe="/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a report; `numeric` says of each column whether its numbers stand at the right."""

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[tuple[tuple[Text, ...], bool], ...], ...]

    @property
    def is_long(self) -> bool:
        """Whether it is folded at first."""
        return len(self.rows) > _SHOWN_ROWS


def report_sections(report: Document | None, files: Iterable[Document], *, has_structure: bool) -> list[Document]:
    """The sections of a report that have anything in them; None is no report."""
    by_param = {str(file["param"]): file for file in files}
    return [
        {"title": section["title"], "items": [_item(item, by_param, has_structure) for item in section["items"]]}
        for section in (report or {}).get("sections", [])
        if section["items"]
    ]


def cycle_sections(courses: Sequence[Document]) -> list[Document]:
    """The figures per cycle of a job and its children, as a plot of R factors, one of correlations, and a table."""
    return [
        {"title": f"Cycles of {course['number']} {course['title']}", "items": list(_cycle_items(course))}
        for course in courses
    ]


def _cycle_items(course: Document) -> Iterable[Document]:
    x = [row[0] for row in course["rows"]]
    for title, y_label, begins in (("R factors", "R", "R"), ("Correlation with the data", "CC", "CC")):
        places = [place for place, name in enumerate(course["columns"]) if place and str(name).startswith(begins)]
        series = [
            {"name": course["columns"][place], "x": x, "y": [row[place] for row in course["rows"]]} for place in places
        ]
        if series and len(x) > 1:
            item = {"title": title, "x_label": "Cycle", "y_label": y_label, "series": series}
            yield {"kind": "plot", "plot": drawn(item)}
    item = {"title": "Figures of each cycle", "columns": course["columns"], "rows": course["rows"]}
    yield {"kind": "table", "table": _table(item, has_structure=False)}


def _item(item: Document, files: Mapping[str, Document], has_structure: bool) -> Document:
    match item["kind"]:
        case "figures":
            shown = [
                {"name": one["name"], "value": report_figure(one), "note": one.get("note", "")}
                for one in item["figures"]
            ]
            return {"kind": "figures", "figures": shown}
        case "table":
            return {"kind": "table", "table": _table(item, has_structure=has_structure)}
        case "plot":
            return {"kind": "plot", "plot": drawn(item)}
        case "files":
            links = [{"label": one["label"], "file": files.get(one["param"])} for one in item["files"]]
            return {"kind": "files", "files": [one for one in links if one["file"]]}
        case _:
            return item


def _table(item: Document, *, has_structure: bool) -> Table:
    rows: list[Sequence[Any]] = item["rows"]
    places = [column_places([row[place] for row in rows]) for place in range(len(item["columns"]))]
    numeric = [any(isinstance(row[place], int | float) for row in rows) for place in range(len(item["columns"]))]
    digits = item.get("digits") or [[None] * len(places)] * len(rows)
    residues = _residue_columns(item["columns"]) if has_structure else None
    shown = []
    for row, fixed in zip(rows, digits, strict=True):
        cells: list[tuple[tuple[Text, ...], bool]] = []
        for place, (value, after, own) in enumerate(zip(row, places, fixed, strict=True)):
            text = rounded(value, after if own is None else own).replace("-", "−" if numeric[place] else "-")
            if residues and place == residues[1]:
                cells.append(((Text(text, _residue_of(row, residues)),), numeric[place]))
            else:
                cells.append((_pieces(text) if has_structure else (Text(text),), numeric[place]))
        shown.append(tuple(cells))
    columns = tuple(zip(map(str, item["columns"]), numeric, strict=True))
    return Table(title=str(item["title"]), columns=columns, rows=tuple(shown))


def _residue_columns(columns: Sequence[str]) -> tuple[int, int] | None:
    """The columns that name chain and residue, if a table has both."""
    return (columns.index("Chain"), columns.index("Residue")) if {"Chain", "Residue"} <= set(columns) else None


def _residue_of(row: Sequence[Any], columns: tuple[int, int]) -> str:
    number = re.search(r"-?\d+[A-Za-z]?$", str(row[columns[1]]))
    return f"{row[columns[0]]}/{number[0]}" if number else ""


def _pieces(text: str) -> tuple[Text, ...]:
    """A text with the residues in it set apart."""
    pieces, end = [], 0
    for found in _RESIDUE.finditer(text):
        pieces += [Text(text[end : found.start()]), Text(found[0], f"{found[1]}/{found[2]}")]
        end = found.end()
    pieces.append(Text(text[end:]))
    return tuple(piece for piece in pieces if piece.text) or (Text(""),)
