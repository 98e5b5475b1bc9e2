"""What a map in CCP4 or MRC format says: its header, and whether its points agree with it."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..content import printable
from ..reflections import read_head

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ByteOrder: TypeAlias = Literal["<", ">"]

MOST_POINTS = 2**27
"""The points of a larger map are not looked at; its header is."""

_HEADER_BYTES = 1024
_GZIP = b"\x1f\x8b"
_TYPES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}
"""Modes whose points are real numbers."""
_BYTES_OF_MODE = {0: 1, 1: 2, 2: 4, 3: 4, 4: 8, 6: 2, 12: 2}
_STAMPS: dict[int, ByteOrder] = {0x44: "<", 0x11: ">"}
_CHUNK = 2**22
_TOLERANCE = 1e-3
"""Figures of header and points agree if they differ by less than this part of the rms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapHeader:
    """The header of a map in CCP4 or MRC format.

    Attributes
    ----------
    byte_order
        ``<`` for little-endian and ``>`` for big-endian.
    mode
        How points are kept: 0, 1, 6 whole numbers of one or two bytes; 2, 12 real numbers of four or two; 3, 4 complex.
    extent, start
        Points in the file along its columns, rows and sections, and the grid index of the first.
    grid
        Points along the whole of a, b and c.
    axes
        Which of a, b, c (0, 1, 2) columns, rows and sections go along.
    cell
        Lengths in Å and angles in degrees.
    space_group
        Number; 0 for images and for older single-particle maps, from 401 for stacks of volumes.
    origin
        In Å; used by single-particle maps.
    minimum, maximum, mean, rms
        As the header tells them; None where it says that it does not know.
    symmetry_bytes
        Length of what stands between header and points.
    """

    byte_order: ByteOrder
    mode: int
    extent: tuple[int, int, int]
    start: tuple[int, int, int]
    grid: tuple[int, int, int]
    axes: tuple[int, int, int]
    cell: tuple[float, ...]
    space_group: int
    origin: tuple[float, float, float]
    minimum: float | None
    maximum: float | None
    mean: float | None
    rms: float | None
    symmetry_bytes: int
    labels: tuple[str, ...]

    @property
    def points(self) -> int:
        """Number of points in the file."""
        return math.prod(self.extent)

    @property
    def covers_cell(self) -> bool:
        """Whether the file has the whole cell, each point once."""
        return all(count == self.grid[axis] for count, axis in zip(self.extent, self.axes, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFigures:
    """Figures of the points in a file: those that are finite, and how many are not; `binary` if all are 0 or 1."""

    minimum: float
    maximum: float
    mean: float
    rms: float
    not_finite: int
    binary: bool


def read_map_header(path: Path) -> MapHeader:
    """Read the header alone of a map, plain or gzipped, of either byte order.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty; a header that cannot be; a file shorter than its header says.
    UnsuitableContent
        It is not a CCP4 map.

    References
    ----------
    Cheng et al., J. Struct. Biol. 192 (2015) 146-150.
    """
    head = read_head(path)
    if len(head) < _HEADER_BYTES or head[208:212] != b"MAP ":
        raise UnsuitableContent(path, "this is not a CCP4 map")
    stamped = _STAMPS.get(head[212], "<")
    orders: tuple[ByteOrder, ...] = (stamped, "<" if stamped == ">" else ">")
    order = next((order for order in orders if _is_plausible(head, order)), None)
    if order is None:
        raise UnreadableFile(path, "the header of the CCP4 map is broken: mode, size or order of axes cannot be")
    header = _header(head, order)
    needed = _HEADER_BYTES + header.symmetry_bytes + _BYTES_OF_MODE[header.mode] * header.points
    if not _is_gzipped(path) and path.stat().st_size < needed:
        raise UnreadableFile(path, f"the CCP4 map is truncated: {path.stat().st_size} of {needed} bytes are there")
    return header


def _is_plausible(head: bytes, order: str) -> bool:
    words = struct.unpack_from(f"{order}10i", head)
    axes = struct.unpack_from(f"{order}3i", head, 64)
    (extra,) = struct.unpack_from(f"{order}i", head, 92)
    sizes = (*words[0:3], *words[7:10])
    return words[3] in _BYTES_OF_MODE and min(sizes) > 0 and extra >= 0 and sorted(axes) == [1, 2, 3]


def _header(head: bytes, order: ByteOrder) -> MapHeader:
    words = struct.unpack_from(f"{order}10i6f3i3f2i", head)
    origin = struct.unpack_from(f"{order}3f", head, 196)
    rms, count = struct.unpack_from(f"{order}fi", head, 216)
    minimum, maximum, mean = words[19:22]
    known = all(math.isfinite(value) for value in (minimum, maximum)) and maximum >= minimum
    labels = [head[224 + 80 * index : 304 + 80 * index] for index in range(max(0, min(count, 10)))]
    return MapHeader(
        byte_order=order,
        mode=words[3],
        extent=words[0:3],
        start=words[4:7],
        grid=words[7:10],
        axes=(words[16] - 1, words[17] - 1, words[18] - 1),
        cell=words[10:16],
        space_group=words[22],
        origin=(_finite_or_zero(origin[0]), _finite_or_zero(origin[1]), _finite_or_zero(origin[2])),
        minimum=minimum if known else None,
        maximum=maximum if known else None,
        mean=mean if known and math.isfinite(mean) else None,
        rms=rms if known and math.isfinite(rms) and rms >= 0.0 else None,
        symmetry_bytes=words[23],
        labels=tuple(text for label in labels if (text := printable(label.decode("latin-1")))),
    )


def _finite_or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def read_map_figures(path: Path, header: MapHeader) -> MapFigures | None:
    """Figures of all points; None if they are complex numbers.

    Raises
    ------
    UnreadableFile
        The file ends before its last point, or none of them is a finite number.
    """
    if header.mode not in _TYPES:
        return None
    count = not_finite = 0
    total = squares = 0.0
    lowest, highest = math.inf, -math.inf
    binary = True
    for values in _points(path, header):
        finite = values[_finite(values)]
        not_finite += len(values) - len(finite)
        if not len(finite):
            continue
        count += len(finite)
        total += float(finite.sum())
        squares += float((finite * finite).sum())
        lowest, highest = min(lowest, float(finite.min())), max(highest, float(finite.max()))
        binary = binary and bool(((finite == 0.0) | (finite == 1.0)).all())
    if not count:
        raise UnreadableFile(path, "no point of the CCP4 map is a finite number")
    mean = total / count
    rms = math.sqrt(max(0.0, squares / count - mean * mean))
    return MapFigures(
        minimum=lowest, maximum=highest, mean=mean, rms=rms, not_finite=not_finite, binary=binary and not not_finite
    )


def _finite(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    import numpy as np

    return np.isfinite(values)


def _points(path: Path, header: MapHeader) -> Iterator[NDArray[np.float64]]:
    """The points in the order of the file, in pieces."""
    import numpy as np

    kind = np.dtype(_TYPES[header.mode]).newbyteorder(header.byte_order)
    left = header.points
    with _opened(path) as source:
        before = _HEADER_BYTES + header.symmetry_bytes
        while before and (skipped := source.read(min(before, _CHUNK))):
            before -= len(skipped)
        while left:
            piece = source.read(kind.itemsize * min(left, _CHUNK))
            if not piece or len(piece) % kind.itemsize:
                reason = f"{left} of its {header.points} points are missing"
                raise UnreadableFile(path, f"the CCP4 map is truncated: {reason}")
            values = np.frombuffer(piece, dtype=kind).astype(np.float64)
            left -= len(values)
            yield values


@contextmanager
def _opened(path: Path) -> Iterator[BufferedIOBase]:
    try:
        if _is_gzipped(path):
            with gzip.open(path) as packed:
                yield packed
        else:
            with path.open("rb") as plain:
                yield plain
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise UnreadableFile(path, f"its gzip packing is broken or truncated ({exc})") from exc
    except OSError as exc:
        raise UnreadableFile(path, f"it cannot be read ({exc})") from exc


def _is_gzipped(path: Path) -> bool:
    with path.open("rb") as source:
        return source.read(2) == _GZIP


def map_facts(path: Path) -> dict[str, Any]:
    """What a map says about itself, as plain JSON values; see `MapHeader` for what the words mean.

    `minimum`, `maximum`, `mean` and `rms` are of the points, or of the header where the points are too many to look
    at; `mask` is whether all points are 0 or 1 (None where that is not known); `spacing` is in Å; `notes` has
    what a user should know before using the map.

    Raises
    ------
    UnreadableFile
        It cannot be read, is broken, or is shorter than its header says.
    UnsuitableContent
        It is not a CCP4 map.
    """
    import gemmi

    header = read_map_header(path)
    small = header.points + header.symmetry_bytes <= MOST_POINTS
    figures = read_map_figures(path, header) if small else None
    group = gemmi.find_spacegroup_by_number(header.space_group) if 1 <= header.space_group <= 230 else None
    told = figures or header
    has_cell = all(math.isfinite(value) and value > 0.0 for value in header.cell)
    return {
        "format": "ccp4",
        "grid": list(header.grid),
        "extent": list(header.extent),
        "start": list(header.start),
        "axes": ["abc"[axis] for axis in header.axes],
        "mode": header.mode,
        "cell": [round(value, 4) for value in header.cell] if has_cell else None,
        "spacing": [round(header.cell[i] / header.grid[i], 4) for i in range(3)] if has_cell else None,
        "space_group": group.xhm() if group is not None else "",
        "origin": [round(value, 4) for value in header.origin],
        "covers_cell": header.covers_cell,
        "minimum": told.minimum,
        "maximum": told.maximum,
        "mean": told.mean,
        "rms": told.rms,
        "mask": figures.binary if figures is not None else None,
        "labels": list(header.labels),
        "notes": _notes(header, figures, has_cell, small),
    }


def _notes(header: MapHeader, figures: MapFigures | None, has_cell: bool, small: bool) -> list[str]:
    notes = []
    if not has_cell:
        notes.append("the header has no unit cell")
    if header.space_group == 0:
        notes.append("the space group is 0: a stack of images, or an older single-particle map")
    elif header.space_group > 230:
        notes.append(f"the space group is {header.space_group}: no crystal but a stack of volumes, or a mistake")
    if header.mode not in _TYPES:
        notes.append("the points are complex numbers: a transform, not a map")
    elif not small:
        notes.append("the points were not looked at: there are too many")
    if figures is None:
        return notes
    if figures.not_finite:
        notes.append(f"{figures.not_finite} points are not finite numbers")
    if figures.minimum == figures.maximum:
        notes.append("the map is flat")
    if not _agree(header, figures):
        notes.append("the statistics of the header are not those of the points in the file")
    return notes


def _agree(header: MapHeader, figures: MapFigures) -> bool:
    """Whether what the header tells, if anything, is so."""
    names = ("minimum", "maximum", "mean", "rms")
    pairs = [(getattr(header, name), getattr(figures, name)) for name in names]
    return all(told is None or abs(told - found) <= _TOLERANCE * max(figures.rms, 1e-30) for told, found in pairs)
