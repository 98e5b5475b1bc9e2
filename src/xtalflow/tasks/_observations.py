"""The observations that a task takes from its input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.xtal import (
    CObsDataFile,
    ColumnGroup,
    Crystal,
    ObsContent,
    crystal_of_reflections,
    read_reflections,
)

from ._files import path_of

if TYPE_CHECKING:
    import gemmi


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """Reflections of a file and the columns taken from them."""

    path: Path
    mtz: gemmi.Mtz
    group: ColumnGroup

    @property
    def content(self) -> ObsContent:
        """What the observations are."""
        return ObsContent(self.group.content)

    @property
    def are_intensities(self) -> bool:
        """Whether they are intensities rather than amplitudes."""
        return self.content in (ObsContent.IPAIR, ObsContent.IMEAN)

    @property
    def are_pairs(self) -> bool:
        """Whether Friedel mates are kept apart."""
        return self.content in (ObsContent.IPAIR, ObsContent.FPAIR)

    @property
    def crystal(self) -> Crystal:
        """Cell and space group."""
        return crystal_of_reflections(self.mtz)

    @property
    def name(self) -> str:
        """What was taken from which file, for reports: ``Iplus, SIGIplus … of native.mtz``."""
        return f"{', '.join(self.group.labels)} of {self.path.name}"


def read_observations(file: CObsDataFile) -> Observations:
    """Read the columns that `file` names, or the best there are; what cannot be used is refused."""
    path = path_of(file)
    mtz = read_reflections(path)
    return Observations(path=path, mtz=mtz, group=file.choose(path, mtz))
