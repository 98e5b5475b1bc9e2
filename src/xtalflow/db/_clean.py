"""What any database can keep: texts without NUL and half characters, JSON of finite numbers, paths inside a project."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from xtalflow.errors import InvalidInput

_LARGEST_INTEGER = 2**53


def clean_text(text: str) -> str:
    r"""A text that PostgreSQL and SQLite take: NUL becomes U+FFFD, bytes of an undecodable file name ``\udcff``."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "backslashreplace").decode()


def short_text(text: str, length: int, what: str) -> str:
    """A clean text of 1 to `length` characters; `InvalidInput` otherwise."""
    text = clean_text(text)
    if not 0 < len(text) <= length:
        raise InvalidInput(f"{what} = {text[:40]!r} is refused: it must have 1 to {length} characters")
    return text


def clean_json(value: Any, what: str = "data") -> Any:
    """JSON values with clean texts; `InvalidInput` names a number that is not finite or an object that is not JSON."""
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInput(f"{what} = {value} is refused: it must be a finite number")
        return value
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean_json(item, f"{what}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_json(item, f"{what}[{index}]") for index, item in enumerate(value)]
    raise InvalidInput(f"{what} is refused: {type(value).__name__} is not JSON")


def clean_number(key: str, value: float) -> tuple[float, bool]:
    """A number as it is kept, and whether it is an integer."""
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise InvalidInput(f"{key} = {value} is refused: an integer must be within ±2⁵³")
    if not math.isfinite(value):
        raise InvalidInput(f"{key} = {value} is refused: it must be a finite number")
    return float(value), isinstance(value, int)


def clean_path(path: str) -> str:
    """A path below a project's folder; `InvalidInput` if it leaves the folder or cannot be kept."""
    parts = path.split("/")
    if clean_text(path) != path or "\\" in path or any(part in {"", ".", ".."} for part in parts):
        raise InvalidInput(f"{path!r} is refused: it must be a path below the project's folder")
    return path


_DIGEST = re.compile(r"[0-9a-f]{64}")


def clean_checksum(checksum: str, path: str) -> str:
    """A SHA-256 in hexadecimal digits; `InvalidInput` otherwise."""
    if not _DIGEST.fullmatch(checksum):
        raise InvalidInput(f"{path}: {checksum!r} is not a SHA-256")
    return checksum
