"""Which observations of which files make which data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xtalflow.errors import InvalidInput
from xtalflow.xtal import (
    CCell,
    CellNumbers,
    CImportUnmerged,
    DatasetHeader,
    UnmergedData,
    find_repeats,
    parse_batches,
    read_unmerged,
)

from .._files import path_of

SAME_WAVELENGTH = 0.001
"""Å; data of wavelengths that differ by more are not merged with each other."""

_NAMELESS = ("", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """Observations to be merged with each other, of one file or of several."""

    crystal: str
    name: str
    parts: tuple[UnmergedData, ...]

    def __str__(self) -> str:
        return f"{self.crystal}/{self.name}" if self.crystal else self.name

    @property
    def files(self) -> str:
        """Names of the files, for reports."""
        return ", ".join(part.path.name for part in self.parts)

    @property
    def wavelength(self) -> float | None:
        """In Å; None if no file tells it."""
        known = (part.datasets[0].wavelength for part in self.parts)
        return next((value for value in known if value is not None), None)


def read_entry(entry: CImportUnmerged, space_group: str | None) -> list[UnmergedData]:
    """The observations of a file by data set, under the names and without the batches that are given beside it.

    Raises
    ------
    InvalidInput
        The file cannot be used, or what is given beside it is wrong.
    """
    return chosen_parts(entry, without_excluded(entry, read_file(entry, space_group)))


def read_file(entry: CImportUnmerged, space_group: str | None) -> UnmergedData:
    """The observations of a file, with the cell and wavelength given beside it; `InvalidInput` says why not."""
    data = read_unmerged(
        path_of(entry.file), cell=_cell(entry.cell), space_group=space_group, wavelength=entry.wavelength.value
    )
    if data.scaled is False:
        raise InvalidInput(
            f"{data.path}: its observations were integrated and are not scaled; scale them first (CORRECT or XSCALE, "
            "AIMLESS, dials.scale, SADABS), as they are not scaled here"
        )
    return data


def without_excluded(entry: CImportUnmerged, data: UnmergedData) -> UnmergedData:
    """The observations without the batches that are given to be left out; `InvalidInput` if there are none such."""
    return data.without_batches(parse_batches(entry.excludeSelection.value or ""))


def chosen_parts(entry: CImportUnmerged, data: UnmergedData) -> list[UnmergedData]:
    """The observations by data set, or those of the one that is meant; `InvalidInput` if it is not there."""
    parts = [data.of_dataset(position) for position in _chosen(data, entry.dataset.value or "")]
    return [_named(part, entry, alone=len(data.datasets) == 1) for part in parts if len(part)]


def _cell(cell: CCell) -> CellNumbers | None:
    """The six numbers of a cell; None if it has not all of them, of which its validity tells."""
    a, b, c, alpha, beta, gamma = values = [cell[name].value for name in cell.childNames()]
    return None if any(value is None for value in values) else (a, b, c, alpha, beta, gamma)


def _chosen(data: UnmergedData, name: str) -> Sequence[int]:
    """Positions of the data sets that are meant: all, or of several the one of this name."""
    names = [dataset.name for dataset in data.datasets]
    if len(names) == 1 or not name:
        return range(len(names))
    if name not in names:
        raise InvalidInput(f"{data.path}: it has no data set {name}; it has {', '.join(names)}")
    return [names.index(name)]


def _named(part: UnmergedData, entry: CImportUnmerged, *, alone: bool) -> UnmergedData:
    """The names that are given, else those of the file, else the name of the file."""
    told = part.datasets[0]
    crystal = entry.crystalName.value or ("" if told.crystal in _NAMELESS else told.crystal)
    given = entry.dataset.value if alone else None
    name = given or (part.path.stem if told.name in _NAMELESS else told.name)
    header = DatasetHeader(
        project=told.project,
        crystal=crystal,
        name=name,
        cell=told.cell,
        wavelength=told.wavelength,
        batches=told.batches,
    )
    return replace(part, datasets=(header,))


def data_sets(parts: Sequence[UnmergedData]) -> list[DataSet]:
    """Observations of the same crystal and data set together, in the order of their first appearance.

    Raises
    ------
    InvalidInput
        Those of one name are of different wavelengths, or the same observations were given twice.
    """
    by_name: dict[tuple[str, str], list[UnmergedData]] = {}
    for part in parts:
        header = part.datasets[0]
        by_name.setdefault((header.crystal, header.name), []).append(part)
    found = [DataSet(crystal=crystal, name=name, parts=tuple(group)) for (crystal, name), group in by_name.items()]
    for one in found:
        wavelengths = [part.datasets[0].wavelength for part in one.parts if part.datasets[0].wavelength is not None]
        if wavelengths and max(wavelengths) - min(wavelengths) > SAME_WAVELENGTH:
            told = " and ".join(f"{value:.4f}" for value in (min(wavelengths), max(wavelengths)))
            raise InvalidInput(
                f"{one.files} are all called {one}, but were measured at {told} Å; name them apart with dataset="
            )
        if repeated := find_repeats(one.parts):
            first, second = (part.path for part in repeated)
            what = f"{first} was given twice" if first == second else f"{first} and {second} hold the same observations"
            raise InvalidInput(f"{what}, which would pass for measured twice; give them once")
    return found
