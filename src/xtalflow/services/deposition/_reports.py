"""Figures and tables of a job's report, by their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .._documents import Document


@dataclass(frozen=True, slots=True)
class ReportReader:
    """A report as `read_report` gives it; None is one without anything."""

    report: Document | None

    def figure(self, section: str, name: str) -> Any:
        """The value of a key figure; None if there is none of this name."""
        for item in self._items(section, "figures"):
            for figure in item["figures"]:
                if figure["name"] == name:
                    return figure["value"]
        return None

    def table(self, section: str, title: str) -> list[Document]:
        """The rows of a table by the names of its columns; none if it is not there."""
        for item in self._items(section, "table"):
            if item["title"] == title:
                return [dict(zip(item["columns"], row, strict=False)) for row in item["rows"]]
        return []

    def titles(self) -> list[str]:
        """The titles of the sections."""
        return [section["title"] for section in (self.report or {}).get("sections", [])]

    def _items(self, section: str, kind: str) -> Iterator[Document]:
        for each in (self.report or {}).get("sections", []):
            if each["title"] == section:
                yield from (item for item in each["items"] if item["kind"] == kind)
