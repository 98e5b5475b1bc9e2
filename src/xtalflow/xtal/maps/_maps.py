"""CCP4 maps, written from map coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ..reflections import choose_group, read_reflections

if TYPE_CHECKING:
    import gemmi

SAMPLE_RATE = 3.0
"""Grid points per d_min."""

MARGIN = 5.0
"""Å of map beyond the model, as CCP4's programs leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMap:
    """A map that was written.

    Attributes
    ----------
    grid
        Points along the whole cell.
    extent
        Points along x, y and z in the file.
    rms
        What one σ is: root mean square of the whole cell in the map's units.
    minimum, maximum
        Of the whole cell, in σ.
    d_min
        Resolution of the coefficients in Å.
    """

    grid: tuple[int, int, int]
    extent: tuple[int, int, int]
    rms: float
    minimum: float
    maximum: float
    d_min: float


def write_ccp4_map(
    coefficients: Path, out: Path, model: gemmi.Structure | None = None, columns: str = ""
) -> WrittenMap:
    """Write a CCP4 map of map coefficients, around a model or for the whole cell.

    Parameters
    ----------
    coefficients
        MTZ file with amplitudes and phases; missing terms count as zero.
    model
        Model around which the map reaches, with 5 Å to spare; without one it is of the cell.
    columns
        Labels, if the file has several pairs.

    Raises
    ------
    UnsuitableContent
        No map coefficients, or several and none named; all missing; a flat map.
    """
    import gemmi
    import numpy as np

    mtz = read_reflections(coefficients)
    group = choose_group(coefficients, mtz, ("FPHI",), "map coefficients", columns)
    amplitude, phase = group.labels
    present = np.isfinite(mtz.column_with_label(amplitude).array) & np.isfinite(mtz.column_with_label(phase).array)
    if not present.any():
        raise UnsuitableContent(coefficients, f"all values of {group} are missing")
    grid = mtz.transform_f_phi_to_map(amplitude, phase, sample_rate=SAMPLE_RATE)
    whole = (grid.nu, grid.nv, grid.nw)
    rms, lowest, highest = (float(value) for value in (np.std(grid.array), np.min(grid.array), np.max(grid.array)))
    if not rms > 0.0:
        raise UnsuitableContent(coefficients, f"the map of {group} is flat")
    density = gemmi.Ccp4Map()
    density.grid = grid
    density.update_ccp4_header()
    if model is not None:
        density.set_extent(_box(model, mtz))
    density.write_ccp4_map(str(out))
    cut = density.grid
    return WrittenMap(
        grid=whole,
        extent=(cut.nu, cut.nv, cut.nw),
        rms=rms,
        minimum=lowest / rms,
        maximum=highest / rms,
        d_min=float(mtz.make_d_array()[present].min()),
    )


def _box(structure: gemmi.Structure, mtz: gemmi.Mtz) -> gemmi.FractionalBox:
    structure = structure.clone()
    structure.cell = mtz.cell
    return structure.calculate_fractional_box(margin=MARGIN)
