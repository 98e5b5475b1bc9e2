"""The parameters that a PHIL-driven program takes, such as those of dials, xia2 and phaser.

In a tree, a parameter of PHIL is called by its whole path with two underscores in the place of each dot, as CCP4i2
does: ``dials__index__method`` is ``dials.index.method``, whatever containers it stands in. ``multiple`` in the
`guiDefinition` of a list says that each of its items is a definition or a scope of its own; the items of any other list
are words of one value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xtalflow.data import CComposite, CContainer, CData, CDataFile, CList, CScalar, CString, ValueState
from xtalflow.errors import InvalidInput, InvalidValue

from ._parser import parse_phil
from ._syntax import PhilDefinition, PhilObject, PhilScope, Source, Word, quoted, show_phil, show_words
from ._trees import AUTO, NONE, value_word

DOT = "__"
"""What stands for a dot of a PHIL path in the name of a parameter."""

RAW_TYPES = ("qstr", "words")
"""Types of PHIL whose values have their quotation marks as a part."""

_PLAIN = re.compile(r"[\w.+-]+")


def write_phil_parameters(container: CContainer) -> str:
    """What is given explicitly in a container, under the paths by which the program knows it.

    A value that is not set although there is a default is written as ``None``. A list of scopes without any is not
    written, as PHIL says nothing about what is not there.

    Raises
    ------
    InvalidInput
        A value has no form in PHIL: parts by name, or an item without a value.
    """
    return show_phil(PhilScope(objects=_given(container, ())))


def hint_of(item: CData, name: str) -> Any:
    """What the `guiDefinition` of a parameter says, such as its type in PHIL."""
    hints = item.qualifier("guiDefinition")
    return hints.get(name) if isinstance(hints, Mapping) else None


def is_choice(item: CData) -> bool:
    """Whether a parameter is a text out of a few."""
    return isinstance(item, CString) and bool(item.qualifier("enumerators") and item.qualifier("onlyEnumerators"))


def _leaves(container: CContainer) -> Iterator[CData]:
    """All that is below a container and no container itself, in order."""
    for child in container.children():
        if isinstance(child, CContainer):
            yield from _leaves(child)
        else:
            yield child


def _given(container: CContainer, base: Sequence[str]) -> list[PhilObject]:
    """What is given in a container; `base` is the path of the scope that it stands for."""
    top = PhilScope()
    scopes: dict[tuple[str, ...], PhilScope] = {(): top}
    for item in _leaves(container):
        path = tuple(item.name.split(DOT))
        steps = path[len(base) :] if path[: len(base)] == tuple(base) and len(path) > len(base) else path
        for told in _told(item, steps[-1], path):
            _scope(scopes, steps[:-1]).objects.append(told)
    return top.objects


def _scope(scopes: dict[tuple[str, ...], PhilScope], steps: tuple[str, ...]) -> PhilScope:
    if steps not in scopes:
        scopes[steps] = PhilScope(steps[-1])
        _scope(scopes, steps[:-1]).objects.append(scopes[steps])
    return scopes[steps]


def _told(item: CData, name: str, path: Sequence[str]) -> Iterator[PhilObject]:
    """What there is to say of a parameter."""
    if item.getValueState() is not ValueState.EXPLICITLY_SET:
        if not item.isSet() and not isinstance(item, CList) and not item.is_as_declared():
            yield PhilDefinition(name, [NONE])
    elif not isinstance(item, CList) or not hint_of(item, "multiple"):
        yield PhilDefinition(name, _words(item))
    elif not item and not isinstance(item.makeItem(), CContainer):
        yield PhilDefinition(name, [NONE])
    else:
        for each in item:
            if isinstance(each, CContainer):
                yield PhilScope(name, objects=_given(each, path))
            else:
                blank = not each.isSet() or (isinstance(each, CList) and each.is_as_declared())
                yield PhilDefinition(name, [NONE] if blank else _words(each))


def _words(item: CData) -> list[Word]:
    """The value of an object that is set."""
    if isinstance(item, CScalar):
        return _value_words(item)
    if isinstance(item, CDataFile):
        return [_file_word(item)]
    if isinstance(item, CList) and not item:
        return [NONE]
    if isinstance(item, (CList, CComposite)):
        return [_item_word(each) for each in item.children()]
    raise _without_form(item)


def _item_word(item: CData) -> Word:
    """One word of several."""
    if not item.isSet():
        raise InvalidInput(f"{item.object_path()} is not set, and PHIL has no gaps between values")
    words = _words(item) if isinstance(item, (CScalar, CDataFile)) else []
    if len(words) != 1:
        raise _without_form(item)
    if is_choice(item):
        return Word(f"*{words[0].text}", "" if _PLAIN.fullmatch(words[0].text) else words[0].quote)
    return words[0]


def _value_words(item: CScalar[Any]) -> list[Word]:
    if isinstance(item.value, tuple):
        raise _without_form(item)
    if isinstance(item, CString) and hint_of(item, "type") in RAW_TYPES:
        return _raw_words(item.value or "") or [value_word(item)]
    if item.value == "Auto" and {"True", "False"} <= set(item.qualifier("enumerators") or ()):
        return [AUTO]
    return [value_word(item)]


def _raw_words(text: str) -> list[Word]:
    """A text as the words that it is itself; none if it is no value of PHIL."""
    try:
        objects = parse_phil(Source(f"x = {text}")).objects
    except InvalidInput:
        return []
    alone = len(objects) == 1 and isinstance(objects[0], PhilDefinition) and not objects[0].attributes
    words = objects[0].words if alone and isinstance(objects[0], PhilDefinition) else []
    return words if show_words(words) == text else []


def _file_word(item: CDataFile) -> Word:
    path = str(item)
    if not path:
        raise InvalidInput(f"{item.object_path()} is a file of a database, whose path is not known")
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InvalidValue(item.object_path(), path, "a name in UTF-8 to be kept in PHIL") from None
    return quoted(path)


def _without_form(item: CData) -> InvalidInput:
    return InvalidInput(f"{item.object_path()} is a {item.class_name} whose value has no form in PHIL")
