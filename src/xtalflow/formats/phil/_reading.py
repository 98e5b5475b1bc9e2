"""Reads the parameters of a PHIL-driven program into a tree."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from xtalflow.data import (
    CBoolean,
    CCollection,
    CComposite,
    CContainer,
    CData,
    CDataFile,
    CFloat,
    CInt,
    CList,
    CScalar,
    CString,
)
from xtalflow.errors import InvalidInput, InvalidValue

from ._parameters import DOT, RAW_TYPES, hint_of, is_choice
from ._parser import parse_phil
from ._syntax import PhilDefinition, PhilObject, Source, show_words
from ._trees import refuse_variables
from ._types import number_text

_SEPARATORS = re.compile(r"[\s,;]+")


def read_phil_parameters(text: str, container: CContainer) -> None:
    """Take values of a program's parameters into a container; what the text does not mention stays as it is.

    A list that the text mentions has the items of the text alone. ``Auto`` leaves the choice to the program, and so
    restores a parameter that is declared with ``Auto``; it may also be a choice of this name.

    Raises
    ------
    InvalidInput
        It is no PHIL, names a parameter that is not there, or holds a value that a parameter refuses; the sentence has
        the line, the column and the spot. Nothing is changed then.
    """
    source = Source(text)
    objects = parse_phil(source).objects
    with container.all_or_nothing():
        taker = _Taker(source)
        taker.take(objects, taker.place(container, ""), "")


@dataclass(slots=True)
class _Index:
    """Where the parameters of a scope are in the container that stands for it, and in all that are declared alike.

    Attributes
    ----------
    paths
        Steps below the container, by the name of each parameter.
    single
        Scopes that may come often in PHIL, for which the tree has one container each.
    """

    base: str
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    single: set[str] = field(default_factory=set)

    def add(self, container: CContainer, steps: tuple[str, ...] = ()) -> None:
        """Index what is below a container."""
        for child in container.children():
            outside = self.base and not child.name.startswith(self.base + DOT)
            name = self.base + DOT + child.name if outside else child.name
            if not isinstance(child, CContainer):
                self.paths[name] = (*steps, child.name)
                continue
            if hint_of(child, "multiple"):
                self.single.add(name)
            self.add(child, (*steps, child.name))


@dataclass(slots=True)
class _Place:
    """A container that stands for a scope, and the names of what was said in it."""

    container: CContainer
    index: _Index
    seen: set[str] = field(default_factory=set)

    def find(self, name: str) -> CData | None:
        """The parameter of this name."""
        if name not in self.index.paths:
            return None
        node: Any = self.container
        for step in self.index.paths[name]:
            node = node[step]
        found: CData = node
        return found


@dataclass(frozen=True, slots=True)
class _Taker:
    """Gives parameters what a text says of them."""

    source: Source
    indices: dict[str, _Index] = field(default_factory=dict)

    def place(self, container: CContainer, base: str) -> _Place:
        """A container that stands for the scope of this name."""
        if base not in self.indices:
            self.indices[base] = _Index(base)
            self.indices[base].add(container)
        return _Place(container, self.indices[base])

    def take(self, objects: Iterable[PhilObject], place: _Place, base: str) -> None:
        for told in objects:
            name = base + DOT + told.name if base else told.name
            item = place.find(name)
            if isinstance(told, PhilDefinition):
                if item is None:
                    raise self._unknown(told, name, place)
                self._give(item, told, name, place)
            elif item is None:
                self._once(told, name in place.index.single, name, place)
                self.take(told.objects, place, name)
            elif isinstance(item, CList) and hint_of(item, "multiple") and isinstance(item.makeItem(), CContainer):
                added = self._next_item(item, name, place)
                self.take(told.objects, self.place(added, name), name)
            else:
                raise self.source.error(told.position, f"{_dotted(name)} has a value and is no scope")

    def _unknown(self, told: PhilDefinition, name: str, place: _Place) -> InvalidInput:
        close = difflib.get_close_matches(name[:100], place.index.paths, n=3)
        hint = f"; did you mean {' or '.join(_dotted(each) for each in close)}?" if close else ""
        return self.source.error(told.position, f"there is no parameter {_dotted(name)[:100]}{hint}")

    def _once(self, told: PhilObject, alone: bool, name: str, place: _Place) -> None:
        """Refuse what PHIL may say often, and the tree has one place for."""
        if alone and name in place.seen:
            raise self.source.error(told.position, f"{_dotted(name)} is given again, and there is a place for one")
        place.seen.add(name)

    def _next_item(self, item: CList[Any], name: str, place: _Place) -> Any:
        if name not in place.seen:
            item.clear()
            place.seen.add(name)
        return item.addItem()

    def _give(self, item: CData, told: PhilDefinition, name: str, place: _Place) -> None:
        if not hint_of(item, "multiple"):
            self._set(item, told)
        elif not isinstance(item, CList):
            self._once(told, True, name, place)
            self._set(item, told)
        elif isinstance(item.makeItem(), CContainer):
            raise self.source.error(told.position, f"{_dotted(name)} is a scope and has no value")
        elif not told.is_only("None"):
            self._set(self._next_item(item, name, place), told)
        elif name not in place.seen:
            item.clear()
            place.seen.add(name)

    def _set(self, item: CData, told: PhilDefinition) -> None:
        try:
            if told.is_only("None"):
                self._set_none(item, told)
            elif told.is_only("Auto"):
                self._set_auto(item, told)
            else:
                refuse_variables(told, self.source)
                self._set_words(item, told)
        except InvalidValue as exc:
            raise self.source.error(told.words[0].position, str(exc)) from exc

    def _set_none(self, item: CData, told: PhilDefinition) -> None:
        if isinstance(item, CList):
            item.clear()
        elif (default := hint_of(item, "default")) is not None:
            what = f"{item.object_path()} that is not set is {default}, so that it cannot be None"
            raise self.source.error(told.position, what)
        else:
            item.unSet()

    def _set_auto(self, item: CData, told: PhilDefinition) -> None:
        if is_choice(item) and isinstance(item, CString) and (choice := _known(item, "Auto")):
            item.set(choice)
        elif str(hint_of(item, "default")).lower() == "auto":
            item.restore()
        else:
            raise self.source.error(told.words[0].position, f"{item.object_path()} cannot be Auto")

    def _set_words(self, item: CData, told: PhilDefinition) -> None:
        if isinstance(item, CString) and hint_of(item, "type") in RAW_TYPES:
            item.set(show_words(told.words))
        elif is_choice(item):
            chosen = self._chosen(item, told)
            if len(chosen) > 1:
                raise self.source.error(told.words[-1].position, f"{item.object_path()} takes one choice")
            if chosen:
                item.set(chosen[0])
            else:
                self._set_none(item, told)
        elif isinstance(item, CList):
            probe = item.makeItem()
            item.set(self._chosen(probe, told) if is_choice(probe) else _several(told, probe))
        elif isinstance(item, (CScalar, CDataFile)):
            item.set(number_text(told.text) if isinstance(item, (CInt, CFloat)) else told.text)
        elif isinstance(item, CComposite):
            names = item.childNames()
            texts = _SEPARATORS.split(told.text.strip(",; "))
            if len(texts) != len(names):
                what = f"{item.object_path()} takes {len(names)} values, and {len(texts)} are given"
                raise self.source.error(told.words[0].position, what)
            item.set(dict(zip(names, texts, strict=True)))

    def _chosen(self, item: CData, told: PhilDefinition) -> list[str]:
        """The choices with a star; without any, the only one, or those with a plus sign between them."""
        texts = [word.text for word in told.words]
        if len(texts) == 1 and not texts[0].startswith("*"):
            alone = texts if _known(item, texts[0]) else texts[0].split("+")
            return [self._choice(item, text) for text in alone]
        stars = [text.startswith("*") for text in texts]
        choices = [self._choice(item, text.removeprefix("*")) for text in texts]
        return [choice for choice, star in zip(choices, stars, strict=True) if star]

    def _choice(self, item: CData, text: str) -> str:
        known = _known(item, text)
        if known is None:
            choices = ", ".join(str(each) for each in item.qualifier("enumerators"))
            raise InvalidValue(item.object_path(), text, f"one of {choices}")
        return known


def _known(item: CData, text: str) -> str | None:
    """A choice as it is declared, whether in capitals or not; of True and False, any word for them."""
    choices = [str(choice) for choice in item.qualifier("enumerators")]
    truth = CBoolean()
    if {"True", "False"} <= set(choices) and truth.accepts(text):
        truth.set(text)
        return str(truth.value)
    close = [choice for choice in choices if choice.lower() == text.lower()]
    return text if text in choices else close[0] if len(close) == 1 else None


def _several(told: PhilDefinition, item: CData) -> list[str]:
    """The values of a list of objects like `item`: words, or numbers with commas between them."""
    if isinstance(item, CScalar) and not isinstance(item, (CString, CCollection)):
        return [number_text(text) for text in _SEPARATORS.split(told.text) if text]
    return [word.text for word in told.words]


def _dotted(name: str) -> str:
    return name.replace(DOT, ".")
