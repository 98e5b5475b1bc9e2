"""Reads MTZ files with what gemmi leaves unchecked: that they are whole, and that their texts are texts."""

from __future__ import annotations

import gzip
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..content import MAX_UNPACKED

if TYPE_CHECKING:
    import gemmi

_GZIP = b"\x1f\x8b"
_CHUNK = 1024 * 1024
_END_OF_HEADER, _BATCHES = b"MTZENDOFHEADERS", b"MTZBATS"
_HISTORY = re.compile(rb"MTZHIST\s+(\d{1,9})")
_RECORD, _LONGEST_HEADER = 80, 64 * 1024 * 1024


def read_mtz(path: Path, *, with_data: bool = True) -> gemmi.Mtz:
    """An MTZ file, plain or gzipped, with its reflections or without.

    Raises
    ------
    UnreadableFile
        Truncated or broken.
    UnsuitableContent
        It has no columns of indices.
    """
    with _unpacked(path) as plain:
        return _read(path, plain, with_data=with_data)


def _read(path: Path, plain: Path, *, with_data: bool) -> gemmi.Mtz:
    import gemmi

    try:
        header = gemmi.read_mtz_file(str(plain), with_data=False)
        cells = header.nreflections * len(header.columns)
        if cells < 0 or 80 + 4 * cells > plain.stat().st_size or not _has_end(plain, 80 + 4 * cells):
            raise UnreadableFile(path, "the MTZ file is truncated")
        if "".join(column.type for column in list(header.columns)[:3]) != "HHH":
            raise UnsuitableContent(path, "its first three columns are not H, K and L")
        if _texts_are_utf8(header):
            mtz = gemmi.read_mtz_file(str(plain)) if with_data else header
        else:
            with _ascii_copy(plain, 80 + 4 * cells) as copy:
                mtz = gemmi.read_mtz_file(str(copy), with_data=with_data)
    except (RuntimeError, ValueError, IndexError, MemoryError) as exc:
        reason = str(exc).replace(str(plain), "").strip().rstrip(": ")
        raise UnreadableFile(path, f"the MTZ file is broken or truncated ({reason})") from exc
    except OSError as exc:
        raise UnreadableFile(path, f"it cannot be read ({exc})") from exc
    if not _texts_are_utf8(mtz):  # gemmi took for text what is none
        raise UnreadableFile(path, "the header of the MTZ file is broken")
    return mtz


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or a temporary copy of what is packed in it: gemmi goes by the name's ending."""
    with path.open("rb") as source:
        if source.read(2) != _GZIP:
            yield path
            return
    with tempfile.NamedTemporaryFile(suffix=".mtz") as copy:
        try:
            with gzip.open(path) as packed:
                while chunk := packed.read(_CHUNK):
                    if copy.tell() + len(chunk) > MAX_UNPACKED:
                        raise UnreadableFile(path, f"it unpacks to more than {MAX_UNPACKED // 1024**3} GiB")
                    copy.write(chunk)
        except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
            raise UnreadableFile(path, f"its gzip packing is broken or truncated ({exc})") from exc
        copy.flush()
        yield Path(copy.name)


def _texts_are_utf8(mtz: gemmi.Mtz) -> bool:
    """Whether all texts of a header can be had: gemmi makes none of other encodings, such as Latin-1."""
    try:
        names = [(one.project_name, one.crystal_name, one.dataset_name) for one in mtz.datasets]
        columns = [(column.label, column.type) for column in mtz.columns]
        return bool((mtz.title, mtz.history, mtz.spacegroup_name, columns, names))
    except UnicodeDecodeError:
        return False


@contextmanager
def _ascii_copy(plain: Path, after_data: int) -> Iterator[Path]:
    """A temporary copy of an MTZ file with ``?`` for what is not ASCII in the texts of its header."""
    content = bytearray(plain.read_bytes())
    end = content.find(b"MTZBATS", after_data)
    texts = content[after_data : end if end >= 0 else len(content)]
    content[after_data : after_data + len(texts)] = texts.translate(bytes(c if c < 128 else 63 for c in range(256)))
    with tempfile.NamedTemporaryFile(suffix=".mtz") as copy:
        copy.write(content)
        copy.flush()
        yield Path(copy.name)


def _has_end(plain: Path, after_data: int) -> bool:
    """Whether the header, which follows the data, is whole.

    Gemmi reads one that lacks its last records, and takes what is in memory for lines of history that are not there.
    """
    with plain.open("rb") as source:
        source.seek(after_data)
        head = source.read(_LONGEST_HEADER)
        ends = [place for place in (head.find(mark) for mark in (_BATCHES, _END_OF_HEADER)) if place >= 0]
        if not ends or not _is_history_whole(head[: min(ends)]):
            return False
        source.seek(after_data + min(ends))
        tail = b""
        while chunk := source.read(_CHUNK):
            if _END_OF_HEADER in tail + chunk:
                return True
            tail = chunk[-len(_END_OF_HEADER) :]
    return False


def _is_history_whole(head: bytes) -> bool:
    """Whether as many records of history follow as their first one says."""
    found = _HISTORY.search(head)
    return found is None or found.start() + _RECORD * (1 + int(found[1])) <= len(head)
