"""What the header of a file of reflections says: crystal, data sets, columns, batches, history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..crystal import CellNumbers, Crystal, crystal_of_reflections, index_keys, is_cell, make_crystal, reduce_indices
from ._mini_mtz import wavelength_of
from ._reflections import read_mtz_header, read_reflections, reflection_format
from ._rows import ReflectionRows
from ._text_formats import read_rows

if TYPE_CHECKING:
    import gemmi

BASE = "HKL_base"
"""The data set of the indices in an MTZ file, which holds no data as a rule."""

_PHI_START, _PHI_END = 36, 37
"""Places of the rotation angles at the begin and end of an image among the numbers of a batch header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetHeader:
    """A data set.

    Attributes
    ----------
    project, crystal, name
        Empty where the file has none.
    cell
        a, b, c in Å, α, β, γ in degrees; None when the file gives none.
    wavelength
        In Å; None when the file gives none.
    batches
        Numbers of its batches, ascending; empty for merged data.
    """

    project: str = ""
    crystal: str = ""
    name: str = ""
    cell: CellNumbers | None = None
    wavelength: float | None = None
    batches: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHeader:
    """A column: its label, its MTZ type, and the name of its data set."""

    label: str
    type: str
    dataset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHeader:
    """A batch, which is one image as a rule.

    Attributes
    ----------
    dataset
        Name of its data set.
    cell, wavelength
        As the batch gives them (Å, degrees); None where it does not.
    phi
        Rotation angle at begin and end in degrees.
    """

    number: int
    dataset: str
    cell: CellNumbers | None
    wavelength: float | None
    phi: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReflectionHeader:
    """The header of a file of reflections.

    Attributes
    ----------
    file_format
        ``mtz``, ``sf-mmcif``, ``xds``, ``sca``, ``shelx`` or ``saint``.
    merged
        Whether the reflections are merged; None when neither format nor file says it.
    rows
        Number of rows.
    d_max, d_min
        Limits of resolution in Å; None when they are not known.
    datasets
        Those that hold data or batches.
    batches
        Those of an MTZ file; for other formats the data sets have the numbers.
    sort_order
        Columns by which the rows are sorted, as the file tells it; empty when it does not.
    original_indices
        Whether the indices as measured can be known of unmerged data.
    """

    file_format: str
    merged: bool | None
    crystal: Crystal
    rows: int
    d_max: float | None
    d_min: float | None
    title: str = ""
    history: tuple[str, ...] = ()
    columns: tuple[ColumnHeader, ...] = ()
    datasets: tuple[DatasetHeader, ...] = ()
    batches: tuple[BatchHeader, ...] = ()
    sort_order: tuple[str, ...] = ()
    original_indices: bool = True

    @property
    def wavelength(self) -> float | None:
        """That of the first data set that has one, in Å."""
        return next((one.wavelength for one in self.datasets if one.wavelength is not None), None)


def read_reflection_header(path: Path) -> ReflectionHeader:
    """The header of a file of reflections; of an MTZ file nothing else is read.

    Raises
    ------
    UnreadableFile
        It cannot be read, or is truncated or broken.
    UnsuitableContent
        It is no file of reflections.
    """
    file_format = reflection_format(path)
    if file_format == "mtz":
        return header_of_mtz(read_mtz_header(path), file_format)
    if file_format in ("sf-mmcif", ""):
        return header_of_mtz(read_reflections(path), file_format)
    return header_of_rows(read_rows(path, file_format))


def header_of_mtz(mtz: gemmi.Mtz, file_format: str) -> ReflectionHeader:
    """The header of reflections that were read, with or without data."""
    columns = tuple(
        ColumnHeader(label=column.label, type=column.type, dataset=column.dataset.dataset_name)
        for column in mtz.columns
    )
    names = {dataset.id: dataset.dataset_name for dataset in mtz.datasets}
    batches = tuple(_batch(batch, names) for batch in mtz.batches)
    by_dataset: dict[int, list[int]] = {}
    for batch in mtz.batches:
        by_dataset.setdefault(batch.dataset_id, []).append(batch.number)
    used = by_dataset.keys() or {column.dataset_id for column in list(mtz.columns)[3:]}
    datasets = [dataset for dataset in mtz.datasets if dataset.id in used]
    datasets = [dataset for dataset in datasets if dataset.dataset_name != BASE] or datasets
    labels = [column.label for column in columns]
    return ReflectionHeader(
        file_format=file_format,
        merged=not batches and not (file_format == "sf-mmcif" and _repeats(mtz)),
        crystal=crystal_of_reflections(mtz),
        rows=mtz.nreflections,
        d_max=_limit(mtz.resolution_low()),
        d_min=_limit(mtz.resolution_high()),
        title=mtz.title,
        history=tuple(mtz.history),
        columns=columns,
        datasets=tuple(_dataset(mtz, dataset, by_dataset.get(dataset.id, [])) for dataset in datasets),
        batches=batches,
        sort_order=tuple(labels[place - 1] for place in mtz.sort_order if 0 < place <= len(labels)),
        original_indices="M/ISYM" in labels,
    )


def header_of_rows(rows: ReflectionRows) -> ReflectionHeader:
    """The header of a text file that was read."""
    numbers = () if rows.batches is None else tuple(sorted({int(number) for number in rows.batches}))
    limits: tuple[float | None, float | None] = (None, None)
    if rows.crystal.cell is not None and len(rows):
        spacings = rows.crystal.gemmi_cell().calculate_d_array(rows.hkl[(rows.hkl != 0).any(axis=1)])
        if len(spacings):
            limits = (float(spacings.max()), float(spacings.min()))
    return ReflectionHeader(
        file_format=rows.file_format,
        merged=rows.merged,
        crystal=rows.crystal,
        rows=len(rows),
        d_max=limits[0],
        d_min=limits[1],
        history=rows.history,
        datasets=(
            DatasetHeader(cell=rows.crystal.cell, wavelength=rows.wavelength, batches=() if rows.merged else numbers),
        ),
    )


def _repeats(mtz: gemmi.Mtz) -> bool:
    """Whether a reflection, Friedel mates apart, has several rows: old mmCIF has no other mark of unmerged data."""
    import numpy as np

    asu, mates = reduce_indices(mtz.make_miller_array(), crystal_of_reflections(mtz))
    keys = index_keys(asu)
    return len(np.unique(np.where(mates, -keys, keys))) < len(keys)


def _limit(value: float) -> float | None:
    return float(value) if 0.0 < value < float("inf") else None


def _dataset(mtz: gemmi.Mtz, dataset: gemmi.Mtz.Dataset, batches: Iterable[int]) -> DatasetHeader:
    own = make_crystal(dataset.cell, None).cell
    return DatasetHeader(
        project=dataset.project_name,
        crystal=dataset.crystal_name,
        name=dataset.dataset_name,
        cell=own if own is not None else make_crystal(mtz.cell, None).cell,
        wavelength=wavelength_of(dataset),
        batches=tuple(sorted(set(batches))),
    )


def _batch(batch: gemmi.Mtz.Batch, names: dict[int, str]) -> BatchHeader:
    wavelength = float(batch.wavelength)
    a, b, c, alpha, beta, gamma = (float(batch.floats[place]) for place in range(6))
    cell = (a, b, c, alpha, beta, gamma)
    return BatchHeader(
        number=batch.number,
        dataset=names.get(batch.dataset_id, ""),
        cell=cell if is_cell(cell) else None,
        wavelength=wavelength if 0.0 < wavelength < 9.9 else None,
        phi=(float(batch.floats[_PHI_START]), float(batch.floats[_PHI_END])),
    )
