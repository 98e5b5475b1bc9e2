"""What a refinement is given: one file of reflections, and the words of the command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xtalflow.xtal import COLUMN_KINDS, FLAG, FlagColumn, RefinementData, join_flags

from .._observations import Observations

REFLECTIONS, PREFIX = "reflections.mtz", "refined"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementInput:
    """Observations, flags, and how many reflections there are to use."""

    observations: Observations
    flags: FlagColumn | None
    data: RefinementData

    @property
    def arguments(self) -> list[str]:
        """The part of the command that tells of the reflections."""
        labels = COLUMN_KINDS[self.observations.group.kind].labels
        if self.flags is None:
            return ["--hklin", REFLECTIONS, "--labin", ",".join(labels)]
        return ["--hklin", REFLECTIONS, "--labin", ",".join((*labels, FLAG)), "--free", str(self.flags.free_value)]


def write_reflections(observations: Observations, flags: FlagColumn | None, folder: Path) -> RefinementInput:
    """Write the one file of reflections that servalcat reads.

    Given two files, servalcat keeps what both have; given flags in a file of their own it drops what they miss at
    high resolution, without an error. So observations and flags are joined here.
    """
    data = join_flags(observations.mtz, observations.group, flags, folder / REFLECTIONS)
    return RefinementInput(observations=observations, flags=flags, data=data)
