"""Friedel mates in rows of their own, as old structure-factor files have them, become pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..crystal import crystal_of_reflections, index_keys, indices_of_keys, reduce_indices
from ._columns import COLUMN_KINDS, find_free_flags, find_observations
from ._mini_mtz import new_mtz

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

_LABELS = {
    "IMEAN": ("IPAIR", ("I(+)", "SIGI(+)", "I(-)", "SIGI(-)")),
    "FMEAN": ("FPAIR", ("F(+)", "SIGF(+)", "F(-)", "SIGF(-)")),
}


def pair_friedel_rows(mtz: gemmi.Mtz) -> gemmi.Mtz:
    """Pairs in place of mean values, if there are rows of Friedel mates and no row is repeated; else the same.

    A centric reflection may be there twice, as its own mate, with the same values; its I(-) is missing in the pair.
    Free flags are kept; of mates the flag of I(+) counts where it has one. Other columns, such as calculated values,
    are not.
    """
    import numpy as np

    groups = {group.kind: group for group in reversed(find_observations(mtz)) if group.kind in _LABELS}
    asu, mates = reduce_indices(mtz.make_miller_array(), crystal_of_reflections(mtz))
    keys = index_keys(asu)
    if not groups or len(np.unique(keys)) == len(keys):
        return mtz
    kept = _without_own_mates(mtz, keys)
    keys, mates = keys[kept], mates[kept]
    if len(np.unique(np.where(mates, -keys, keys))) < len(keys):
        return mtz
    unique, place = np.unique(keys, return_inverse=True)
    paired = new_mtz(crystal_of_reflections(mtz), mtz, mtz.datasets[-1])
    columns = [indices_of_keys(unique).astype(np.float32)]
    for flags in find_free_flags(mtz):
        column = mtz.column_with_label(flags.labels[0])
        paired.add_column(column.label, column.type)
        told = np.array(column.array)[kept]
        filled = np.full((len(unique), 1), np.nan, dtype=np.float32)
        order = np.lexsort((~mates, np.isfinite(told)))  # what is written last stays
        filled[place[order], 0] = told[order]
        columns.append(filled)
    for group in groups.values():
        kind, labels = _LABELS[group.kind]
        for label, letter in zip(labels, COLUMN_KINDS[kind].types, strict=True):
            paired.add_column(label, letter)
        values = np.full((len(unique), 4), np.nan, dtype=np.float32)
        for offset, label in enumerate(group.labels):
            values[place, np.where(mates, 2, 0) + offset] = np.array(mtz.column_with_label(label).array)[kept]
        columns.append(values)
    paired.set_data(np.hstack(columns))
    paired.update_reso()
    return paired


def _without_own_mates(mtz: gemmi.Mtz, keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows but those of a centric reflection that say the same as an earlier one."""
    import numpy as np

    centric = mtz.spacegroup.operations().centric_flag_array(mtz.make_miller_array())
    values = np.nan_to_num(np.array(mtz.array[:, 3:], dtype=np.float64), nan=np.inf)
    _, place = np.unique(np.where(centric, keys, -1 - np.arange(len(keys))), return_inverse=True)
    _, first = np.unique(np.column_stack([place, values]), axis=0, return_index=True)
    return np.sort(first)
