"""What any file of reflections must have: a crystal, reflections, and indices that can be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent

from ..crystal import CellNumbers, Crystal, find_space_group, is_cell
from ._number_fields import MAX_INDEX

if TYPE_CHECKING:
    import gemmi


def check_supplied(cell: CellNumbers | None, space_group: str | None) -> None:
    """Refuse a cell or space group that does not exist, given by whoever asks for reflections.

    Raises
    ------
    InvalidInput
        Six numbers that make no cell; the name of no space group.
    """
    if cell is not None and not is_cell(cell):
        raise InvalidInput(f"there is no cell {' '.join(f'{value:g}' for value in cell)}")
    if space_group:
        find_space_group(space_group)


def check_crystal(path: Path, crystal: Crystal) -> None:
    """Refuse reflections of a text file of which cell or symmetry is not known, and say that they may be given.

    Raises
    ------
    UnsuitableContent
        One of them is missing.
    """
    missing = [
        name
        for name, value in (("unit cell", crystal.cell), ("space group that is known", crystal.space_group))
        if not value
    ]
    if missing:
        raise UnsuitableContent(path, f"it tells no {' and no '.join(missing)}; give it beside the file")


def check_header(path: Path, mtz: gemmi.Mtz) -> None:
    """Refuse what has no reflections or no crystal.

    Raises
    ------
    UnreadableFile
        A column is of no data set.
    UnsuitableContent
        No reflections, no cell, or no symmetry that is known.
    """
    known = {dataset.id for dataset in mtz.datasets}
    for column in mtz.columns:
        if column.dataset_id not in known:
            raise UnreadableFile(
                path, f"its column {column.label} is of a data set ({column.dataset_id}) that is not there"
            )
    if mtz.nreflections == 0:
        raise UnsuitableContent(path, "it holds no reflections")
    if mtz.spacegroup is None:
        raise UnsuitableContent(path, f"its space group {mtz.spacegroup_name!r} is not known")
    if not mtz.cell.is_crystal():
        raise UnsuitableContent(path, "it has no unit cell")
    if not is_cell(mtz.cell.parameters):
        raise UnsuitableContent(path, f"there is no cell {' '.join(f'{value:g}' for value in mtz.cell.parameters)}")


def check_reflections(path: Path, mtz: gemmi.Mtz) -> None:
    """Refuse what has no reflections, no crystal, or indices that are none.

    Raises
    ------
    UnreadableFile
        An index is not whole, or larger than any can be; its row is named.
    UnsuitableContent
        As `check_header`.
    """
    import numpy as np

    check_header(path, mtz)
    hkl = mtz.array[:, :3]
    with np.errstate(invalid="ignore"):
        wrong = ~((hkl == np.rint(hkl)) & (np.abs(hkl) < MAX_INDEX)).all(axis=1)
    if wrong.any():
        row = int(wrong.argmax())
        told = ", ".join(f"{value:g}" for value in hkl[row])
        raise UnreadableFile(
            path, f"its reflection {row + 1} has indices ({told}) that cannot be those of a reflection"
        )
