"""Tables of free flags by reflection: looking up, conflicts, and drawing those that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..crystal import Rotation, orbit_keys
from ._drawing import draw_values
from ._free_flags import FreeFlags

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

_LIKE_SIZE = 1.5
"""Sets of a random division are not greater than their mean by more than this factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFlags:
    """Flags by key, which ascend; how many keys had several."""

    keys: NDArray[np.int64]
    values: NDArray[np.int64]
    conflicts: int

    @classmethod
    def collect(cls, old: gemmi.Mtz, label: str, laue: frozenset[Rotation], free_value: int) -> KnownFlags:
        """Of copies that differ the free one counts: a reflection once free must not be refined against."""
        import numpy as np

        column = old.column_with_label(label).array
        present = np.isfinite(column)
        values = column[present].astype(np.int64)
        keys = orbit_keys(old.make_miller_array()[present], laue)
        preferred = np.lexsort((values, values != free_value))
        return cls.from_pairs(keys[preferred], values[preferred])

    @classmethod
    def from_pairs(cls, keys: NDArray[np.int64], values: NDArray[np.int64]) -> KnownFlags:
        """Of several values of a key the first counts."""
        import numpy as np

        distinct, first = np.unique(keys, return_index=True)
        return cls(keys=distinct, values=values[first], conflicts=count_conflicts(keys, values))

    def of(self, wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The flag of each key, and whether there is one."""
        import numpy as np

        if len(self.keys) == 0:
            return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return self.values[place], self.keys[place] == wanted


def count_conflicts(keys: NDArray[np.int64], values: NDArray[np.int64]) -> int:
    """Number of keys that occur with more than one value."""
    import numpy as np

    pairs = np.unique(np.stack([keys, values], axis=1), axis=0)
    return int((np.unique(pairs[:, 0], return_counts=True)[1] > 1).sum())


def draw_for_orbits(
    orbits: NDArray[np.int64], blank: NDArray[np.bool_], flags: FreeFlags, seed: int
) -> NDArray[np.int64]:
    """A flag for each blank reflection, one for an orbit: of sets of like size evenly, else as in the old set."""
    import numpy as np

    sets = np.array(list(flags.counts))
    shares = np.array(list(flags.counts.values())) / flags.flagged
    if shares.max() < _LIKE_SIZE / len(sets):
        shares = np.full(len(sets), 1 / len(sets))
    distinct, which = np.unique(orbits[blank], return_inverse=True)
    drawn = np.zeros(len(orbits), dtype=np.int64)
    drawn[blank] = draw_values(distinct, sets, shares, seed)[which]
    return drawn
