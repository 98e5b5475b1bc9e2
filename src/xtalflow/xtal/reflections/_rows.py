"""Observed intensities row by row, as text files of integration, scaling and merging hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..crystal import CellNumbers, Crystal, find_space_group

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


UNUSABLE = "without a value or a positive σ"
"""Why a row of any format is left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReflectionRows:
    """Rows of a file of reflections, each one observation or one merged intensity.

    Attributes
    ----------
    file_format
        ``xds``, ``sca``, ``shelx``, ``saint`` or ``sf-mmcif``.
    crystal
        Cell and symmetry as far as the file tells them.
    wavelength
        In Å; None when the file gives none.
    merged
        Whether the rows are merged intensities; None when the file does not say.
    pairs
        Whether merged rows keep Friedel mates apart; None when the file does not say.
    scaled
        Whether observations were put on one scale; None when the file does not say.
    hkl
        Miller indices as measured, shape (n, 3).
    values, sigmas
        Intensities, shape (n,); `amplitudes` are squared by whoever needs intensities.
    batches
        Number of the image or batch of each row; None when the file has none.
    left_out
        Rows that are not among these, by the reason.
    """

    path: Path
    file_format: str
    crystal: Crystal
    wavelength: float | None = None
    merged: bool | None = None
    pairs: bool | None = None
    scaled: bool | None = None
    amplitudes: bool = False
    hkl: NDArray[np.int32]
    values: NDArray[np.float64]
    sigmas: NDArray[np.float64]
    batches: NDArray[np.int32] | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    history: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)


def supplied_crystal(told: Crystal, cell: CellNumbers | None, space_group: str | None) -> Crystal:
    """The crystal of a file: the cell that is given beside it or else its own, its space group or else the given one.

    Raises
    ------
    InvalidInput
        No space group is called so.
    """
    return Crystal(
        cell=cell if cell is not None else told.cell,
        space_group=told.space_group or (find_space_group(space_group).xhm() if space_group else ""),
    )
