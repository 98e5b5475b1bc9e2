"""What came out of a job, for people."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xtalflow.figures import duration, figure, heading

from ._output import print_table
from ._tables import Column


def print_result(document: dict[str, Any], *, said: Sequence[str] = ()) -> None:
    """The job, its indicators, its files, warnings but those that were said already, and where to look further."""
    name = f"{document['project']}/{document['number']}"
    quoted = shlex.quote(name)
    print(f"job {name} ({document['task']}) {document['status']} after {duration(document['duration_s']) or 'no time'}")
    if document["kpis"]:
        print_kpis(document["kpis"])
    if document["files"]:
        print(f"files in {document['directory']}")
        print_files("Output", document["files"], document["directory"])
    print_warnings(document | {"warnings": [warning for warning in document["warnings"] if warning not in said]})
    print(f"more: xtalflow show {quoted}    xtalflow graph {quoted}")


def print_files(heading: str, files: list[dict[str, Any]], directory: str, title: str = "") -> None:
    """Files of a job, with their places in the project's folder."""
    rows = [(file["param"], file["annotation"], path_in(file["path"], directory) + absence_in(file)) for file in files]
    print_table([heading, Column("", wraps=True), Column("File", path=True)], rows, title)


def print_warnings(document: dict[str, Any]) -> None:
    """What a job warned of, a line each."""
    for warning in document["warnings"]:
        print(f"warning: {' '.join(warning.split())}")


def print_kpis(kpis: dict[str, Any]) -> None:
    """Indicators, one below the other."""
    rows = [(heading(key), figure(value, key)) for key, value in kpis.items()]
    print_table([Column("Indicator", wraps=True), Column("Value", right=True)], rows)


def absence_in(file: dict[str, Any]) -> str:
    """What follows the path of a file that is not there: why; empty for others."""
    return f" ({file['absence']})" if file["absence"] else ""


def path_in(path: str, directory: str) -> str:
    """A path as it stands in a folder."""
    return str(Path(path).relative_to(directory)) if Path(path).is_relative_to(directory) else path
