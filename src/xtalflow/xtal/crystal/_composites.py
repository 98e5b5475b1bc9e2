"""Composite values of crystallography: cell, space group, range of resolution, wavelength."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CComposite, CFloat, CString, Finding
from xtalflow.errors import InvalidInput

from ._crystal import find_space_group


class CCellLength(CFloat):
    """Length of a cell edge in Å."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"min": 0.0}


class CCellAngle(CFloat):
    """Angle of a cell in degrees."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"min": 0.0, "max": 180.0}


class CCell(CComposite):
    """A unit cell."""

    __slots__ = ()
    a = CCellLength(guiLabel="a")
    b = CCellLength(guiLabel="b")
    c = CCellLength(guiLabel="c")
    alpha = CCellAngle(guiLabel="α")
    beta = CCellAngle(guiLabel="β")
    gamma = CCellAngle(guiLabel="γ")

    def validity(self) -> list[Finding]:
        findings = super().validity()
        lacking = [child.name for child in self.children() if not child.isSet()]
        if 0 < len(lacking) < len(self.childNames()):
            findings.append(self._finding(101, f"is not whole: {', '.join(lacking)} lacking"))
        return findings


class CSpaceGroup(CString):
    """A space group by its Hermann-Mauguin symbol, or by its number; kept as ``P 21 21 21``.

    Examples
    --------
    >>> group = CSpaceGroup()
    >>> group.set("p212121")
    >>> group.value
    'P 21 21 21'
    """

    __slots__ = ()

    def _converted(self, value: Any) -> str:
        text = super()._converted(value)
        if not text:
            return text
        try:
            return find_space_group(text).xhm()
        except InvalidInput:
            raise self._refuse(value, "the symbol of a space group, such as P 21 21 21") from None


class CWavelength(CFloat):
    """Wavelength in Å."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"min": 0.0}


class CResolutionRange(CComposite):
    """Limits of resolution in Å: `low` is the larger number."""

    __slots__ = ()
    low = CFloat(min=0.0, guiLabel="low resolution")
    high = CFloat(min=0.0, guiLabel="high resolution")

    def validity(self) -> list[Finding]:
        findings = super().validity()
        low, high = self.low.value, self.high.value
        if low is not None and high is not None and low <= high:
            findings.append(self._finding(101, f"the low limit {low:g} Å must be above the high limit {high:g} Å"))
        return findings
