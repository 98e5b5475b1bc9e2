"""Where the free-R set of a pipeline comes from."""

from __future__ import annotations

from enum import StrEnum

from xtalflow.data import CPerformanceIndicator, CString


class FreeSetOrigin(StrEnum):
    """The three sources of a free-R set, in the order in which they are asked."""

    GIVEN = "given"
    FROM_DATA = "from the data file"
    NEW = "new"

    @property
    def sentence(self) -> str:
        """What the report says."""
        return {
            FreeSetOrigin.GIVEN: "The free-R set is the one given (FREERFLAG).",
            FreeSetOrigin.FROM_DATA: "The free-R set is that of the file of the reflections (F_SIGF).",
            FreeSetOrigin.NEW: "The free-R set is new: none was given, and the file of F_SIGF has none to use.",
        }[self]


class CFreeSetPerformance(CPerformanceIndicator):
    """Where the free-R set came from: one of the texts of `FreeSetOrigin`."""

    __slots__ = ()

    freeSet = CString(guiLabel="Free-R set", toolTip="given, from the data file, or new")
