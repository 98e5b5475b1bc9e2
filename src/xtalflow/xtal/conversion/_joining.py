"""Joins typed files of merged reflections into one MTZ file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..crystal import Crystal, check_flags_crystal, check_joined_crystal, index_keys, indices_of_keys
from ..files import CMiniMtzDataFile
from ..reflections import (
    COLUMN_KINDS,
    HISTORY_LINES,
    ColumnGroup,
    GroupData,
    ReflectionContent,
    choose_columns,
    crystal_of_dataset,
    free_note,
    group_all_columns,
    history_line,
    read_free_note,
    read_reflections,
    take_group,
    wavelength_of,
    without_notes,
)
from ._conversions import Conversion, convert_group

if TYPE_CHECKING:
    import gemmi

_LABEL = re.compile(r"[!-~]{1,30}")
_PHASED, _PAIRED = {"HL", "PHIFOM", "FPHI"}, {"IPAIR", "FPAIR"}
_SAME_WAVELENGTH, _SAME_CELL = 1e-4, 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JoinPart:
    """A file whose group of columns goes into a common one.

    Attributes
    ----------
    file
        Of a kind with known content, or any that has one group or names its columns (`columnLabels`).
    tag
        Put before the standard labels: ``F_SIGF`` makes ``F_SIGF_F`` and ``F_SIGF_SIGF``.
    labels
        Labels to use in place of the standard ones.
    content
        What the columns are to be converted to; None leaves them as they are.
    """

    file: CMiniMtzDataFile
    tag: str = ""
    labels: tuple[str, ...] = ()
    content: ReflectionContent | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JoinedColumns:
    """What became of one file in the common one.

    Attributes
    ----------
    name
        What was taken from which file.
    kind
        Key of `COLUMN_KINDS`.
    labels
        Labels in the common file, in the order of the kind.
    dataset
        Name of the dataset that they belong to there.
    with_value, without
        Reflections of the common file with and without any value in these columns.
    conversion
        What was converted, if anything was.
    remarks
        What the report should say of the crystal.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    dataset: str
    with_value: int
    without: int
    conversion: Conversion | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A common file: its crystal, the number of its reflections, its columns by the files that they are from."""

    crystal: Crystal
    reflections: int
    columns: tuple[JoinedColumns, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
    part: JoinPart
    path: Path
    mtz: gemmi.Mtz
    group: ColumnGroup

    @property
    def crystal(self) -> Crystal:
        """Cell of the dataset, and space group."""
        dataset = self.mtz.column_with_label(self.group.labels[0]).dataset
        return crystal_of_dataset(self.mtz, dataset, self.mtz.spacegroup)


def join_files(parts: Sequence[JoinPart], out: Path | None = None) -> Joined:
    """Join the columns of several files, and write the result as one MTZ file if `out` is given.

    Reflections are matched by their indices in the standard asymmetric unit, to which phases and Friedel mates are
    moved as they must; a reflection that a file does not have is there without a value. The space group is that of
    the phases if there are any, else of the first data, else of the first flags; the cell is of that file, and each
    dataset keeps its own. Columns of the same project, crystal, dataset, cell and wavelength share a dataset.

    Raises
    ------
    InvalidInput
        There is nothing to join; a label is none, or would be that of several columns.
    UnreadableFile, UnsuitableContent
        A file cannot be used or converted; its crystal is another (`check_joined_crystal`, `check_flags_crystal`).
    ProgramFailed
        Servalcat, which makes amplitudes of intensities, failed.
    """
    if not parts:
        raise InvalidInput("there are no files to join")
    read = [_read(part) for part in parts]
    main = min(read, key=lambda one: _rank(one.group.kind))
    remarks = [_check_crystal(one, main) for one in read]
    taken = [_take(one, main.crystal.space_group) for one in read]
    labels = _labels(read, [data for data, _ in taken])
    joined, sizes = _join([data for data, _ in taken], labels, main.crystal)
    if out is not None:
        joined.write_to_file(str(out))
    columns = [
        JoinedColumns(
            name=data.name,
            kind=data.kind,
            labels=labels[number],
            dataset=joined.column_with_label(labels[number][0]).dataset.dataset_name,
            with_value=sizes[number],
            without=joined.nreflections - sizes[number],
            conversion=conversion,
            remarks=remarks[number],
        )
        for number, (data, conversion) in enumerate(taken)
    ]
    return Joined(crystal=main.crystal, reflections=joined.nreflections, columns=tuple(columns))


def _read(part: JoinPart) -> _Read:
    path = part.file.path
    if path is None:
        raise InvalidInput(f"{part.file.object_path() or 'a file to join'} is not set")
    mtz = read_reflections(path)
    return _Read(part=part, path=path, mtz=mtz, group=part.file.choose(path, mtz) or _only_group(part, path, mtz))


def _only_group(part: JoinPart, path: Path, mtz: gemmi.Mtz) -> ColumnGroup:
    """The group of a file of no particular kind."""
    if columns := part.file.columnLabels.value:
        return choose_columns(path, mtz, columns)
    grouping = group_all_columns(mtz)
    if len(grouping.groups) == 1:
        return grouping.groups[0]
    if not grouping.groups:
        there = "; ".join(map(str, grouping.left_out)) or "it has only the indices H, K and L"
        raise UnsuitableContent(path, f"it has no group of columns to join: {there}")
    choices = " or ".join(f"'{path.name}:/*/*/[{','.join(group.labels)}]'" for group in grouping.groups)
    raise UnsuitableContent(path, f"it has several groups of columns; choose {choices}")


def _rank(kind: str) -> int:
    """Whose space group counts: that of phases before that of other data before that of flags."""
    return 0 if kind in _PHASED else 2 if kind == "FREER" else 1


def _check_crystal(one: _Read, main: _Read) -> tuple[str, ...]:
    if one.group.kind == "FREER":
        agreement = check_flags_crystal(one.crystal, main.crystal)
    else:
        has_phases, has_pairs = one.group.kind in _PHASED, one.group.kind in _PAIRED
        agreement = check_joined_crystal(one.crystal, main.crystal, has_phases=has_phases, has_pairs=has_pairs)
    if agreement.refusal:
        raise UnsuitableContent(one.path, f"it cannot be joined with {main.path.name}: {agreement.refusal}")
    return agreement.remarks


def _take(one: _Read, space_group: str) -> tuple[GroupData, Conversion | None]:
    data = take_group(one.path, one.mtz, one.group, space_group=space_group)
    if one.part.content is None or one.part.content.name == data.kind:
        return data, None
    conversion = convert_group(data, one.part.content)
    return conversion.result, conversion


def _labels(read: Sequence[_Read], taken: Sequence[GroupData]) -> list[tuple[str, ...]]:
    """The label of each column, each once."""
    labels: list[tuple[str, ...]] = []
    owner = dict.fromkeys("HKL", "the indices")
    for one, data in zip(read, taken, strict=True):
        standard, part = COLUMN_KINDS[data.kind].labels, one.part
        own = part.labels or tuple(f"{part.tag}_{label}" if part.tag else label for label in standard)
        if len(own) != len(standard):
            raise InvalidInput(
                f"{len(own)} labels ({', '.join(own)}) are given for the {len(standard)} columns of {data.name}"
            )
        for label in own:
            if not _LABEL.fullmatch(label) or set(label) & set(",[]/"):
                raise InvalidInput(
                    f"{label!r} cannot label a column of an MTZ file: it must be 1 to 30 characters of ASCII without "
                    "blanks, commas, slashes and brackets"
                )
            if label in owner:
                raise InvalidInput(
                    f"{owner[label]} and {data.name} would have the same label {label}; give one of them a tag, or "
                    "labels"
                )
            owner[label] = data.name
        labels.append(own)
    return labels


def _join(
    taken: Sequence[GroupData], labels: Sequence[tuple[str, ...]], crystal: Crystal
) -> tuple[gemmi.Mtz, list[int]]:
    """The common file, and the number of reflections with a value of each part."""
    import gemmi
    import numpy as np

    keys = np.unique(np.concatenate([index_keys(data.hkl) for data in taken]))
    joined = gemmi.Mtz(with_base=True)
    joined.spacegroup, joined.title = crystal.gemmi_space_group(), taken[0].mtz.title
    joined.set_cell_for_all(crystal.gemmi_cell())
    blocks, sizes = [indices_of_keys(keys).astype(np.float32)], []
    for data, own in zip(taken, labels, strict=True):
        number = _dataset_number(joined, data)
        for label, letter in zip(own, COLUMN_KINDS[data.kind].types, strict=True):
            joined.add_column(label, letter, dataset_id=number)
        block = np.full((len(keys), len(own)), np.nan, dtype=np.float32)
        block[np.searchsorted(keys, index_keys(data.hkl))] = data.values
        blocks.append(block)
        sizes.append(int(data.has_value.sum()))
    joined.set_data(np.hstack(blocks))
    joined.sort()
    joined.update_reso()
    joined.history = _history(taken, labels)
    return joined, sizes


def _dataset_number(joined: gemmi.Mtz, data: GroupData) -> int:
    """The dataset for some columns: one of the same names, cell and wavelength, or a new one.

    Flags of no dataset belong to the base, as no crystal's measurement. In an MTZ file a crystal has one cell and a
    dataset one wavelength, so that another cell makes another crystal of the name, another wavelength another dataset.
    """
    own = data.dataset
    if data.kind == "FREER" and own.dataset_name == "unknown":
        return 0
    there = list(joined.datasets)[1:]
    project, crystal, name = own.project_name, own.crystal_name, own.dataset_name
    while any(
        (one.project_name, one.crystal_name) == (project, crystal) and not one.cell.approx(own.cell, _SAME_CELL)
        for one in there
    ):
        crystal = _next_name(crystal)
    named = {one.dataset_name: one for one in there if (one.project_name, one.crystal_name) == (project, crystal)}
    while name in named and not _same_wavelength(named[name], own):
        name = _next_name(name)
    if name in named:
        return int(named[name].id)
    new = joined.add_dataset(name)
    new.project_name, new.crystal_name, new.wavelength, new.cell = project, crystal, own.wavelength, own.cell
    return int(new.id)


def _same_wavelength(one: gemmi.Mtz.Dataset, other: gemmi.Mtz.Dataset) -> bool:
    return abs((wavelength_of(one) or 0.0) - (wavelength_of(other) or 0.0)) < _SAME_WAVELENGTH


def _next_name(name: str) -> str:
    """``native`` gives ``native_2``, that ``native_3``."""
    found = re.fullmatch(r"(.*)_(\d+)", name)
    return f"{found[1]}_{int(found[2]) + 1}" if found else f"{name}_2"


def _history(taken: Sequence[GroupData], labels: Sequence[tuple[str, ...]]) -> list[str]:
    """What is free, what was joined, and the histories of the files."""
    notes, before = [], []
    for data, own in zip(taken, labels, strict=True):
        free_value = read_free_note(data.mtz, "FREER") if data.kind == "FREER" else None
        if free_value is not None:
            notes.append(free_note(own[0], free_value))
        before += without_notes(data.mtz.history)
    done = [history_line(f"{', '.join(own)} from {data.name}") for data, own in zip(taken, labels, strict=True)]
    return list(dict.fromkeys([*notes, *done, *before]))[:HISTORY_LINES]
