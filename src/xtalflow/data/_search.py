"""Looks through a tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ._base import CData
from ._file import CDataFile

T = TypeVar("T", bound=CData)
_OF_EVERY_FILE = frozenset(CDataFile().childNames())


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMetadata:
    """What a database keeps of a file parameter.

    Attributes
    ----------
    param_name
        Path below the section: ``UNMERGEDFILES[0].file``.
    file_type
        MIME type of its class.
    """

    param_name: str
    file_type: str
    annotation: str
    sub_type: int | None
    content_flag: int | None
    path: Path | None


def find_objects_by_type(container: CData, kind: type[T]) -> list[T]:
    """All objects of a class below a container, in the order of the tree."""
    found: list[T] = []
    _collect(container, kind, found)
    return found


def _collect(node: CData, kind: type[T], found: list[T]) -> None:
    for child in node.children():
        if isinstance(child, kind):
            found.append(child)
        if child.may_hold(kind):
            _collect(child, kind, found)


def find_all_files(container: CData) -> list[CDataFile]:
    """All file parameters below a container, set or not, in order."""
    return find_objects_by_type(container, CDataFile)


def choices_in(file: CDataFile) -> list[CData]:
    """The parts of a file that not every file has: what is chosen in it, such as columns, atoms or sequences."""
    return [part for part in file.children() if part.name not in _OF_EVERY_FILE]


def parameter_name(item: CData) -> str:
    """Path of an object below its section: ``inputData.L[0].file`` gives ``L[0].file``."""
    section, _, below = item.object_path().partition(".")
    return below or section


def extract_file_metadata(file: CDataFile) -> FileMetadata:
    """What a database keeps of a file parameter."""
    return FileMetadata(
        param_name=parameter_name(file),
        file_type=file.file_type or "unknown",
        annotation=file.annotation.value or "",
        sub_type=file.subType.value,
        content_flag=file.contentFlag.value,
        path=file.path,
    )
