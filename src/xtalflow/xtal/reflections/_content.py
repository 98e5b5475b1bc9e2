"""Fills the trees of what is in a file of reflections, from the same reading as its facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from xtalflow.data import CScalar

from ..crystal import CCell, CellNumbers
from ._batch_ranges import batch_text
from ._columns import COLUMN_KINDS, ColumnGroup, find_free_flags, find_groups
from ._content_classes import CMmcifReflData, CMtzColumn, CMtzData, CUnmergedDataContent
from ._header import ColumnHeader, ReflectionHeader, header_of_mtz

if TYPE_CHECKING:
    import gemmi

_CELL = ("a", "b", "c", "alpha", "beta", "gamma")
_FORMATS = {"sf-mmcif": "mmcif"}
_MERGED = {True: "merged", False: "unmerged", None: "unk"}


def mtz_content(mtz: gemmi.Mtz, file_format: str) -> CMtzData:
    """The tree of an MTZ file, or of another format read as one; its data are not needed."""
    header, made = header_of_mtz(mtz, file_format), CMtzData()
    _give_crystal(made, header)
    made.merged.set(header.merged)
    _give(made.resolutionRange.low, header.d_max)
    _give(made.resolutionRange.high, header.d_min)
    groups = _groups_of_columns(mtz, header.columns)
    index_of = {label: number for number, labels in enumerate(groups, start=1) for label in labels}
    for column in header.columns:
        _give_column(made.listOfColumns.addItem(), column, index_of)
    for dataset in header.datasets:
        _give(made.crystalNames.addItem(), dataset.crystal)
        _give(made.wavelengths.addItem(), dataset.wavelength)
        _give_cell(made.datasetCells.addItem(), dataset.cell)
        item = made.datasets.addItem()
        _give(item.name_, dataset.name)
        for labels in groups:
            members = [column for column in header.columns if column.label in labels]
            if members[0].dataset == dataset.name:
                group = item.columnGroups.addItem()
                _give(group.groupType, members[0].type)
                for column in members:
                    _give_column(group.columns.addItem(), column, index_of)
    return made


def unmerged_content(header: ReflectionHeader) -> CUnmergedDataContent:
    """The tree of a file of reflections of any format, merged or not."""
    made = CUnmergedDataContent()
    _give_crystal(made, header)
    made.format.set(_FORMATS.get(header.file_format, header.file_format))
    made.merged.set(_MERGED[header.merged])
    _give(made.lowRes, header.d_max)
    _give(made.highRes, header.d_min)
    _give(made.wavelength, header.wavelength)
    made.knowncell.set(header.crystal.cell is not None)
    made.knownwavelength.set(header.wavelength is not None)
    made.numberofdatasets.set(len(header.datasets))
    _give(made.batchs, batch_text(number for dataset in header.datasets for number in dataset.batches))
    for dataset in header.datasets[:1]:
        _give(made.crystalName, dataset.crystal)
        _give(made.datasetName, dataset.name)
    return made


def cif_content(mtz: gemmi.Mtz) -> CMmcifReflData:
    """The tree of a structure-factor mmCIF file that was read."""
    header, made = header_of_mtz(mtz, "sf-mmcif"), CMmcifReflData()
    _give_crystal(made, header)
    _give(made.wavelength, header.wavelength)
    kinds = {group.kind for group in find_groups(mtz, list(COLUMN_KINDS))}
    made.haveFreeRColumn.set(bool(find_free_flags(mtz)))
    made.haveFobsColumn.set("FMEAN" in kinds)
    made.haveFpmObsColumn.set("FPAIR" in kinds)
    made.haveIobsColumn.set("IMEAN" in kinds)
    made.haveIpmObsColumn.set("IPAIR" in kinds)
    return made


def _groups_of_columns(mtz: gemmi.Mtz, columns: Iterable[ColumnHeader]) -> list[tuple[str, ...]]:
    """Labels of columns that belong together, in the order of the file; others are alone, the indices are in none."""
    known: list[ColumnGroup] = find_groups(mtz, [kind for kind in COLUMN_KINDS if kind != "FREER"])
    of_label = {label: group.labels for group in known for label in group.labels}
    labels = [column.label for column in columns if column.type != "H"]
    return list(dict.fromkeys(of_label.get(label, (label,)) for label in labels))


def _give_column(item: CMtzColumn, column: ColumnHeader, index_of: dict[str, int]) -> None:
    _give(item.columnLabel, column.label)
    _give(item.columnType, column.type)
    _give(item.dataset, column.dataset)
    _give(item.groupIndex, index_of.get(column.label))


def _give_crystal(made: CMtzData | CUnmergedDataContent | CMmcifReflData, header: ReflectionHeader) -> None:
    _give_cell(made.cell, header.crystal.cell)
    _give(made.spaceGroup, header.crystal.space_group)


def _give_cell(item: CCell, cell: CellNumbers | None) -> None:
    for name, value in zip(_CELL, cell or (), strict=False):
        item[name].set(value)


def _give(item: CScalar[Any], value: object) -> None:
    """Set a value that the file tells and the tree can hold."""
    if value not in (None, "") and item.accepts(value):
        item.set(value)
