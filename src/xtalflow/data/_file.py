"""`CDataFile`: a file parameter, which knows where its file is and what is in it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Protocol
from uuid import UUID

from ._base import CData, ValueState
from ._containers import CComposite, CContainer
from ._findings import Finding
from ._hierarchy import HierarchicalObject
from ._qualifiers import Declaration
from ._scalars import CUUID, CFilePath, CInt, CString


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What the content of a file says: facts as JSON values, and digests of what counts in it."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


class LinkedFile(Protocol):
    """A file of a project as its database knows it."""

    @property
    def id(self) -> UUID: ...
    @property
    def project(self) -> UUID: ...
    @property
    def path(self) -> str:
        """Below the project's folder, with ``/``."""

    @property
    def file_type(self) -> str: ...
    @property
    def annotation(self) -> str: ...
    @property
    def sub_type(self) -> int | None: ...
    @property
    def content_flag(self) -> int | None: ...


class CDataFile(CComposite):
    """A file.

    `relPath` and `baseName` are resolved against the project's folder; a bare path against where the command was typed.
    """

    __slots__ = ("_folder",)
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"mimeTypeName": "", "fileExtensions": ()}
    ERROR_CODES: ClassVar[Mapping[int, str]] = {
        101: "required but not set",
        102: "the file does not exist",
        104: "the content does not fit",
        105: "the sub-type does not fit",
    }

    project = CUUID(patternRegex="")  # old files have a name instead, such as CCP4I2_TOP
    baseName = CFilePath()
    relPath = CFilePath()
    dbFileId = CUUID()
    annotation = CString()
    subType = CInt()
    contentFlag = CInt(min=0)

    _folder: Path | None

    def _set_up(self, declaration: Declaration, parent: HierarchicalObject | None, name: str) -> None:
        super()._set_up(declaration, parent, name)
        self._folder = None

    @property
    def path(self) -> Path | None:
        """Where the file is, absolute; None when it is not set."""
        name = self.baseName.value
        if not name:
            return None
        path = Path(self.relPath.value or "", name)
        return path if path.is_absolute() else self._home() / path

    def _home(self) -> Path:
        """The folder against which relative paths are resolved."""
        root = self.root()
        if isinstance(root, CContainer):
            return root.project_directory or root.base_directory
        return self._folder or Path.cwd()

    def _stay(self) -> None:
        self._folder = self._home()

    def _copy_from(self, other: CComposite) -> None:
        """A copy is the same file: it keeps the folder, or gets an absolute path in the tree of another project."""
        super()._copy_from(other)
        if not isinstance(other, CDataFile):
            return
        root, whence = self.root(), other.root()
        if not isinstance(root, CContainer):
            self._folder = other._home()
        elif isinstance(whence, CContainer) and root.project_directory and whence.project_directory:
            path = other.path
            if path is not None and self.path != path:
                self.relPath.set(str(path.parent))

    def __str__(self) -> str:
        return str(self.path or "")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def exists(self) -> bool:
        """Whether there is such a file (or folder)."""
        return self.path is not None and self.path.exists()

    def getValueState(self) -> ValueState:
        """That of `baseName` or `dbFileId`, whichever says which file it is."""
        states = {child.getValueState() for child in (self.baseName, self.dbFileId) if child.value}
        if ValueState.EXPLICITLY_SET in states:
            return ValueState.EXPLICITLY_SET
        return ValueState.DEFAULT if states else ValueState.NOT_SET

    def set(self, value: Any) -> None:
        """Take a path, children by name or a copy of another file; all that was known of an old one goes."""
        if isinstance(value, (str, Path)):
            self._set_path(self._absolute(value))
        else:
            super().set(value)

    def __set__(self, instance: Any, value: CData | str | Path | Mapping[str, Any] | None) -> None:
        super().__set__(instance, value)

    def _told(self) -> object:
        return str(self)

    def _absolute(self, given: str | Path) -> str:
        """A path as it was typed, from where it was typed."""
        text = os.path.expanduser(given)  # noqa: PTH111  strings, as Path is ten times slower
        name = os.path.basename(text)  # noqa: PTH119
        if not name or name == "." or text.startswith("~") or CFilePath.REFUSED.search(text):
            raise self._refuse(str(given), "the path of a file")
        root = self.root()
        base = root.base_directory if isinstance(root, CContainer) else self._folder or Path.cwd()
        path = os.path.join(base, text)  # noqa: PTH118
        return path if os.path.normpath(path) == path else str(_without_dots(Path(path)))

    def _set_path(self, path: str) -> None:
        root = self.root()
        project = root.project_directory if isinstance(root, CContainer) else None
        folder, name = os.path.split(path)
        if project is not None and Path(path).is_relative_to(project):
            folder = Path(folder).relative_to(project).as_posix()
        with self._telling():
            if self.isSet():
                self.restore()  # what is known is known of another file
            self.relPath.set(folder)
            self.baseName.set(name)

    def setOutputPath(self, jobName: str, projectId: str, relPath: str) -> None:
        """Preset the path of an output: the parameter's name with the first extension of its kind.

        Parameters
        ----------
        jobName
            Put before the name, as CCP4i2 does; usually empty.
        projectId
            The project's uuid.
        relPath
            The job's folder below the project's.
        """
        from ._search import parameter_name

        stem = re.sub(r"[^\w-]+", "_", parameter_name(self)).strip("_") or "file"
        extensions = self.qualifier("fileExtensions") or ()
        suffix = f".{extensions[0]}" if extensions else ""
        with self._telling():
            self.dbFileId.unSet()
            self.project.set(str(projectId))
            self.relPath.set(PurePosixPath(relPath).as_posix())
            self.baseName.set(f"{jobName}{stem}{suffix}")

    def link(self, record: LinkedFile) -> None:
        """Point to a file of the project as its database knows it.

        What this object knows of the file stays; sub-type and content flag are taken from a record of the same kind.
        """
        path = PurePosixPath(record.path)
        with self._telling():
            if self.dbFileId.value and self.dbFileId.value != str(record.id):
                self.restore()  # what is known is known of another file
            self.project.set(str(record.project))
            self.dbFileId.set(str(record.id))
            self.relPath.set(path.parent.as_posix())
            self.baseName.set(path.name)
            if record.annotation and not self.annotation.isSet():
                self.annotation.set(record.annotation)
            if record.file_type == self.file_type:
                if record.sub_type is not None and not self.subType.isSet():
                    self.subType.set(record.sub_type)
                if record.content_flag is not None and not self.contentFlag.isSet():
                    self.contentFlag.set(record.content_flag)

    def examine(self) -> FileFacts:
        """Read the file and say what is in it; kinds with known content set their content flag by it.

        Raises
        ------
        UnreadableFile
            It is missing, a folder, empty, truncated or broken.
        UnsuitableContent
            It is not of this kind.
        """
        return FileFacts()

    def content(self) -> CData | None:
        """What the file says, as a tree of the class that its kind names (`fileContentClassName`).

        None for kinds whose content nothing here reads. It is read anew each time.

        Raises
        ------
        UnreadableFile
            It is not set, missing, a folder, empty, truncated or broken.
        UnsuitableContent
            It is not of this kind.
        """
        return None

    @property
    def file_type(self) -> str:
        """The MIME type by which a database knows this kind of file; empty if it knows none."""
        return str(self.qualifier("mimeTypeName") or "")

    def validity(self) -> list[Finding]:
        if not self.isSet():
            return self._required(101)
        path = self.path
        if self.qualifier("mustExist") and (path is None or not path.exists()):
            return [self._finding(102, f"{path or self.dbFileId}: there is no such file")]
        if path is not None and path.is_dir() and not self.qualifier("isDirectory"):
            return [self._finding(102, f"{path}: this is a folder, not a file")]
        sub_type = self.subType.value
        if sub_type is not None and self.sub_type_preference(sub_type) is None:
            wanted = ", ".join(str(each) for each in self.qualifier("requiredSubType"))
            return [self._finding(105, f"{path or self.dbFileId}: its sub-type is {sub_type}, not one of {wanted}")]
        return []

    def sub_type_preference(self, sub_type: int | None) -> int | None:
        """How welcome a file of a sub-type is: 0 the most; None if it is not.

        The order is that of `requiredSubType`, in which a 0 stands for any other; without it all are equally welcome. A
        file whose sub-type is not known is the least welcome.
        """
        wanted = tuple(self.qualifier("requiredSubType") or ())
        if sub_type in wanted and sub_type != 0:
            return wanted.index(sub_type)
        return wanted.index(0) if 0 in wanted else len(wanted) if sub_type is None or not wanted else None


def _without_dots(path: Path) -> Path:
    """The path with its folder resolved where it climbs; the file itself may be a link, which stays one."""
    if ".." not in path.parts:
        return path
    return path.resolve() if path.name == ".." else path.parent.resolve() / path.name
