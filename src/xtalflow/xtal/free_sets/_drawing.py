"""Draws values at random, the same on any machine and with any version of numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SPLITMIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def draw_values(
    keys: NDArray[np.int64], values: NDArray[np.int64], shares: NDArray[np.float64], seed: int
) -> NDArray[np.int64]:
    """A value for each key at random, in shares as exact as the number of keys allows.

    Parameters
    ----------
    keys
        Different integers, shape (n,). The values depend on them, not on their order.
    values, shares
        The values and their frequencies, which add up to 1, shape (m,).
    seed
        The same seed and keys draw the same values.

    References
    ----------
    Systematic sampling of the keys in a random order: Madow & Madow, Ann. Math. Stat. 15 (1944) 1-24.
    """
    import numpy as np

    if len(keys) == 0:
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(_random_bits(keys, seed), kind="stable")
    start = float(_random_bits(np.array([len(keys)], dtype=np.int64), seed ^ 0x5EED)[0]) / 2.0**64
    places = (np.arange(len(keys)) + start) / len(keys)
    chosen = np.minimum(np.searchsorted(np.cumsum(shares), places, side="right"), len(values) - 1)
    drawn = np.empty(len(keys), dtype=np.int64)
    drawn[order] = values[chosen]
    return drawn


def _random_bits(keys: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """64 random bits for each key: SplitMix64, which unlike numpy's generators cannot change with a version.

    References
    ----------
    Steele, Lea & Flood (2014), OOPSLA '14, 453-472.
    """
    import numpy as np

    step, first, second = (np.uint64(number) for number in _SPLITMIX)
    seeds = np.array([seed & (2**64 - 1)], dtype=np.uint64) * step + step
    bits = _mixed(seeds, first, second) + keys.astype(np.uint64) * step
    return _mixed(bits, first, second)


def _mixed(bits: NDArray[np.uint64], first: np.uint64, second: np.uint64) -> NDArray[np.uint64]:
    import numpy as np

    bits = (bits ^ (bits >> np.uint64(30))) * first
    bits = (bits ^ (bits >> np.uint64(27))) * second
    return bits ^ (bits >> np.uint64(31))
