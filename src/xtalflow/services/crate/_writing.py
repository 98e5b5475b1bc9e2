"""Puts a crate where it was asked for, whole or not at all: as a folder of links, or as a zip that is streamed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from xtalflow.engine import open_below, path_below, sync_folder
from xtalflow.errors import UnknownFile, UnreadableFile
from xtalflow.faults import passed

from .._staging import check_target, staged
from .._zips import ZipEntry, text_entry, write_pieces, zip_pieces

METADATA = "ro-crate-metadata.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CrateFile:
    """A file of a project on its way into a crate, at the same path.

    Attributes
    ----------
    path
        Below the project's folder and the crate's, with ``/``.
    checksum
        SHA-256 that it must have; empty if none is known.
    """

    path: str
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many files were put into a crate, and how many of them by a hard link."""

    files: int
    linked: int


def is_zip(out: Path) -> bool:
    """Whether a crate of this name is one file."""
    return out.suffix.lower() == ".zip"


def write_crate(out: Path, directory: Path, files: Sequence[CrateFile], texts: Mapping[str, bytes]) -> Written:
    """Write a crate.

    What is read-only in the project, as imports and results are, goes into a folder by a hard link where the file
    system allows it; all else is copied, so that nobody who writes in the crate writes in the project.

    Parameters
    ----------
    out
        A name that ends with ``.zip``, or that of a folder; it must not be there yet.
    directory
        The project's folder.
    texts
        Files made for the crate, by path.

    Raises
    ------
    InvalidInput
        `out` is there already.
    UnreadableFile
        A file is gone, is no plain file, is not in the project's folder, or has other bytes than its checksum says.
    OSError
        The disk is full, or may not be written to. Nothing is left then.
    """
    check_target(out)
    check_files(directory, files)
    with staged(out.absolute()) as temporary:
        if is_zip(out):
            write_pieces(temporary, crate_pieces(directory, files, texts))
            written = Written(files=len(files) + len(texts), linked=0)
        else:
            written = _write_folder(temporary, directory, files, texts)
        passed("crate.written")
        check_target(out)
        temporary.rename(out)
        sync_folder(out.absolute().parent)
    return written


def _write_folder(out: Path, directory: Path, files: Sequence[CrateFile], texts: Mapping[str, bytes]) -> Written:
    out.mkdir()
    linked, folders = 0, {out: None}
    for file in files:
        target = out / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        folders |= dict.fromkeys(parent for parent in target.parents if parent.is_relative_to(out))
        linked += _link_or_copy(directory, file, target)
    for path, text in texts.items():
        write_pieces(out / path, [text])
    for folder in folders:
        sync_folder(folder)
    return Written(files=len(files) + len(texts), linked=linked)


def _link_or_copy(directory: Path, file: CrateFile, target: Path) -> bool:
    """Whether a link could be made."""
    source = directory / file.path
    if not _look_at(source).st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        with suppress(OSError):  # another disk, or a file system without links: then a copy does it
            target.hardlink_to(source)
            deque(_chunks(directory, file), maxlen=0)
            return True
    write_pieces(target, _chunks(directory, file))
    return False


def _chunks(directory: Path, file: CrateFile) -> Iterator[bytes]:
    with closing(_Checked(directory, file)) as checked:
        while chunk := checked.read(_CHUNK):
            yield chunk


def check_files(directory: Path, files: Sequence[CrateFile]) -> None:
    """Refuse files that cannot be in a crate.

    Raises
    ------
    UnreadableFile
        One is gone, is no plain file, or is not in the project's folder.
    """
    for file in files:
        path_below(directory, file.path)
        _look_at(directory / file.path)


def crate_pieces(directory: Path, files: Sequence[CrateFile], texts: Mapping[str, bytes]) -> Iterator[bytes]:
    """The bytes of a crate as a zip.

    Raises
    ------
    UnreadableFile
        As `write_crate` has it.
    """

    def entries() -> Iterator[ZipEntry]:
        for path, text in texts.items():
            yield text_entry(path, text)
        for file in files:
            checked = _Checked(directory, file)
            yield ZipEntry(name=file.path, source=checked, modified=checked.modified)

    return zip_pieces(entries())


class _Checked:
    """A file of a project while it is read, which must have the bytes that the record has."""

    def __init__(self, directory: Path, file: CrateFile) -> None:
        self._path, self._checksum, self._digest = directory / file.path, file.checksum, hashlib.sha256()
        try:
            opened = open_below(directory, file.path)
        except UnknownFile as exc:
            raise UnreadableFile(self._path, f"cannot be put into the crate: it {exc.reason}") from exc
        self._source, self.modified = opened.source, opened.modified

    def read(self, size: int, /) -> bytes:
        try:
            piece = self._source.read(size)
        except OSError as exc:
            raise UnreadableFile(self._path, f"cannot be put into the crate: {exc.strerror}") from exc
        self._digest.update(piece)
        if not piece and self._checksum not in ("", self._digest.hexdigest()):
            raise UnreadableFile(self._path, "its bytes are not those that the record has; the crate would not be true")
        return piece

    def close(self) -> None:
        self._source.close()


def _look_at(source: Path) -> os.stat_result:
    """What a file is, if it is a plain one: a link could lead out of the project."""
    try:
        found = source.lstat()
    except OSError as exc:
        raise UnreadableFile(source, f"cannot be put into the crate: {exc.strerror}") from exc
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableFile(source, "cannot be put into the crate: it is no plain file")
    return found
