"""Values whose parts no declaration names: collections by name, and objects of classes that are not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias, Unpack

from ._base import CData
from ._qualifiers import Qualifiers
from ._scalars import CScalar, CString

Parts: TypeAlias = "str | tuple[tuple[str, Parts], ...]"
"""A text, or parts by name in order; a name may come twice, as the items of a list do."""

TEXT_PART = "#text"
"""Name of the text that an element of a file has beside attributes (``@name``) or elements."""

_DEEPEST = 100
_CLASS_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_PART_NAME = re.compile(rf"@?[A-Za-z_][\w.-]*|{TEXT_PART}", re.ASCII)


class CCollection(CScalar[Parts]):
    """A text, or parts by name; nothing is declared about them.

    Examples
    --------
    >>> chains = CCollection()
    >>> chains.set({"A": "True", "B": "False"})
    >>> chains.value
    (('A', 'True'), ('B', 'False'))
    """

    def _converted(self, value: Any) -> Parts:
        return self._parts(value, 0)

    def _parts(self, value: Any, depth: int) -> Parts:
        if depth > _DEEPEST:
            raise self._refuse("parts of parts", f"parts not deeper than {_DEEPEST} levels")
        if isinstance(value, str):
            if CString.REFUSED.search(value):
                raise self._refuse(value, "a text without control characters")
            return "".join(value)
        pairs = value.items() if isinstance(value, Mapping) else value
        if not isinstance(pairs, (list, tuple)) and pairs is value:
            raise self._refuse(value, "a text, or parts by name")
        parts = []
        for pair in pairs:
            if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not _is_part_name(pair[0]):
                raise self._refuse(pair, "a part with its name")
            if not isinstance(pair[1], str) and pair[0].startswith(("@", "#")):
                raise self._refuse(pair, f"a text called {pair[0]}")
            parts.append((str(pair[0]), self._parts(pair[1], depth + 1)))
        return tuple(parts) or ""

    def to_dict(self) -> dict[str, Any]:
        return {"state": self._state.value, "value": _as_json(self._value)}

    def __str__(self) -> str:
        return _as_text(self._value or "")


class CDict(CCollection):
    """Values by name."""


class CUnknown(CCollection):
    """An object of a class that is not known: keeps the name of the class, and what a file says of it.

    Parameters
    ----------
    class_name
        The class as its file calls it.
    """

    def __init__(self, class_name: str, **qualifiers: Unpack[Qualifiers]) -> None:
        if not is_class_name(class_name):
            raise TypeError(f"{class_name!r} cannot be the name of a class")
        self._declare(qualifiers, class_name=class_name)

    def set(self, value: Any) -> None:
        if isinstance(value, CData) and not (isinstance(value, CUnknown) and value.class_name == self.class_name):
            raise self._refuse(value, f"a {self.class_name}")
        super().set(value)

    def _equals(self, other: Any) -> bool:
        return self.class_name == other.class_name and super()._equals(other)

    def __repr__(self) -> str:
        return f"{self.class_name}({self._value!r}, {self._state.name})"


def is_class_name(name: str) -> bool:
    """Whether files can name a class so."""
    return _CLASS_NAME.fullmatch(name) is not None


def _is_part_name(name: object) -> bool:
    return isinstance(name, str) and _PART_NAME.fullmatch(name) is not None


def _as_json(parts: Parts | None) -> Any:
    if parts is None or isinstance(parts, str):
        return parts
    return [[name, _as_json(part)] for name, part in parts]


def _as_text(parts: Parts) -> str:
    if isinstance(parts, str):
        return parts
    return ", ".join(f"{name}={part if isinstance(part, str) else f'({_as_text(part)})'}" for name, part in parts)
