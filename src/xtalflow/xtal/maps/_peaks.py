"""Peaks and holes of a map: where they are, how high, and what is next to them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from ..models import with_crystal
from ._density import DensityMap

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

FAR = 8.0
"""Within this distance (Å) of an atom a peak is said to be near it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """An extremum of a map.

    Attributes
    ----------
    height
        In σ of the map; negative for a hole.
    position
        Orthogonal coordinates in Å.
    """

    height: float
    position: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearPeak(Peak):
    """A peak in the copy nearest to the model, with the atom nearest to it, such as ``A/SER 12/OG``.

    `distance` is in Å; both are empty (``""`` and infinity) with no atom within `FAR`.
    """

    atom: str
    distance: float


def find_peaks(density: DensityMap, threshold: float, *, holes: bool = False) -> list[Peak]:
    """Local maxima (or minima) of one asymmetric unit, highest first.

    A grid point higher than its 26 neighbours is a peak; its place is refined with a parabola along each axis
    and its height is the tricubic interpolation there.

    Parameters
    ----------
    density
        Map of the whole cell.
    threshold
        Least height in σ, positive also for holes.
    holes
        Find minima instead.
    """
    import gemmi
    import numpy as np

    grid = density.grid
    values = np.asarray(grid.array)
    if holes:
        values = -values
    in_asu = np.asarray(grid.masked_asu().mask_array) == 0
    # A maximum between grid points may have its grid points just below the threshold.
    points = np.argwhere(in_asu & (values > 0.8 * threshold))
    points = points[_is_local_maximum(values, points)]
    shape = np.array(values.shape)
    fractions = (points + _vertex(values, points)) / shape
    sign = -1.0 if holes else 1.0
    peaks = []
    for x, y, z in fractions.tolist():
        fractional = gemmi.Fractional(x, y, z)
        height = sign * grid.tricubic_interpolation(fractional)
        if height >= threshold:
            position = grid.unit_cell.orthogonalize(fractional).tolist()
            peaks.append(Peak(height=sign * height, position=(position[0], position[1], position[2])))
    return sorted(peaks, key=lambda peak: -abs(peak.height))


def _is_local_maximum(values: NDArray[Any], points: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each point tops its neighbours in the periodic grid; of two equal ones the first is the peak."""
    import numpy as np

    shape = np.array(values.shape)
    here = values[tuple(points.T)]
    keep = np.ones(len(points), dtype=bool)
    for step in product((-1, 0, 1), repeat=3):
        if step == (0, 0, 0):
            continue
        there = values[tuple(((points + step) % shape).T)]
        keep &= here > there if step > (0, 0, 0) else here >= there
    return keep


def _vertex(values: NDArray[Any], points: NDArray[np.intp]) -> NDArray[np.float64]:
    """Shift, in grid points, to the top of the parabola through a point and its two neighbours on each axis."""
    import numpy as np

    shape = np.array(values.shape)
    here = values[tuple(points.T)].astype(float)
    shifts = np.zeros((len(points), 3))
    for axis in range(3):
        step = np.zeros(3, dtype=int)
        step[axis] = 1
        before = values[tuple(((points - step) % shape).T)].astype(float)
        after = values[tuple(((points + step) % shape).T)].astype(float)
        curvature = before - 2.0 * here + after
        flat = curvature >= 0.0
        shifts[:, axis] = np.where(flat, 0.0, 0.5 * (before - after) / np.where(flat, 1.0, curvature))
    return np.clip(shifts, -0.5, 0.5)


def in_crystal_of(density: DensityMap, structure: gemmi.Structure) -> gemmi.Structure:
    """A copy of a model with the cell and symmetry of a map, hydrogens left out."""
    group = density.grid.spacegroup
    cell = density.grid.unit_cell.parameters
    copy = with_crystal(structure, cell, group.xhm() if group is not None else "P 1")
    copy.remove_hydrogens()
    return copy


def nearest_copy(cell: gemmi.UnitCell, reference: gemmi.Position, position: gemmi.Position) -> gemmi.Position:
    """The symmetry copy of a position that is nearest to a reference."""
    import gemmi

    image = cell.find_nearest_image(reference, position, gemmi.Asu.Any)
    return cell.orthogonalize(cell.fract_image(image, cell.fractionalize(position)))


def difference_peaks(structure: gemmi.Structure, density: DensityMap, *, threshold: float = 5.0) -> list[NearPeak]:
    """Peaks and holes of a difference map beyond a threshold in σ, each beside the model's nearest atom.

    The first model counts, without hydrogens. Sorted by absolute height, highest first.
    """
    import gemmi

    crystal = in_crystal_of(density, structure)
    model = crystal[0]
    search = gemmi.NeighborSearch(model, crystal.cell, FAR).populate()
    found = []
    for peak in find_peaks(density, threshold) + find_peaks(density, threshold, holes=True):
        position = gemmi.Position(*peak.position)
        marks = search.find_atoms(position, "\0", radius=FAR)
        if not marks:
            found.append(NearPeak(height=peak.height, position=peak.position, atom="", distance=float("inf")))
            continue
        site = min(marks, key=lambda mark: search.dist(position, mark.pos)).to_cra(model)
        copy = nearest_copy(crystal.cell, site.atom.pos, position)
        found.append(
            NearPeak(
                height=peak.height,
                position=(copy.x, copy.y, copy.z),
                atom=f"{site.chain.name}/{site.residue.name} {site.residue.seqid}/{site.atom.name}",
                distance=copy.dist(site.atom.pos),
            )
        )
    return sorted(found, key=lambda peak: -abs(peak.height))
