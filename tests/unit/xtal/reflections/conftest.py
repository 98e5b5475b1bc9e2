"""Small files of reflections made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest

MakeMtz = Callable[..., gemmi.Mtz]
Column = tuple[str, str, Any]

ORTHORHOMBIC = (30.3, 40.1, 50.7, 90.0, 90.0, 90.0)


def _make_mtz(
    columns: Sequence[Column],
    *,
    hkl: Any = None,
    space_group: str = "P 21 21 21",
    cell: Sequence[float] = ORTHORHOMBIC,
    d_min: float = 4.0,
    wavelength: float = 0.9,
) -> gemmi.Mtz:
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = gemmi.SpaceGroup(space_group)
    mtz.add_dataset("native").wavelength = wavelength
    mtz.set_cell_for_all(gemmi.UnitCell(*cell))
    every = gemmi.make_miller_array(mtz.cell, mtz.spacegroup, d_min)
    indices = every if hkl is None else np.asarray(hkl)
    arrays = [indices]
    for label, letter, values in columns:
        mtz.add_column(label, letter)
        numbers = np.asarray(values(len(indices)) if callable(values) else values, dtype=float)
        arrays.append(np.broadcast_to(numbers, len(indices))[:, None])
    mtz.set_data(np.hstack(arrays).astype(np.float32))
    mtz.update_reso()
    return mtz


@pytest.fixture
def make_mtz() -> MakeMtz:
    """Makes an MTZ of columns (label, type, values); values may be a number, an array or a function of their number.

    It has every reflection to `d_min` unless indices are given.
    """
    return _make_mtz


@pytest.fixture
def wilson() -> Callable[[int], Any]:
    """Acentric intensities of Wilson's distribution with mean 100."""
    return lambda count: np.random.default_rng(7).exponential(100.0, count)


@pytest.fixture
def intensities(wilson: Callable[[int], Any]) -> gemmi.Mtz:
    """Mean intensities of an orthorhombic crystal, complete to 4 Å."""
    return _make_mtz([("I", "J", wilson), ("SIGI", "Q", 2.0)])


@pytest.fixture
def path() -> Path:
    """A name for messages."""
    return Path("data.mtz")
