"""Files as they are sent: in parts if asked for, never from outside the project's folder, and never to be run."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from ._conditions import is_known, refuse_changed
from ._problems import CONFLICT, NOT_FOUND, OUT_OF_RANGE, ProblemKind, Refused

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_MOST_TAIL = 4 * 1024 * 1024
"""Bytes in which the last lines of a text are looked for."""
_HEADERS = {
    "ETag": {"schema": {"type": "string"}},
    "Accept-Ranges": {"schema": {"type": "string"}},
}
RANGES: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Range",
            "description": "Only these bytes: one range",
            "required": False,
            "schema": {"type": "string", "examples": ["bytes=0-1023", "bytes=-500"]},
        },
        {
            "in": "header",
            "name": "If-Range",
            "description": "The range only of what has this ETag; of anything else, all of it",
            "required": False,
            "schema": {"type": "string"},
        },
    ],
    "responses": {
        206: {
            "description": "The bytes asked for",
            "headers": _HEADERS | {"Content-Range": {"schema": {"type": "string"}}},
            "content": {"*/*": {"schema": {}}},
        },
        304: {"description": "Nothing new", "headers": {"ETag": _HEADERS["ETag"]}},
    },
}
"""What the description says of an operation that sends a file."""


async def send_file(
    request: HttpRequest,
    path: Path,
    directory: Path,
    *,
    content_type: str = "application/octet-stream",
    etag: str = "",
    size: int | None = None,
    name: str = "",
    unknown: ProblemKind = NOT_FOUND,
) -> HttpResponseBase:
    """A file of a project, or the bytes of it that are asked for.

    Parameters
    ----------
    directory
        The project's folder: what links lead out of it is not there.
    etag
        That of its content; left out, one of its size and the time at which it was last written.
    size
        Bytes that it must have.
    name
        As the browser keeps it; without it, it is shown.
    unknown
        What it is if it is not there.
    """
    file = await asyncio.to_thread(open_below, path, directory, unknown)
    try:
        status = os.fstat(file.fileno())
        if size is not None and status.st_size != size:
            raise Refused(CONFLICT, f"{path.name} has other bytes than when it was registered; `xtalflow check` tells")
        etag = etag or f'"{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}"'
        refuse_changed(request, etag)
        response = _answer(request, file, status, etag, content_type)
    except BaseException:
        await asyncio.to_thread(file.close)
        raise
    if not response.streaming:
        await asyncio.to_thread(file.close)
    response["ETag"], response["Accept-Ranges"] = etag, "bytes"
    response["Cache-Control"], response["X-Content-Type-Options"] = "no-cache, private", "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if name:
        plain = re.sub(r'[^\w .()+=-]', "_", name, flags=re.ASCII)
        response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return response


def open_below(path: Path, directory: Path, unknown: ProblemKind = NOT_FOUND) -> BinaryIO:
    """Open a plain file below a folder; `Refused` if it is none, or a link leads out of the folder."""
    missing = Refused(unknown, f"{path.name} is not there")
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(directory.resolve(strict=True)):
            raise missing
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as exc:
        raise missing from exc
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise missing
    return os.fdopen(descriptor, "rb", buffering=0)


async def last_lines(path: Path, directory: Path, count: int) -> str:
    """The last lines of a text."""

    def read() -> str:
        with open_below(path, directory) as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(size - _MOST_TAIL, 0))
            text = file.read(_MOST_TAIL).decode("utf-8", "replace")
        return "".join(text.splitlines(keepends=True)[-count:])

    return await asyncio.to_thread(read)


def _answer(
    request: HttpRequest, file: BinaryIO, status: os.stat_result, etag: str, content_type: str
) -> HttpResponseBase:
    size = status.st_size
    if is_known(request, etag):
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    first, last = 0, size - 1
    is_part = False
    asked = request.headers.get("Range")
    if asked is not None and request.headers.get("If-Range", etag) == etag:
        with suppress(ValueError):
            first, last = _range(asked, size)
            is_part = True
    response = StreamingHttpResponse(
        _chunks(file, first, last - first + 1),
        content_type=content_type,
        status=HTTPStatus.PARTIAL_CONTENT if is_part else HTTPStatus.OK,
    )
    response["Content-Length"] = str(last - first + 1)
    response["Last-Modified"] = formatdate(status.st_mtime, usegmt=True)
    if is_part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _range(text: str, size: int) -> tuple[int, int]:
    """The first and the last byte asked for; `ValueError` if it is not one range, which is as if it were not asked."""
    found = _RANGE.fullmatch(text.strip())
    if found is None or not (found[1] or found[2]):
        raise ValueError(text)
    if not found[1]:
        first, last = max(size - int(found[2]), 0), size - 1
    else:
        first, last = int(found[1]), min(int(found[2]), size - 1) if found[2] else size - 1
        if found[2] and int(found[2]) < first:
            raise ValueError(text)
    if first >= size or (not found[1] and not int(found[2])):
        raise Refused(OUT_OF_RANGE, f"{text} is outside of its {size} bytes", {"Content-Range": f"bytes */{size}"})
    return first, last


async def _chunks(file: BinaryIO, first: int, count: int) -> AsyncIterator[bytes]:
    try:
        await asyncio.to_thread(file.seek, first)
        while count > 0:
            chunk = await asyncio.to_thread(file.read, min(_CHUNK, count))
            if not chunk:
                return
            count -= len(chunk)
            yield chunk
    finally:
        file.close()
