"""Parameters by name: a full path, or any ending of it that only one parameter has."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from xtalflow.data import CComposite, CContainer, CData, CDataFile, CList, choices_in, is_parameter_name, split_path
from xtalflow.errors import UnknownParameter
from xtalflow.plugin import CPluginScript

SECTIONS = ("inputData", "controlParameters")
"""Sections that a user gives; outputs are the task's."""

OUTPUTS = "outputData"
_NOT_GIVEN = frozenset({OUTPUTS, "guiAdmin", "guiControls", "guiParameters", "patchSelection", "temporary"})
"""Sections of definition files that hold what the task makes, and what a form remembers."""


def parameters(plugin: CPluginScript) -> list[CData]:
    """What a user may give, in order: inputs, controls, and what else a definition file declares; no container."""
    return [item for section in given_sections(plugin.container) for item in parameters_below(section)]


def given_sections(container: CContainer) -> list[CData]:
    """The sections of a task that a user gives."""
    return [section for section in container.children() if section.name not in _NOT_GIVEN]


def is_remembered(path: str) -> bool:
    """Whether a path is of what the task makes or a form remembers, which no new job is given."""
    return path.partition(".")[0] in _NOT_GIVEN


def parameters_below(item: CData) -> Iterator[CData]:
    """All at and below a section that is no container, in order."""
    if isinstance(item, CContainer):
        for child in item.children():
            yield from parameters_below(child)
    else:
        yield item


def find_parameter(plugin: CPluginScript, name: str) -> CData:
    """The parameter that a name means: `F_SIGF`, `inputData.F_SIGF`, `CELL.a`, `DICT_LIST[0]`, `XYZIN.selection.text`.

    The item after the last of a list is made.

    Raises
    ------
    UnknownParameter
        No parameter answers to the name (close ones are offered), or several do (they are listed).
    """
    item = _owner(plugin, name)
    return _descend(item, _rest(item, split_path(name)), name)


def path_meant(plugin: CPluginScript, name: str) -> tuple[str, ...]:
    """The steps of the path of what a name means, which need not be there yet; errors as of `find_parameter`."""
    return _meant(_owner(plugin, name), split_path(name))


def _owner(plugin: CPluginScript, name: str) -> CData:
    """The parameter that a name begins with."""
    steps = split_path(name)
    known = parameters(plugin)
    for candidates in (known, _parts(known)):
        found = {_meant(item, steps): item for item in candidates if _matches(item, steps)}
        exact = [item for item in found.values() if _is_start(split_path(item.object_path()), steps)]
        if len(found) > 1 and not exact:
            paths = sorted(item.object_path() for item in found.values())
            raise UnknownParameter(name, close=paths, ambiguous=True)
        if found:
            return (exact or list(found.values()))[0]
    raise UnknownParameter(name, close=close_names(name, known))


def is_name(text: str) -> bool:
    """Whether a text could name a parameter at all."""
    try:
        steps = split_path(text)
    except UnknownParameter:
        return False
    return bool(steps) and all(step.startswith("[") or is_parameter_name(step) for step in steps)


def _parts(known: Sequence[CData]) -> list[CData]:
    """Named values inside composites, but not what all files have in common."""
    found = []
    for item in known:
        if isinstance(item, CComposite):
            below = choices_in(item) if isinstance(item, CDataFile) else list(item.children())
            found += below + _parts(below)
    return found


def _matches(item: CData, steps: Sequence[str]) -> bool:
    rest = _rest(item, steps)
    return rest is not None and _can_descend(item, rest)


def _meant(item: CData, steps: Sequence[str]) -> tuple[str, ...]:
    """The whole path of what the steps lead to from an item; the same from a part and from what it is a part of."""
    return (*split_path(item.object_path()), *(_rest(item, steps) or ()))


def _rest(item: CData, steps: Sequence[str]) -> list[str] | None:
    """What of the steps goes on below an item, if they begin with an ending of its path; None if they do not."""
    own = list(split_path(item.object_path()))
    for start in range(len(own)):
        ending = own[start:]
        if list(steps[: len(ending)]) == ending:
            return list(steps[len(ending) :])
    return None


def _is_start(path: Sequence[str], steps: Sequence[str]) -> bool:
    return tuple(steps[: len(path)]) == tuple(path)


def _can_descend(item: CData, rest: Sequence[str]) -> bool:
    if not rest:
        return True
    if isinstance(item, CList):
        position = int(rest[0][1:-1]) if rest[0].startswith("[") else len(item) + 1
        below = item[position] if position < len(item) else item.makeItem()
        return position <= len(item) and _can_descend(below, rest[1:])
    return rest[0] in item.childNames() and _can_descend(item.find(rest[0]), rest[1:])


def _descend(item: CData, rest: Sequence[str] | None, name: str) -> CData:
    for step in rest or ():
        if isinstance(item, CList) and int(step[1:-1]) == len(item):
            item = item.addItem()
            continue
        found = item.find(step)
        if not isinstance(found, CData):
            raise UnknownParameter(name)
        item = found
    return item


def close_names(name: str, known: Sequence[CData]) -> list[str]:
    """Names of parameters that look like this one."""
    last = split_path(name)[0] if "." not in name else split_path(name)[-1]
    by_name = {item.name.lower(): item.name for item in known}
    return [by_name[each] for each in difflib.get_close_matches(last.lower(), list(by_name), n=3)]
