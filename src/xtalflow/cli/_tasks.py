"""``xtalflow tasks``: what there is, and what one task takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from xtalflow.errors import InvalidInput

from ._parser import SubParsers, add_command

_TITLES = {"inputData": "Inputs", "controlParameters": "Controls", "outputData": "Outputs"}


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands, "tasks", _show_tasks, summary="list the tasks, or the parameters of one: path, class, default, help"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("task", metavar="TASK", nargs="?", help="show its parameters")
    which.add_argument(
        "--definition",
        metavar="FILE",
        type=Path,
        help="show the parameters of a definition file of CCP4i2 (*.def.xml), and what is wrong in it",
    )
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of the parameters of the task or definition"
    )


def _show_tasks(arguments: argparse.Namespace) -> int:
    from xtalflow.services import definition_detail, definition_tree, list_tasks, load_settings, task_detail

    from ._output import print_json

    load_settings()
    document: Any
    if arguments.schema:
        print_json(_schema(arguments))
        return 0
    if arguments.definition:
        document = (definition_tree if arguments.json else definition_detail)(arguments.definition)
    else:
        document = task_detail(arguments.task) if arguments.task else list_tasks()
    if arguments.json:
        print_json(document)
    elif arguments.definition:
        _print_definition(document)
    elif arguments.task:
        _print_task(document)
    else:
        _print_list(document)
    return 0


def _schema(arguments: argparse.Namespace) -> dict[str, Any]:
    from xtalflow.services import definition_schema, task_schema

    if arguments.definition:
        return definition_schema(arguments.definition)
    if arguments.task:
        return task_schema(arguments.task)
    raise InvalidInput("--schema needs a TASK or a --definition FILE whose parameters it describes")


def _print_list(tasks: list[dict[str, Any]]) -> None:
    from ._output import print_table
    from ._tables import Column

    rows = [(one["category"], one["name"], one["title"], _said_of(one)) for one in tasks]
    print_table(["Category", "Task", Column("Title", wraps=True), Column("What it does", wraps=True)], sorted(rows))


def _said_of(task: dict[str, Any]) -> str:
    """What a task does, and what it lacks."""
    if task["error"] or not task["missing"]:
        return str(task["error"] or task["summary"])
    return ". ".join(filter(None, [task["summary"].rstrip("."), f"Not found: {', '.join(task['missing'])}"]))


def _print_task(task: dict[str, Any]) -> None:
    from ._output import print_text

    print(f"{task['name']} {task['version']}: {task['title']}")
    print_text(task["summary"])
    if task["programs"]:
        print(f"runs {', '.join(task['programs'])}")
    if task["missing"]:
        print_text(f"not found: {', '.join(task['missing'])}")
    _print_parameters(task["parameters"])


def _print_definition(definition: dict[str, Any]) -> None:
    from ._output import print_text

    print(definition["task"])
    _print_parameters(definition["parameters"])
    if definition["notes"]:
        print("\nWrong in the definition:")
    for note in definition["notes"]:
        print_text(f"- {note['path'] or definition['task']}: {note['what']}", indent=2)


def _print_parameters(parameters: list[dict[str, Any]]) -> None:
    from ._output import print_table
    from ._tables import Column, Columns

    columns: Columns = [
        Column("Parameter", wraps=True),
        Column("Class", wraps=True),
        Column("Default", right=True, wraps=True),
        Column("", wraps=True),
    ]
    sections: dict[str, list[tuple[str, str, str, str]]] = {}
    for one in parameters:
        sections.setdefault(one["path"].partition(".")[0], []).append(_row(one))
    for section, rows in sections.items():
        print_table(columns, rows, _TITLES.get(section, section))


def _row(parameter: dict[str, Any]) -> tuple[str, str, str, str]:
    kind = parameter["class"] + (f" of {parameter['item']}" if "item" in parameter else "")
    default = _shown(parameter["value"])
    notes = [parameter["label"], parameter["help"], _limits(parameter["qualifiers"])]
    said = " ".join(". ".join(note.rstrip(".") for note in notes if note not in ("", "None")).split())
    return parameter["path"], kind, default or ("required" if parameter["required"] else ""), said


def _shown(value: Any) -> str:
    """A default in a line: what it is, or its parts; of a list the items that are given."""
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(shown for part in value if (shown := _shown(part)))
    return "" if value is None else str(value)


def _limits(qualifiers: dict[str, Any]) -> str:
    low, high = qualifiers.get("min"), qualifiers.get("max")
    choices = qualifiers.get("enumerators")
    if choices and qualifiers.get("onlyEnumerators"):
        return "One of " + ", ".join(str(choice) for choice in choices)
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"At least {low}"
    return "" if high is None else f"At most {high}"
