"""Reads observations before merging from every format that holds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..crystal import CellNumbers, Crystal, crystal_of_reflections, index_keys, reduce_indices
from ..reflections import (
    LARGEST,
    SMALLEST,
    UNUSABLE,
    DatasetHeader,
    ReflectionRows,
    check_crystal,
    check_supplied,
    find_groups,
    header_of_mtz,
    other_kind,
    read_reflections,
    read_rows,
    reflection_format,
    supplied_crystal,
)
from ._unmerged import UnmergedData
from ._unmerged_cif import CifObservations, read_cif_observations

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

HIGHEST_RESOLUTION = 0.2
"""Å; no X-ray or neutron diffractometer for crystals goes beyond."""

MERGED = "its reflections are merged already"
_SCALERS = ("AIMLESS", "SCALA", "XSCALE", "DIALS.SCALE")
_INTEGRATED = ("IPR", "MPART")
"""Columns of observations that were integrated and not yet scaled."""


def read_unmerged(
    path: Path,
    *,
    cell: CellNumbers | None = None,
    space_group: str | None = None,
    wavelength: float | None = None,
) -> UnmergedData:
    """Read observations: unmerged MTZ, mmCIF, XDS_ASCII or INTEGRATE.HKL, Scalepack with original indices, SHELX.

    Left out and counted are rows without a value or a positive σ, the misfits of XDS, and in MTZ files partial
    observations that were not summed and those that carry a FLAG.

    Parameters
    ----------
    cell, wavelength
        Known from elsewhere (Å, degrees); they take the place of what the file says. Scalepack and SHELX tell no cell.
    space_group
        Of a file that tells none, as those for SHELX; to merge in another than the file's, give it to `merge`.

    Raises
    ------
    UnreadableFile
        Missing, a folder, not permitted, empty, truncated or broken.
    UnsuitableContent
        No reflections, merged ones, or ones whose cell or symmetry is not known.
    InvalidInput
        There is no such cell or space group.
    """
    check_supplied(cell, space_group)
    file_format = reflection_format(path)
    if file_format == "mtz":
        data = _of_mtz(path, read_reflections(path, cell=cell, space_group=space_group))
    elif file_format == "sf-mmcif":
        data = unmerged_of_cif(read_cif_observations(path, cell, space_group))
    elif file_format:
        data = unmerged_of_rows(read_rows(path, file_format), cell, space_group)
    else:
        raise UnsuitableContent(path, f"this is no file of reflections but {other_kind(path)}")
    if len(data) == 0:
        raise UnsuitableContent(path, "it holds no observation with a value and a positive σ")
    _check_resolution(data)
    if wavelength is not None:
        data = replace(data, datasets=tuple(replace(one, wavelength=wavelength) for one in data.datasets))
    return data


def _check_resolution(data: UnmergedData) -> None:
    """Refuse indices that no crystal of this cell gives."""
    largest = float(data.crystal.gemmi_cell().calculate_1_d2_array(data.hkl).max())
    if largest == 0.0:
        raise UnsuitableContent(data.path, "it holds no observation but of the reflection 0 0 0")
    d_min = largest**-0.5
    if d_min < HIGHEST_RESOLUTION:
        told = f"it has reflections to {d_min:.2g} Å, which no crystal gives"
        raise UnreadableFile(data.path, f"{told}: an index is wrong, or the cell ({data.crystal})")


def unmerged_of_rows(
    rows: ReflectionRows, cell: CellNumbers | None = None, space_group: str | None = None
) -> UnmergedData:
    """The rows of a text file as observations.

    Raises
    ------
    UnsuitableContent
        They are merged, or cell or symmetry is not known.
    """
    import numpy as np

    if rows.merged:
        raise UnsuitableContent(rows.path, MERGED)
    crystal = supplied_crystal(rows.crystal, cell, space_group)
    check_crystal(rows.path, crystal)
    if rows.merged is None and len(rows):
        check_repeated(rows.path, rows.hkl, crystal)
    numbers = () if rows.batches is None else tuple(int(number) for number in np.unique(rows.batches))
    return UnmergedData(
        path=rows.path,
        file_format=rows.file_format,
        crystal=crystal,
        datasets=(DatasetHeader(cell=crystal.cell, wavelength=rows.wavelength, batches=numbers),),
        hkl=rows.hkl,
        intensities=rows.values,
        sigmas=rows.sigmas,
        dataset=np.zeros(len(rows), dtype=np.int32),
        batch=rows.batches,
        scaled=rows.scaled,
        left_out=rows.left_out,
        history=rows.history,
    )


def unmerged_of_cif(observed: CifObservations) -> UnmergedData:
    """The rows of an mmCIF file as observations.

    Raises
    ------
    UnsuitableContent
        They are merged.
    """
    rows, datasets = unmerged_of_rows(observed.rows), []
    for position, told in enumerate(observed.datasets):
        own = () if rows.batch is None else tuple(sorted(set(rows.batch[observed.place == position].tolist())))
        datasets.append(replace(told, cell=rows.crystal.cell, batches=own))
    return replace(rows, dataset=observed.place, datasets=tuple(datasets))


def check_repeated(path: Path, hkl: NDArray[np.int32], crystal: Crystal) -> None:
    """Refuse reflections of which no two are the same, Friedel mates apart: they are merged.

    Raises
    ------
    UnsuitableContent
        None is repeated.
    """
    import numpy as np

    asu, mates = reduce_indices(hkl, crystal)
    keys = index_keys(asu)
    if len(np.unique(np.where(mates, -keys, keys))) == len(keys):
        raise UnsuitableContent(path, f"{MERGED}: none of its {len(keys)} is repeated")


def _of_mtz(path: Path, mtz: gemmi.Mtz) -> UnmergedData:
    import numpy as np

    header = header_of_mtz(mtz, "mtz")
    if header.merged:
        raise UnsuitableContent(path, MERGED)
    isym, batch = (_whole_column(path, mtz, letter, what) for letter, what in (("Y", "M/ISYM"), ("B", "BATCH")))
    value_label, sigma_label = _intensity_labels(path, mtz)
    values = mtz.column_with_label(value_label).array.astype(np.float64)
    sigmas = mtz.column_with_label(sigma_label).array.astype(np.float64)
    usable = (np.abs(values) <= LARGEST) & (sigmas > SMALLEST) & (sigmas <= LARGEST)
    partial = isym >= 256
    flagged = _flagged(mtz)
    reasons = {UNUSABLE: ~usable, "partial, not summed": usable & partial, "flagged": usable & ~partial & flagged}
    good = usable & ~partial & ~flagged
    hkl = _original_indices(path, mtz, isym & 0xFF)
    place = _dataset_places(path, [one.batches for one in header.datasets], batch)
    return UnmergedData(
        path=path,
        file_format="mtz",
        crystal=crystal_of_reflections(mtz),
        datasets=header.datasets,
        hkl=hkl[good],
        intensities=values[good],
        sigmas=sigmas[good],
        dataset=place[good],
        batch=batch[good].astype(np.int32),
        scaled=_is_scaled(mtz, partial=bool(partial.any())),
        left_out={reason: int(rows.sum()) for reason, rows in reasons.items() if rows.any()},
        history=header.history,
    )


def _whole_column(path: Path, mtz: gemmi.Mtz, letter: str, what: str) -> NDArray[np.int64]:
    """The only column of a type, which holds whole numbers that are not negative."""
    import numpy as np

    columns = [column for column in mtz.columns if column.type == letter]
    if len(columns) != 1:
        raise UnsuitableContent(path, f"it has batches, but {len(columns)} columns {what} (type {letter}) and not one")
    values = columns[0].array
    with np.errstate(invalid="ignore"):
        wrong = ~((values == np.rint(values)) & (values >= 0) & (values < 2**31))
    if wrong.any():
        row = int(wrong.argmax())
        raise UnreadableFile(path, f"its reflection {row + 1} has {columns[0].label} = {values[row]:g}")
    return values.astype(np.int64)


def _intensity_labels(path: Path, mtz: gemmi.Mtz) -> tuple[str, str]:
    """I and SIGI, or the only intensities that there are."""
    pairs = [group.labels for group in find_groups(mtz, ("IMEAN",))]
    if ("I", "SIGI") in pairs:
        return "I", "SIGI"
    if len(pairs) != 1:
        there = " or ".join(",".join(pair) for pair in pairs) or "none"
        raise UnsuitableContent(path, f"it has no column I with SIGI, and not one pair of others ({there})")
    return pairs[0][0], pairs[0][1]


def _flagged(mtz: gemmi.Mtz) -> NDArray[np.bool_]:
    """Observations that integration marked, as overloaded or at the edge of the detector."""
    import numpy as np

    flags = next((column for column in mtz.columns if column.label == "FLAG"), None)
    if flags is None:
        return np.zeros(mtz.nreflections, dtype=bool)
    flagged: NDArray[np.bool_] = np.nan_to_num(flags.array) != 0.0
    return flagged


def _original_indices(path: Path, mtz: gemmi.Mtz, isym: NDArray[np.int64]) -> NDArray[np.int32]:
    import numpy as np

    wrong = (isym < 1) | (isym > 2 * mtz.nsymop)
    if wrong.any():
        row = int(wrong.argmax())
        told = f"its reflection {row + 1} has M/ISYM = {isym[row]}"
        raise UnreadableFile(path, f"{told}, but there are {mtz.nsymop} operators of symmetry")
    try:
        mtz.switch_to_original_hkl()
    except (RuntimeError, ValueError, IndexError) as exc:
        raise UnreadableFile(path, f"its operators of symmetry are broken ({exc})") from exc
    return np.array(mtz.make_miller_array(), dtype=np.int32)


def _dataset_places(path: Path, batches: list[tuple[int, ...]], batch: NDArray[np.int64]) -> NDArray[np.int32]:
    """Position of the data set of each observation, by its batch."""
    import numpy as np

    owners = {number: place for place, numbers in enumerate(batches) for number in numbers}
    unique, inverse = np.unique(batch, return_inverse=True)
    unknown = [int(number) for number in unique if int(number) not in owners]
    if unknown and len(batches) > 1:
        raise UnreadableFile(path, f"it has observations of batch {unknown[0]}, which its header does not name")
    return np.array([owners.get(int(number), 0) for number in unique], dtype=np.int32)[inverse]


def _is_scaled(mtz: gemmi.Mtz, *, partial: bool) -> bool | None:
    """By the columns that programs write, else by the history."""
    labels = mtz.column_labels()
    if "SCALEUSED" in labels:
        return True
    if partial or any(label in labels for label in _INTEGRATED):
        return False
    history = " ".join(mtz.history).upper()
    return True if any(name in history for name in _SCALERS) else None
