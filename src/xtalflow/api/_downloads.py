"""Files of a project as answers: whole or in parts, never read into memory, and nothing from outside the project."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, http_date, parse_etags

from xtalflow.engine import open_below
from xtalflow.errors import UnknownFile

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import FileRecord, OpenedFile

_CHUNK = 256 << 10
_SAFE_TYPE = re.compile(r"(application|chemical)/[A-Za-z0-9.+_-]+")
_ACTIVE = re.compile(r"html|xml|javascript|ecmascript|svg|pdf", re.IGNORECASE)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_NOTHING_RUNS = "sandbox; default-src 'none'; frame-ancestors 'none'"


class _Part:
    """Some bytes of an open file, one piece after the other; closed when the answer is."""

    def __init__(self, file: OpenedFile, start: int, length: int) -> None:
        self._file, self._start, self._left = file, start, length

    async def __aiter__(self) -> AsyncIterator[bytes]:
        source = self._file.source
        await asyncio.to_thread(source.seek, self._start)
        while self._left > 0:
            piece = await asyncio.to_thread(source.read, min(_CHUNK, self._left))
            if not piece:  # it became shorter meanwhile; the length that was promised tells the reader
                return
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        self._file.source.close()


async def file_answer(request: HttpRequest, project: ProjectRecord, file: FileRecord) -> HttpResponseBase:
    """A registered file of a project, as an attachment; its checksum is its ETag.

    Raises
    ------
    UnknownFile
        It is on record only, is not on the disk, or its path leads out of the project.
    """
    if absence := file.absence:
        raise UnknownFile(file.path, f"is on record only: {absence.sentence}")
    etag = f'"{file.checksum}"' if file.checksum else ""
    return await path_answer(request, project.directory, file.path, etag=etag, media_type=file.file_type)


async def path_answer(
    request: HttpRequest,
    directory: Path,
    path: str,
    *,
    etag: str = "",
    media_type: str = "",
    inline: bool = False,
) -> HttpResponseBase:
    """A file below a folder: 200 with all of it, 206 with the part that is asked for, 304 or 416.

    Parameters
    ----------
    path
        Below the folder, with ``/``; symbolic links are followed, and must not lead out.
    etag
        With its quotes; without it, size and time of the file make one.
    media_type
        Given on if it is one that no browser runs.
    inline
        Plain text may be shown in the browser instead of being saved.

    Raises
    ------
    UnknownFile
        It is not there, is no ordinary file, or leads out of the folder.
    """
    opened = await asyncio.to_thread(open_below, directory, path)
    etag = etag or f'W/"{opened.size:x}-{opened.modified:.6f}"'
    shown = {"ETag": etag, "Last-Modified": http_date(opened.modified), "Cache-Control": "private, no-cache"}
    if _is_known(request, etag):
        opened.source.close()
        return HttpResponse(status=304, headers=shown)
    named = {
        "Content-Type": _media_type(media_type, inline),
        "Content-Disposition": content_disposition_header(not inline, Path(path).name) or "inline",
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _NOTHING_RUNS,
    }
    asked = _asked_range(request, opened.size, etag)
    if asked == (0, 0) and opened.size:
        opened.source.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{opened.size}", "Accept-Ranges": "bytes"})
    start, end = asked or (0, opened.size)
    headers = shown | named | {"Content-Length": str(end - start)}
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{opened.size}"
    status = 206 if asked else 200
    if request.method == "HEAD":
        opened.source.close()
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(_Part(opened, start, end - start), status=status, headers=headers)


def _media_type(known: str, inline: bool) -> str:
    """The type of a file as it is given on: never one that a browser would run."""
    if inline:
        return "text/plain; charset=utf-8"
    return known if _SAFE_TYPE.fullmatch(known) and not _ACTIVE.search(known) else "application/octet-stream"


def _is_known(request: HttpRequest, etag: str) -> bool:
    """Whether who asks has this file already."""
    known = request.headers.get("If-None-Match")
    if known is None:
        return False
    weak = [each.removeprefix("W/") for each in parse_etags(known)]
    return "*" in weak or etag.removeprefix("W/") in weak


def _asked_range(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """First byte and the one after the last; (0, 0) if there are none such, None if all are asked for."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if request.method not in ("GET", "HEAD") or found is None or found[0] == "bytes=-":
        return None
    condition = request.headers.get("If-Range")
    if condition is not None and (condition != etag or etag.startswith("W/")):
        return None
    first, last = found[1], found[2]
    if not first:
        wanted = min(int(last), size)
        return (size - wanted, size) if wanted else (0, 0)
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    return (start, end) if start < size else (0, 0)
