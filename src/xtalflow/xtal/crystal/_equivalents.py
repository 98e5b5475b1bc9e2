"""Sets of equivalent reflections: one integer key for each orbit of Miller indices under a group of rotations."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput

from ._crystal import Crystal, Rotation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    IntArray = NDArray[np.int32] | NDArray[np.int64]

_BITS = 21
_OFFSET = 1 << (_BITS - 1)
_MASK = (1 << _BITS) - 1
_ONE = 24
_MOST = 5e8
"""Reflections of a whole sphere: those of 600 Å cubed to 1.2 Å."""


def index_keys(hkl: IntArray) -> NDArray[np.int64]:
    """One integer for each (h, k, l); larger h, then k, then l make it larger. Indices lie within ±2²⁰."""
    import numpy as np

    shifted = np.asarray(hkl, dtype=np.int64) + _OFFSET
    keys: NDArray[np.int64] = (shifted[:, 0] << (2 * _BITS)) | (shifted[:, 1] << _BITS) | shifted[:, 2]
    return keys


def indices_of_keys(keys: NDArray[np.int64]) -> NDArray[np.int32]:
    """The Miller indices, shape (n, 3), whose keys these are."""
    import numpy as np

    columns = [keys >> (2 * _BITS), (keys >> _BITS) & _MASK, keys & _MASK]
    return (np.stack(columns, axis=1) - _OFFSET).astype(np.int32)


def orbit_keys(hkl: IntArray, rotations: Collection[Rotation]) -> NDArray[np.int64]:
    """Key of the first of all equivalents of each reflection, Friedel mates among them.

    Two reflections are equivalent when, and only when, their keys are equal. An operator of a centred
    lattice that has no integral image of a reflection does not count for it.

    Examples
    --------
    >>> import numpy as np
    >>> twofold = ((-24, 0, 0), (0, 24, 0), (0, 0, -24))
    >>> indices_of_keys(orbit_keys(np.array([[-1, 2, -3], [1, -2, 3], [1, 2, -3]]), [twofold])).tolist()
    [[1, 2, 3], [1, 2, 3], [1, 2, -3]]
    """
    import numpy as np

    indices = np.asarray(hkl, dtype=np.int64)
    best = np.maximum(index_keys(indices), index_keys(-indices))
    for rotation in rotations:
        images = indices @ np.array(rotation, dtype=np.int64)
        integral = (images % _ONE == 0).all(axis=1)
        images //= _ONE
        keys = np.maximum(index_keys(images), index_keys(-images))
        best = np.where(integral, np.maximum(best, keys), best)
    return best


def possible_reflections(crystal: Crystal, d_min: float) -> NDArray[np.int32]:
    """Miller indices of every unique reflection to `d_min` (Å), without systematic absences, shape (n, 3).

    Raises
    ------
    InvalidInput
        They are more than any crystal gives: the cell or an index is wrong.
    """
    import gemmi

    if not d_min > 0.0 or 4.2 * crystal.gemmi_cell().volume / d_min**3 > _MOST:
        raise InvalidInput(f"a crystal of this cell ({crystal}) cannot have reflections to {d_min:.3g} Å")
    # The limit is that of a reflection in single precision, which must not fall out by rounding.
    return gemmi.make_miller_array(crystal.gemmi_cell(), crystal.gemmi_space_group(), d_min * (1.0 - 1e-5))
