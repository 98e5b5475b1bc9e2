"""What a parameter file holds and its task does not declare: kept, and put back where it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

from xtalflow.data import TEXT_PART, CContainer
from xtalflow.errors import UnknownParameter

if TYPE_CHECKING:
    from lxml import etree


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownElement:
    """An element that is no parameter, or a text or an attribute that an object does not have.

    Attributes
    ----------
    path
        Its path, as if it were a parameter: ``inputData.F_SIGF.FP``; of a text ``inputData.F_SIGF.#text``, of an
        attribute ``inputData.F_SIGF.@unit``.
    parent
        Path of the object that it stands in.
    after
        Name of the parameter that it follows there; empty if none does.
    xml
        The element, or the text or the value of the attribute, as XML.
    refusal
        Why the parameter of this name refuses its value; empty if there is no such parameter.
    """

    path: str
    parent: str
    after: str
    xml: str
    refusal: str = ""

    @property
    def name(self) -> str:
        """The last step of the path: a tag, ``#text`` or ``@`` and the name of an attribute."""
        return self.path.removeprefix(self.parent).removeprefix(".")


class Leftovers:
    """Unknown elements by where they stand in a tree; without those whose place is gone."""

    def __init__(self, elements: Iterable[UnknownElement], container: CContainer, *, beside: Sequence[str]) -> None:
        self._elements: dict[tuple[str, str], list[UnknownElement]] = {}
        self._holders: set[str] = set()
        for element in elements:
            if element.parent in beside or _has(container, element.parent):
                self._elements.setdefault((element.parent, element.after), []).append(element)
                self._hold(element.parent)

    def __bool__(self) -> bool:
        return bool(self._elements)

    def within(self, path: str) -> bool:
        """Whether anything stands in an object, or below it."""
        return path in self._holders

    def repeat(self, path: str, name: str) -> bool:
        """Whether an object holds a second element of a parameter's name, which the first must not miss."""
        return any(each.name == name for each in self._elements.get((path, name), ()))

    def put_back(self, element: etree._Element, path: str, after: str = "") -> None:
        """Append what stood in an object after one of its parameters."""
        from lxml import etree

        for each in self._elements.get((path, after), ()):
            if each.name.startswith("@"):
                element.set(each.name[1:], unescape(each.xml))
            elif each.name != TEXT_PART:
                element.append(etree.fromstring(each.xml))
            elif len(element):
                element[-1].tail = _joined(element[-1].tail, unescape(each.xml))
            else:
                element.text = _joined(element.text, unescape(each.xml))

    def _hold(self, path: str) -> None:
        while path and path not in self._holders:
            self._holders.add(path)
            path = path[: max(path.rfind("."), path.rfind("["), 0)]


def _joined(text: str | None, more: str) -> str:
    """Texts one after the other; what stood between them may not be written."""
    return f"{text} {more}" if text else more


def _has(container: CContainer, path: str) -> bool:
    try:
        container.find(path)
    except UnknownParameter:
        return False
    return True
