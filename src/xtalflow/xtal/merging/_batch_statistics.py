"""How the observations of each batch agree with those of all others."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from ._groups import Grouped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST_FOR_CC = 10
_LEAST_WEIGHT = 1e-9
_OFFSET = 1 << 31
"""Added to numbers of batches, which may be negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStatistics:
    """How the observations of one batch agree with the others.

    Attributes
    ----------
    source, batch
        Position of the file in what was given, and the number of the batch.
    observations
        Of reflections that other batches, or other observations of this, have too.
    r_merge
        Σ|Iᵢ − ⟨I⟩| / Σ⟨I⟩ over them, with ⟨I⟩ over all batches.
    scale
        ΣIᵢ / Σ⟨I⟩ with ⟨I⟩ over the other observations of each reflection: 1 for data on one scale.
    correlation
        Of Iᵢ with that ⟨I⟩, which no scale changes; NaN for fewer than ten.
    """

    source: int
    batch: int
    observations: int
    r_merge: float
    scale: float
    correlation: float


def statistics_by_batch(grouped: Grouped) -> list[BatchStatistics]:
    """The statistics of each batch, by file and number."""
    import numpy as np

    means, weights = grouped.weighted(), grouped.sigmas**-2.0
    total = np.bincount(grouped.group, weights, minlength=len(means.counts))[grouped.group]
    rest = total - weights
    shared = rest > _LEAST_WEIGHT * total  # there are others, and they are not lost beside this one
    values, merged = grouped.intensities[shared], means.values[grouped.group[shared]]
    others = (merged * total[shared] - weights[shared] * values) / rest[shared]
    keys = (grouped.source[shared].astype(np.int64) << 32) + (grouped.batch[shared].astype(np.int64) + _OFFSET)
    batches, place = np.unique(keys, return_inverse=True)
    if not len(batches):
        return []
    order = np.argsort(place, kind="stable")
    cuts = np.searchsorted(place[order], np.arange(1, len(batches)))
    found = []
    for key, rows in zip(batches.tolist(), np.split(order, cuts), strict=True):
        observed, mean, other = values[rows], merged[rows], others[rows]
        found.append(
            BatchStatistics(
                source=key >> 32,
                batch=(key & 0xFFFFFFFF) - _OFFSET,
                observations=len(rows),
                r_merge=_ratio(float(np.abs(observed - mean).sum()), float(mean.sum())),
                scale=_ratio(float(observed.sum()), float(other.sum())),
                correlation=_correlation(observed, other),
            )
        )
    return found


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0.0 else nan


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    import numpy as np

    if len(first) < _LEAST_FOR_CC or first.std() == 0.0 or second.std() == 0.0:
        return nan
    return float(np.corrcoef(first, second)[0, 1])
