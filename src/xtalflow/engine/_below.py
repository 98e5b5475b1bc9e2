"""Files of a project are below its folder: symbolic links are followed, and must not lead out of it."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from xtalflow.errors import UnknownFile, UnreadableFile


@dataclass(slots=True)
class OpenedFile:
    """A file below a project's folder, open for reading; whoever answers with it closes it."""

    source: BinaryIO
    size: int
    modified: float


def path_below(directory: Path, path: Path | str) -> Path:
    """Where a file below a project's folder is, there or not, without the symbolic links that are on the way from it.

    Whatever others may see of a project's files is read at this path, or by `open_below`.

    Parameters
    ----------
    path
        Below the folder: with its name before it, or without.

    Raises
    ------
    UnreadableFile
        It leads out of the folder, or in a circle.
    """
    name = _name_below(directory, path)
    try:
        real, root = (directory / path).resolve(), directory.resolve()
    except (OSError, RuntimeError, ValueError) as exc:
        raise UnreadableFile(name, "is not on the disk: its symbolic links, or its name, lead nowhere") from exc
    if not real.is_relative_to(root) or real == root:
        raise UnreadableFile(name, "leads out of the project's folder")
    return directory / real.relative_to(root)


def open_below(directory: Path, path: Path | str) -> OpenedFile:
    """An ordinary file below a project's folder, open; see `path_below`.

    Raises
    ------
    UnknownFile
        It is not there, may not be read, is no ordinary file, or leads out of the folder.
    """
    try:
        real = path_below(directory, path)
    except UnreadableFile as exc:
        raise UnknownFile(str(exc.path), exc.reason) from exc
    name = str(_name_below(directory, path))
    try:
        # what was resolved must not have become a link meanwhile, and a pipe must not hold us up
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as exc:
        is_missing = exc.errno in (errno.ENOENT, errno.ENOTDIR)
        raise UnknownFile(name, "is not on the disk" if is_missing else "cannot be read") from exc
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise UnknownFile(name, "is not a file")
    return OpenedFile(source=os.fdopen(descriptor, "rb"), size=found.st_size, modified=found.st_mtime)


def _name_below(directory: Path, path: Path | str) -> Path:
    """What sentences call a file: by its path below the folder, if it is there."""
    named = directory / path
    return named.relative_to(directory) if named.is_relative_to(directory) else named
