"""Tables: of indicators, and as notebooks show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

from xtalflow.errors import NotEquipped

if TYPE_CHECKING:
    from ._http import Http

_TOLD = ("project", "number", "uuid", "task", "title", "status", "created", "finished", "duration_s", "evaluation")
_SHOWN = 100
LIBRARIES = ("pandas", "polars")


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRow:
    """A job of a table, with its indicators."""

    project: str
    number: str
    uuid: str
    task: str
    title: str
    status: str
    created: str
    finished: str | None
    duration_s: float | None
    evaluation: str
    kpis: Mapping[str, float | int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiTable:
    """Jobs with their indicators; `keys` are those of the columns."""

    keys: tuple[str, ...]
    rows: tuple[KpiRow, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[KpiRow]:
        return iter(self.rows)

    def to_dataframe(self, library: str = "") -> Any:
        """A data frame of pandas or polars, whichever is there: a row for each job, a column for each indicator.

        Raises
        ------
        NotEquipped
            Neither is installed, or not the one that is named.
        """
        names = [library] if library else LIBRARIES
        for name in names:
            try:
                module = import_module(name)
            except ImportError:
                continue
            return module.DataFrame(self._columns())
        raise NotEquipped(f"a data frame needs {' or '.join(names)}, and it is not installed")

    def _columns(self) -> dict[str, list[Any]]:
        told = {name: [getattr(row, name) for row in self.rows] for name in _TOLD}
        return told | {key: [row.kpis.get(key) for row in self.rows] for key in self.keys}

    def _repr_html_(self) -> str:
        rows = [
            (f"{row.project}/{row.number}", row.task, row.status, *(figure(row.kpis.get(key)) for key in self.keys))
            for row in self.rows[:_SHOWN]
        ]
        left = len(self.rows) - _SHOWN
        title = f"Indicators of {len(self.rows)} jobs" + (f"; {left} more are not shown" if left > 0 else "")
        return table(title, ("Job", "Task", "Status", *self.keys), rows)


def read_table(http: Http, path: str, asked: Mapping[str, Any], limit: int | None) -> KpiTable:
    """A table of the server, page by page."""
    size = min(limit or 1000, 1000)
    first = http.ask("GET", path, params={**asked, "limit": size})
    rows = _rows(http, path, {**asked, "limit": size}, first)
    keys = tuple(first["keys"])
    return KpiTable(keys=keys, rows=tuple(islice(rows, limit)))


def _rows(http: Http, path: str, asked: Mapping[str, Any], page: Mapping[str, Any]) -> Iterator[KpiRow]:
    while True:
        for row in page["items"]:
            yield KpiRow(**row)
        if not page["next"]:
            return
        page = http.ask("GET", path, params={**asked, "cursor": page["next"]})


def figure(value: Any) -> str:
    """A value as a table shows it, with four significant figures."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as HTML; what is in it is text, whatever it looks like."""
    head = "".join(f"<th>{escape(str(each))}</th>" for each in heads)
    lines = "".join("<tr>" + "".join(f"<td>{escape(figure(each))}</td>" for each in row) + "</tr>" for row in rows)
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f"<table><caption>{escape(title)}</caption>{top}<tbody>{lines}</tbody></table>"
