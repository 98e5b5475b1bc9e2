"""Which points are near any of others; plain distances, without symmetry."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_EDGE = 4.0
"""Å; the edge of a cube is about this, so that it holds a handful of atoms."""
_MOST_STEPS = 5
"""Cubes to a distance at most, which bounds the number of cubes around each that are looked into."""
_PAIRS_AT_ONCE = 2_000_000
"""Distances calculated in one go, which bounds the memory."""


def near(points: Points, centres: Points, distance: float) -> Mask:
    """Whether each point is within a distance of any centre.

    Parameters
    ----------
    points, centres
        Coordinates in Å, shapes (n, 3) and (m, 3), finite.
    distance
        In Å, above zero; a point at exactly this distance is near.

    Returns
    -------
    Shape (n,).

    Notes
    -----
    Room is divided into cubes, of which only those that hold a centre are kept: the memory does not depend on the
    room between the atoms, as it would with a grid. Cubes that are wholly near are not looked into.
    """
    import numpy as np

    found = np.zeros(len(points), dtype=bool)
    if not len(points) or not len(centres):
        return found
    low, high = centres.min(axis=0) - distance, centres.max(axis=0) + distance
    open_points = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    steps = min(max(round(distance / _EDGE), 1), _MOST_STEPS)
    cubes = _Cubes(centres, distance / steps)
    ranks, owner = cubes.ranks(points[open_points], steps)
    for offset in sorted(product(range(-steps, steps + 1), repeat=3), key=lambda each: sum(step**2 for step in each)):
        nearest, farthest = _limits(offset, steps)
        if nearest > 1.0 or not len(open_points):
            continue
        place = cubes.find(ranks, offset)[owner]
        inside = place >= 0
        if farthest <= 1.0:
            hit = inside
        else:
            hit = np.zeros(len(open_points), dtype=bool)
            hit[inside] = cubes.compare(points[open_points[inside]], place[inside], distance)
        if hit.any():
            found[open_points[hit]] = True
            open_points, owner = open_points[~hit], owner[~hit]
    return found


def _limits(offset: tuple[int, ...], steps: int) -> tuple[float, float]:
    """Squares of the least and greatest distance between points of two cubes, of which the distance asked for is 1."""
    least = sum(max(abs(step) - 1, 0) ** 2 for step in offset) / steps**2
    return least * (1 - 1e-9), sum((abs(step) + 1) ** 2 for step in offset) / steps**2 * (1 + 1e-9)


class _Cubes:
    """Centres, sorted by the cube that they are in."""

    def __init__(self, centres: Points, edge: float) -> None:
        import numpy as np

        cubes = np.floor(centres / edge)
        self.edge, self.axes = edge, [np.unique(column) for column in cubes.T]
        keys = self._keys([np.searchsorted(axis, column) for axis, column in zip(self.axes, cubes.T, strict=True)])
        self.centres = centres[np.argsort(keys)]
        self.keys, self.counts = np.unique(keys, return_counts=True)
        self.first = np.cumsum(self.counts) - self.counts

    def _keys(self, ranks: Any) -> Any:
        """One number for a cube, of its rank along each axis among the cubes that hold a centre."""
        return (ranks[0] * len(self.axes[1]) + ranks[1]) * len(self.axes[2]) + ranks[2]

    def ranks(self, points: Points, steps: int) -> tuple[Any, Any]:
        """Ranks of the cubes around each cube that holds a point, and the cube of each point.

        Returns
        -------
        Ranks along each axis, shape (3, 2 * steps + 1, cubes), where a negative step counts from behind; -1 where no
        centre is along an axis. The index of the cube of each point, shape (n,).
        """
        import numpy as np

        columns = np.floor(points / self.edge).T
        values, inverse = zip(*(np.unique(column, return_inverse=True) for column in columns), strict=True)
        keys = (inverse[0] * len(values[1]) + inverse[1]) * len(values[2]) + inverse[2]
        _, example, owner = np.unique(keys, return_index=True, return_inverse=True)
        ranks = np.full((3, 2 * steps + 1, len(example)), -1)
        for axis, known in enumerate(self.axes):
            for step in range(-steps, steps + 1):
                wanted = values[axis] + step
                rank = np.searchsorted(known, wanted)
                rank[known[np.minimum(rank, len(known) - 1)] != wanted] = -1
                ranks[axis, step] = rank[inverse[axis][example]]
        return ranks, owner

    def find(self, ranks: Any, offset: tuple[int, ...]) -> Any:
        """Index of the cube at an offset from each; -1 if no centre is in it."""
        import numpy as np

        chosen = [ranks[axis, step] for axis, step in enumerate(offset)]
        keys = self._keys(chosen)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        outside = (np.minimum.reduce(chosen) < 0) | (self.keys[place] != keys)
        place[outside] = -1
        return place

    def compare(self, points: Points, place: Any, distance: float) -> Mask:
        """Whether each point is near any of the centres in its cube of `place`."""
        import numpy as np

        hit = np.zeros(len(points), dtype=bool)
        counts = self.counts[place]
        ends = np.cumsum(counts)
        start = 0
        while start < len(points):
            done = ends[start] - counts[start]
            stop = max(int(np.searchsorted(ends, done + _PAIRS_AT_ONCE, side="right")), start + 1)
            some = slice(start, stop)
            point = np.repeat(np.arange(start, stop), counts[some])
            within = np.arange(len(point)) - np.repeat(ends[some] - counts[some] - done, counts[some])
            centre = np.repeat(self.first[place[some]], counts[some]) + within
            squares = ((points[point] - self.centres[centre]) ** 2).sum(axis=1)
            hit[point[squares <= distance**2]] = True
            start = stop
        return hit
