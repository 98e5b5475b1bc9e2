"""Electron density maps on a grid, from map coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ._content import read_content

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


def read_density_map(path: Path, labels: tuple[str, str] = ("F", "PHI")) -> DensityMap:
    """Transform the map coefficients of an MTZ file; missing terms count as zero.

    Raises
    ------
    UnreadableFile
        The MTZ file cannot be read.
    UnsuitableContent
        Not MTZ; without these columns; nothing in them; no symmetry; a map that is flat.
    """
    import gemmi
    import numpy as np

    if not read_content(path).startswith(b"MTZ "):
        raise UnsuitableContent(path, "this is no MTZ file, so it holds no map coefficients")
    try:
        mtz = gemmi.read_mtz_file(str(path))
    except (RuntimeError, ValueError) as exc:
        raise UnreadableFile(path, f"the MTZ file is broken or truncated ({exc})") from exc
    columns = {column.label: column for column in mtz.columns}
    absent = [label for label in labels if label not in columns]
    if absent:
        raise UnsuitableContent(path, f"it has no column {' and no column '.join(absent)} of map coefficients")
    if mtz.spacegroup is None:
        raise UnsuitableContent(path, "its space group is not known")
    present = np.isfinite(columns[labels[0]].array) & np.isfinite(columns[labels[1]].array)
    if not present.any():
        raise UnsuitableContent(path, f"all map coefficients in {labels[0]} and {labels[1]} are missing")
    grid = mtz.transform_f_phi_to_map(*labels, sample_rate=SAMPLE_RATE)
    rms = float(np.std(grid.array))
    if not rms > 0.0:
        raise UnsuitableContent(path, "the map of these coefficients is flat")
    grid.normalize()
    return DensityMap(grid=grid, rms=rms, d_min=float(np.min(mtz.make_d_array()[present])))
