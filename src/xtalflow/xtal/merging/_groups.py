"""Groups observations by the unique reflections that they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..crystal import (
    FLAGS_ANGLE_LIMIT,
    FLAGS_LENGTH_LIMIT,
    Crystal,
    compare_crystals,
    find_space_group,
    index_keys,
    indices_of_keys,
    reduce_indices,
)
from ._unmerged import UnmergedData

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CELL_TOLERANCE = 0.01
"""How far the metric of a cell may be from what a space group demands, relative."""
_ROUNDING = 1.0 + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Means:
    """Means with weights 1/σ², their σ and the numbers of observations; NaN where there is none."""

    values: NDArray[np.float64]
    sigmas: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouped:
    """Observations with the unique reflection that each is of.

    Attributes
    ----------
    hkl
        Unique reflections in the asymmetric unit, shape (u, 3), in the order of their indices.
    one_over_d2
        Of the unique reflections, Å⁻², shape (u,).
    centric
        Of the unique reflections, shape (u,).
    group
        Position in `hkl` of each observation, shape (n,).
    mate
        Whether the observation is of I(-), shape (n,).
    source
        Position of the file of each observation in what was given, shape (n,).
    batch
        Batch of each observation; 0 where its file has none.
    absent
        Observations of systematic absences that were left out, and their ⟨I/σ(I)⟩ (NaN without any).
    """

    crystal: Crystal
    hkl: NDArray[np.int32]
    one_over_d2: NDArray[np.float64]
    centric: NDArray[np.bool_]
    group: NDArray[np.int64]
    mate: NDArray[np.bool_]
    intensities: NDArray[np.float64]
    sigmas: NDArray[np.float64]
    source: NDArray[np.int32]
    batch: NDArray[np.int32]
    absent: int
    absent_i_over_sigma: float

    def weighted(self, chosen: NDArray[np.bool_] | None = None) -> Means:
        """The means of each unique reflection over its observations, or over those chosen."""
        import numpy as np

        rows = slice(None) if chosen is None else chosen
        group, values, weights = self.group[rows], self.intensities[rows], self.sigmas[rows] ** -2.0
        count = np.bincount(group, minlength=len(self.hkl))
        weight = np.bincount(group, weights, minlength=len(self.hkl))
        total = np.bincount(group, weights * values, minlength=len(self.hkl))
        known = np.where(count > 0, weight, np.nan)
        return Means(values=total / known, sigmas=known**-0.5, counts=count)


def group_observations(
    parts: Sequence[UnmergedData],
    *,
    d_min: float | None = None,
    d_max: float | None = None,
    space_group: str | None = None,
    absences: bool = False,
) -> Grouped:
    """Observations within limits of resolution, each with its unique reflection; see `merge`."""
    import numpy as np

    crystal = common_crystal(parts, space_group)
    hkl = np.concatenate([part.hkl for part in parts])
    asu, mate = reduce_indices(hkl, crystal)
    keys, group = np.unique(index_keys(asu), return_inverse=True)
    unique = indices_of_keys(keys)
    one_over_d2 = np.asarray(crystal.gemmi_cell().calculate_1_d2_array(unique), dtype=np.float64)
    operations = crystal.gemmi_space_group().operations()
    absent = operations.systematic_absences(unique)
    within = (one_over_d2 > 0.0) & (one_over_d2 <= (_ROUNDING / d_min**2 if d_min else np.inf))
    within &= one_over_d2 >= (1.0 / (_ROUNDING * d_max**2) if d_max else 0.0)
    wanted = within if absences else within & ~absent
    if not wanted.any():
        raise UnsuitableContent(parts[0].path, "no observations are left within these limits of resolution")
    values, sigmas = (np.concatenate([getattr(part, name) for part in parts]) for name in ("intensities", "sigmas"))
    dropped = (within & absent & ~wanted)[group]
    ratio = values[dropped] / sigmas[dropped]
    kept = wanted[group]
    place = np.cumsum(wanted) - 1
    return Grouped(
        crystal=crystal,
        hkl=unique[wanted],
        one_over_d2=one_over_d2[wanted],
        centric=operations.centric_flag_array(unique[wanted]),
        group=place[group[kept]],
        mate=mate[kept],
        intensities=values[kept],
        sigmas=sigmas[kept],
        source=np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])[kept],
        batch=np.concatenate([_batch_numbers(part) for part in parts])[kept],
        absent=int(dropped.sum()),
        absent_i_over_sigma=float(ratio.mean()) if len(ratio) else float("nan"),
    )


def _batch_numbers(part: UnmergedData) -> NDArray[np.int32]:
    import numpy as np

    return np.zeros(len(part), dtype=np.int32) if part.batch is None else part.batch


def common_crystal(parts: Sequence[UnmergedData], space_group: str | None = None) -> Crystal:
    """The crystal of data that are to be merged: the first one's, in the space group that is asked for.

    Raises
    ------
    InvalidInput
        There are no data; they are of different crystals; or their cell or lattice cannot have the space group.
    """
    if not parts:
        raise InvalidInput("there are no observations to merge")
    first = parts[0]
    for other in parts[1:]:
        comparison = compare_crystals(other.crystal, first.crystal)
        same_cell = (
            comparison.length_difference <= FLAGS_LENGTH_LIMIT and comparison.angle_difference <= FLAGS_ANGLE_LIMIT
        )
        same_symmetry = comparison.same_space_group or (space_group is not None and comparison.same_centring)
        if not (same_cell and same_symmetry):
            raise InvalidInput(
                f"{first.path.name} ({first.crystal}) and {other.path.name} ({other.crystal}) are not of the same "
                "crystal and cannot be merged"
            )
    crystal = first.crystal
    if space_group:
        crystal = Crystal(cell=crystal.cell, space_group=find_space_group(space_group).xhm())
        if not compare_crystals(crystal, first.crystal).same_centring:
            change = f"data in {first.crystal.space_group} cannot be taken as {crystal.space_group}"
            raise InvalidInput(f"{first.path}: {change}: the lattice is another")
    check_cell_symmetry(first.path, crystal)
    return crystal


def check_cell_symmetry(path: Path, crystal: Crystal) -> None:
    """Refuse a cell that is not what its space group demands.

    Raises
    ------
    InvalidInput
        An edge or angle is off by more than 1 %.
    """
    if not crystal.gemmi_cell().is_compatible_with_spacegroup(crystal.gemmi_space_group(), _CELL_TOLERANCE):
        raise InvalidInput(f"{path}: a crystal in {crystal} cannot be: the cell is not that of the space group")
