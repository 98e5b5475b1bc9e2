"""Makes an MTZ of merged rows: Friedel mates that stand in rows of their own become pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ..crystal import Crystal, index_keys, indices_of_keys, reduce_indices
from ._columns import MERGE_FIRST
from ._mini_mtz import add_group, new_mtz
from ._rows import ReflectionRows

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray


def merged_rows_to_mtz(rows: ReflectionRows, crystal: Crystal) -> gemmi.Mtz:
    """The rows as an MTZ of pairs, or of means where no two rows are Friedel mates.

    The value of a centric reflection is that of I(+); its I(-) is missing.

    Parameters
    ----------
    crystal
        Cell and symmetry to use.

    Raises
    ------
    UnsuitableContent
        The rows are not merged, or there are none.
    """
    import numpy as np

    if rows.merged is False:
        raise UnsuitableContent(rows.path, f"its reflections are not merged; {MERGE_FIRST}")
    if len(rows) == 0:
        raise UnsuitableContent(rows.path, "it holds no reflections with a positive σ")
    asu, mates = reduce_indices(rows.hkl, crystal)
    keys = index_keys(asu)
    signed = np.where(mates, -keys, keys)
    kept = _first_of_centric(rows, crystal, signed) if rows.pairs else np.ones(len(rows), dtype=bool)
    repeated = int(kept.sum()) - len(np.unique(signed[kept]))
    if repeated:
        those = f"{repeated} of its {len(keys)} reflections are equivalent to others in {crystal.space_group}"
        raise UnsuitableContent(rows.path, f"{those}; {MERGE_FIRST}")
    unique, place = np.unique(keys[kept], return_inverse=True)
    pairs = rows.pairs if rows.pairs is not None else len(unique) < int(kept.sum())
    if not pairs and len(unique) < int(kept.sum()):
        told = "it holds Friedel mates apart though it says that they were merged"
        raise UnsuitableContent(rows.path, f"{told}; {MERGE_FIRST}")
    kind = ("FPAIR" if pairs else "FMEAN") if rows.amplitudes else ("IPAIR" if pairs else "IMEAN")
    values = np.full((len(unique), 4 if pairs else 2), np.nan, dtype=np.float32)
    column = np.where(mates[kept], 2, 0) if pairs else np.zeros(len(place), dtype=int)
    values[place, column], values[place, column + 1] = rows.values[kept], rows.sigmas[kept]
    mtz = new_mtz(crystal)
    mtz.history = list(rows.history)
    mtz.datasets[-1].wavelength = rows.wavelength or 0.0
    add_group(mtz, kind, indices_of_keys(unique), values)
    return mtz


def _first_of_centric(rows: ReflectionRows, crystal: Crystal, signed: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows count: of a centric reflection whose I(-) repeats its I(+), only the first."""
    import numpy as np

    kept = np.ones(len(rows), dtype=bool)
    centric = np.flatnonzero(crystal.gemmi_space_group().operations().centric_flag_array(rows.hkl))
    _, first, group = np.unique(signed[centric], return_index=True, return_inverse=True)
    same = rows.values[centric] == rows.values[centric][first][group]
    kept[centric[same & (np.arange(len(centric)) != first[group])]] = False
    return kept
