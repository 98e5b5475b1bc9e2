"""Reads observations before merging from structure-factor mmCIF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..crystal import CellNumbers, make_crystal
from ..reflections import (
    LARGEST,
    MAX_INDEX,
    SMALLEST,
    UNUSABLE,
    DatasetHeader,
    ReflectionRows,
    check_refln_block,
    number_apart,
    read_refln_blocks,
)

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

_INTENSITIES = (
    ("intensity_net", "intensity_sigma"),
    ("intensity_meas", "intensity_sigma"),
    ("F_squared_meas", "F_squared_sigma"),
)
"""Tags of observations, and of the same in a loop of merged data."""

_MOST_IMAGES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CifObservations:
    """Rows of an mmCIF file with their data sets.

    Attributes
    ----------
    place
        Position in `datasets` of the data set of each row.
    """

    rows: ReflectionRows
    place: NDArray[np.int32]
    datasets: tuple[DatasetHeader, ...]


def read_cif_observations(
    path: Path, cell: CellNumbers | None = None, space_group: str | None = None
) -> CifObservations:
    """The observations of the first block that has some.

    They are in a loop ``_diffrn_refln``, or, in older files, in a loop ``_refln`` in which reflections are repeated.
    The measurements (``diffrn_id``) of one crystal and wavelength are one data set; their images are numbered apart.

    Raises
    ------
    UnreadableFile
        It cannot be read, is no correct CIF, or has something that is no number.
    UnsuitableContent
        No observations, or cell or symmetry is not known.
    """
    blocks = read_refln_blocks(path, cell, space_group)
    own = next((block for block in blocks if block.block.find_loop("_diffrn_refln.index_h")), None)
    block = own or blocks[0]
    block.use_unmerged(own is not None)
    check_refln_block(path, block)
    try:
        return _observations(path, block)
    except (RuntimeError, ValueError, IndexError) as exc:
        raise UnreadableFile(path, f"its reflections cannot be taken ({exc})") from exc


def _observations(path: Path, block: gemmi.ReflnBlock) -> CifObservations:
    import numpy as np

    tags = block.column_labels()
    pair = next((pair for pair in _INTENSITIES if set(pair) <= set(tags)), None)
    if pair is None:
        raise UnsuitableContent(path, f"block {block.block.name} has no intensities with σ, only {', '.join(tags)}")
    hkl = np.stack([_numbers(path, block, f"index_{axis}") for axis in "hkl"], axis=1)
    with np.errstate(invalid="ignore"):
        wrong = ~((hkl == np.rint(hkl)) & (np.abs(hkl) < MAX_INDEX)).all(axis=1)
    if wrong.any():
        raise UnreadableFile(path, f"row {int(wrong.argmax()) + 1} of its reflections has no whole numbers as indices")
    values, sigmas = (_numbers(path, block, tag) for tag in pair)
    good = (np.abs(values) <= LARGEST) & (sigmas > SMALLEST) & (sigmas <= LARGEST)
    ids, measurements = _measurements(block, len(hkl))
    datasets = tuple(dict.fromkeys(measurements))
    place = np.array([datasets.index(one) for one in measurements], dtype=np.int32)[ids]
    batches = _batches(path, block, ids)
    rows = ReflectionRows(
        path=path,
        file_format="sf-mmcif",
        crystal=make_crystal(block.cell, block.spacegroup),
        wavelength=datasets[0].wavelength,
        merged=False if block.is_unmerged() else None,
        hkl=hkl[good].astype(np.int32),
        values=values[good],
        sigmas=sigmas[good],
        batches=None if batches is None else batches[good],
        left_out={UNUSABLE: int((~good).sum())} if (~good).any() else {},
        history=(f"From mmCIF block {block.block.name}",),
    )
    return CifObservations(rows=rows, place=place[good], datasets=datasets)


def _numbers(path: Path, block: gemmi.ReflnBlock, tag: str) -> NDArray[np.float64]:
    """A column of numbers, NaN where it says ? or a point; something else is refused with its row."""
    import numpy as np

    values: NDArray[np.float64] = block.make_float_array(tag)
    empty = np.flatnonzero(np.isnan(values))
    if len(empty):
        told = list(block.block.find_values(f"{_prefix(block)}{tag}"))
        for row in empty.tolist():
            if told[row] not in ("?", "."):
                raise UnreadableFile(path, f"row {row + 1} of its reflections has {told[row]!r} as {tag}")
    return values


def _prefix(block: gemmi.ReflnBlock) -> str:
    return "_diffrn_refln." if block.is_unmerged() else "_refln."


def _measurements(block: gemmi.ReflnBlock, count: int) -> tuple[NDArray[np.int64], list[DatasetHeader]]:
    """Position of the measurement of each row, and the data set of each measurement."""
    import numpy as np

    told = list(block.block.find_values(f"{_prefix(block)}diffrn_id"))
    if len(told) != count:
        return np.zeros(count, dtype=np.int64), [DatasetHeader(wavelength=_wavelength(str(block.wavelength)))]
    names, ids = np.unique(np.array(told), return_inverse=True)
    crystals = _table(block, "_diffrn.", "id", "crystal_id")
    wavelength_ids = _table(block, "_diffrn_radiation.", "diffrn_id", "wavelength_id")
    wavelengths = _table(block, "_diffrn_radiation_wavelength.", "id", "wavelength")
    only = _wavelength(str(block.wavelength))
    datasets = []
    for name in names.tolist():
        own = _wavelength(wavelengths.get(wavelength_ids.get(name, ""), "")) or only
        label = f"{own:.4f}" if own is not None and len(wavelengths) > 1 else ""
        datasets.append(DatasetHeader(crystal=crystals.get(name, ""), name=label, wavelength=own))
    return ids, datasets


def _table(block: gemmi.ReflnBlock, prefix: str, key: str, value: str) -> dict[str, str]:
    return {row[0]: row.str(1) for row in block.block.find(prefix, [key, value])}


def _wavelength(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0.0 < value < 100.0 else None


def _batches(path: Path, block: gemmi.ReflnBlock, ids: NDArray[np.int64]) -> NDArray[np.int32] | None:
    import numpy as np

    if "pdbx_image_id" not in block.column_labels():
        return None
    images = np.nan_to_num(_numbers(path, block, "pdbx_image_id"), nan=0.0)
    wrong = (np.abs(images) >= _MOST_IMAGES) | (images != np.rint(images))
    if wrong.any():
        raise UnreadableFile(path, f"row {int(wrong.argmax()) + 1} of its reflections has no image number")
    numbers = number_apart(images.astype(np.int64), ids)
    if len(numbers) and numbers.max() > np.iinfo(np.int32).max:
        raise UnreadableFile(path, "it has more images than can be numbered")
    return numbers.astype(np.int32)
