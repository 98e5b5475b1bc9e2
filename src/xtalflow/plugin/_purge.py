"""What files of a job are good for, and which go when: CCP4i2's codes and contexts."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class PurgeCode(IntEnum):
    """What a file is good for, with CCP4i2's numbers."""

    KEEP = 0
    SCRATCH = 1
    SCRATCH_DIAGNOSTIC = 2
    DIAGNOSTIC = 3
    REDUNDANT_AFTER_REPORT = 4
    INTERMEDIATE_DATA = 5
    REDUNDANT_ON_COMPLETION = 6
    LARGE = 7

    @property
    def words(self) -> str:
        """The name as it is shown: ``redundant after report``."""
        return self.name.lower().replace("_", " ")


class PurgeContext(StrEnum):
    """How far a purge goes."""

    TEMPORARY = "temporary"
    INTERMEDIATE = "intermediate"
    EXTENDED_INTERMEDIATE = "extended_intermediate"
    PROJECT_COMPLETE = "project_complete"

    @property
    def codes(self) -> frozenset[PurgeCode]:
        """What goes."""
        return _CODES[self]


_CODES = {
    PurgeContext.TEMPORARY: frozenset(map(PurgeCode, (1, 2, 4))),
    PurgeContext.INTERMEDIATE: frozenset(map(PurgeCode, (1, 2, 4, 5))),
    PurgeContext.EXTENDED_INTERMEDIATE: frozenset(map(PurgeCode, (1, 2, 5, 7))),
    PurgeContext.PROJECT_COMPLETE: frozenset(map(PurgeCode, (1, 2, 3, 4, 5, 6))),
}
