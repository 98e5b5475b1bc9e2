"""``xtalflow run --dry-run``: what would run, and nothing is made."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from xtalflow.figures import places_of, rounded

from ._output import print_json, print_table
from ._tables import Column

if TYPE_CHECKING:
    from xtalflow.plugin import CPluginScript


def show_dry_run(plugin: CPluginScript, arguments: argparse.Namespace) -> int:
    """Check the job as a real one, and show task, parameters and what the inputs hold."""
    from xtalflow.services import (
        DEFAULT_PROJECT,
        check_job,
        check_project_name,
        check_title,
        parameter_documents,
        planned_inputs,
        planned_project,
    )

    check_title(arguments.title)
    if arguments.project is not None:
        check_project_name(arguments.project)
    remarks = asyncio.run(check_job(plugin))
    document: dict[str, Any] = {
        "task": plugin.TASKNAME,
        "title": arguments.title or plugin.TASKTITLE,
        "version": plugin.TASKVERSION,
        "project": arguments.project or planned_project() or DEFAULT_PROJECT,
        "programs": list(plugin.PROGRAMS),
        "parameters": [one for one in parameter_documents(plugin) if not one["path"].startswith("outputData.")],
        "inputs": planned_inputs(plugin),
        "remarks": [f"{remark.path}: {remark.message}" for remark in remarks],
    }
    if arguments.json:
        print_json(document)
    else:
        _print(document)
    return 0


def _print(document: dict[str, Any]) -> None:
    programs = ", ".join(document["programs"]) or "none of its own"
    print(
        f"{document['task']} {document['version']} ({document['title']}) would run in the project {document['project']}"
    )
    print(f"programs: {programs}; nothing was made")
    rows = [
        (one["path"], _value(one["value"]), one["state"].replace("_", " "), one["label"])
        for one in document["parameters"]
    ]
    print_table([Column("Parameter", wraps=True), Column("Value", wraps=True), "State", Column("", wraps=True)], rows)
    facts = [
        (one["param"], name, _value(value))
        for one in document["inputs"]
        for name, value in one["facts"].items()
        if value
    ]
    if facts:
        print_table(
            [Column("Input", wraps=True), Column("Fact", wraps=True), Column("Value", wraps=True)],
            facts,
            "What the inputs hold",
        )
    for remark in document["remarks"]:
        print(remark)


def _value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items())
    if isinstance(value, float):
        return rounded(value, places_of([value]))
    if isinstance(value, list):
        shown = [_value(each) for each in value[:12]]
        return ("; " if value and isinstance(value[0], (dict, list)) else " ").join(shown) + " …" * (len(value) > 12)
    return str(value)
