"""`CDataFile`: a file parameter, which knows where its file is and what is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Protocol
from uuid import UUID

from ._base import CData, ValueState
from ._containers import CComposite, CContainer
from ._findings import Finding
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
    def annotation(self) -> str: ...
    @property
    def sub_type(self) -> int | None: ...
    @property
    def content_flag(self) -> int | None: ...


class CDataFile(CComposite):
    """A file.

    `relPath` and `baseName` are resolved against the project's folder; a bare path against where the command was typed.
    """

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"mimeTypeName": "", "fileExtensions": ()}
    ERROR_CODES: ClassVar[Mapping[int, str]] = {
        101: "required but not set",
        102: "the file does not exist",
        104: "the content does not fit",
    }

    project = CString()
    baseName = CFilePath()
    relPath = CFilePath()
    dbFileId = CUUID()
    annotation = CString()
    subType = CInt()
    contentFlag = CInt(min=0)

    @property
    def path(self) -> Path | None:
        """Where the file is, absolute; None when it is not set."""
        name = self.baseName.value
        if not name:
            return None
        root = self.root()
        folder = Path(self.relPath.value or "") / name
        if folder.is_absolute():
            return folder
        if isinstance(root, CContainer):
            return (root.project_directory or root.base_directory) / folder
        return folder.absolute()

    def __str__(self) -> str:
        return str(self.path or "")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def exists(self) -> bool:
        """Whether there is such a file (or folder)."""
        return self.path is not None and self.path.exists()

    def isSet(self, allowDefault: bool = True) -> bool:
        return bool(self.baseName.value or self.dbFileId.value)

    def getValueState(self) -> ValueState:
        return ValueState.EXPLICITLY_SET if self.isSet() else ValueState.NOT_SET

    def set(self, value: Any) -> None:
        if isinstance(value, (str, Path)):
            self._set_path(Path(value).expanduser())
        else:
            super().set(value)

    def __set__(self, instance: Any, value: CData | str | Path | Mapping[str, Any] | None) -> None:
        super().__set__(instance, value)

    def unSet(self) -> None:
        old = str(self)
        for child in self.children():
            child._restore()
        if isinstance(self.baseName, CData):
            self._tell(old, "")

    def _set_path(self, path: Path) -> None:
        old = str(self)
        if not path.name:
            raise self._refuse(str(path), "the path of a file")
        root = self.root()
        base = root.base_directory if isinstance(root, CContainer) else Path.cwd()
        project = root.project_directory if isinstance(root, CContainer) else None
        path = base / path
        inside = project is not None and path.is_relative_to(project)
        folder = path.parent.relative_to(project).as_posix() if project is not None and inside else str(path.parent)
        self.dbFileId.unSet()
        self.relPath.set(folder)
        self.baseName.set(path.name)
        self._tell(old, str(self))

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

        stem = re.sub(r"[^\w.-]+", "_", parameter_name(self).replace("[", "_").replace("]", "")).strip("_")
        extensions = self.qualifier("fileExtensions") or ()
        suffix = f".{extensions[0]}" if extensions else ""
        self.dbFileId.unSet()
        self.project.set(str(projectId))
        self.relPath.set(str(PurePosixPath(relPath)))
        self.baseName.set(f"{jobName}{stem}{suffix}")

    def link(self, record: LinkedFile) -> None:
        """Point to a file of the project as its database knows it."""
        old, path = str(self), PurePosixPath(record.path)
        self.project.set(str(record.project))
        self.dbFileId.set(str(record.id))
        self.relPath.set(str(path.parent))
        self.baseName.set(path.name)
        if record.annotation and not self.annotation.isSet():
            self.annotation.set(record.annotation)
        if record.sub_type is not None and not self.subType.isSet():
            self.subType.set(record.sub_type)
        if record.content_flag is not None and not self.contentFlag.isSet():
            self.contentFlag.set(record.content_flag)
        self._tell(old, str(self))

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

    def validity(self) -> list[Finding]:
        if not self.isSet():
            return [self._finding(101, "is required but not set")] if self.qualifier("allowUndefined") is False else []
        if self.qualifier("mustExist") and not self.exists():
            return [self._finding(102, f"{self}: there is no such file")]
        if self.exists() and self.path is not None and self.path.is_dir() and not self.qualifier("isDirectory"):
            return [self._finding(102, f"{self}: this is a folder, not a file")]
        return []
