"""Moves reflections to the asymmetric unit, and tells which of them are Friedel mates of those there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._crystal import Crystal, crystal_rotations

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def reduce_indices(hkl: NDArray[np.int32], crystal: Crystal) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The equivalent of each reflection in CCP4's asymmetric unit, and whether it is one only by Friedel's law.

    Parameters
    ----------
    hkl
        Miller indices, shape (n, 3).

    Returns
    -------
    Indices in the order of `hkl`, and True for I(-). A centric reflection counts as I(+).

    Examples
    --------
    >>> import numpy as np
    >>> crystal = Crystal(cell=(30.0, 40.0, 50.0, 90.0, 90.0, 90.0), space_group="P 21 21 21")
    >>> unique, mates = reduce_indices(np.array([[1, 2, 3], [-1, -2, 3], [-1, -2, -3], [0, -2, 3]]), crystal)
    >>> unique.tolist(), mates.tolist()
    ([[1, 2, 3], [1, 2, 3], [1, 2, 3], [0, 2, 3]], [False, False, True, False])
    """
    import gemmi
    import numpy as np

    ones = np.ones(len(hkl))
    intensities = gemmi.Intensities()
    intensities.set_data(crystal.gemmi_cell(), crystal.gemmi_space_group(), hkl.astype(np.int32), ones, ones)
    unique = np.array(intensities.miller_array, dtype=np.int32).reshape(-1, 3)
    by_symmetry = np.zeros(len(hkl), dtype=bool)
    for rotation in crystal_rotations(crystal.gemmi_space_group()):
        images = hkl.astype(np.int64) @ np.array(rotation, dtype=np.int64)
        by_symmetry |= (images == 24 * unique.astype(np.int64)).all(axis=1)
    return unique, ~by_symmetry
