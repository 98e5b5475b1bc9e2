"""Electron density maps on a grid, from map coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ._viewer_maps import read_cell_density

if TYPE_CHECKING:
    import gemmi


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
    density = read_cell_density(path, columns)
    density.grid.normalize()
    return DensityMap(grid=density.grid, rms=density.rms, d_min=density.d_min)
