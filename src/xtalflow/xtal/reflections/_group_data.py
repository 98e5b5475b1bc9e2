"""The data of one group of columns, taken out of a file: what conversions, splitting and joining work on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ..crystal import Crystal, crystal_of_reflections, find_space_group, index_keys
from ._columns import COLUMN_KINDS, PREFERENCE, ColumnGroup, known_labels
from ._free_note import read_free_note, write_free_note
from ._mini_mtz import HISTORY_LINES, add_group, crystal_of_dataset, new_mtz

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

_LARGEST_INDEX = 1 << 20
_SAME_RATIO, _SAME_ANGLE, _SAME_COEFFICIENT = 1e-4, 0.01, 1e-3
_HISTORY_WIDTH = 80


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupData:
    """One group of columns under standard labels, as a mini-MTZ file holds it.

    Attributes
    ----------
    path, group
        The file and the columns that the data are from.
    kind
        What they are now, a key of `COLUMN_KINDS`.
    mtz
        One row per reflection, in the standard asymmetric unit and sorted; one dataset, with the names, the cell and
        the wavelength of that in the file.
    """

    path: Path
    group: ColumnGroup
    kind: str
    mtz: gemmi.Mtz

    @property
    def hkl(self) -> NDArray[np.int32]:
        """Miller indices, shape (n, 3)."""
        return self.mtz.make_miller_array()

    @property
    def values(self) -> NDArray[np.float32]:
        """Values of the columns, shape (n, k); NaN where there is none."""
        import numpy as np

        return np.array(self.mtz.array[:, 3:])

    @property
    def has_value(self) -> NDArray[np.bool_]:
        """Whether each reflection has any value, shape (n,); a σ alone is none."""
        import numpy as np

        values = self.values[:, 0::2] if self.kind in PREFERENCE else self.values
        return np.asarray(np.isfinite(values).any(axis=1))

    @property
    def crystal(self) -> Crystal:
        """Cell of the dataset, and space group."""
        return crystal_of_reflections(self.mtz)

    @property
    def dataset(self) -> gemmi.Mtz.Dataset:
        """The dataset that the columns belong to."""
        return self.mtz.datasets[-1]

    @property
    def name(self) -> str:
        """What was taken from which file, for reports: ``Iplus, SIGIplus … of native.mtz``."""
        text = f"{', '.join(self.group.labels)} of {self.path.name}"
        return "".join(letter if letter.isprintable() else "?" for letter in text)

    def converted(self, kind: str, values: NDArray[np.float32] | NDArray[np.float64]) -> GroupData:
        """Values of another kind for the same reflections."""
        new = new_mtz(self.crystal, self.mtz, self.dataset)
        add_group(new, kind, self.hkl, values.astype("float32"))
        return GroupData(path=self.path, group=self.group, kind=kind, mtz=new)

    def write(self, out: Path, *, history: str = "", every: bool = True) -> int:
        """Write the data as a mini-MTZ file, and return the number of its reflections.

        Parameters
        ----------
        history
            A line of history to put before those of the file.
        every
            Also reflections without any value.
        """
        import numpy as np

        mtz = self.mtz.filtered(np.ones(self.mtz.nreflections, dtype=bool) if every else self.has_value)
        if history:
            mtz.history = [history_line(history), *mtz.history][:HISTORY_LINES]
        mtz.sort()
        mtz.update_reso()
        mtz.write_to_file(str(out))
        return int(mtz.nreflections)


def take_group(path: Path, mtz: gemmi.Mtz, group: ColumnGroup, *, space_group: str | None = None) -> GroupData:
    """Take one group of columns out of a file, with all its reflections.

    Parameters
    ----------
    path, mtz
        The file, for messages, and what was read from it; it stays as it is.
    space_group
        Symbol to use in place of the file's own; phases are then not to be trusted.

    Raises
    ------
    UnsuitableContent
        The data are unmerged; a column is not there, or not the only one of its label; equivalent reflections have
        different values.
    """
    import numpy as np

    if len(mtz.batches) > 0:
        raise UnsuitableContent(path, f"the data are unmerged ({len(mtz.batches)} batches); merge them first")
    arrays = [mtz.column_with_label(label).array for label in known_labels(path, mtz, group.labels)]
    values = np.stack(arrays, axis=1).astype(np.float32)
    values[~np.isfinite(values)] = np.nan
    hkl = mtz.make_miller_array()
    if (np.abs(hkl.astype(np.int64)) >= _LARGEST_INDEX).any():
        raise UnsuitableContent(path, "some of its Miller indices are no indices of a crystal")
    dataset = mtz.column_with_label(group.labels[0]).dataset
    crystal = crystal_of_dataset(mtz, dataset, find_space_group(space_group) if space_group else mtz.spacegroup)
    if crystal.cell is None:
        raise UnsuitableContent(path, "it has no unit cell")
    new = new_mtz(crystal, mtz, dataset)
    add_group(new, group.kind, hkl, values)
    _join_equivalents(path, new, group)
    if group.kind == "FREER":
        free_value = read_free_note(mtz, group.labels[0])
        if free_value is not None:
            write_free_note(new, COLUMN_KINDS["FREER"].labels[0], free_value)
            new.history = new.history[:HISTORY_LINES]
    return GroupData(path=path, group=group, kind=group.kind, mtz=new)


def history_line(text: str) -> str:
    """A line of MTZ history: at most 80 characters of ASCII."""
    return f"xtalflow: {text}".encode("ascii", "replace").decode()[:_HISTORY_WIDTH]


def _join_equivalents(path: Path, mtz: gemmi.Mtz, group: ColumnGroup) -> None:
    """Make one row of those of the same reflection, if no two of their values differ."""
    import numpy as np

    keys = index_keys(mtz.make_miller_array())
    starts = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    if len(starts) == len(keys):
        return
    rows = np.array(mtz.array)
    most, least = np.fmax.reduceat(rows, starts), np.fmin.reduceat(rows, starts)
    difference = most - least
    allowed = _SAME_RATIO * np.abs(most)
    for position, column in enumerate(mtz.columns):
        if column.type == "P":
            difference[:, position] = np.abs((difference[:, position] + 180.0) % 360.0 - 180.0)
            allowed[:, position] = _SAME_ANGLE
        elif column.type == "A":
            allowed[:, position] = _SAME_COEFFICIENT
    differs = np.greater(difference, allowed).any(axis=1)
    if differs.any():
        raise UnsuitableContent(
            path,
            f"{int(differs.sum())} of its reflections have several equivalents in {mtz.spacegroup.xhm()} with "
            f"different values of {group}; merge the data first",
        )
    mtz.set_data(most)
