"""Merges observations: weighted means of equivalent reflections, Friedel mates kept apart or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput

from ..crystal import Crystal
from ..reflections import DatasetHeader, add_group, new_mtz
from ._groups import group_observations
from ._unmerged import UnmergedData

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HISTORY_LINES = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MergedData:
    """Merged intensities of one data set.

    Attributes
    ----------
    hkl
        Unique reflections in the asymmetric unit, shape (n, 3).
    intensities, sigmas, counts
        Mean over all equivalents, Friedel mates among them, its σ, and the number of observations, shape (n,).
    pair_intensities, pair_sigmas, pair_counts
        The same of I(+) and I(-), shape (n, 2), NaN where there is no observation; None if mates were not kept apart. A
        centric reflection has only I(+).
    centric
        Shape (n,).
    absences
        Observations of systematic absences that were left out.
    """

    crystal: Crystal
    dataset: DatasetHeader
    hkl: NDArray[np.int32]
    intensities: NDArray[np.float64]
    sigmas: NDArray[np.float64]
    counts: NDArray[np.int64]
    pair_intensities: NDArray[np.float64] | None
    pair_sigmas: NDArray[np.float64] | None
    pair_counts: NDArray[np.int64] | None
    centric: NDArray[np.bool_]
    absences: int
    history: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.hkl)


def merge(
    data: UnmergedData | Sequence[UnmergedData],
    *,
    anomalous: bool = True,
    d_min: float | None = None,
    d_max: float | None = None,
    space_group: str | None = None,
    absences: bool = False,
) -> MergedData:
    """Merge observations, of one data set or of several as if they were one, with weights 1/σ².

    Observations are neither scaled nor rejected: that was done before, or not at all.

    Parameters
    ----------
    anomalous
        Also keep Friedel mates apart.
    d_min, d_max
        Limits of resolution in Å.
    space_group
        Merge in this one instead of the file's: another of the same lattice.
    absences
        Keep systematic absences.

    Raises
    ------
    InvalidInput
        The data are of different crystals, or cannot have this space group.
    UnsuitableContent
        Nothing is left.
    """
    import numpy as np

    parts = [data] if isinstance(data, UnmergedData) else list(data)
    grouped = group_observations(parts, d_min=d_min, d_max=d_max, space_group=space_group, absences=absences)
    means = grouped.weighted()
    mates = [grouped.weighted(~grouped.mate), grouped.weighted(grouped.mate)] if anomalous else []
    return MergedData(
        crystal=grouped.crystal,
        dataset=parts[0].datasets[0],
        hkl=grouped.hkl,
        intensities=means.values,
        sigmas=means.sigmas,
        counts=means.counts,
        pair_intensities=np.stack([one.values for one in mates], axis=1) if mates else None,
        pair_sigmas=np.stack([one.sigmas for one in mates], axis=1) if mates else None,
        pair_counts=np.stack([one.counts for one in mates], axis=1) if mates else None,
        centric=grouped.centric,
        absences=grouped.absent,
        history=parts[0].history,
    )


def write_merged(merged: MergedData, out: Path, *, pairs: bool, history: Sequence[str] = ()) -> None:
    """Write merged intensities as a mini-MTZ file, as pairs of Friedel mates or as means.

    Parameters
    ----------
    history
        Lines that come before those of the unmerged data.

    Raises
    ------
    InvalidInput
        Pairs are asked for, but mates were not kept apart.
    """
    import numpy as np

    mtz, dataset = new_mtz(merged.crystal), merged.dataset
    own = mtz.datasets[-1]
    for name, told in (("project", dataset.project), ("crystal", dataset.crystal), ("dataset", dataset.name)):
        setattr(own, f"{name}_name", told or "unknown")
    own.wavelength = dataset.wavelength or 0.0
    mtz.history = [*history, *merged.history][:_HISTORY_LINES]
    if pairs:
        if merged.pair_intensities is None or merged.pair_sigmas is None:
            raise InvalidInput("Friedel mates were merged and cannot be written apart")
        columns = np.stack([merged.pair_intensities, merged.pair_sigmas], axis=2).reshape(len(merged), 4)
    else:
        columns = np.stack([merged.intensities, merged.sigmas], axis=1)
    add_group(mtz, "IPAIR" if pairs else "IMEAN", merged.hkl, columns.astype(np.float32))
    mtz.write_to_file(str(out))
