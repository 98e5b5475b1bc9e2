"""Records as JSON and back, checked field by field: what comes from a disk is input."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Union
from uuid import UUID

from xtalflow.errors import InvalidInput

_T = typing.TypeVar("_T")
_LARGEST_INTEGER = 2**63 - 1


def to_json(value: object) -> Any:
    """A record, or anything made of records, as JSON values; empty and default fields are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value) if not _is_default(value, f)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def encode_json(data: object, *, indent: int | None = None) -> bytes:
    """JSON values as UTF-8, with an undecodable byte of a file name escaped; `InvalidInput` for what is not JSON."""
    try:
        separators = (",", ":") if indent is None else None
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)
    except (TypeError, ValueError, RecursionError) as exc:
        raise InvalidInput(f"this cannot be kept as JSON: {exc}") from exc
    return text.encode("utf-8", "backslashreplace")


def from_json(kind: type[_T], data: object) -> _T:
    """The record of class `kind` that `to_json` made; `InvalidInput` says which field is wrong."""
    return typing.cast("_T", _decode(kind, data, kind.__name__))


def _is_default(record: Any, field: dataclasses.Field[Any]) -> bool:
    value = getattr(record, field.name)
    if field.default is not dataclasses.MISSING:
        return bool(value == field.default)
    return field.default_factory is not dataclasses.MISSING and bool(value == field.default_factory())


@cache
def field_types(kind: type) -> dict[str, Any]:
    """Types of the fields of a record."""
    return typing.get_type_hints(kind)


def _wrong(where: str, expected: str) -> InvalidInput:
    return InvalidInput(f"{where} is not {expected}")


def _decode(kind: Any, data: object, where: str) -> Any:
    if kind is Any:
        return data
    if isinstance(kind, typing.NewType):
        kind = kind.__supertype__
    origin = typing.get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_union(typing.get_args(kind), data, where)
    if origin is not None:
        return _decode_collection(origin, typing.get_args(kind), data, where)
    if dataclasses.is_dataclass(kind):
        return _decode_record(kind, data, where)
    return _decode_value(kind, data, where)


def _decode_union(kinds: tuple[Any, ...], data: object, where: str) -> Any:
    if data is None and types.NoneType in kinds:
        return None
    for kind in kinds:
        if kind is not types.NoneType:
            try:
                return _decode(kind, data, where)
            except InvalidInput:
                continue
    raise _wrong(where, "of any kind allowed here")


def _decode_collection(origin: type, kinds: tuple[Any, ...], data: object, where: str) -> Any:
    if issubclass(origin, Mapping):
        if not isinstance(data, dict):
            raise _wrong(where, "an object")
        return {str(key): _decode(kinds[1], value, f"{where}.{key}") for key, value in data.items()}
    if issubclass(origin, Sequence):
        if not isinstance(data, list):
            raise _wrong(where, "a list")
        if origin is tuple and kinds[-1] is not ...:
            if len(data) != len(kinds):
                raise _wrong(where, f"a list of {len(kinds)}")
            return tuple(
                _decode(kind, value, f"{where}[{index}]")
                for index, (kind, value) in enumerate(zip(kinds, data, strict=True))
            )
        return tuple(_decode(kinds[0], value, f"{where}[{index}]") for index, value in enumerate(data))
    raise TypeError(f"no record has a field of {origin}")


def _decode_record(kind: Any, data: object, where: str) -> Any:
    if not isinstance(data, dict):
        raise _wrong(where, "an object")
    hints, values = field_types(kind), {}
    for field in dataclasses.fields(kind):
        if field.name in data:
            values[field.name] = _decode(hints[field.name], data[field.name], f"{where}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InvalidInput(f"{where} has no {field.name}")
    return kind(**values)


def _decode_value(kind: Any, data: object, where: str) -> Any:
    if kind in (str, bool):
        if not isinstance(data, kind):
            raise _wrong(where, "a text" if kind is str else "true or false")
        return data
    if kind in (int, float):
        return _decode_number(kind, data, where)
    if issubclass(kind, (UUID, enum.Enum)):
        try:
            return kind(data)
        except (ValueError, TypeError, AttributeError):
            raise _wrong(where, f"one of {kind.__name__}") from None
    if kind is datetime:
        return _decode_time(data, where)
    raise TypeError(f"no record has a field of {kind}")


def _decode_number(kind: type[int] | type[float], data: object, where: str) -> float:
    """An integer where a float is expected stays an integer; both are at most what 64 bits hold."""
    if isinstance(data, int) and not isinstance(data, bool) and abs(data) <= _LARGEST_INTEGER:
        return data
    if kind is float and isinstance(data, float) and math.isfinite(data):
        return data
    raise _wrong(where, "an integer of 64 bits" if kind is int else "a finite number")


def _decode_time(data: object, where: str) -> datetime:
    try:
        time = datetime.fromisoformat(str(data))
    except ValueError:
        raise _wrong(where, "a time") from None
    if time.tzinfo is None:
        raise _wrong(where, "a time with its zone")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise _wrong(where, "a time of the years 1 to 9999") from None
