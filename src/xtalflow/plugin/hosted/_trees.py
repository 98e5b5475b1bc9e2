"""Takes what a task of CCP4i2 tells of its parameters into a tree, and gives it a tree that it understands."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xtalflow.data import CComposite, CContainer, CData, CDataFile, CList, CScalar, find_all_files
from xtalflow.errors import InvalidInput, InvalidValue
from xtalflow.xtal import COLUMN_KINDS, CMiniMtzDataFile, class_named, reflection_format, split_file

_SAID = ("annotation", "subType", "contentFlag")

KnownFiles = Mapping[Path, CDataFile]
"""Files of the project by their paths, each linked to its record."""


class Taker:
    """Fills a tree with what was told of it.

    Parameters
    ----------
    known
        Files that have records already; a parameter that names one is the same file.
    folder
        Where files may be that have none yet; None if there are to be none.
    complain
        Takes a sentence on what cannot be taken.
    """

    def __init__(self, known: KnownFiles, folder: Path | None, complain: Callable[[str], None]) -> None:
        self._known, self._folder, self._complain = known, folder, complain

    def take(self, item: CData, told: Any) -> None:
        """Give an object and all below it their values; what is not told stays."""
        if isinstance(item, CDataFile):
            self._take_file(item, told)
        elif isinstance(item, CList):
            self._take_list(item, told)
        elif isinstance(item, CComposite):
            self._take_children(item, told)
        elif isinstance(item, CScalar) and told is not None:
            try:
                item.set(told)
            except InvalidValue as exc:
                self._complain(str(exc))

    def _take_children(self, item: CComposite, told: Any) -> None:
        if not isinstance(told, Mapping):
            return
        names = set(item.childNames())
        for name, value in told.items():
            if name in names:
                self.take(item[name], value)
            else:
                self._complain(f"{item.object_path()}: CCP4i2 gives it {name}, which its definition does not have")

    def _take_list(self, item: CList[Any], told: Any) -> None:
        if not isinstance(told, list):
            return
        item.clear()
        for each in told:
            if each is not None:
                self.take(item.addItem(_class_in(each)), each)
        while item and isinstance(item[-1], CDataFile) and not item[-1].isSet():
            item.pop()

    def _take_file(self, file: CDataFile, told: Any) -> None:
        if not isinstance(told, Mapping) or not isinstance(told.get("file"), str):
            return
        path = Path(told["file"])
        known = self._known.get(path)
        if known is not None:
            file.set(known)
        elif self._folder is not None and path.is_relative_to(self._folder):
            file.set(path)
        else:
            file.unSet()
            if self._folder is not None and path.exists():
                self._complain(f"{file.object_path()}: {path} is not in the job's folder, and is left out")
            return
        for name in _SAID:
            if name in told and told[name] not in ("", None):
                try:
                    file[name].set(told[name])
                except InvalidValue as exc:
                    self._complain(str(exc))


def _class_in(told: Any) -> type[CData] | None:
    return class_named(str(told.get("class"))) if isinstance(told, Mapping) else None


def files_by_path(container: CContainer) -> dict[Path, CDataFile]:
    """Files of a tree that have records, by their paths."""
    files = (file for file in find_all_files(container) if file.dbFileId.value)
    return {file.path: file for file in files if file.path is not None}


def standing_alone(container: CContainer, folder: Path) -> CContainer:
    """A copy of a task's parameters that is understood without a database: all paths are absolute.

    Of a file of reflections from which columns are chosen, or whose columns are not called as CCP4i2 calls them, there
    is a file with these columns in `folder`, as CCP4i2's tasks expect it.
    """
    copy = container.copy()
    originals = find_all_files(container)
    for original, file in zip(originals, find_all_files(copy), strict=True):
        path = original.path
        if path is None:
            continue
        said = {name: file[name].value for name in _SAID if file[name].isSet()}
        for name in ("project", "dbFileId"):
            file[name].unSet()
        if isinstance(original, CMiniMtzDataFile) and isinstance(file, CMiniMtzDataFile) and original.exists():
            made = _own_columns(original, path, folder)
            if made is not None:
                path = made
                file.columnLabels.unSet()
        file.relPath.set(str(path.parent))
        file.baseName.set(path.name)
        for name, value in said.items():
            file[name].set(value)
    return copy


def _own_columns(file: CMiniMtzDataFile, path: Path, folder: Path) -> Path | None:
    """A file with the columns that are meant, under CCP4i2's names; None if there are no others in the file."""
    mtz = file.read()
    group = file.choose(path, mtz)
    if group is None:
        return None
    if reflection_format(path) == "mtz" and tuple(mtz.column_labels()[3:]) == COLUMN_KINDS[group.kind].labels:
        return None
    folder.mkdir(exist_ok=True)
    split = split_file(path, folder, [",".join(group.labels)])
    made = split.files[0].file.path
    if made is None:
        raise InvalidInput(f"{path}: no file was made of its columns {', '.join(group.labels)}")
    target = made.with_name(f"{_stem(file)}.mtz")
    os.replace(made, target)
    return target


def _stem(file: CDataFile) -> str:
    return "".join(each if each.isalnum() or each in "_-" else "_" for each in file.object_path()).strip("_")
