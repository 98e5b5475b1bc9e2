"""Takes the bytes of a file, unpacked if it is gzipped, and says in words what they are."""

from __future__ import annotations

import gzip
import re
import stat
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile

if TYPE_CHECKING:
    import gemmi

MAX_UNPACKED = 4 * 1024**3
"""A gzipped file that unpacks to more bytes than this is refused."""

_GZIP = b"\x1f\x8b"
_CIF_ERROR = re.compile(r"^[^:\n]*:(\d+):(\d+)\(\d+\): (.*)$", re.DOTALL)
_CIF_START = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s++|#[^\n]*\n)*+data_", re.IGNORECASE)


def read_content(path: Path) -> bytes:
    """All bytes of a file, unpacked if they begin like gzip, whatever the file is called.

    Raises
    ------
    UnreadableFile
        The file is missing, a folder, not permitted, empty, not a regular file, or broken gzip.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableFile(path, "this is a folder, not a file")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile(path, "this is not a regular file")
        content = path.read_bytes()
    except FileNotFoundError as exc:
        raise UnreadableFile(path, "there is no such file") from exc
    except PermissionError as exc:
        raise UnreadableFile(path, "reading it is not permitted") from exc
    except (OSError, ValueError) as exc:  # ValueError: a NUL character in the name
        raise UnreadableFile(path, f"it cannot be read ({exc})") from exc
    if content.startswith(_GZIP):
        content = _unpack(path)
    if not content.strip():
        raise UnreadableFile(path, "the file is empty")
    return content


def _unpack(path: Path) -> bytes:
    try:
        with gzip.open(path) as packed:
            content = packed.read(MAX_UNPACKED + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise UnreadableFile(path, f"its gzip packing is broken or truncated ({exc})") from exc
    if len(content) > MAX_UNPACKED:
        raise UnreadableFile(path, f"it unpacks to more than {MAX_UNPACKED // 1024**3} GiB")
    return content


def looks_like_cif(content: bytes) -> bool:
    """Whether the first word that is not a comment opens a CIF data block."""
    return _CIF_START.match(content) is not None


def binary_kind(content: bytes) -> str | None:
    """What a binary file is, with its article; None for text."""
    for start, name in (
        (b"MTZ ", "an MTZ file of reflections"),
        (b"\x89HDF", "an HDF5 file"),
        (b"PK\x03\x04", "a zip archive"),
        (b"%PDF", "a PDF document"),
        (b"BZh", "a bzip2 file"),
        (b"\xfd7zXZ", "an xz file"),
    ):
        if content.startswith(start):
            return name
    if content[208:212] == b"MAP ":
        return "a CCP4 map"
    return "a binary file" if b"\0" in content[:65536] else None


def parse_cif(path: Path, content: bytes) -> gemmi.cif.Document:
    """Parse CIF text, with the line and column of what is wrong in it.

    Raises
    ------
    UnreadableFile
        The text breaks the syntax of CIF, or is not UTF-8.
    """
    import gemmi

    try:
        content.decode("utf-8")
        return gemmi.cif.read_string(content)
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise UnreadableFile(path, f"line {line} has a character that is not UTF-8") from exc
    except (ValueError, RuntimeError) as exc:
        found = _CIF_ERROR.match(str(exc).strip())
        if found is None:
            raise UnreadableFile(path, f"it is not correct CIF ({exc})") from exc
        place = f"{path.name}:{found[1]}:{found[2]}"
        reason = f"{place}: {found[3].strip()} (broken or truncated CIF)"
        raise UnreadableFile(path, reason) from exc
