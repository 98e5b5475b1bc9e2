"""Files that are either whole or not there."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file so that readers, and a crash, see the old content or the new one and nothing between.

    The bytes go to a temporary name in the same folder, reach the disk, and take the file's name by a rename.

    Parameters
    ----------
    durable
        Also a power cut; without it the file may be gone or empty after one, and this does not wait for the disk.

    Raises
    ------
    OSError
        The folder does not exist, is full or may not be written to; the old content stays.
    """
    temporary = path.with_name(f".{uuid4().hex}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Let the rename itself reach the disk, where the system can do this for a folder."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
