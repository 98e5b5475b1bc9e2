"""Trees as PHIL and back, without loss: values and states.

Containers, composites and files are scopes of their children. Values are written if they are explicit; ``None`` is one
that is not set although there is a default, ``Auto`` one that is as declared (where something must stand, as for an
item of a list). What is a text stands in quotation marks.

- A list is a scope of ``item_0``, ``item_1`` …; ``state = not_set`` in their place is a list that is not set, ``state =
  default`` one that is as declared.
- A collection is its text, or a scope of ``part_0``, ``part_1`` …, each with a ``name`` and with a ``text`` or parts.
- A character that PHIL does not have in names is written by its code: ``twin-law`` is ``twin_u002d_law``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xtalflow.data import CCollection, CComposite, CData, CList, CScalar, Parts, ValueState
from xtalflow.errors import InvalidInput, InvalidValue

from ._parser import parse_phil
from ._syntax import (
    NAME,
    RESERVED,
    PhilDefinition,
    PhilObject,
    PhilScope,
    Source,
    Word,
    quoted,
    show_phil,
)

NONE, AUTO = Word("None"), Word("Auto")
_STATE = "state"
_NUMBERED = re.compile(r"(item|part)_(0|[1-9][0-9]{0,8})")
_CODE = re.compile(r"_u[0-9a-f]+_")
_WITHOUT_PLACE = re.compile(r"\A[0-9]|[^A-Za-z0-9_]|_(?=u[0-9a-f])")


def to_phil(item: CComposite) -> str:
    """Values and states of all that is in a container or composite.

    Raises
    ------
    InvalidValue
        A file has a name that is no UTF-8.
    """
    return show_phil(PhilScope(objects=_below(item)))


def from_phil(text: str, item: CComposite) -> None:
    """Fill a container or composite with what `to_phil` gave; what the text does not mention stays as it is.

    Raises
    ------
    InvalidInput
        It is no PHIL, names something that is not there, or holds a value that its parameter refuses; the sentence has
        the line, the column and the spot. Nothing is changed then.
    """
    source = Source(text)
    objects = parse_phil(source).objects
    with item.all_or_nothing():
        _Reader(source).fill_children(item, objects)


def value_word(item: CScalar[Any]) -> Word:
    """The value of an object that is set, as a word."""
    if not isinstance(item.value, str):
        return Word(str(item.value))
    try:
        item.value.encode()
    except UnicodeEncodeError:
        raise InvalidValue(item.object_path(), item.value, "a name in UTF-8 to be kept in PHIL") from None
    return quoted(item.value)


@lru_cache(maxsize=4096)
def phil_name(name: str) -> str:
    """A name as PHIL can have it; different ones for different names."""
    if NAME.fullmatch(name) and not RESERVED.fullmatch(name) and not _CODE.search(name):
        return name
    coded = _WITHOUT_PLACE.sub(lambda match: _code(match[0]), name)
    return _code(coded[0]) + coded[1:] if RESERVED.fullmatch(coded) else coded


def _code(character: str) -> str:
    return f"_u{ord(character):04x}_"


def _below(item: CComposite) -> list[PhilObject]:
    """What there is to say about the children of an object."""
    told = (_object(child, phil_name(child.name), asked=False) for child in item.touched())
    return [each for each in told if each is not None]


def _object(item: CData, name: str, *, asked: bool) -> PhilObject | None:
    """An object as PHIL; None if it is as declared and nobody asked."""
    if isinstance(item, CScalar):
        return _scalar(item, name, asked=asked)
    if isinstance(item, CList):
        return _list(item, name, asked=asked)
    if not isinstance(item, CComposite):
        raise InvalidInput(f"{item.object_path()} is a {item.class_name}, which cannot be written as PHIL")
    scope = PhilScope(name, objects=_below(item))
    return scope if scope.objects or asked else None


def _scalar(item: CScalar[Any], name: str, *, asked: bool) -> PhilObject | None:
    if not asked and item.is_as_declared():
        return None
    state = item.getValueState()
    if state is not ValueState.EXPLICITLY_SET:
        return PhilDefinition(name, [NONE if state is ValueState.NOT_SET else AUTO])
    if isinstance(item, CCollection) and isinstance(item.value, tuple):
        return PhilScope(name, objects=_parts(item.value))
    return PhilDefinition(name, [value_word(item)])


def _parts(parts: tuple[tuple[str, Parts], ...]) -> list[PhilObject]:
    told: list[PhilObject] = []
    for position, (name, part) in enumerate(parts):
        inside: list[PhilObject] = [PhilDefinition("name", [quoted(name)])]
        inside += [PhilDefinition("text", [quoted(part)])] if isinstance(part, str) else _parts(part)
        told.append(PhilScope(f"part_{position}", objects=inside))
    return told


def _list(item: CList[CData], name: str, *, asked: bool) -> PhilObject | None:
    if not asked and item.is_as_declared():
        return None
    state, scope = item.getValueState(), PhilScope(name)
    if state is not ValueState.EXPLICITLY_SET:
        scope.objects.append(PhilDefinition(_STATE, [Word(state.value)]))
        return scope
    for position, each in enumerate(item):
        told = _object(each, f"item_{position}", asked=True)
        scope.objects += [] if told is None else [told]
    return scope


@dataclass(frozen=True, slots=True)
class _Reader:
    """Fills objects with what a text says."""

    source: Source

    def fill_children(self, item: CComposite, objects: Iterable[PhilObject]) -> None:
        names = {phil_name(name): name for name in item.childNames()}
        for name, told in self._by_name(objects).items():
            if name not in names:
                close = difflib.get_close_matches(name[:100], names, n=3)
                hint = f"; did you mean {' or '.join(close)}?" if close else ""
                within = f" in {item.object_path()}" if item.object_path() else ""
                raise self.source.error(told.position, f"there is no parameter {name[:100]}{within}{hint}")
            self._fill(item[names[name]], told)

    def _by_name(self, objects: Iterable[PhilObject]) -> dict[str, PhilObject]:
        """Objects by their names; of definitions the last counts, what scopes of one name hold is put together."""
        found: dict[str, PhilObject] = {}
        joined: dict[str, PhilScope] = {}
        for each in objects:
            known = found.get(each.name)
            if known is None or (isinstance(known, PhilDefinition) and isinstance(each, PhilDefinition)):
                found[each.name] = each
            elif isinstance(known, PhilScope) and isinstance(each, PhilScope):
                if each.name not in joined:
                    found[each.name] = joined[each.name] = PhilScope(each.name, known.position, list(known.objects))
                joined[each.name].objects += each.objects
            else:
                raise self.source.error(each.position, f"{each.name} is both a value and a scope")
        return found

    def _fill(self, item: CData, told: PhilObject) -> None:
        if isinstance(told, PhilDefinition):
            self._take(item, told)
        elif isinstance(item, CCollection):
            self._set(item, self._read_parts(told), told.position)
        elif isinstance(item, CList):
            self._fill_list(item, told)
        elif isinstance(item, CComposite):
            self.fill_children(item, told.objects)
        else:
            raise self.source.error(told.position, f"{item.object_path()} has one value and no parts; write it with =")

    def _take(self, item: CData, told: PhilDefinition) -> None:
        if told.is_only("None"):
            item.unSet()
        elif told.is_only("Auto"):
            item.restore()
        elif isinstance(item, CScalar):
            refuse_variables(told, self.source)
            self._set(item, told.text, told.words[0].position)
        else:
            what = "item_0, item_1 …" if isinstance(item, CList) else ", ".join(item.childNames()[:5])
            raise self.source.error(told.position, f"{item.object_path()} has parts; give them between braces: {what}")

    def _set(self, item: CScalar[Any], value: Any, position: int) -> None:
        try:
            item.set(value)
        except InvalidValue as exc:
            raise self.source.error(position, str(exc)) from exc

    def _fill_list(self, item: CList[CData], told: PhilScope) -> None:
        objects = self._by_name(told.objects)
        state = objects.pop(_STATE, None)
        items = self._numbered(objects, "item", told.position)
        if state is None:
            item.clear()
            for each in items:
                self._fill(item.addItem(), each)
        elif items:
            raise self.source.error(items[0].position, "a list whose state is told has no items")
        elif isinstance(state, PhilDefinition) and state.is_only(ValueState.NOT_SET.value):
            item.unSet()
        elif isinstance(state, PhilDefinition) and state.is_only(ValueState.DEFAULT.value):
            item.restore()
        else:
            raise self.source.error(state.position, "the state of a list is not_set or default")

    def _numbered(self, objects: Mapping[str, PhilObject], kind: str, position: int) -> list[PhilObject]:
        """What is numbered from 0 on, in order."""
        found: dict[int, PhilObject] = {}
        for name, told in objects.items():
            match = _NUMBERED.fullmatch(name)
            if match is None or match[1] != kind:
                raise self.source.error(told.position, f"expected is {kind}_{len(found)}, not {name}")
            found[int(match[2])] = told
        missing = next((number for number in range(len(found)) if number not in found), None)
        if missing is not None:
            raise self.source.error(position, f"{kind}_{missing} is missing")
        return [found[number] for number in range(len(found))]

    def _read_parts(self, told: PhilScope) -> Parts:
        parts = []
        for each in self._numbered(self._by_name(told.objects), "part", told.position):
            inside = self._by_name(each.objects) if isinstance(each, PhilScope) else {}
            name, text = inside.pop("name", None), inside.pop("text", None)
            if not isinstance(each, PhilScope) or not isinstance(name, PhilDefinition):
                raise self.source.error(each.position, f"{each.name} needs a name")
            if text is None:
                parts.append((name.text, self._read_parts(PhilScope(each.name, each.position, list(inside.values())))))
            elif inside or not isinstance(text, PhilDefinition):
                raise self.source.error(text.position, f"{each.name} has either a text or parts")
            else:
                refuse_variables(text, self.source)
                parts.append((name.text, text.text))
        return tuple(parts)


def refuse_variables(told: PhilDefinition, source: Source) -> None:
    """Refuse a value in which something would be put in the place of a name."""
    for word in told.words:
        if "$" in word.text and not word.quote.startswith("'"):
            raise source.error(word.position, "no variables are put in; a $ that is meant needs single quotation marks")
