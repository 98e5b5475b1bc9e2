"""Splits files of merged reflections: each group of columns becomes a typed file of its own, under standard labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ..files import CFreeRDataFile, CMapCoeffsDataFile, CMiniMtzDataFile, CObsDataFile, CPhsDataFile
from ..free_sets import count_flags
from ..reflections import (
    COLUMN_KINDS,
    PREFERENCE,
    ColumnGroup,
    GroupData,
    LeftOut,
    check_observations,
    choose_columns,
    group_all_columns,
    is_base,
    read_reflections,
    take_group,
)

if TYPE_CHECKING:
    import gemmi

FILE_KINDS: Mapping[str, type[CMiniMtzDataFile]] = {
    "IPAIR": CObsDataFile,
    "FPAIR": CObsDataFile,
    "IMEAN": CObsDataFile,
    "FMEAN": CObsDataFile,
    "HL": CPhsDataFile,
    "PHIFOM": CPhsDataFile,
    "FPHI": CMapCoeffsDataFile,
    "FREER": CFreeRDataFile,
}
"""The kind of file that holds each kind of column group."""

_OBSERVED = 1
_NORMAL, _DIFFERENCE, _ANOMALOUS = 1, 2, 3
_OF_DIFFERENCE = re.compile(r"^(m?FO-?D?FC|DEL|DIFF)", re.IGNORECASE)
_OF_ANOMALOUS = re.compile(r"ANOM|^F?AN$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SplitFile:
    """A file that was made of a group of columns.

    Attributes
    ----------
    file
        Where it is, and what: content flag, sub-type where the columns tell it, annotation.
    group
        The columns in the larger file.
    dataset
        Project, crystal and dataset that they belong to, as far as the file names them.
    reflections, without
        Reflections with any value in these columns, which are in the file, and those without, which are not.
    """

    file: CMiniMtzDataFile
    group: ColumnGroup
    dataset: str
    reflections: int
    without: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPlan:
    """The groups of columns of which files can be made, in the order of the columns; the rest as in `Split`."""

    groups: tuple[GroupData, ...]
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What became of the columns of a file.

    Attributes
    ----------
    files
        In the order of the columns.
    left_out
        Columns that make no file, and why.
    remarks
        Columns that could be taken in another way.
    """

    files: tuple[SplitFile, ...]
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[str, ...] = ()


def split_file(path: Path, folder: Path, columns: Sequence[str] = ()) -> Split:
    """Make a typed file of each group of columns of a file of merged reflections.

    The files have standard labels, the names, cell and wavelength of the group's dataset, and the history; they are
    called after dataset and columns. Each reflection with any value in a group is in its file, once, in the standard
    asymmetric unit.

    Parameters
    ----------
    path
        MTZ or structure-factor mmCIF.
    folder
        Where to write; files of the same names are replaced.
    columns
        Groups to take, such as ``F(+),SIGF(+),F(-),SIGF(-)``; all that `group_all_columns` finds if none is given.

    Raises
    ------
    UnreadableFile, UnsuitableContent
        It cannot be read, is not merged, or nothing can be made of it; a group named is none, or cannot be written.
    """
    plan, names = plan_split(path, columns), _Names(folder)
    files = tuple(_write(data, names) for data in plan.groups)
    return Split(files=files, left_out=plan.left_out, remarks=plan.remarks)


def plan_split(path: Path, columns: Sequence[str] = ()) -> SplitPlan:
    """What `split_file` would make files of, without writing any; it raises the same."""
    mtz = read_reflections(path)
    if len(mtz.batches) > 0:
        raise UnsuitableContent(path, f"the data are unmerged ({len(mtz.batches)} batches); merge them first")
    if columns:
        return SplitPlan(groups=tuple(_checked(path, mtz, choose_columns(path, mtz, text)) for text in columns))
    grouping = group_all_columns(mtz)
    groups, left_out = [], []
    for group in grouping.groups:
        try:
            groups.append(_checked(path, mtz, group))
        except UnsuitableContent as exc:
            left_out.append(LeftOut(labels=group.labels, reason=exc.reason))
    left_out += grouping.left_out
    if not groups:
        why = "; ".join(map(str, left_out)) or "it has only the indices H, K and L"
        raise UnsuitableContent(path, f"no typed file can be made of it: {why}")
    return SplitPlan(groups=tuple(groups), left_out=tuple(left_out), remarks=grouping.remarks)


def split_columns(path: Path, outputs: Mapping[str, CMiniMtzDataFile]) -> dict[str, int]:
    """Make typed files of columns that a program wrote, and set their content flags.

    Parameters
    ----------
    path
        The file that the program wrote.
    outputs
        Columns, such as ``FWT,PHWT``, and the output, with its path, that takes them.

    Returns
    -------
    Number of reflections of each, by the columns.

    Raises
    ------
    UnreadableFile, UnsuitableContent
        The file cannot be used; a column is not there, or has no value; the columns are not of the output's kind.
    """
    mtz = read_reflections(path)
    written = {}
    for columns, output in outputs.items():
        group = choose_columns(path, mtz, columns)
        if not isinstance(output, FILE_KINDS[group.kind]) or output.path is None:
            taker = output.object_path() or type(output).__name__
            raise UnsuitableContent(path, f"{columns} are {COLUMN_KINDS[group.kind].words}, which {taker} cannot take")
        data = take_group(path, mtz, group)
        if not data.has_value.any():
            raise UnsuitableContent(path, f"all values of {group} are missing")
        written[columns] = data.write(output.path, every=False)
        output.contentFlag.set(group.content)
    return written


def _checked(path: Path, mtz: gemmi.Mtz, group: ColumnGroup) -> GroupData:
    """The data of a group; those that their kind of file would not take are refused."""
    data = take_group(path, mtz, group)
    if not data.has_value.any():
        raise UnsuitableContent(path, f"all values of {group} are missing")
    if group.kind == "FREER":
        count_flags(path, mtz, group.labels[0])
    elif group.kind in PREFERENCE:
        check_observations(path, mtz, group)
    return data


def _write(data: GroupData, names: _Names) -> SplitFile:
    group = data.group
    out, file = names.free(data), FILE_KINDS[group.kind]()
    number = data.write(out, history=data.name, every=False)
    file.set(out)
    file.contentFlag.set(group.content)
    file.annotation.set(data.name)
    sub_type = _sub_type(group)
    if sub_type is not None:
        file.subType.set(sub_type)
    return SplitFile(
        file=file,
        group=group,
        dataset=_path_of_dataset(data.dataset),
        reflections=number,
        without=data.mtz.nreflections - number,
    )


def _path_of_dataset(dataset: gemmi.Mtz.Dataset) -> str:
    """Project, crystal and dataset; empty if the file names none."""
    if is_base(dataset) or dataset.dataset_name == "unknown":
        return ""
    names = (dataset.project_name, dataset.crystal_name, dataset.dataset_name)
    return "/".join(dict.fromkeys(name for name in names if name))


def _sub_type(group: ColumnGroup) -> int | None:
    """The sub-type that the columns tell: what has a σ was observed; labels tell one map from another."""
    if FILE_KINDS[group.kind] is CObsDataFile:
        return _OBSERVED
    if group.kind == "FPHI":
        if _OF_ANOMALOUS.search(group.labels[0]):
            return _ANOMALOUS
        return _DIFFERENCE if _OF_DIFFERENCE.match(group.labels[0]) else _NORMAL
    return None


class _Names:
    """Names of files in a folder: after dataset and column, each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def free(self, data: GroupData) -> Path:
        """A path that no group has had yet."""
        dataset = data.dataset.dataset_name
        parts = [dataset if dataset != "unknown" else "", data.group.labels[0]]
        stem = re.sub(r"[^\w-]+", "_", "_".join(part for part in parts if part)).strip("_") or data.kind
        name, number = stem, 1
        while name.lower() in self._taken:
            name, number = f"{stem}_{number}", number + 1
        self._taken.add(name.lower())
        return self._folder / f"{name}.mtz"
