"""Takes the bytes of a file, unpacked if it is gzipped, and says in words what they are."""

from __future__ import annotations

import gzip
import math
import re
import stat
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

if TYPE_CHECKING:
    import gemmi

MAX_UNPACKED = 4 * 1024**3
"""A gzipped file that unpacks to more bytes than this is refused."""

_GZIP = b"\x1f\x8b"
_PIECE = 2**20
_CIF_ERROR = re.compile(r"^[^:\n]*:(\d+):(\d+)\(\d+\): (.*)$", re.DOTALL)
_CIF_START = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s++|#[^\n]*\n)*+data_", re.IGNORECASE)
_PDB_FILE = re.compile(
    r"\A\s*(?:HEADER|TITLE|REMARK|SEQRES|CRYST1|MODEL)[ 0-9]{2}"
    r"|^(?:ATOM  |HETATM)[ 0-9]{4}[0-9] .{18}[ 0-9-]{4}\.[0-9]{3}",
    re.MULTILINE,
)
"""It begins as such, or has an atom with a serial number and a coordinate in their columns."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


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
    content = bytearray()
    try:
        with gzip.open(path) as packed:
            while piece := packed.read(_PIECE):
                content += piece
                if len(content) > MAX_UNPACKED:
                    raise UnreadableFile(path, f"it unpacks to more than {MAX_UNPACKED // 1024**3} GiB")
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise UnreadableFile(path, f"its gzip packing is broken or truncated ({exc})") from exc
    return bytes(content)


def read_text(path: Path, wanted: str) -> str:
    """The text of a file, plain or gzipped, without its byte order mark.

    Parameters
    ----------
    wanted
        What it should be, with its article, for the error: "a sequence in FASTA, PIR or plain letters".

    Raises
    ------
    UnreadableFile
        The file cannot be read, is empty, or is not UTF-8.
    UnsuitableContent
        It is binary, CIF or a PDB file.
    """
    content = read_content(path)
    kind = binary_kind(content)
    if kind is None and looks_like_cif(content):
        kind = "a CIF file"
    if kind is not None:
        raise UnsuitableContent(path, f"this is {kind}, not {wanted}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise UnreadableFile(path, f"line {line} has a character that is not UTF-8, so it is not {wanted}") from exc
    if not text.strip():
        raise UnreadableFile(path, "the file is empty")
    if _PDB_FILE.search(text):
        raise UnsuitableContent(path, f"this is a PDB file, not {wanted}")
    return text


def printable(text: str) -> str:
    """A text for people: what cannot be shown or kept in XML becomes a blank, and blanks at its ends go."""
    return _UNPRINTABLE.sub(" ", text).strip()


def is_number(text: str) -> bool:
    """Whether a text is a finite number as files write it."""
    try:
        return "_" not in text and math.isfinite(float(text))
    except ValueError:
        return False


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
        reason = f"line {found[1]}, column {found[2]}: {found[3].strip()} (broken or truncated CIF)"
        raise UnreadableFile(path, reason) from exc
