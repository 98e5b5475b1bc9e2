"""Puts a crate where it was asked for, whole or not at all: as a folder of links, or as a zip that is streamed."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from xtalflow.engine import path_below, sync_folder
from xtalflow.errors import InvalidInput, UnreadableFile

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


def check_target(out: Path) -> None:
    """Refuse a target that is there already, or whose folder is not.

    Raises
    ------
    InvalidInput
        It is so.
    """
    if out.is_symlink() or out.exists():
        raise InvalidInput(f"{out} is there already; nothing is written over it")
    if not out.absolute().parent.is_dir():
        raise InvalidInput(f"{out}: there is no folder {out.absolute().parent}")


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
    for file in files:
        path_below(directory, file.path)
    write = _write_zip if is_zip(out) else _write_folder
    with _settled(out) as temporary:
        return write(temporary, directory, files, texts)


@contextmanager
def _settled(out: Path) -> Iterator[Path]:
    """A temporary name beside a target, which it takes if all goes well."""
    temporary = out.with_name(f".{uuid4().hex}.tmp")
    try:
        yield temporary
        check_target(out)
        temporary.rename(out)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(temporary) if temporary.is_dir() else temporary.unlink(missing_ok=True)
        raise
    sync_folder(out.absolute().parent)


def _write_folder(out: Path, directory: Path, files: Sequence[CrateFile], texts: Mapping[str, bytes]) -> Written:
    out.mkdir()
    linked, folders = 0, {out: None}
    for file in files:
        target = out / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        folders |= dict.fromkeys(parent for parent in target.parents if parent.is_relative_to(out))
        linked += _link_or_copy(directory / file.path, target, file.checksum)
    for path, text in texts.items():
        with (out / path).open("xb") as sink:
            _write(sink.write, [text])
            os.fsync(sink.fileno())
    for folder in folders:
        sync_folder(folder)
    return Written(files=len(files) + len(texts), linked=linked)


def _link_or_copy(source: Path, target: Path, checksum: str) -> bool:
    """Whether a link could be made."""
    if not _look_at(source).st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        with suppress(OSError):  # another disk, or a file system without links: then a copy does it
            target.hardlink_to(source)
            _check(source, checksum, _write(lambda _: None, _chunks(source)))
            return True
    with target.open("xb") as sink:
        _check(source, checksum, _write(sink.write, _chunks(source)))
        os.fsync(sink.fileno())
    return False


def _write_zip(out: Path, directory: Path, files: Sequence[CrateFile], texts: Mapping[str, bytes]) -> Written:
    with out.open("xb") as raw:
        with zipfile.ZipFile(raw, "w", compression=zipfile.ZIP_DEFLATED) as archive:
            for path, text in texts.items():
                archive.writestr(path, text)
            for file in files:
                source = directory / file.path
                _look_at(source)
                entry = zipfile.ZipInfo.from_file(source, file.path, strict_timestamps=False)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(entry, "w", force_zip64=True) as sink:
                    _check(source, file.checksum, _write(sink.write, _chunks(source)))
        raw.flush()
        os.fsync(raw.fileno())
    return Written(files=len(files) + len(texts), linked=0)


def _look_at(source: Path) -> os.stat_result:
    """What a file is, if it is a plain one: a link could lead out of the project."""
    try:
        found = source.lstat()
    except OSError as exc:
        raise UnreadableFile(source, f"cannot be put into the crate: {exc.strerror}") from exc
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableFile(source, "cannot be put into the crate: it is no plain file")
    return found


def _chunks(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as exc:
        raise UnreadableFile(source, f"cannot be put into the crate: {exc.strerror}") from exc


def _write(write: Callable[[bytes], object], chunks: Iterator[bytes] | Sequence[bytes]) -> str:
    """Write chunks, and give their SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        write(chunk)
    return digest.hexdigest()


def _check(source: Path, wanted: str, found: str) -> None:
    if wanted and wanted != found:
        raise UnreadableFile(source, "its bytes are not those that the record has; the crate would not be true")
