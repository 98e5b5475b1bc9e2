"""What a validation finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How bad a finding is, with CCP4i2's numbers."""

    OK = 0
    UNDEFINED = 1
    WARNING = 2
    UNDEFINED_ERROR = 3
    ERROR = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a tree.

    Attributes
    ----------
    path
        Path of the object in its tree.
    code
        CCP4i2's number of the error in its class.
    message
        What is wrong, as a sentence without the path.
    """

    path: str
    severity: Severity
    code: int
    message: str
    class_name: str
