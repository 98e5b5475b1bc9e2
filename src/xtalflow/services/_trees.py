"""Definition and parameter files of CCP4i2: what is in them, object by object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from xtalflow.data import CContainer, CData, CDataFile, CList, CScalar, own_qualifiers
from xtalflow.errors import NotEquipped, UnknownTask, UnreadableFile
from xtalflow.formats import Definition, ParamsHeader, json_schema, read_definition, read_params, read_params_header
from xtalflow.plugin import make_task

from ._documents import Document, iso_time
from ._tasks import as_json, leaves, parameter_document
from .i2run import task_meant

_REMEDY = "name the definition of its task (--definition FILE)"


def definition_detail(path: Path) -> Document:
    """A definition file's task, its parameters as `task_detail` has them, and what is wrong in it.

    Raises
    ------
    UnreadableFile
        It, or a file that it is built on, is missing, broken or no definition.
    """
    definition = read_definition(path)
    below = list(definition.container.children())
    return _definition(definition, [parameter_document(item) for each in below for item in leaves(each)])


def definition_schema(path: Path) -> Document:
    """The JSON Schema of the parameters of a definition file.

    Raises
    ------
    UnreadableFile
        It, or a file that it is built on, is missing, broken or no definition.
    """
    definition = read_definition(path)
    title = definition.header.get("pluginTitle") or definition.task
    return json_schema(definition.container, title=title)


def definition_tree(path: Path) -> Document:
    """The same with every object of the tree in order, containers, parts and list items included.

    Raises
    ------
    UnreadableFile
        As of `definition_detail`.
    """
    definition = read_definition(path)
    return _definition(definition, [_object(item) for item in _below(definition.container)])


def params_tree(path: Path, definition: Path | None = None) -> Document:
    """A parameter file in the tree of its task: its header, every object with its value, and what is no parameter.

    Parameters
    ----------
    definition
        The definition file of its task; left out, the task is the one of this name that is installed.

    Raises
    ------
    UnreadableFile
        A file is missing, broken, or not of its kind, or the task that its header names is not installed.
    """
    container, task = _tree_of(path, definition)
    header = read_params(path, container, keep_refused=True)
    return {
        "task": header.task or task,
        "definition": task,
        "header": _header(header),
        "parameters": [_object(item) | {"value": _value(item)} for item in _below(container)],
        "unknown": [{"path": each.path, "xml": each.xml, "refusal": each.refusal} for each in header.unknown],
    }


def _tree_of(path: Path, definition: Path | None) -> tuple[CContainer, str]:
    """An empty tree for a parameter file, and the name of its task."""
    if definition is not None:
        read = read_definition(definition)
        return read.container, read.task
    header = read_params_header(path)
    name = header.task
    if not name:
        raise UnreadableFile(path, f"does not say of which task it is; {_REMEDY}")
    try:
        meant = name if header.is_native else task_meant(name)
        return make_task(meant).container, meant
    except NotEquipped as exc:
        raise UnreadableFile(path, f"{exc}; or {_REMEDY}") from exc
    except UnknownTask as exc:
        raise UnreadableFile(path, f"is of the task {name!r}, which is not installed; {_REMEDY}") from exc


def _definition(definition: Definition, parameters: list[Document]) -> Document:
    notes = [{"file": note.file.name, "path": note.path, "what": note.what} for note in definition.notes]
    return {"task": definition.task, "parameters": parameters, "notes": notes}


def _header(header: ParamsHeader) -> Document:
    said = {name: value for name, value in asdict(header).items() if value and name not in ("unknown", "task")}
    return said | ({"created": iso_time(header.created)} if header.created else {})


def _below(item: CData) -> Iterator[CData]:
    """All objects below one, in order."""
    for child in item.children():
        yield child
        yield from _below(child)


def _object(item: CData) -> Document:
    """An object of the tree with all its qualifiers; what is below it has documents of its own."""
    qualifiers = {name: as_json(value) for name, value in item.get_merged_metadata("qualifiers").items()}
    if isinstance(item, CList):
        below = item.makeItem()
        said = {name: as_json(value) for name, value in own_qualifiers(below).items()}
        qualifiers["subItem"] = {"class": below.class_name, "qualifiers": said}
    return {
        "path": item.object_path(),
        "class": item.class_name,
        "default": qualifiers.get("default"),
        "state": item.getValueState().value,
        "qualifiers": qualifiers,
    }


def _value(item: CData) -> Any:
    """The value of a scalar, the path that a file says itself; what is made of others has none."""
    if isinstance(item, CScalar):
        return as_json(item.to_dict()["value"])
    if isinstance(item, CDataFile) and item.baseName.value:
        return str(PurePosixPath(item.relPath.value or "", item.baseName.value))
    return None
