"""What a parameter file holds and its task does not declare: kept, and put back where it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xtalflow.data import CContainer
from xtalflow.errors import UnknownParameter

if TYPE_CHECKING:
    from lxml import etree


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownElement:
    """An element that is no parameter.

    Attributes
    ----------
    path
        Its path, as if it were a parameter: ``inputData.F_SIGF.FP``.
    parent
        Path of the object that it stands in.
    after
        Name of the parameter that it follows there; empty if none does.
    xml
        The element as text.
    refusal
        Why the parameter of this name refuses its value; empty if there is no such parameter.
    """

    path: str
    parent: str
    after: str
    xml: str
    refusal: str = ""


class Leftovers:
    """Unknown elements by where they stand in a tree; without those whose place is gone."""

    def __init__(self, elements: Iterable[UnknownElement], container: CContainer, *, beside: Sequence[str]) -> None:
        self._elements: dict[tuple[str, str], list[str]] = {}
        self._holders: set[str] = set()
        for element in elements:
            if element.parent in beside or _has(container, element.parent):
                self._elements.setdefault((element.parent, element.after), []).append(element.xml)
                self._hold(element.parent)

    def __bool__(self) -> bool:
        return bool(self._elements)

    def within(self, path: str) -> bool:
        """Whether anything stands in an object, or below it."""
        return path in self._holders

    def put_back(self, element: etree._Element, path: str, after: str = "") -> None:
        """Append what stood in an object after one of its parameters."""
        from lxml import etree

        for xml in self._elements.get((path, after), ()):
            element.append(etree.fromstring(xml))

    def _hold(self, path: str) -> None:
        while path and path not in self._holders:
            self._holders.add(path)
            path = path[: max(path.rfind("."), path.rfind("["), 0)]


def _has(container: CContainer, path: str) -> bool:
    try:
        container.find(path)
    except UnknownParameter:
        return False
    return True
