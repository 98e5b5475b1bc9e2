"""Mini-MTZ files: one group of columns of a larger file, under standard labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

if TYPE_CHECKING:
    import gemmi


def split_columns(mtz: gemmi.Mtz, labels: Mapping[str, str], out: Path, *, title: str = "") -> int:
    """Write columns of merged reflections as a file of their own; rows without any value are left out.

    Parameters
    ----------
    mtz
        The larger file; it stays as it is.
    labels
        Label in the larger file → label to write, in the order of writing. Column types are kept.
    out
        File to write.
    title
        Title of the new file.

    Returns
    -------
    Number of reflections written.

    Raises
    ------
    UnsuitableContent
        A column is not there, or none of the columns has a value.
    """
    import gemmi
    import numpy as np

    columns = {column.label: column for column in mtz.columns}
    absent = [label for label in labels if label not in columns]
    if absent:
        raise UnsuitableContent(out, f"cannot be written: there is no column {' and no column '.join(absent)}")
    values = np.column_stack([np.asarray(columns[label].array) for label in labels])
    present = np.isfinite(values).any(axis=1)
    if not present.any():
        raise UnsuitableContent(out, f"cannot be written: {' and '.join(labels)} have no value")
    first = columns[next(iter(labels))].dataset
    mini = gemmi.Mtz(with_base=True)
    mini.spacegroup, mini.cell, mini.title = mtz.spacegroup, mtz.cell, title
    dataset = mini.add_dataset(first.dataset_name)
    dataset.crystal_name, dataset.project_name = first.crystal_name, first.project_name
    dataset.cell, dataset.wavelength = mtz.cell, first.wavelength
    for theirs, ours in labels.items():
        mini.add_column(ours, columns[theirs].type)
    mini.set_data(np.column_stack([mtz.make_miller_array()[present], values[present]]).astype(np.float32))
    mini.write_to_file(str(out))
    return int(present.sum())
