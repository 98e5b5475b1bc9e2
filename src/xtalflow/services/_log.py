"""Parts of a log as text: its end, what was added since, what stands before; however long it is."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

LINES = 500
"""Lines of a part."""
MOST_BYTES = 256 << 10
"""Bytes of a part, if its lines are long."""
_NOT_SHOWN = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPart:
    """Some of a log; `start` and `end` are its places in bytes, `size` is that of the whole log."""

    text: str
    start: int
    end: int
    size: int

    @property
    def is_end(self) -> bool:
        """Whether nothing follows."""
        return self.end >= self.size


def log_before(source: BinaryIO, size: int, end: int | None = None) -> LogPart:
    """The last lines before a place, or of all."""
    end = size if end is None else min(max(end, 0), size)
    start = max(0, end - MOST_BYTES)
    data = _read(source, start, end - start)
    cut = _start_of_last(data, LINES) if start or data.count(b"\n") > LINES else 0
    return _part(data[cut:], start + cut, size)


def log_after(source: BinaryIO, size: int, start: int) -> LogPart:
    """The lines from a place on; what ends within a character waits until the rest of it is there."""
    start = min(max(start, 0), size)
    data = _read(source, start, min(size - start, MOST_BYTES))
    lines = data.split(b"\n", LINES)
    if len(lines) > LINES:
        data = data[: len(data) - len(lines[-1])]
    return _part(data, start, size)


def _part(data: bytes, start: int, size: int) -> LogPart:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    text = decoder.decode(data)
    rest = len(decoder.getstate()[0])
    text = _NOT_SHOWN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return LogPart(text=text, start=start, end=start + len(data) - rest, size=size)


def _start_of_last(data: bytes, lines: int) -> int:
    """Where the last so many lines begin; a first line that is not whole is left out."""
    place = len(data) - 1 if data.endswith(b"\n") else len(data)
    for _ in range(lines):
        place = data.rfind(b"\n", 0, max(place, 0))
        if place < 0:
            first = data.find(b"\n") + 1
            return first if 0 < first < len(data) else 0
    return place + 1


def _read(source: BinaryIO, start: int, length: int) -> bytes:
    source.seek(start)
    return source.read(length)
