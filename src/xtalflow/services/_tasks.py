"""Tasks: which there are, and what one takes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xtalflow.data import CComposite, CContainer, CData, CDataFile, CList, CScalar
from xtalflow.formats import json_schema
from xtalflow.plugin import CPluginScript, load_task, task_head, task_names
from xtalflow.xtal import CMiniMtzDataFile

from ._documents import Document

_SHOWN_ELSEWHERE = frozenset({"default", "toolTip", "guiLabel"})


def list_tasks() -> list[Document]:
    """All registered tasks by name; one that cannot be loaded says why in ``error``."""
    return [_head(name) for name in task_names()]


def task_detail(name: str) -> Document:
    """A task with all its parameters: path, class, default, qualifiers, help.

    Raises
    ------
    UnknownTask
        There is none of this name; close ones are offered.
    """
    task = load_task(name)
    return _head(name) | {"parameters": parameter_documents(task())}


def task_schema(name: str) -> Document:
    """The JSON Schema of a task's parameters.

    Raises
    ------
    UnknownTask
        There is none of this name; close ones are offered.
    """
    task = load_task(name)
    head = _head(name)
    return json_schema(task().container, title=head["title"] or name, description=head["summary"])


def parameter_documents(plugin: CPluginScript) -> list[Document]:
    """All parameters of a plugin in order, with their present values and states."""
    return [parameter_document(item) for item in leaves(plugin.container)]


def _head(name: str) -> Document:
    head = task_head(name)
    return {
        "name": name,
        "title": head.title,
        "version": head.version,
        "category": head.category,
        "summary": head.summary,
        "programs": list(head.programs),
        "missing": list(head.missing),
        "error": head.error or None,
    }


def summary_of(task: type[CPluginScript]) -> str:
    """What a task does, in a sentence or two."""
    return (inspect.getdoc(task) or "").partition("\n\n")[0].replace("\n", " ")


def leaves(item: CData) -> list[CData]:
    """Parameters below a container: values, files, lists, composites."""
    if isinstance(item, CContainer):
        return [leaf for child in item.children() for leaf in leaves(child)]
    return [item]


def parameter_document(item: CData) -> Document:
    qualifiers = item.get_merged_metadata("qualifiers")
    document: Document = {
        "path": item.object_path(),
        "class": item.class_name,
        "label": str(qualifiers.get("guiLabel") or ""),
        "default": as_json(qualifiers.get("default")),
        "state": item.getValueState().value,
        "value": value_of(item),
        "required": qualifiers.get("allowUndefined") is False,
        "help": str(qualifiers.get("toolTip") or ""),
        "qualifiers": {name: as_json(value) for name, value in qualifiers.items() if name not in _SHOWN_ELSEWHERE},
    }
    if isinstance(item, CList):
        document["item"] = item.makeItem().class_name
    elif isinstance(item, CComposite) and not isinstance(item, CDataFile):
        document["parts"] = [parameter_document(child) for child in item.children()]
    return document


def value_of(item: CData) -> Any:
    """The value of a parameter as a reader wants it: a file is its path, with the columns chosen in it."""
    if isinstance(item, CScalar):
        return item.value
    if isinstance(item, CDataFile):
        columns = item.columnLabels.value if isinstance(item, CMiniMtzDataFile) else None
        return (f"{item}:{columns}" if columns else str(item)) if item.isSet() else None
    if isinstance(item, CList):
        return [value_of(each) for each in item]
    return {child.name: value_of(child) for child in item.children() if child.isSet()} or None


def as_json(value: Any) -> Any:
    """A qualifier as JSON has it."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [as_json(each) for each in value]
    return str(value) if isinstance(value, Path) else type(value).__name__
