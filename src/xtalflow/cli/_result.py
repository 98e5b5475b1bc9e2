"""What came out of a job, for people."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ._numbers import duration, figure, heading
from ._output import Column, print_table


def print_result(document: dict[str, Any]) -> None:
    """The job, its indicators, its files, and where to look further."""
    name = f"{document['project']}/{document['number']}"
    print(f"job {name} ({document['task']}) {document['status']} after {duration(document['duration_s']) or 'no time'}")
    if document["kpis"]:
        print_kpis(document["kpis"])
    if document["files"]:
        rows = [(file["param"], file["annotation"], shown_path(file["path"])) for file in document["files"]]
        print_table(["Output", "", Column("File", wraps=True)], rows)
    print(f"more: xtalflow show {name}    xtalflow graph {name}")


def print_kpis(kpis: dict[str, Any]) -> None:
    """Indicators, one below the other."""
    rows = [(heading(key), figure(value, key)) for key, value in kpis.items()]
    print_table(["Indicator", Column("Value", right=True)], rows)


def shown_path(path: str) -> str:
    """A path relative to where we are, if it is below."""
    here = Path(os.path.abspath("."))  # noqa: PTH100  as typed, with links unresolved
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
