"""Writes mini-MTZ files: one group of columns with standard labels, in the standard asymmetric unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ..crystal import Crystal, find_space_group, index_keys, make_crystal
from ._columns import COLUMN_KINDS, ColumnGroup

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

HISTORY_LINES = 30
"""An MTZ file of more lines loses all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenObservations:
    """What became of the rows of a file when its observations were written.

    Attributes
    ----------
    written
        Reflections in the new file.
    systematic_absences
        Rows left out because the symmetry forbids them.
    missing
        Other rows left out because all values were missing.
    without_sigma
        Values, of those written, whose σ is missing or not positive.
    d_max, d_min
        Limits of resolution in Å of what was written.
    wavelength
        In Å; None when the file gives none.
    """

    written: int
    systematic_absences: int
    missing: int
    without_sigma: int
    d_max: float
    d_min: float
    crystal: Crystal
    wavelength: float | None


def write_observations(
    path: Path,
    mtz: gemmi.Mtz,
    group: ColumnGroup,
    out: Path,
    *,
    space_group: str | None = None,
    history: Sequence[str] = (),
) -> WrittenObservations:
    """Write one group of observations of a file as a mini-MTZ file with standard labels.

    The cell, names and wavelength of the group's dataset and the history are kept. A Friedel mate that moves to
    the asymmetric unit takes I(+) and I(-) in the other order.

    Parameters
    ----------
    path, mtz
        The file, for messages, and what was read from it.
    space_group
        Symbol to use in place of the file's own; see `check_space_group_change`.
    history
        Lines that come before those of the file.

    Raises
    ------
    UnsuitableContent
        Nothing is left.
    """
    import numpy as np

    symmetry = find_space_group(space_group) if space_group else mtz.spacegroup
    columns = [mtz.column_with_label(label) for label in group.labels]
    hkl, values = mtz.make_miller_array(), np.stack([column.array for column in columns], axis=1)
    dataset = columns[0].dataset
    crystal = crystal_of_dataset(mtz, dataset, symmetry)
    present = np.isfinite(values[:, 0::2]).any(axis=1)
    absent = symmetry.operations().systematic_absences(hkl)
    keep = present & ~absent
    if not keep.any():
        raise UnsuitableContent(path, f"no value of {group} is left")
    new = new_mtz(crystal, mtz, dataset)
    add_group(new, group.kind, hkl[keep], values[keep])
    new.title = mtz.title
    new.history = [*history, *mtz.history][:HISTORY_LINES]
    new.write_to_file(str(out))
    kept = values[keep]
    # np.greater is False for NaN, so that a missing σ counts too.
    bad = np.isfinite(kept[:, 0::2]) & ~np.greater(kept[:, 1::2], 0.0)
    return WrittenObservations(
        written=int(keep.sum()),
        systematic_absences=int(absent.sum()),
        missing=int((~present & ~absent).sum()),
        without_sigma=int(bad.sum()),
        d_max=new.resolution_low(),
        d_min=new.resolution_high(),
        crystal=crystal,
        wavelength=wavelength_of(dataset),
    )


def crystal_of_dataset(mtz: gemmi.Mtz, dataset: gemmi.Mtz.Dataset, space_group: gemmi.SpaceGroup) -> Crystal:
    """The cell of a dataset, that of the file if it has none, with a space group."""
    crystal = make_crystal(dataset.cell, space_group)
    return crystal if crystal.cell is not None else make_crystal(mtz.cell, space_group)


def wavelength_of(dataset: gemmi.Mtz.Dataset) -> float | None:
    """Wavelength in Å; None for the zero or 9.999 of a dataset without one."""
    return float(dataset.wavelength) if 0.0 < dataset.wavelength < 9.9 else None


def new_mtz(crystal: Crystal, like: gemmi.Mtz | None = None, dataset: gemmi.Mtz.Dataset | None = None) -> gemmi.Mtz:
    """An MTZ file with no reflections yet, one dataset, and the names of another's; those of a base are none."""
    import gemmi

    new = gemmi.Mtz(with_base=True)
    new.spacegroup = crystal.gemmi_space_group()
    own = new.add_dataset("unknown")
    if dataset is not None and not is_base(dataset):
        own.project_name, own.crystal_name, own.dataset_name = (
            dataset.project_name,
            dataset.crystal_name,
            dataset.dataset_name,
        )
    if dataset is not None:
        own.wavelength = wavelength_of(dataset) or 0.0
    new.set_cell_for_all(crystal.gemmi_cell())
    if like is not None:
        new.title, new.history = like.title, list(like.history)[:HISTORY_LINES]
    return new


def is_base(dataset: gemmi.Mtz.Dataset) -> bool:
    """Whether a dataset stands for no measurement: that of the indices, or one without a name."""
    return dataset.dataset_name in {"", "HKL_base"}


def add_group(mtz: gemmi.Mtz, kind: str, hkl: NDArray[np.int32], values: NDArray[np.float32]) -> None:
    """Fill a new MTZ with one group of columns, moved to the asymmetric unit and sorted.

    Phases and Hendrickson-Lattman coefficients are shifted, and Friedel mates exchanged, as the move asks for.
    """
    import numpy as np

    labels = COLUMN_KINDS[kind].labels
    # gemmi swaps the columns of Friedel mates only if they are called (+) and (-).
    names = [label.replace("plus", "(+)").replace("minus", "(-)") for label in labels]
    for name, letter in zip(names, COLUMN_KINDS[kind].types, strict=True):
        mtz.add_column(name, letter)
    mtz.set_data(np.hstack([hkl.astype(np.float32), values.astype(np.float32)]))
    mtz.ensure_asu()
    order = np.argsort(index_keys(mtz.make_miller_array()), kind="stable")
    mtz.set_data(mtz.array[order])
    mtz.sort()
    for column, label in zip(list(mtz.columns)[3:], labels, strict=True):
        column.label = label
    mtz.update_reso()
