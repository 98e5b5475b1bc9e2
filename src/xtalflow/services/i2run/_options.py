"""The options of a task: one for each parameter, called by an ending of its path."""

from __future__ import annotations

from collections.abc import Sequence

from xtalflow.data import CContainer, CData, split_path
from xtalflow.errors import InvalidInput, UnknownParameter

from .._parameters import OUTPUTS, close_names, parameters_below

_ROOT = "container."
"""Begin of the paths that CCP4i2 knows; ours go without."""


def option_documents(names: OptionNames) -> list[dict[str, str]]:
    """The options of a task in order, as texts: name, class, default, help."""
    return [
        {
            "name": names.name_of(item),
            "class": item.class_name,
            "default": "" if (default := item.qualifier("default")) is None else str(default),
            "help": str(item.qualifier("toolTip") or item.qualifier("guiLabel") or ""),
        }
        for item in names.known
        if not item.object_path().startswith(f"{OUTPUTS}.")
    ]


class OptionNames:
    """What the options of a task are called: ``--XYZIN``, ``--prosmartProtein.REFERENCE_MODELS``.

    Any ending of a path names its parameter; of several that have it, the one of the shortest path, the first in order.
    """

    def __init__(self, container: CContainer) -> None:
        self.known = list(parameters_below(container))
        self._by_name: dict[str, list[tuple[tuple[str, ...], CData]]] = {}
        for item in self.known:
            self._by_name.setdefault(item.name, []).append((split_path(item.object_path()), item))

    def find(self, name: str) -> CData:
        """The parameter that an option names.

        Raises
        ------
        UnknownParameter
            None answers to the name; close ones are offered.
        InvalidInput
            It is an output.
        """
        wanted = name.removeprefix(_ROOT)
        matching = self._matching(split_path(wanted))
        if not matching:
            raise UnknownParameter(name, close=close_names(wanted, self.known), listed_by="--help")
        path, item = min(matching, key=lambda each: len(each[0]))
        if path[0] == OUTPUTS:
            raise InvalidInput(f"{item.object_path()} is an output, which the task itself names")
        return item

    def has(self, name: str) -> bool:
        """Whether an option of this name is one of the task's."""
        try:
            return bool(self._matching(split_path(name)))
        except UnknownParameter:
            return False

    def name_of(self, item: CData) -> str:
        """The shortest ending of a parameter's path that no other has; the path where there is none."""
        steps = split_path(item.object_path())
        for start in reversed(range(len(steps))):
            if len(self._matching(steps[start:])) == 1:
                return ".".join(steps[start:])
        return item.object_path()

    def _matching(self, steps: Sequence[str]) -> list[tuple[tuple[str, ...], CData]]:
        if not steps:
            return []
        return [each for each in self._by_name.get(steps[-1], []) if each[0][-len(steps) :] == tuple(steps)]
