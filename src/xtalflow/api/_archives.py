"""Several files of a project as one zip archive, written while it is sent."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path, PurePosixPath

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from xtalflow.engine import FileRecord, open_below
from xtalflow.errors import UnknownFile

_CHUNK = 1 << 20
_MISSING = "MISSING.txt"


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


def zip_answer(directory: Path, files: Sequence[FileRecord], name: str) -> StreamingHttpResponse:
    """Files as an archive, under their own names; what is not there any more is listed in a text in it."""
    return StreamingHttpResponse(
        _pieces(_written(directory, files)),
        content_type="application/zip",
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


async def _pieces(written: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, written, None)) is not None:
        if piece:
            yield piece


def _written(directory: Path, files: Sequence[FileRecord]) -> Iterator[bytes]:
    sink, missing = _Sink(), []
    names: set[str] = set()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # most are compressed, or do not get much smaller
        for file in files:
            try:
                opened = open_below(directory, file.path)
            except UnknownFile as exc:
                missing.append(str(exc))
                continue
            with opened.source as source:
                info = zipfile.ZipInfo(_free_name(file.path, names), _date(opened.modified))
                info.external_attr = 0o644 << 16
                with archive.open(info, "w", force_zip64=True) as entry:
                    while piece := source.read(_CHUNK):
                        entry.write(piece)
                        yield sink.take()
            yield sink.take()
        if missing:
            archive.writestr(_MISSING, "".join(f"{line}\n" for line in missing))
    yield sink.take()


def _date(modified: float) -> tuple[int, int, int, int, int, int]:
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
