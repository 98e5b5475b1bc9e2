"""Parameters as programs give them, for a form: values by the whole paths of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript
from xtalflow.services import find_parameter

_FILE, _COLUMNS = ("file", "upload", "path"), "columns"
_INDEX = re.compile(r"\[(\d{1,9})\]")
_DEEPEST = 20


def flat_values(plugin: CPluginScript, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form's fields, by their paths, of what was given.

    A name is a path, or an ending of one that only one parameter has. What is below a list or a composite may be given
    in it. A file is ``{"file": UUID}``, ``{"upload": ID}`` or ``{"path": PATH}``, with ``"columns"`` perhaps.

    Raises
    ------
    UnknownParameter
        No parameter answers to a name, or several do.
    InvalidInput
        One is given twice, or a file in several ways.
    """
    values: dict[str, Any] = {}
    for name, value in given.items():
        for path, each in _flat(_whole_path(plugin, name), value, 0):
            if path in values:
                raise InvalidInput(f"{path} is given twice")
            values[path] = each
    return values


def uploads_in(given: Any) -> Iterator[str]:
    """The uploads that are named in what was given."""
    if isinstance(given, Mapping):
        upload = given.get("upload")
        if isinstance(upload, str) and _is_file(given):
            yield upload
        for each in given.values():
            yield from uploads_in(each)
    elif isinstance(given, list):
        for each in given:
            yield from uploads_in(each)


def _whole_path(plugin: CPluginScript, name: str) -> str:
    """The whole path of the parameter that a name means; what is named is made in a copy only."""
    if name in ("inputData", "controlParameters"):
        return name
    empty = type(plugin)()
    numbers = _INDEX.findall(name)
    path = find_parameter(empty, _INDEX.sub("[0]", name)).object_path()
    before = path.count("[0]") - len(numbers)
    if before:
        raise InvalidInput(f"{name}: write more of the path, with the number of the item")
    for number in numbers:
        path = path.replace("[0]", f"[\0{number}]", 1)
    return path.replace("\0", "")


def _flat(path: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEEPEST:
        raise InvalidInput(f"{path} is given too deep")
    if isinstance(value, Mapping):
        if _is_file(value):
            yield path, _file(path, value)
            if columns := value.get(_COLUMNS):
                yield f"{path}.columnLabels", columns
            return
        for name, each in value.items():
            yield from _flat(f"{path}.{name}", each, depth + 1)
    elif isinstance(value, list):
        if not value:
            yield path, []
        for number, each in enumerate(value):
            yield from _flat(f"{path}[{number}]", each, depth + 1)
    else:
        yield path, value


def _is_file(value: Mapping[str, Any]) -> bool:
    return set(value) <= {*_FILE, _COLUMNS} and any(isinstance(value.get(name), str) for name in _FILE)


def _file(path: str, value: Mapping[str, Any]) -> dict[str, Any]:
    ways = [name for name in _FILE if name in value]
    if len(ways) != 1 or not isinstance(value[ways[0]], str):
        raise InvalidInput(f"{path}: give a file in one way: as file, upload or path, with a text")
    return {ways[0]: value[ways[0]]}
