"""Observations of reflections before merging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..crystal import Crystal
from ..reflections import BatchRange, DatasetHeader, in_ranges

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnmergedData:
    """Observations of one file, or of a part of it.

    Attributes
    ----------
    path, file_format
        The file, and its format as `reflection_format` calls it.
    crystal
        Cell and symmetry; a data set may have a cell of its own.
    datasets
        The data sets that the observations are of.
    hkl
        Miller indices as measured, shape (n, 3).
    intensities, sigmas
        On the file's scale, shape (n,); σ is positive.
    dataset
        Position of each observation's data set in `datasets`.
    batch
        Number of each observation's batch; None when the file has none.
    scaled
        Whether the file says that the observations are on one scale; None when it says nothing.
    left_out
        Observations of the file that are not among these, by the reason.
    """

    path: Path
    file_format: str
    crystal: Crystal
    datasets: tuple[DatasetHeader, ...]
    hkl: NDArray[np.int32]
    intensities: NDArray[np.float64]
    sigmas: NDArray[np.float64]
    dataset: NDArray[np.int32]
    batch: NDArray[np.int32] | None = None
    scaled: bool | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    history: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.intensities)

    def of_dataset(self, position: int) -> UnmergedData:
        """The observations of one data set, with its cell."""
        import numpy as np

        header = self.datasets[position]
        part = self._only(self.dataset == position)
        crystal = Crystal(cell=header.cell or self.crystal.cell, space_group=self.crystal.space_group)
        return replace(part, crystal=crystal, datasets=(header,), dataset=np.zeros(len(part), dtype=np.int32))

    def without_batches(self, ranges: Sequence[BatchRange]) -> UnmergedData:
        """The observations that are of none of these batches.

        Raises
        ------
        InvalidInput
            The file has no batches, or none of a range.
        UnsuitableContent
            No observations are left.
        """
        if not ranges:
            return self
        if self.batch is None:
            raise InvalidInput(f"{self.path}: it has no batches that could be left out")
        for first, last in ranges:
            if not in_ranges(self.batch, [(first, last)]).any():
                raise InvalidInput(f"{self.path}: it has no batch {first if first == last else f'{first}-{last}'}")
        excluded = in_ranges(self.batch, ranges)
        if excluded.all():
            raise UnsuitableContent(self.path, "no observations are left without these batches")
        return replace(self._only(~excluded), left_out={**self.left_out, "of excluded batches": int(excluded.sum())})

    def _only(self, chosen: NDArray[np.bool_]) -> UnmergedData:
        return replace(
            self,
            hkl=self.hkl[chosen],
            intensities=self.intensities[chosen],
            sigmas=self.sigmas[chosen],
            dataset=self.dataset[chosen],
            batch=None if self.batch is None else self.batch[chosen],
        )
