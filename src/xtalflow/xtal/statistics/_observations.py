"""Observed intensities as arrays, one value per unique reflection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..crystal import crystal_of_reflections, laue_rotations, orbit_keys
from ..reflections import ColumnGroup, mean_of_mates, usable

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensities:
    """Measured intensities of a crystal.

    Attributes
    ----------
    hkl
        Miller indices, shape (n, 3).
    keys
        Keys of the Laue orbits (`orbit_keys`), ascending, shape (n,).
    values, sigmas
        Intensities on the file's scale, shape (n,); amplitudes are squared.
    """

    hkl: NDArray[np.int32]
    keys: NDArray[np.int64]
    values: NDArray[np.float64]
    sigmas: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.keys)


def mean_intensities(mtz: gemmi.Mtz, group: ColumnGroup) -> Intensities:
    """Mean intensities with σ > 0, without systematic absences, sorted by orbit.

    Friedel mates are averaged as `mean_of_mates` does. Amplitudes become I = F², σ(I) = 2Fσ(F).
    """
    import numpy as np

    hkl, operations = mtz.make_miller_array(), mtz.spacegroup.operations()
    data = np.stack([mtz.column_with_label(label).array.astype(np.float64) for label in group.labels], axis=1)
    if group.kind in {"FPAIR", "FMEAN"}:
        data[:, 1::2] *= 2.0 * data[:, 0::2]
        data[:, 0::2] **= 2
    if data.shape[1] == 4:
        data = mean_of_mates(data, np.asarray(operations.centric_flag_array(hkl), dtype=bool))
    keep = usable(data[:, 0], data[:, 1]) & ~operations.systematic_absences(hkl)
    keys, first = np.unique(orbit_keys(hkl[keep], laue_rotations(mtz.spacegroup)), return_index=True)
    values, sigmas = data[keep][first].T
    return Intensities(hkl=hkl[keep][first], keys=keys, values=values, sigmas=sigmas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A shell of resolution.

    Attributes
    ----------
    d_max, d_min
        Limits in Å.
    observed, possible
        Unique reflections.
    i_over_sigma
        Mean of I/σ(I); NaN without reflections.
    mean_intensity
        On the file's scale.
    """

    d_max: float
    d_min: float
    observed: int
    possible: int
    i_over_sigma: float
    mean_intensity: float

    @property
    def completeness(self) -> float:
        """Observed of possible, 0 to 1."""
        return self.observed / self.possible if self.possible else 0.0


def resolution_shells(mtz: gemmi.Mtz, group: ColumnGroup, n: int = 10) -> list[Shell]:
    """Completeness and I/σ in shells of equal volume of reciprocal space, low resolution first."""
    import numpy as np

    from ..crystal import possible_reflections

    data = mean_intensities(mtz, group)
    if len(data) == 0:
        return []
    crystal = crystal_of_reflections(mtz)
    cell = crystal.gemmi_cell()
    s2 = cell.calculate_1_d2_array(data.hkl)
    s2_possible = cell.calculate_1_d2_array(possible_reflections(crystal, float(s2.max()) ** -0.5))
    s2_possible = s2_possible[s2_possible >= s2.min() * (1.0 - 1e-9)]
    edges = np.linspace(s2.min() ** 1.5, s2.max() ** 1.5, n + 1) ** (2.0 / 3.0)
    inner = edges[1:-1]
    of_observed, of_possible = np.digitize(s2, inner), np.digitize(s2_possible, inner)
    shells = []
    for index in range(n):
        inside = of_observed == index
        count = int(inside.sum())
        ratio = data.values[inside] / data.sigmas[inside]
        shells.append(
            Shell(
                d_max=float(edges[index] ** -0.5),
                d_min=float(edges[index + 1] ** -0.5),
                observed=count,
                possible=int((of_possible == index).sum()),
                i_over_sigma=float(ratio.mean()) if count else float("nan"),
                mean_intensity=float(data.values[inside].mean()) if count else float("nan"),
            )
        )
    return shells
