"""Maps for viewers: CCP4 maps of one byte a point, made in memory from map coefficients.

The bytes mean what the program ``mapmode2to0`` made them mean, which UglyMol and Mol* know: words 40 and 41 of the
header are −128 and 127, and these stand for what the header calls the minimum and the maximum. The mean and the rms
in the header are those of the whole cell before rounding, so that a level in σ is the same in every cut of a map.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..reflections import choose_group, read_reflections

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 3.0
"""Grid points per d_min; at 3 a peak's parabola is good to some hundredths of an Å."""
HIGHEST_LEVEL = 12.5
"""Density beyond this many σ is shown as if it were this: nobody contours there, and all other density is finer."""
MOST_MAP_POINTS = 2**25
"""Of the whole cell, for a viewer that keeps it in memory: 32 bits a point."""
LARGEST_RADIUS = 40.0
"""Å; of a box of density."""

_LEAST_BYTE, _MOST_BYTE = -128, 127
_LITTLE_ENDIAN = b"\x44\x44\x00\x00"


@dataclass(frozen=True, kw_only=True)
class CellDensity:
    """Density of the whole cell, in the units of its coefficients, from which cuts are made.

    Attributes
    ----------
    grid
        Values with cell and space group.
    mean, rms
        Of all points.
    d_min
        Resolution limit of the coefficients present, Å.
    """

    grid: gemmi.FloatGrid
    mean: float
    rms: float
    d_min: float

    @cached_property
    def limits(self) -> tuple[float, float]:
        """The values that the least and the greatest byte stand for."""
        reach = HIGHEST_LEVEL * self.rms
        return (
            max(float(self.grid.array.min()), self.mean - reach),
            min(float(self.grid.array.max()), self.mean + reach),
        )

    @property
    def step(self) -> float:
        """What one unit of a byte is; a value within the limits is off by half of it at most."""
        lowest, highest = self.limits
        return (highest - lowest) / (_MOST_BYTE - _LEAST_BYTE)

    def asymmetric_unit(self) -> bytes:
        """A CCP4 map of the least brick that holds an asymmetric unit, with the operations that fill the cell."""
        import gemmi

        group = self.grid.spacegroup
        operations = [op.triplet() for op in group.operations()]
        brick = gemmi.find_asu_brick(group).get_extent()
        return self._cut(brick, group.ccp4, operations)

    def box(self, centre: tuple[float, float, float], radius: float) -> bytes:
        """A CCP4 map of a box around a point, without symmetry: all in it is in the file.

        Parameters
        ----------
        centre
            Orthogonal coordinates in Å, anywhere.
        radius
            From the centre to each side of the box, Å.

        Raises
        ------
        InvalidInput
            The radius is not between 1 and `LARGEST_RADIUS`, or the centre is no point.
        """
        import gemmi

        if not 1.0 <= radius <= LARGEST_RADIUS:
            raise InvalidInput(f"a box of density reaches 1 to {LARGEST_RADIUS:g} Å from its centre, not {radius:g}")
        if not all(math.isfinite(value) and abs(value) < 1e5 for value in centre):
            raise InvalidInput("the centre of a box of density must be three numbers in Å")
        cell = self.grid.unit_cell
        middle = cell.fractionalize(gemmi.Position(*centre))
        # The planes of the box are those of the cell: its half-width along a is the radius over the spacing of (100).
        reach = gemmi.Fractional(*(radius * length for length in cell.reciprocal().parameters[:3]))
        extent = gemmi.FractionalBox()
        extent.minimum, extent.maximum = middle - reach, middle + reach
        return self._cut(extent, 1, [])

    def _cut(self, extent: gemmi.FractionalBox, group_number: int, operations: list[str]) -> bytes:
        start, values = self._values(extent)
        return self._header(start, values.shape, group_number, operations) + self._as_bytes(values)

    def _values(self, extent: gemmi.FractionalBox) -> tuple[tuple[int, int, int], NDArray[np.float32]]:
        """The points of an extent, which may reach beyond the cell, and the grid index of the first."""
        grid = self.grid
        first = [math.ceil(low * n) for low, n in zip(extent.minimum.tolist(), grid.shape, strict=True)]
        last = [math.floor(high * n) for high, n in zip(extent.maximum.tolist(), grid.shape, strict=True)]
        shape = [max(end - begin + 1, 1) for begin, end in zip(first, last, strict=True)]
        return (first[0], first[1], first[2]), grid.get_subarray(first, shape)

    def _as_bytes(self, values: NDArray[np.float32]) -> bytes:
        import numpy as np

        lowest, _ = self.limits
        levels = np.rint((values - np.float32(lowest)) / np.float32(self.step)) + _LEAST_BYTE
        bytes_of_points: bytes = np.clip(levels, _LEAST_BYTE, _MOST_BYTE).astype(np.int8).tobytes(order="F")
        return bytes_of_points

    def _header(
        self, start: tuple[int, int, int], shape: tuple[int, ...], group_number: int, operations: list[str]
    ) -> bytes:
        """1024 bytes of header and a line of 80 for each operation; columns, rows and sections are x, y and z.

        References
        ----------
        https://www.ccp4.ac.uk/html/maplib.html
        """
        words = bytearray(1024)

        def put(word: int, layout: str, *values: Any) -> None:
            struct.pack_into(f"<{layout}", words, 4 * (word - 1), *values)

        lowest, highest = self.limits
        put(1, "3ii3i", *shape, 0, *start)  # extent, mode, start
        put(8, "3i6f3i", *self.grid.shape, *self.grid.unit_cell.parameters, 1, 2, 3)
        put(20, "3f2i", lowest, highest, self.mean, group_number, 80 * len(operations))
        put(40, "2i", _LEAST_BYTE, _MOST_BYTE)
        put(53, "4s4sfi", b"MAP ", _LITTLE_ENDIAN, self.rms, 0)
        return bytes(words) + b"".join(operation.ljust(80).encode("ascii") for operation in operations)


def read_cell_density(path: Path, columns: str = "", *, most_points: float = math.inf) -> CellDensity:
    """Transform the map coefficients of a file; missing terms count as zero.

    Parameters
    ----------
    columns
        Labels, if the file has several pairs, such as ``DELFWT,PHDELWT``.
    most_points
        Points of the cell beyond which a map is refused.

    Raises
    ------
    UnreadableFile
        The file cannot be read.
    UnsuitableContent
        No reflections; no map coefficients, or several and none named; nothing in them; a map that is flat, or has too
        many points.
    """
    import numpy as np

    mtz = read_reflections(path)
    amplitude, phase = choose_group(path, mtz, ("FPHI",), "map coefficients", columns).labels
    present = np.isfinite(mtz.column_with_label(amplitude).array) & np.isfinite(mtz.column_with_label(phase).array)
    if not present.any():
        raise UnsuitableContent(path, f"all map coefficients in {amplitude} and {phase} are missing")
    points = math.prod(mtz.get_size_for_hkl(sample_rate=SAMPLE_RATE))
    if points > most_points:
        reason = f"its map has {points / 1e6:.0f} million points, and no more than {most_points / 1e6:.0f} can be shown"
        raise UnsuitableContent(path, reason)
    grid = _transform(mtz, amplitude, phase)
    rms = float(np.std(grid.array))
    if not rms > 0.0:
        raise UnsuitableContent(path, "the map of these coefficients is flat")
    return CellDensity(
        grid=grid,
        mean=float(np.mean(grid.array)),
        rms=rms,
        d_min=float(np.min(mtz.make_d_array()[present])),
    )


def _transform(mtz: gemmi.Mtz, amplitude: str, phase: str) -> gemmi.FloatGrid:
    """Density of the whole cell: ρ = Σ F exp(-2πi h·x) / V, by numpy's transform, during which other threads go on."""
    import gemmi
    import numpy as np

    size = mtz.get_size_for_hkl(sample_rate=SAMPLE_RATE)
    terms = mtz.get_f_phi_on_grid(amplitude, phase, size, half_l=True)
    values = np.fft.irfftn(np.conj(terms.array), s=size, axes=(0, 1, 2))
    values *= math.prod(size) / mtz.cell.volume
    return gemmi.FloatGrid(values.astype(np.float32, copy=False), mtz.cell, mtz.spacegroup)
