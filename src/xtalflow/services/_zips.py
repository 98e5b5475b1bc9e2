"""Zip archives, written piece by piece: to a file, or to whoever is sent them."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from xtalflow.engine import FileRecord, open_below
from xtalflow.errors import UnknownFile

_CHUNK = 1 << 20
_FOLDER = 0o40755 << 16 | 0x10
MISSING = "MISSING.txt"
"""Member of a sent archive that tells what is not in it."""


class Source(Protocol):
    """What an entry's bytes are read from; it may refuse at its end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """A file or folder of an archive.

    Attributes
    ----------
    name
        With ``/``; a folder's ends with one.
    source
        Closed once it is read; None of a folder.
    modified
        Seconds since 1970.
    """

    name: str
    source: Source | None = None
    modified: float = 0.0


def text_entry(name: str, text: bytes) -> ZipEntry:
    """A file that is made for the archive."""
    return ZipEntry(name=name, source=io.BytesIO(text), modified=time.time())


def zip_pieces(entries: Iterable[ZipEntry], *, compress: bool = True) -> Iterator[bytes]:
    """The bytes of an archive; never more of it in memory than one piece."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, _date(entry.modified))
            if entry.source is None:
                info.external_attr = _FOLDER
                archive.writestr(info, b"")
                continue
            info.compress_type = archive.compression
            info.external_attr = 0o644 << 16
            with closing(entry.source) as source, archive.open(info, "w", force_zip64=True) as member:
                while piece := source.read(_CHUNK):
                    member.write(piece)
                    yield sink.take()
            yield sink.take()
    yield sink.take()


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a new file, and bring it to the disk.

    Raises
    ------
    OSError
        There is a file of this name, or it cannot be written.
    """
    with path.open("xb") as sink:
        for piece in pieces:
            sink.write(piece)
        sink.flush()
        os.fsync(sink.fileno())


def zip_of_files(directory: Path, files: Sequence[FileRecord]) -> Iterator[bytes]:
    """Files of a project as an archive, under their own names; what is not there any more is listed in a text in it."""

    def entries() -> Iterator[ZipEntry]:
        names: set[str] = set()
        missing = []
        for file in files:
            try:
                opened = open_below(directory, file.path)
            except UnknownFile as exc:
                missing.append(f"{exc}\n")
                continue
            yield ZipEntry(name=_free_name(file.path, names), source=opened.source, modified=opened.modified)
        if missing:
            yield text_entry(MISSING, "".join(missing).encode())

    return zip_pieces(entries(), compress=False)  # most are compressed, or do not get much smaller


class _Sink(io.RawIOBase):
    """Takes what the archive is written to, and gives it on; the archive cannot go back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # whatever has bytes, as the protocol has it
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _date(modified: float) -> tuple[int, int, int, int, int, int]:
    """In the years that archives know."""
    year, month, day, hour, minute, second, *_ = time.localtime(modified)
    return (min(max(year, 1980), 2107), month, day, hour, minute, second)


def _free_name(path: str, names: set[str]) -> str:
    """The name of a file, with its folder before it if another one has it already."""
    steps = PurePosixPath(path).parts
    for count in range(1, len(steps) + 1):
        name = "_".join(steps[-count:])
        if name not in names:
            break
    names.add(name)
    return name
