"""Fingerprints of reflections and free sets, the same for any title, history, order of rows and asymmetric unit."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ..crystal import crystal_of_reflections, index_keys
from ._columns import ColumnGroup, find_free_flags, find_groups
from ._mini_mtz import wavelength_of
from ._rows import ReflectionRows

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

_PHASE_STEP = 0.1


def reflection_digests(mtz: gemmi.Mtz) -> dict[str, str]:
    """``reflections``: all but the free flags; ``free_set``: these. Each only if the file has such columns."""
    flags = {group.labels[0] for group in find_free_flags(mtz)}
    data = [column.label for column in list(mtz.columns)[3:] if column.label not in flags]
    digests = {}
    if data:
        digests["reflections"] = reflections_digest(mtz, data)
    if flags:
        digests["free_set"] = reflections_digest(mtz, sorted(flags))
    return digests


def reflections_digest(mtz: gemmi.Mtz, labels: list[str]) -> str:
    """SHA-256 of some columns with cell, symmetry and wavelengths.

    Values count to the last bit; phases, which turn with the choice of the asymmetric unit, to 0.1°, and
    Hendrickson-Lattman coefficients to 0.001. A reflection without any value does not count, nor does the order of
    columns. Unmerged data count in their own indices.
    """
    import numpy as np

    sha = hashlib.sha256("\n".join(_header(mtz, labels)).encode())
    hkl, values = _columns_in_asu(mtz, labels)
    present = np.isfinite(values).any(axis=1)
    hkl, values = hkl[present], values[present]
    order = np.lexsort((*values.T[::-1], index_keys(hkl)))
    hkl, values = hkl[order], values[order]
    missing = ~np.isfinite(values)
    filled = np.where(missing, 0.0, values) + 0.0  # no -0.0
    for array in (hkl.astype("<i4"), missing.astype("u1"), filled.astype("<f4")):
        sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()


def rows_digest(rows: ReflectionRows) -> str:
    """SHA-256 of the observations of a text file with cell, symmetry and wavelength, whatever their order."""
    import numpy as np

    crystal = rows.crystal
    header = [crystal.space_group, " ".join(f"{value:.3f}" for value in crystal.cell or ())]
    sha = hashlib.sha256("\n".join([*header, f"{rows.wavelength or 0.0:.5f}"]).encode())
    batches = np.zeros(len(rows), dtype=np.int32) if rows.batches is None else rows.batches
    order = np.lexsort((rows.sigmas, rows.values, batches, index_keys(rows.hkl)))
    for array in (rows.hkl.astype("<i4"), batches.astype("<i4"), rows.values.astype("<f4"), rows.sigmas.astype("<f4")):
        sha.update(np.ascontiguousarray(array[order]).data)
    return sha.hexdigest()


def _header(mtz: gemmi.Mtz, labels: list[str]) -> list[str]:
    crystal = crystal_of_reflections(mtz)
    lines = [crystal.space_group, " ".join(f"{value:.3f}" for value in crystal.cell or ())]
    for label in sorted(labels):
        column = mtz.column_with_label(label)
        wavelength = wavelength_of(column.dataset) if column.type not in "IBY" else None
        lines.append(f"{label} {column.type} {wavelength or 0.0:.5f}")
    return lines


def _columns_in_asu(mtz: gemmi.Mtz, labels: list[str]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Indices in gemmi's asymmetric unit, and the columns by name with phases and coefficients rounded."""
    import numpy as np

    copy = mtz.filtered(np.ones(mtz.nreflections, dtype=bool))
    names = {label: copy.column_with_label(label).idx for label in sorted(labels)}
    if not len(mtz.batches):
        for number, group in enumerate(find_groups(copy, ("IPAIR", "FPAIR"))):
            _name_pair(copy, group, number)
        copy.ensure_asu()
    columns = list(copy.columns)
    arrays = []
    for index in names.values():
        values = np.asarray(columns[index].array, dtype=np.float64)
        if columns[index].type == "P":
            steps = np.rint(values / _PHASE_STEP)
            values = np.where(np.isfinite(steps), steps % round(360.0 / _PHASE_STEP), np.nan)
        elif columns[index].type == "A":
            values = np.round(values, 3)
        arrays.append(values.astype(np.float32))
    return copy.make_miller_array(), np.stack(arrays, axis=1)


def _name_pair(mtz: gemmi.Mtz, group: ColumnGroup, number: int) -> None:
    """Call Friedel mates (+) and (-), by which gemmi knows that they swap."""
    for label, name in zip(group.labels, ("X{}(+)", "SIGX{}(+)", "X{}(-)", "SIGX{}(-)"), strict=True):
        mtz.column_with_label(label).label = name.format(number)
