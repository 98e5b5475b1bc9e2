"""Names, parents and paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from xtalflow.errors import UnknownParameter

_STEP = re.compile(r"(?:^|(?<=.)\.)([^.\[\]]+)|(\[(?:0|[1-9][0-9]{0,8})\])")


_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = re.compile(f"[{_START}][{_START}\\-0-9\u00b7\u0300-\u036f\u203f\u2040]*")
"""What can be the tag of an element (https://www.w3.org/TR/xml-names/#NT-NCName) and has no dot."""


def is_parameter_name(name: str) -> bool:
    """Whether a parameter can be called so: its name is a step of a path, and a tag in files."""
    return _NAME.fullmatch(name) is not None


class HierarchicalObject:
    """An object with a name in a tree.

    Paths are exact and round-trip: ``inputData.UNMERGEDFILES[0].file``; the root's own path is empty.
    """

    __slots__ = ("__weakref__", "_name", "_parent")

    _name: str
    _parent: HierarchicalObject | None

    @property
    def name(self) -> str:
        """The name under which its parent knows it; ``[0]`` for an item of a list."""
        return self._name

    @property
    def parent(self) -> HierarchicalObject | None:
        """The object that it is part of."""
        return self._parent

    def root(self) -> HierarchicalObject:
        """The object at the top of the tree."""
        node = self
        while node._parent is not None:
            node = node._parent
        return node

    def _upwards(self) -> Iterator[HierarchicalObject]:
        """The object itself, and those that it is part of, up to the root."""
        node: HierarchicalObject | None = self
        while node is not None:
            yield node
            node = node._parent

    def object_path(self) -> str:
        """Path from the root, which is not part of it."""
        names: list[str] = []
        node = self
        while node._parent is not None:
            names.append(node._name)
            node = node._parent
        return ".".join(reversed(names)).replace(".[", "[")

    def children(self) -> Iterator[Any]:
        """The objects that are part of this one, in the order of their declaration."""
        return iter(())

    def _child(self, name: str) -> Any:
        raise UnknownParameter(name)

    def find(self, path: str) -> Any:
        """The object at a path below this one; `UnknownParameter` if there is none."""
        node: HierarchicalObject = self
        for step in split_path(path):
            try:
                node = node._child(step)
            except UnknownParameter as exc:
                raise UnknownParameter(path, close=exc.close) from None
        return node


@lru_cache(maxsize=4096)
def split_path(path: str) -> tuple[str, ...]:
    """Steps of a path: ``a.L[0].b`` gives ``("a", "L", "[0]", "b")``."""
    steps, end = [], 0
    while match := _STEP.match(path, end):
        steps.append(match[1] or match[2])
        end = match.end()
    if end != len(path):
        raise UnknownParameter(path)
    return tuple(steps)
