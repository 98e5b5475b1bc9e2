"""CCP4 maps: written from map coefficients, and what the header of one says."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ._columns import choose_group
from ._models import read_model
from ._reflections import read_head, read_reflections

if TYPE_CHECKING:
    import gemmi

SAMPLE_RATE = 3.0
"""Grid points per d_min."""

MARGIN = 5.0
"""Å of map beyond the model, as CCP4's programs leave."""

_HEADER_BYTES = 1024
_BYTES_OF_MODE = {0: 1, 1: 2, 2: 4, 3: 4, 4: 8, 6: 2, 12: 2}


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


def write_ccp4_map(coefficients: Path, out: Path, model: Path | None = None, columns: str = "") -> WrittenMap:
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
        density.set_extent(_box(read_model(model), mtz))
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
    structure.cell = mtz.cell
    return structure.calculate_fractional_box(margin=MARGIN)


def map_facts(path: Path) -> dict[str, Any]:
    """What the header of a CCP4 map says: grid, extent, cell, symmetry, limits of density.

    Raises
    ------
    UnreadableFile
        It cannot be read, or is shorter than its header says.
    UnsuitableContent
        It is not a CCP4 map.

    References
    ----------
    Cheng et al., J. Struct. Biol. 192 (2015) 146-150.
    """
    import gemmi

    head = read_head(path)
    if len(head) < _HEADER_BYTES or head[208:212] != b"MAP ":
        raise UnsuitableContent(path, "this is not a CCP4 map")
    order = "<" if struct.unpack_from("<i", head, 12)[0] in _BYTES_OF_MODE else ">"
    words = struct.unpack_from(f"{order}10i6f3i3f2i", head)
    extent, mode, sampling, cell = words[0:3], words[3], words[7:10], words[10:16]
    number, extra = words[22], words[23]
    size = _BYTES_OF_MODE.get(mode)
    if size is None or min(extent) <= 0 or min(sampling) <= 0:
        raise UnreadableFile(path, "the header of the CCP4 map is broken")
    packed = path.stat().st_size
    if not _is_gzipped(path) and packed < _HEADER_BYTES + extra + size * extent[0] * extent[1] * extent[2]:
        raise UnreadableFile(path, "the CCP4 map is truncated")
    group = gemmi.find_spacegroup_by_number(number) if 1 <= number <= 230 else None
    return {
        "format": "ccp4",
        "grid": list(sampling),
        "extent": list(extent),
        "cell": [round(value, 4) for value in cell],
        "space_group": group.xhm() if group is not None else "",
        "minimum": words[19],
        "maximum": words[20],
        "mean": words[21],
    }


def _is_gzipped(path: Path) -> bool:
    with path.open("rb") as source:
        return source.read(2) == b"\x1f\x8b"
