"""Values of a record as the texts of its file: each kind a pair that round-trips."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any
from uuid import UUID

from ._numbered import file_type_number, file_type_of, key_type_number, key_type_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EARLIEST, _LATEST = -2_208_988_800, 32_503_680_000
"""1900 and 3000, in seconds since 1970: a number beyond is no time of a job."""

_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}(\.0{1,6})?", re.ASCII)
_LARGEST = 2**31 - 1
_LONGEST_NUMBER = 60
_LONGEST_NAME, _LONGEST_PATH = 255, 1000
_NOT_OF_NAMES = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff\ufffe\uffff]|^[A-Za-z]:")
_JOB_NUMBER = re.compile(r"[1-9][0-9]{0,8}(\.[1-9][0-9]{0,8}){0,15}", re.ASCII)
_LONGEST_JOB_NUMBER = 50
NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file can hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is read and written; `read` raises ValueError, `words` say what should be there."""

    words: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]


def _read_id(text: str) -> UUID:
    if not _ID.fullmatch(text.strip()):
        raise ValueError(text)
    return UUID(text.strip())


def _read_whole(text: str) -> int:
    if not _WHOLE.fullmatch(text.strip()) or abs(number := int(text.strip().partition(".")[0])) > _LARGEST:
        raise ValueError(text)
    return number


def _read_real(text: str) -> float:
    """A number; without a point it is an integer, which CCP4i2 itself never writes."""
    if len(text) > _LONGEST_NUMBER or "_" in text or not isfinite(number := float(text)):
        raise ValueError(text)
    return int(text) if _WHOLE.fullmatch(text) and "." not in text else number


def _read_time(text: str) -> datetime:
    """Seconds since 1970, which may have a fraction; exact to the microsecond."""
    if len(text) > _LONGEST_NUMBER or "_" in text:
        raise ValueError(text)
    try:
        seconds = Decimal(text.strip())
    except InvalidOperation as exc:
        raise ValueError(text) from exc
    if not seconds.is_finite() or not _EARLIEST <= seconds < _LATEST:
        raise ValueError(text)
    return _EPOCH + _MICROSECOND * round(seconds * 1_000_000)


def _write_time(time: datetime) -> str:
    seconds, rest = divmod((time - _EPOCH) // _MICROSECOND, 1_000_000)
    if seconds < 0 and rest:
        return f"{Decimal(seconds * 1_000_000 + rest).scaleb(-6):f}"
    return f"{seconds}.{rest:06d}".rstrip("0") if rest else str(seconds)


def _read_job_number(text: str) -> str:
    if len(text) > _LONGEST_JOB_NUMBER or not _JOB_NUMBER.fullmatch(text):
        raise ValueError(text)
    return text


def _read_file_name(text: str) -> str:
    if not is_plain_name(text):
        raise ValueError(text)
    return text


def is_plain_name(text: str) -> bool:
    """Whether a text is the name of a file, perhaps within folders, that leads nowhere else."""
    return len(text) <= _LONGEST_PATH and all(
        0 < len(part.encode(errors="replace")) <= _LONGEST_NAME
        and part not in {".", ".."}
        and not _NOT_OF_NAMES.search(part)
        for part in text.split("/")
    )


def clean(text: str) -> str:
    """A text with a sign in place of what no XML file can hold."""
    return NOT_OF_XML.sub("\ufffd", text)


ID = Kind("an identifier of 32 hexadecimal digits", _read_id, lambda value: value.hex)
WHOLE = Kind("a whole number", _read_whole, str)
REAL = Kind("a number", _read_real, repr)
TIME = Kind("a time in seconds since 1970", _read_time, _write_time)
TEXT = Kind("a text", str, str)
JOB_NUMBER = Kind("a job number such as 3 or 3.1", _read_job_number, str)
FILE_NAME = Kind("the name of a file of a job", _read_file_name, str)
FILE_TYPE = Kind("a type of file", file_type_of, file_type_number)
KEY_TYPE = Kind("a kind of indicator", key_type_of, key_type_number)


def one_of(words: str, *values: int) -> Kind:
    """A whole number that means something only if it is one of these."""

    def read(text: str) -> int:
        if (number := _read_whole(text)) not in values:
            raise ValueError(text)
        return number

    return Kind(words, read, str)
