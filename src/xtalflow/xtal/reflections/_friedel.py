"""Means over Friedel mates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32] | NDArray[np.float64]


def mean_of_mates(pairs: FloatArray, centric: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean value and its σ of each reflection from the values of its Friedel mates.

    With weights w = 1/σ²: mean = Σwx / Σw, σ² = 1 / Σw. Mates without a value or without a positive σ do not count;
    one mate alone stands for the mean. The mates of a centric reflection are the same reflection: where value and σ
    of both are equal, the one measurement has been written twice, and counts once.

    Parameters
    ----------
    pairs
        Value and σ of one mate, value and σ of the other, shape (n, 4).
    centric
        Whether each reflection is centric, shape (n,).

    Returns
    -------
    Shape (n, 2); NaN for reflections of which no mate has a positive σ.
    """
    import numpy as np

    values, sigmas = np.asarray(pairs[:, 0::2], dtype=float), np.asarray(pairs[:, 1::2], dtype=float)
    good = usable(values, sigmas)
    good[written_twice(pairs, centric), 1] = False
    weights = np.where(good, np.where(good, sigmas, 1.0) ** -2.0, 0.0)
    total = weights.sum(axis=1)
    none = total == 0.0
    total[none] = np.nan
    mean = (weights * np.where(good, values, 0.0)).sum(axis=1) / total
    return np.stack([mean, total**-0.5], axis=1)


def usable(values: FloatArray, sigmas: FloatArray) -> NDArray[np.bool_]:
    """Whether each value is there with a positive σ."""
    import numpy as np

    return np.asarray(np.isfinite(values) & np.isfinite(sigmas) & np.greater(sigmas, 0.0))


def written_twice(pairs: FloatArray, centric: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each centric reflection has the same value and σ for both of its mates."""
    same: NDArray[np.bool_] = (pairs[:, 0:2] == pairs[:, 2:4]).all(axis=1)
    return centric & same
