"""Numbers of jobs: ``3.10``, which comes after ``3.9``."""

from __future__ import annotations

import re

from xtalflow.errors import InvalidInput

MAX_LENGTH = 50
LAST_NUMBER = 99_999_999
"""The highest that a part of a number can be."""
_NUMBER = re.compile(r"[1-9][0-9]{0,7}(\.[1-9][0-9]{0,7})*", re.ASCII)


def number_key(number: str) -> str:
    """What job numbers are sorted by: each part eight digits wide.

    Examples
    --------
    >>> number_key("3.10")
    '00000003.00000010'
    """
    if len(number) > MAX_LENGTH or not _NUMBER.fullmatch(number):
        raise InvalidInput(f"{number!r} is not the number of a job: it must be like 3 or 3.1.2")
    return ".".join(part.zfill(8) for part in number.split("."))


def top_number(number: str) -> int:
    """The number of the top-level job that a job belongs to."""
    return int(number.partition(".")[0])


def is_child_number(number: str, parent: str) -> bool:
    """Whether `number` is one step below `parent`."""
    return number.startswith(f"{parent}.") and "." not in number[len(parent) + 1 :]
