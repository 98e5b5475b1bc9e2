"""Observations that were given twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from ._unmerged import UnmergedData

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SAMPLE = 200
_MIXER = 0x9E3779B97F4A7C15
"""An odd number without pattern, 2⁶⁴ over the golden ratio: D. E. Knuth, The Art of Computer Programming 3, 6.4."""


def find_repeats(parts: Sequence[UnmergedData]) -> tuple[UnmergedData, UnmergedData] | None:
    """Two parts of which one has most observations of the other: the same indices, intensities and σ, to the last bit.

    Merged with each other they would pass for measured twice. Weak observations of different crystals may agree by
    chance, but not most of them.
    """
    import numpy as np

    marks = [np.sort(_marks(part)) for part in parts]
    for first, second in combinations(range(len(parts)), 2):
        small, large = sorted((marks[first], marks[second]), key=len)
        if not len(small):
            continue
        sample = small[:: max(1, len(small) // _SAMPLE)]
        places = np.minimum(np.searchsorted(large, sample), len(large) - 1)
        if 2 * np.count_nonzero(large[places] == sample) > len(sample):
            return parts[first], parts[second]
    return None


def _marks(part: UnmergedData) -> NDArray[np.uint64]:
    """A number for each observation, which is that of no other."""
    import numpy as np

    columns = [*part.hkl.T.astype(np.int64), part.intensities.view(np.int64), part.sigmas.view(np.int64)]
    marks = np.zeros(len(part), dtype=np.uint64)
    for column in columns:
        marks = (marks ^ column.view(np.uint64)) * np.uint64(_MIXER)
        marks ^= marks >> np.uint64(32)
    return marks
