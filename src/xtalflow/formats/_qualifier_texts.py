"""Qualifiers as definition files write them: texts, lists with commas, and elements in elements."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, get_type_hints

from xtalflow.data import (
    CBoolean,
    CCollection,
    CData,
    CDataFile,
    CFloat,
    CInt,
    CList,
    CScalar,
    CString,
    Parts,
    ValueState,
    class_qualifiers,
    compiled_pattern,
    declare,
)
from xtalflow.data import Qualifiers as KnownQualifiers
from xtalflow.errors import InvalidValue

if TYPE_CHECKING:
    from lxml import etree

Complain = Callable[[str], None]

_TYPES = get_type_hints(KnownQualifiers)
_KNOWN = frozenset(_TYPES)
_LISTS = frozenset(name for name, kind in _TYPES.items() if kind == Sequence[str])
_PARTED = frozenset(name for name, kind in _TYPES.items() if kind == Mapping[str, Any])
_NESTED = _PARTED | {"columnGroup", "subItem"}
_MISSPELT = {"minimum": "min", "maximum": "max"}
_ONLY_FOR = {
    "min": (CInt, CFloat),
    "max": (CInt, CFloat),
    "minLength": (CString,),
    "maxLength": (CString,),
    "patternRegex": (CString,),
    "enumerators": (CScalar,),
    "onlyEnumerators": (CScalar,),
    "listMinLength": (CList,),
    "listMaxLength": (CList,),
    "listCompare": (CList,),
    "mustExist": (CDataFile, CCollection),
    "requiredSubType": (CDataFile,),
    "requiredContentFlag": (CDataFile,),
    "sameCrystalAs": (CDataFile,),
}
"""Qualifiers that say something about some classes only."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_PRESERVED = ("{http://www.w3.org/XML/1998/namespace}space", "preserve")
"""Marks a text whose blanks count, and which is meant even if it is empty or ``None``."""


def read_qualifiers(element: etree._Element, kind: type[CData], complain: Complain) -> dict[str, Any]:
    """Qualifiers of an object of a class, typed by their names; defaults are still texts."""
    read: dict[str, Any] = {}
    parts = _part_kinds(kind)
    for each in element:
        name = each.tag
        reader = None if name in parts or len(each) else _OF_ONE_TEXT.get(name)
        try:
            value = _value(each, name, kind, complain) if reader is None else reader(_text(each))
        except ValueError as exc:
            complain(f"{name} = {_text(each)!r} is not {exc}")
            continue
        if name in read and read[name] != value:
            complain(f"{name} is given twice, and differently; the last counts")
        if name in _MISSPELT:
            complain(f"{name} has no effect; {_MISSPELT[name]} is meant")
        if value is not None:
            read[name] = value
    return read


def judge_qualifiers(said: Mapping[str, Any], kind: type[CData], complain: Complain) -> None:
    """Say which qualifiers contradict each other, or have no effect on their class."""
    labels, choices = said.get("menuText"), said.get("enumerators")
    if labels and choices and len(labels) != len(choices):
        complain(f"menuText has {len(labels)} labels for {len(choices)} enumerators")
    if choices and len(set(choices)) < len(choices):
        twice = ", ".join(sorted(str(each) for each, count in Counter(choices).items() if count > 1))
        complain(f"enumerators have {twice} more than once")
    if said.get("onlyEnumerators") and not (choices or class_qualifiers(kind).get("enumerators")):
        complain("onlyEnumerators has no effect; there are no enumerators")
    for name in said:
        if said[name] is None or said[name] is False or name not in _ONLY_FOR:
            continue
        if not issubclass(kind, _ONLY_FOR[name]) and name not in class_qualifiers(kind):
            complain(f"{name} has no effect on a {kind.__name__}")


def default_of_text(text: Any) -> Any:
    """A default that is written as a dictionary of Python; anything else as it is."""
    if isinstance(text, str) and text.startswith("{") and text.endswith("}") and len(text) < 10_000:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # of texts that are nearly Python, such as 1if
                value = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, Warning):
            return text
        if isinstance(value, dict):
            return _as_default(value)
    return text


def _as_default(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _as_default(each) for name, each in value.items()}
    return value if value is None or isinstance(value, (int, float)) else str(value)


def _value(element: etree._Element, name: str, kind: type[CData], complain: Complain) -> Any:
    """One qualifier; None if it says that there is none; a `ValueError` tells what it should be."""
    parts = _part_kinds(kind)
    if name == "default":
        return _default(element, kind)
    if name == "columnGroup" and len(element):
        return tuple(_group_item(each) for each in element)
    if name in _PARTED and name not in parts and not len(element) and not _text(element):
        return {}
    if len(element) and name not in _LISTS and name != "enumerators":
        if name in parts:
            return read_qualifiers(element, parts[name], complain)
        if name in _KNOWN and name not in _NESTED:
            raise ValueError("a text")
        if name not in _KNOWN and not issubclass(kind, CCollection):
            complain(f"{name} is neither a qualifier nor a part of {kind.__name__}")
        return _nested_parts(element) or ({} if name in _PARTED else _typed(name, ""))
    if name in parts:
        complain(f"{name} = {_text(element)!r} has no effect; what is said of a part stands in elements of its own")
    elif name not in _KNOWN:
        complain(f"there is no qualifier {name}")
    if name in _LISTS:
        return _items(element)
    if name == "enumerators":
        return _choices(_items(element), kind, complain)
    return _typed(name, _text(element))


def _typed(name: str, value: Any) -> Any:
    reader = _READERS.get(name)
    return reader(value) if reader is not None and isinstance(value, str) else value


def _nested(element: etree._Element) -> Any:
    return (_nested_parts(element) or "") if len(element) else _text(element)


def _nested_parts(element: etree._Element) -> dict[str, Any]:
    """What is said of a part; its default is a text, or texts by the names of its own parts, whatever those are."""
    said = {
        each.tag: _default(each, CData) if each.tag == "default" else _typed(each.tag, _nested(each))
        for each in element
    }
    if said.get("default", "") is None:
        del said["default"]
    return said


def _group_item(element: etree._Element) -> dict[str, str]:
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    return attributes | {each.tag: _text(each) for each in element}


def _default(element: etree._Element, kind: type[CData]) -> Any:
    if len(element):
        if issubclass(kind, CCollection):
            return _parts(element)
        parts = {each.tag: _default(each, CData) for each in element}
        return {name: part for name, part in parts.items() if part is not None} or None
    text = element.text or ""
    return None if text.strip() in ("", "None") and not _is_preserved(element) else text


def _parts(element: etree._Element) -> Parts:
    return tuple((each.tag, _parts(each)) for each in element) if len(element) else _text(element)


def _items(element: etree._Element) -> tuple[str, ...]:
    return tuple(each.text or "" for each in element) if len(element) else _split(_text(element))


def _split(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",")) if text else ()


def _is_preserved(element: etree._Element) -> bool:
    return element.get(_PRESERVED[0]) == _PRESERVED[1]


def _text(element: etree._Element) -> str:
    text = element.text or ""
    bare = text.strip()
    return text if bare != text and _is_preserved(element) else bare


def _whole(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError("an integer")
    return int(text)


def _whole_if_any(text: str) -> int | None:
    return None if text in ("", "None") else _whole(text)


def _whole_list(text: str) -> tuple[int, ...]:
    return tuple(_whole(each) for each in _split(text))


def _number_if_any(text: str) -> float | None:
    if text in ("", "None"):
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    if not _probe(CFloat).accepts(text):
        raise ValueError("a number")
    return float(text)


def _pattern(text: str) -> str:
    try:
        compiled_pattern(text)
    except ValueError:
        raise ValueError("a regular expression") from None
    return text


@lru_cache(maxsize=64)
def _truth(text: str) -> bool:
    probe = CBoolean()
    if not probe.accepts(text):
        raise ValueError("True or False")
    probe.set(text)
    return bool(probe.value)


def _choices(texts: Sequence[str], kind: type[CData], complain: Complain) -> tuple[Any, ...]:
    """The enumerators that an object of the class can be."""
    if not issubclass(kind, CScalar):
        return tuple(texts)
    probe, choices = _probe(kind), []
    for text in texts:
        try:
            probe.set(text)
        except InvalidValue as exc:
            complain(f"enumerator {text!r} is refused: it must be {exc.allowed}")
        else:
            choices.append(probe.value)
    return tuple(choices)


@cache
def _probe(kind: type[CScalar[Any]]) -> CScalar[Any]:
    """An object that takes what any of its class can take."""
    return declare(kind, {"onlyEnumerators": False}, initial=(None, ValueState.NOT_SET))


@cache
def _part_kinds(kind: type[CData]) -> Mapping[str, type[CData]]:
    """Classes of the parts that a class declares."""
    if kind is CData or issubclass(kind, CCollection):
        return {}
    return declare(kind, {}).get_merged_metadata("attributes")


_READER_OF_TYPE: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    int: _whole_if_any,
    float: _number_if_any,
    bool: _truth,
    Sequence[int]: _whole_list,
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    **{name: _READER_OF_TYPE[kind] for name, kind in _TYPES.items() if kind in _READER_OF_TYPE},
    "patternRegex": _pattern,
    "subType": _whole_if_any,
    "contentFlag": _whole_if_any,
}
"""What makes a qualifier's value of its text."""
_OF_ONE_TEXT = {name: reader for name, reader in _READERS.items() if name not in _PARTED}


def write_qualifiers(element: etree._Element, qualifiers: Mapping[str, Any]) -> None:
    """Write qualifiers as `read_qualifiers` reads them."""
    from lxml import etree

    for name, value in qualifiers.items():
        if value is not None:
            _write(etree.SubElement(element, name), name, value)


def _write(element: etree._Element, name: str, value: Any) -> None:
    from lxml import etree

    if isinstance(value, Mapping):
        for key, each in value.items():
            _write(etree.SubElement(element, key), "default" if name == "default" else key, each)
    elif name == "default" and isinstance(value, tuple):
        for key, part in value:
            _write(etree.SubElement(element, key), name, part)
    elif name == "columnGroup" and not isinstance(value, str):
        for group in value:
            item = etree.SubElement(element, "columnGroupItem")
            for key, each in group.items():
                if key == "id":
                    item.set(key, str(each))
                else:
                    _write(etree.SubElement(item, key), key, each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        _write_list(element, [str(each) for each in value])
    else:
        text = str(value)
        element.text = text
        if text != text.strip() or (name == "default" and text in ("", "None")):
            element.set(*_PRESERVED)


def _write_list(element: etree._Element, texts: Sequence[str]) -> None:
    """Write a list with commas, or as elements where a text in it has a comma, or blanks around it."""
    from lxml import etree

    if _split(",".join(texts)) == tuple(texts):
        element.text = ",".join(texts)
    else:
        for text in texts:
            etree.SubElement(element, "item").text = text
