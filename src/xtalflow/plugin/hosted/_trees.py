"""Takes what a task of CCP4i2 tells of its parameters into a tree, and gives it a tree that it understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from xtalflow.data import CComposite, CContainer, CData, CDataFile, CList, CScalar, find_all_files
from xtalflow.errors import InvalidInput, InvalidValue
from xtalflow.xtal import COLUMN_KINDS, CMiniMtzDataFile, class_named, reflection_format, split_file

OUTPUTS = "outputData"
_SAID = ("annotation", "subType", "contentFlag")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A file of the project that is on record."""

    id: UUID
    project: UUID
    path: str
    file_type: str
    annotation: str
    sub_type: int | None
    content_flag: int | None


class Taker:
    """Fills a tree with what was told of it.

    Parameters
    ----------
    known
        Files that are on record, by the paths that CCP4i2 has for them; a parameter that names one is the same file.
    folder
        The job's folder, for outputs, which may be files that are not on record; None for inputs.
    around
        A folder around it: a file there that a step wrote beside its own folder gets a second name in it.
    complain
        Takes a sentence on what cannot be taken.

    Attributes
    ----------
    linked
        Second names that were made, by the first.
    """

    def __init__(
        self,
        known: Mapping[Path, KnownFile],
        complain: Callable[[str], None],
        *,
        folder: Path | None = None,
        around: Path | None = None,
    ) -> None:
        self._known, self._folder, self._around, self._complain = known, folder, around, complain
        self._taken: set[Path] = set()
        self.linked: dict[Path, Path] = {}

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
        file.unSet()
        if known is not None and (self._folder is None or path.as_posix().endswith("/" + known.path)):
            file.link(known)
        elif self._folder is not None and path.exists():
            own = self._own(file, path)
            if own is None or own in self._taken:
                return
            self._taken.add(own)
            file.set(own)
        else:
            return
        for name in _SAID:
            if name in told and told[name] not in ("", None):
                try:
                    file[name].set(told[name])
                except InvalidValue as exc:
                    self._complain(str(exc))

    def _own(self, file: CDataFile, path: Path) -> Path | None:
        """An output as a file in the job's folder; None if it cannot be one."""
        if self._folder is None or path.is_relative_to(self._folder):
            return path
        if self._around is not None and path.is_relative_to(self._around):
            link = self._folder / path.name
            with suppress(OSError):
                link.hardlink_to(path)
                self.linked[path] = link
                return link
        self._complain(f"{file.object_path()}: {path} is not in the job's folder, and is left out")
        return None


def _class_in(told: Any) -> type[CData] | None:
    return class_named(str(told.get("class"))) if isinstance(told, Mapping) else None


def files_by_path(container: CContainer) -> dict[Path, KnownFile]:
    """Files of a tree that are on record, by their paths."""
    return {file.path: _known(file) for file in find_all_files(container) if file.dbFileId.value and file.path}


def _known(file: CDataFile) -> KnownFile:
    return KnownFile(
        id=UUID(file.dbFileId.value),
        project=UUID(file.project.value),
        path=PurePath(file.relPath.value or "", file.baseName.value or "").as_posix(),
        file_type=file.file_type,
        annotation=file.annotation.value or "",
        sub_type=file.subType.value,
        content_flag=file.contentFlag.value,
    )


def standing_alone(container: CContainer, folder: Path) -> CContainer:
    """A copy of a task's parameters that is understood without a database: the paths of inputs are absolute.

    Of a file of reflections from which columns are chosen, or whose columns are not called as CCP4i2 calls them, there
    is a file with these columns in `folder`, as CCP4i2's tasks expect it.
    """
    copy = container.copy()
    inputs = [(section, copy[section.name]) for section in container if section.name != OUTPUTS]
    pairs = (zip(find_all_files(one), find_all_files(other), strict=True) for one, other in inputs)
    for original, file in chain.from_iterable(pairs):
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
    return made.replace(target)


def _stem(file: CDataFile) -> str:
    return "".join(each if each.isalnum() or each in "_-" else "_" for each in file.object_path()).strip("_")
