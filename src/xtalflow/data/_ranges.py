"""Ranges of numbers and dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ._containers import CComposite
from ._findings import Finding
from ._scalars import CFloat, CInt, CNumber, CString


class CRange(CComposite):
    """From `start` to `end`; its kinds say of what.

    Where the qualifier `compare` is 1, the end must not be below the start; where it is -1, not above it.
    """

    ERROR_CODES: ClassVar[Mapping[int, str]] = {101: "start and end are in the wrong order"}

    def _ends(self) -> tuple[CNumber[Any], CNumber[Any]] | None:
        """Start and end, of a kind that has them."""
        return None

    def order(self) -> Any:
        ends = self._ends()
        if ends is None or ends[0].value is None:
            return None
        return (ends[0].value, ends[0].value if ends[1].value is None else ends[1].value)

    def validity(self) -> list[Finding]:
        findings, ends, wanted = super().validity(), self._ends(), self.qualifier("compare")
        if ends is not None and wanted and ends[0].value is not None and ends[1].value is not None:
            start, end = ends[0].value, ends[1].value
            if (end < start) if wanted > 0 else (end > start):
                words = "below" if wanted > 0 else "above"
                findings.append(self._finding(101, f"ends at {end}, which is {words} its start at {start}"))
        return findings


class CIntRange(CRange):
    """A range of integers."""

    start = CInt()
    end = CInt()

    def _ends(self) -> tuple[CInt, CInt]:
        return self.start, self.end


class CFloatRange(CRange):
    """A range of real numbers."""

    start = CFloat()
    end = CFloat()

    def _ends(self) -> tuple[CFloat, CFloat]:
        return self.start, self.end


class CDateRange(CComposite):
    """A date, and how far around it."""

    year = CInt()
    month = CString()
    day = CInt()
    yearRange = CInt()
    monthRange = CInt()
    dayRange = CInt()


class CRangeSelection(CString):
    """Numbers and ranges of them as a text, such as ``1-20, 35``."""
