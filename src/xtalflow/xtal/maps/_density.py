"""Electron density maps on a grid, from map coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ..reflections import choose_group, read_reflections

if TYPE_CHECKING:
    import gemmi

SAMPLE_RATE = 3.0
"""Grid points per d_min; at 3 a peak's parabola is good to some hundredths of an Å."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityMap:
    """A map of the whole cell in units of its own root mean square.

    Attributes
    ----------
    grid
        Values in σ, mean zero, with cell and space group.
    rms
        What one σ is, in e/Å³ if the coefficients are on an absolute scale.
    d_min
        Resolution limit of the coefficients present, Å.
    """

    grid: gemmi.FloatGrid
    rms: float
    d_min: float


def read_density_map(path: Path, columns: str = "") -> DensityMap:
    """Transform the map coefficients of a file; missing terms count as zero.

    Parameters
    ----------
    columns
        Labels, if the file has several pairs, such as ``DELFWT,PHDELWT``.

    Raises
    ------
    UnreadableFile
        The file cannot be read.
    UnsuitableContent
        No reflections; no map coefficients, or several and none named; nothing in them; a map that is flat.
    """
    import numpy as np

    mtz = read_reflections(path)
    amplitude, phase = choose_group(path, mtz, ("FPHI",), "map coefficients", columns).labels
    present = np.isfinite(mtz.column_with_label(amplitude).array) & np.isfinite(mtz.column_with_label(phase).array)
    if not present.any():
        raise UnsuitableContent(path, f"all map coefficients in {amplitude} and {phase} are missing")
    grid = mtz.transform_f_phi_to_map(amplitude, phase, sample_rate=SAMPLE_RATE)
    rms = float(np.std(grid.array))
    if not rms > 0.0:
        raise UnsuitableContent(path, "the map of these coefficients is flat")
    grid.normalize()
    return DensityMap(grid=grid, rms=rms, d_min=float(np.min(mtz.make_d_array()[present])))
