"""The command line that would make a job."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from xtalflow.data import CCollection, CComposite, CData, CDataFile, CList, CScalar, choices_in
from xtalflow.errors import UnknownParameter
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import CMiniMtzDataFile

from ._parameters import find_parameter, parameters
from ._tasks import value_of


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
    options = [*(["--title", title] if title not in ("", plugin.TASKTITLE) else []), *(["--reuse"] if reuse else [])]
    return shlex.join(["xtalflow", "run", plugin.TASKNAME, "-p", project, *options, *words])


def _words(plugin: CPluginScript, item: CData, elsewhere: Path | None) -> Iterator[str]:
    if isinstance(item, CCollection) or not item.isSet(allowDefault=False):
        return
    if isinstance(item, CList):
        is_plain = not any(isinstance(each, (CList, CComposite)) and not isinstance(each, CDataFile) for each in item)
        for each in item:
            if is_plain and each.isSet(allowDefault=False):
                yield f"{_name(plugin, item)}={_value(each, elsewhere)}"
                yield from _parts(plugin, each, elsewhere)
            elif not is_plain:
                yield from _words(plugin, each, elsewhere)
    elif isinstance(item, (CDataFile, CScalar)):
        yield f"{_name(plugin, item)}={_value(item, elsewhere)}"
        yield from _parts(plugin, item, elsewhere)
    else:
        for part in item.children():
            yield from _words(plugin, part, elsewhere)


def _parts(plugin: CPluginScript, item: CData, elsewhere: Path | None) -> Iterator[str]:
    """What is chosen in a file, but for the columns, which are written with it."""
    if not isinstance(item, CDataFile):
        return
    for part in choices_in(item):
        if not (isinstance(item, CMiniMtzDataFile) and part.name == "columnLabels"):
            yield from _words(plugin, part, elsewhere)


def _value(item: CData, elsewhere: Path | None) -> str:
    text = str(value_of(item))
    path = item.path if isinstance(item, CDataFile) else None
    if path is not None and elsewhere is not None and path.is_relative_to(elsewhere):
        return text.replace(str(path), path.name, 1)
    return text


def _name(plugin: CPluginScript, item: CData) -> str:
    """The shortest ending of a path that names only this parameter."""
    path, whole = item.object_path(), _file_around(item) or item
    steps, least = path.split("."), whole.object_path().count(".")
    for start in reversed(range(least + 1)):
        name = ".".join(steps[start:])
        try:
            if find_parameter(plugin, name) is item:
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
