"""The ``.type`` of a definition: its name and what it says about values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\((.*)\)\s*)?", re.DOTALL)
_ARGUMENT = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*(\S+)\s*")
_QUOTIENT = re.compile(r"\s*([+-]?[0-9]{1,18}\.?[0-9]{0,18})\s*/\s*([0-9]{1,18}\.?[0-9]{0,18})\s*")
_CONSTANTS: Mapping[str, Any] = {"True": True, "False": False, "None": None}


@dataclass(frozen=True, slots=True)
class PhilType:
    """A type of PHIL, such as ``ints(size=3, value_min=0)``.

    Attributes
    ----------
    unclear
        Arguments that are not understood, as they are written.
    """

    name: str
    arguments: Mapping[str, Any]
    unclear: tuple[str, ...] = ()

    def limits(self) -> dict[str, Any]:
        """`min` and `max` of the values."""
        said = {"min": self.arguments.get("value_min"), "max": self.arguments.get("value_max")}
        return {name: limit for name, limit in said.items() if limit is not None}

    def sizes(self) -> dict[str, Any]:
        """Least and greatest number of the values."""
        size = self.arguments.get("size")
        low, high = self.arguments.get("size_min", size), self.arguments.get("size_max", size)
        said = {"listMinLength": low, "listMaxLength": high}
        return {name: count for name, count in said.items() if isinstance(count, int)}


def read_type(text: str) -> PhilType:
    """A type as a definition says it."""
    match = _CALL.fullmatch(text)
    if match is None:
        return PhilType(text, {})
    arguments: dict[str, Any] = {}
    unclear: list[str] = []
    for each in (match[2] or "").split(","):
        said = _ARGUMENT.fullmatch(each)
        value = _literal(said[2]) if said else ...
        if said is None or value is ...:
            unclear += [each.strip()] if each.strip() else []
        else:
            arguments[said[1]] = value
    return PhilType(match[1], arguments, tuple(unclear))


def number_text(text: str) -> str:
    """A quotient such as ``1/3``, which stands for a number in PHIL, as that number; any other text as it is."""
    match = _QUOTIENT.fullmatch(text)
    divisor = float(match[2]) if match else 0.0
    if match is None or not divisor:
        return text
    number = float(match[1]) / divisor
    return str(int(number)) if number.is_integer() else repr(number)


def _literal(text: str) -> Any:
    """A number, a truth or None; an ellipsis if it is neither."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        return float(text)
    return ...
