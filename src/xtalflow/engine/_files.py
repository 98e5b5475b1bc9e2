"""Bytes that are never lost: copies with checksums, hard links, names that nobody else has."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from xtalflow.errors import StoreUnavailable, UnreadableFile

TRASH = "CCP4_TRASH"
"""Folder of a project that keeps what was taken out of its place."""
TEMPORARY = ".import-"
"""Beginning of the name of a copy that is being made."""
SMALL = 4 << 20
"""Bytes that are read and hashed in a few milliseconds."""
_CHUNK = 1 << 20
_RESERVED = '<>:"/\\|?*'
_DEVICES = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A copy made by `async_copy_file`: still under a temporary name, hashed on the way."""

    path: Path
    checksum: str
    size: int
    last_modified: datetime


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text; `UnreadableFile` if it cannot be read."""
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as exc:
        raise UnreadableFile(path, _why(exc)) from exc


def safe_name(name: str) -> str:
    """A file name as we make them: NFC, without reserved characters, control characters and device names."""
    name = unicodedata.normalize("NFC", readable(name))
    name = "".join("_" if c in _RESERVED or ord(c) < 32 or ord(c) == 127 else c for c in name).rstrip(". ")
    if name.split(".")[0].lower() in _DEVICES or not name.strip("."):
        name = f"_{name.lstrip('.')}"
    suffix = Path(name).suffix
    stem = name.removesuffix(suffix)
    return stem.encode()[: 200 - len(suffix.encode())].decode(errors="ignore") + suffix


def readable(path: str) -> str:
    """A path as text that can be kept and shown: bytes of a name that are not UTF-8 become U+FFFD."""
    return path.encode(errors="surrogateescape").decode(errors="replace")


def regular_file(path: Path) -> os.stat_result:
    """What the system says of a file; `UnreadableFile` if there is none, or no regular one (a pipe has no end)."""
    try:
        status = path.stat()
    except (OSError, ValueError) as exc:  # ValueError: a NUL character in the name
        raise UnreadableFile(path, _why(exc)) from exc
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableFile(path, "this is a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile(path, "this is not a regular file")
    return status


async def async_copy_file(source: Path, folder: Path, *, like: os.stat_result | None = None) -> Copied:
    """Copy a file into `folder` under a temporary name, hashed in the same pass.

    It is on the disk once it and its folder went through `sync_together`.

    Parameters
    ----------
    like
        What `regular_file` said of it when it was read first; it must not have changed since.

    Raises
    ------
    UnreadableFile
        `source` is missing, a folder, not permitted, no regular file, or changed while it was copied.
    StoreUnavailable
        The folder is full, or may not be written to.
    """
    return await asyncio.to_thread(copy_file, source, folder, like=like)


def copy_file(source: Path, folder: Path, *, like: os.stat_result | None = None) -> Copied:
    """As `async_copy_file`, in this thread."""
    digest, temporary = hashlib.sha256(), None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = like or regular_file(source)
        with _readable(source) as reader:
            with NamedTemporaryFile(dir=folder, prefix=TEMPORARY, delete=False) as writer:
                temporary = Path(writer.name)
                for chunk in _chunks(reader, source):
                    digest.update(chunk)
                    writer.write(chunk)
                size = writer.tell()
            after = os.fstat(reader.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
            raise UnreadableFile(source, "changed while it was copied; import it again once it is complete")
    except OSError as exc:
        _discard(temporary)
        raise StoreUnavailable(f"{folder}: {exc.strerror or exc}") from exc
    except BaseException:
        _discard(temporary)
        raise
    modified = datetime.fromtimestamp(after.st_mtime, UTC)
    return Copied(path=temporary, checksum=digest.hexdigest(), size=size, last_modified=modified)


def _readable(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as exc:
        raise UnreadableFile(source, _why(exc)) from exc


def _chunks(reader: BinaryIO, source: Path) -> Iterator[bytes]:
    while True:
        try:
            chunk = reader.read(_CHUNK)
        except OSError as exc:
            raise UnreadableFile(source, _why(exc)) from exc
        if not chunk:
            return
        yield chunk


def settle(temporary: Path, name: str) -> Path:
    """Give a temporary file its name in its folder, or the name with ``_1``, ``_2`` … if that is taken.

    Names are compared without case. The file is read-only from then on.
    """
    folder = temporary.parent
    taken = {unicodedata.normalize("NFC", entry.name).casefold() for entry in folder.iterdir()}
    temporary.chmod(0o444)
    for candidate in _candidates(safe_name(name)):
        if candidate.casefold() in taken:
            continue
        try:
            _take_name(temporary, folder / candidate)
        except FileExistsError:
            continue
        return folder / candidate
    raise AssertionError("there is always another name")


def _take_name(temporary: Path, target: Path) -> None:
    """Rename a file unless the name is taken (FileExistsError); also where there are no hard links."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o444))  # of two processes one has the name
        temporary.replace(target)
    else:
        temporary.unlink()


def move_to_trash(path: Path, project_directory: Path) -> Path:
    """Move a file or folder of a project to the same place below its trash folder; where it is now."""
    relative = path.relative_to(project_directory)
    folder = project_directory / TRASH / relative.parent
    folder.mkdir(parents=True, exist_ok=True)
    name = free_name(relative.name, (entry.name for entry in folder.iterdir()))
    path.rename(folder / name)
    sync_folder(path.parent)
    sync_folder(folder)
    return folder / name


def free_name(name: str, taken: Iterable[str]) -> str:
    """A file name, or it with ``_1``, ``_2`` … before its extension if it is taken; compared without case."""
    used = {unicodedata.normalize("NFC", other).casefold() for other in taken}
    return next(candidate for candidate in _candidates(name) if candidate.casefold() not in used)


def move_within(source: Path, target: Path) -> None:
    """Rename a file or folder to a place that is free, whose folders are made; the names are on the disk then.

    Raises
    ------
    FileExistsError
        Something is there.
    OSError
        The source is not there, the disk is full or read-only, or the two are on different file systems.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() or target.is_symlink():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def put_back(source: Path, path: Path, checksum: str, project_directory: Path) -> Path | None:
    """Give a path of a project its bytes again, copied from a file that has them.

    Returns
    -------
    Where the file is now that stood there with other bytes; None if there was none.

    Raises
    ------
    UnreadableFile
        The source cannot be read, or has not these bytes; nothing is changed then.
    """
    copied = copy_file(source, path.parent)
    if copied.checksum != checksum:
        _discard(copied.path)
        raise UnreadableFile(source, "it has other bytes")
    return take_place(copied.path, path, project_directory)


def take_place(temporary: Path, path: Path, project_directory: Path) -> Path | None:
    """Put a file with the right bytes at a path of a project; where what stood there is now, None if nothing did."""
    temporary.chmod(0o444)
    moved = move_to_trash(path, project_directory) if path.exists() else None
    temporary.replace(path)
    sync_together([path, path.parent])
    return moved


def hard_link(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`; a copy where the file system has no hard links."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(source, target)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def begin_sync(paths: Iterable[Path]) -> Callable[[], None]:
    """Begin to put files, and the names in folders, on the disk, side by side: a disk takes many in the time of one.

    What is returned waits until all are there.
    """
    done = _syncing().map(sync_folder, dict.fromkeys(paths))

    def wait() -> None:
        for _ in done:
            pass

    return wait


def sync_together(paths: Iterable[Path]) -> None:
    """Put files, and the names in folders, on the disk, side by side."""
    paths = list(dict.fromkeys(paths))
    if len(paths) == 1:
        sync_folder(paths[0])
    else:
        begin_sync(paths)()


@cache
def _syncing() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, thread_name_prefix="sync")


def _candidates(name: str) -> Iterator[str]:
    yield name
    first, dot, rest = name.partition(".")
    if not first:
        first, dot, rest = name, "", ""
    number = 1
    while True:
        yield f"{first}_{number}{dot}{rest}"
        number += 1


def _discard(path: Path | None) -> None:
    if path is not None:
        with suppress(OSError):
            path.unlink()


def _why(error: OSError | ValueError) -> str:
    known: dict[type[Exception], str] = {
        FileNotFoundError: "there is no such file",
        IsADirectoryError: "this is a folder, not a file",
        PermissionError: "reading it is not permitted",
    }
    words = error.strerror if isinstance(error, OSError) else None
    return known.get(type(error), words or str(error))
