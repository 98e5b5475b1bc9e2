"""The command line that would make a job."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xtalflow.data import CData, CDataFile, CList, CScalar, choices_in, split_path
from xtalflow.errors import UnknownParameter
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import CMiniMtzDataFile, CPdbDataFile

from ._parameters import parameters, path_meant
from ._words import split_columns, value_text


def command_line(
    plugin: CPluginScript, project: str, *, title: str = "", reuse: bool = False, elsewhere: Path | None = None
) -> str:
    """The words that run a filled task, as a shell takes them: what is as declared is left out.

    Parameters
    ----------
    elsewhere
        A folder whose files are another's copies: of those only the names are written.
    """
    words = [word for item in parameters(plugin) for word in _words(plugin, item, elsewhere)]
    options = [*_option("-p", "--project", project), *(["--reuse"] if reuse else [])]
    if title not in ("", plugin.TASKTITLE):
        options += _option("--title", "--title", title)
    return shlex.join(["xtalflow", "run", plugin.TASKNAME, *options, *words])


def is_said(item: CData) -> bool:
    """Whether a command must say anything of a parameter: what is as declared goes without."""
    return item.isSet(allowDefault=False)


def needs_clearing(items: CList[Any]) -> bool:
    """Whether a list must be emptied before its items are given: it is empty, or shorter than declared."""
    return len(items) < max(items.qualifier("listMinLength") or 0, 1)


def parts_to_say(file: CDataFile) -> list[CData]:
    """What is to be said of a file beside where it is: what is chosen in it, and what no record of it knows.

    A content flag is left out where the content itself tells it each time that it is read.
    """
    choices = choices_in(file)
    if file.dbFileId.value:
        return choices
    is_read = isinstance(file, (CMiniMtzDataFile, CPdbDataFile))
    return [file.annotation, file.subType, *([] if is_read else [file.contentFlag]), file.project, *choices]


def _option(short: str, long: str, value: str) -> list[str]:
    """An option with its value, as one word if that could be taken for an option itself."""
    return [f"{long}={value}"] if value.startswith("-") else [short, value]


def _words(plugin: CPluginScript, item: CData, elsewhere: Path | None) -> Iterator[str]:
    if not is_said(item):
        return
    if isinstance(item, CList):
        yield from _words_of_list(plugin, item, elsewhere)
    elif isinstance(item, (CDataFile, CScalar)):
        yield f"{_name(plugin, item)}={_value(item, elsewhere)}"
        yield from _parts(plugin, item, elsewhere)
    else:
        for part in item.children():
            yield from _words(plugin, part, elsewhere)


def _words_of_list(plugin: CPluginScript, items: CList[Any], elsewhere: Path | None) -> Iterator[str]:
    """Plain items one after the other; others, and empty texts, by their positions."""
    name = _name(plugin, items)
    if all(isinstance(each, (CDataFile, CScalar)) and _value(each, elsewhere) for each in items) and len(items):
        for each in items:
            yield f"{name}={_value(each, elsewhere)}"
            yield from _parts(plugin, each, elsewhere)
        return
    if needs_clearing(items) or any(isinstance(each, (CDataFile, CScalar)) for each in items):
        yield f"{name}="
    for each in items:
        yield from _words(plugin, each, elsewhere)


def _parts(plugin: CPluginScript, item: CData, elsewhere: Path | None) -> Iterator[str]:
    """What is said of a file, but for the columns, which are written with it."""
    if not isinstance(item, CDataFile):
        return
    for part in parts_to_say(item):
        if not (isinstance(item, CMiniMtzDataFile) and part.name == "columnLabels"):
            yield from _words(plugin, part, elsewhere)


def _value(item: CData, elsewhere: Path | None) -> str:
    if isinstance(item, CScalar):
        return value_text(item) if item.value is not None else ""
    if not isinstance(item, CDataFile) or item.path is None:
        return ""
    is_elsewhere = elsewhere is not None and item.path.is_relative_to(elsewhere)
    text = item.path.name if is_elsewhere else str(item)
    columns = item.columnLabels.value if isinstance(item, CMiniMtzDataFile) else ""
    if columns:
        plain = f"{text}:{columns}"
        return plain if split_columns(plain, Path("/")) == (text, columns) else f"{text}:[{columns}]"
    return text if split_columns(text, Path("/")) == (text, "") else f"{text}:"


def _name(plugin: CPluginScript, item: CData) -> str:
    """The shortest ending of a path that names only this parameter."""
    path, whole = item.object_path(), _file_around(item) or item
    steps, least = path.split("."), whole.object_path().count(".")
    for start in reversed(range(least + 1)):
        name = ".".join(steps[start:])
        try:
            if path_meant(plugin, name) == split_path(path):
                return name
        except UnknownParameter:
            continue
    return path


def _file_around(item: CData) -> CDataFile | None:
    """The file that a parameter is a part of."""
    node = item.parent
    while node is not None and not isinstance(node, CDataFile):
        node = node.parent
    return node
