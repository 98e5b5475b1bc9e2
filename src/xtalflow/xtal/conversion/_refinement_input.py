"""The one MTZ file that a refinement program gets: chosen observations with a free flag on each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..crystal import crystal_of_reflections, laue_rotations, orbit_keys
from ..reflections import ColumnGroup, add_group, new_mtz

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

FLAG = "FREER"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementData:
    """Observations with their free flags, one row per reflection that has a value.

    Attributes
    ----------
    usable
        Reflections that a refinement can use: with σ > 0 (amplitudes: with F > 0 too), not systematically absent.
    absences, unusable
        Systematic absences, and reflections without such a value, among the rows.
    unflagged
        Usable reflections without a flag.
    free
        Usable reflections whose flag has the free value; 0 without flags.
    d_max, d_min
        Limits of the usable reflections, Å.
    """

    usable: int
    absences: int
    unusable: int
    unflagged: int
    free: int
    d_max: float
    d_min: float


@dataclass(frozen=True, slots=True)
class FlagColumn:
    """Free flags: their file's content, the column, and the value that marks the free reflections."""

    mtz: gemmi.Mtz
    label: str
    free_value: int


def join_flags(mtz: gemmi.Mtz, group: ColumnGroup, flags: FlagColumn | None, out: Path | None = None) -> RefinementData:
    """Give each observation the flag of its equivalent, and write the result if `out` is given.

    Labels are the standard ones of the kind, then ``FREER``. Reflections are joined by Laue class, so that flags may
    be in another asymmetric unit or space group of that class.
    """
    import numpy as np

    values = np.column_stack(
        [np.asarray(mtz.column_with_label(label).array, dtype=np.float32) for label in group.labels]
    )
    present = np.isfinite(values[:, 0::2]).any(axis=1)
    hkl, values = mtz.make_miller_array()[present], values[present]
    spacings = np.asarray(mtz.make_d_array())[present]
    absent = np.asarray(mtz.spacegroup.operations().systematic_absences(hkl))
    usable = _is_usable(group, values) & ~absent
    joined = _flags_of(mtz, hkl, flags) if flags is not None else None
    if out is not None:
        _write(mtz, group, hkl, values, flags, out)
    limits = spacings[usable] if usable.any() else spacings
    flagged = joined[usable] if joined is not None else np.zeros(0)
    return RefinementData(
        usable=int(usable.sum()),
        absences=int(absent.sum()),
        unusable=int((~usable & ~absent).sum()),
        unflagged=int(np.isnan(flagged).sum()),
        free=int((flagged == flags.free_value).sum()) if flags is not None else 0,
        d_max=float(limits.max()) if len(limits) else 0.0,
        d_min=float(limits.min()) if len(limits) else 0.0,
    )


def _is_usable(group: ColumnGroup, values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether any of the values of each row has a positive σ; amplitudes must be positive, too."""
    import numpy as np

    observed, sigma = values[:, 0::2], values[:, 1::2]
    good = np.isfinite(observed) & np.isfinite(sigma) & (np.nan_to_num(sigma) > 0.0)
    if group.kind.startswith("F"):
        good &= np.nan_to_num(observed) > 0.0
    return np.asarray(good.any(axis=1))


def _flags_of(mtz: gemmi.Mtz, hkl: NDArray[np.int32], flags: FlagColumn) -> NDArray[np.float64]:
    """The flag of each reflection's equivalent; NaN where there is none."""
    import numpy as np

    rotations = laue_rotations(mtz.spacegroup)
    values = np.asarray(flags.mtz.column_with_label(flags.label).array, dtype=float)
    known = np.isfinite(values)
    keys, first = np.unique(orbit_keys(flags.mtz.make_miller_array()[known], rotations), return_index=True)
    wanted = orbit_keys(hkl, rotations)
    places = np.searchsorted(keys, wanted)
    places[places == len(keys)] = 0
    if not len(keys):
        return np.full(len(hkl), np.nan)
    return np.where(keys[places] == wanted, values[known][first][places], np.nan)


def _write(
    mtz: gemmi.Mtz,
    group: ColumnGroup,
    hkl: NDArray[np.int32],
    values: NDArray[np.float32],
    flags: FlagColumn | None,
    out: Path,
) -> None:
    import numpy as np

    joined = new_mtz(crystal_of_reflections(mtz), mtz)
    add_group(joined, group.kind, hkl, values)
    if flags is not None:
        joined.add_column(FLAG, "I")
        rows = np.array(joined.array)
        rows[:, -1] = _flags_of(mtz, joined.make_miller_array(), flags)
        joined.set_data(rows)
    joined.write_to_file(str(out))
