"""Whether a crystal diffracts further in one direction than in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..crystal import laue_rotations
from ._merging import MergedData
from ._statistics import I_OVER_SIGMA_LIMIT, falls_below

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONE = 30.0
"""Degrees from an axis within which reflections count for its direction."""

_SHELLS, _LEAST_PER_SHELL = 10, 20
_AXES = {"a*": (1, 0, 0), "b*": (0, 1, 0), "c*": (0, 0, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionalSignal:
    """Signal along an axis of the reciprocal lattice.

    Attributes
    ----------
    axis
        ``a*``, or ``a*, b*`` where they are equivalent.
    outer_i_over_sigma
        ⟨I/σ(I)⟩ of the reflections of highest resolution within the cone.
    d_i_over_sigma
        Where ⟨I/σ(I)⟩ falls below 2, in Å; None if it does not.
    """

    axis: str
    outer_i_over_sigma: float
    d_i_over_sigma: float | None


def directional_signals(merged: MergedData) -> tuple[DirectionalSignal, ...]:
    """The signal along each axis of the reciprocal lattice that no symmetry makes equal to another.

    Empty where all are equivalent, as in cubic crystals, and for directions with too few reflections.
    """
    import numpy as np

    orbits = _axis_orbits(merged)
    if len(orbits) < 2:
        return ()
    cell = merged.crystal.gemmi_cell()
    to_space = np.array(cell.frac.mat.tolist())
    vectors = merged.hkl @ to_space
    one_over_d2 = np.asarray((vectors**2).sum(axis=1))
    ratio = merged.intensities / merged.sigmas
    found = []
    for names, orbit in orbits.items():
        axes = np.array(sorted(orbit)) @ to_space
        axes /= np.linalg.norm(axes, axis=1)[:, None]
        cosine = np.abs(vectors @ axes.T).max(axis=1) / np.sqrt(one_over_d2)
        inside = cosine > np.cos(np.radians(CONE))
        if signal := _signal(names, one_over_d2[inside], ratio[inside]):
            found.append(signal)
    return tuple(found)


def _axis_orbits(merged: MergedData) -> dict[str, set[tuple[int, ...]]]:
    """Names of equivalent axes, and all their equivalents; each with or without its opposite."""
    rotations = laue_rotations(merged.crystal.gemmi_space_group())
    orbits: dict[str, set[tuple[int, ...]]] = {}
    for name, axis in _AXES.items():
        known = next((names for names, orbit in orbits.items() if axis in orbit), None)
        if known is None:
            orbits[name] = {
                tuple(sum(axis[i] * rotation[i][j] for i in range(3)) // 24 for j in range(3)) for rotation in rotations
            }
        else:
            orbits[f"{known}, {name}"] = orbits.pop(known)
    return orbits


def _signal(axis: str, one_over_d2: NDArray[np.float64], ratio: NDArray[np.float64]) -> DirectionalSignal | None:
    import numpy as np

    n_shells = min(_SHELLS, len(ratio) // _LEAST_PER_SHELL)
    if n_shells < 2:
        return None
    shells = np.array_split(np.argsort(one_over_d2), n_shells)
    middles = [float(one_over_d2[shell].mean()) for shell in shells]
    means = [float(ratio[shell].mean()) for shell in shells]
    return DirectionalSignal(
        axis=axis,
        outer_i_over_sigma=means[-1],
        d_i_over_sigma=falls_below(middles, means, I_OVER_SIGMA_LIMIT),
    )
