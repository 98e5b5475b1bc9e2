"""Ranges of numbers and dates."""

from __future__ import annotations

from ._containers import CComposite
from ._scalars import CFloat, CInt, CString


class CRange(CComposite):
    """From `start` to `end`; its kinds say of what."""


class CIntRange(CRange):
    """A range of integers."""

    start = CInt()
    end = CInt()


class CFloatRange(CRange):
    """A range of real numbers."""

    start = CFloat()
    end = CFloat()


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
