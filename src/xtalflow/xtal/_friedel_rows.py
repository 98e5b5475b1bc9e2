"""Friedel mates in rows of their own, as old structure-factor files have them, become pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._asymmetric_unit import reduce_indices
from ._columns import COLUMN_KINDS, find_free_flags, find_observations
from ._crystal import crystal_of_reflections
from ._equivalents import index_keys, indices_of_keys
from ._mini_mtz import new_mtz

if TYPE_CHECKING:
    import gemmi

_LABELS = {
    "IMEAN": ("IPAIR", ("I(+)", "SIGI(+)", "I(-)", "SIGI(-)")),
    "FMEAN": ("FPAIR", ("F(+)", "SIGF(+)", "F(-)", "SIGF(-)")),
}


def pair_friedel_rows(mtz: gemmi.Mtz) -> gemmi.Mtz:
    """Pairs in place of mean values, if there are rows of Friedel mates and no row is repeated; else the same.

    Free flags are kept; of mates the flag of I(+) counts where it has one. Other columns, such as calculated values,
    are not.
    """
    import numpy as np

    groups = {group.kind: group for group in reversed(find_observations(mtz)) if group.kind in _LABELS}
    asu, mates = reduce_indices(mtz.make_miller_array(), crystal_of_reflections(mtz))
    keys = index_keys(asu)
    unique, place = np.unique(keys, return_inverse=True)
    if not groups or len(unique) == len(keys) or len(np.unique(np.where(mates, -keys, keys))) < len(keys):
        return mtz
    paired = new_mtz(crystal_of_reflections(mtz), mtz, mtz.datasets[-1])
    columns = [indices_of_keys(unique).astype(np.float32)]
    for flags in find_free_flags(mtz):
        column = mtz.column_with_label(flags.labels[0])
        paired.add_column(column.label, column.type)
        filled = np.full((len(unique), 1), np.nan, dtype=np.float32)
        order = np.lexsort((~mates, np.isfinite(column.array)))  # what is written last stays
        filled[place[order], 0] = np.array(column.array)[order]
        columns.append(filled)
    for group in groups.values():
        kind, labels = _LABELS[group.kind]
        for label, letter in zip(labels, COLUMN_KINDS[kind].types, strict=True):
            paired.add_column(label, letter)
        values = np.full((len(unique), 4), np.nan, dtype=np.float32)
        for offset, label in enumerate(group.labels):
            values[place, np.where(mates, 2, 0) + offset] = mtz.column_with_label(label).array
        columns.append(values)
    paired.set_data(np.hstack(columns))
    paired.update_reso()
    return paired
