"""How many bytes are in a folder: a file with several names is one file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Files below a path, and their bytes."""

    files: int = 0
    size: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(files=self.files + other.files, size=self.size + other.size)


@dataclass(slots=True)
class UsageMeter:
    """Counts every file once, under the first of its names that it meets."""

    _seen: set[tuple[int, int]] = field(default_factory=set)

    def measure(self, path: Path) -> Usage:
        """The files at or below a path that were not counted before; what is not there has none."""
        try:
            status = path.lstat()
        except OSError:
            return Usage()
        if not stat.S_ISDIR(status.st_mode):
            return self._count(status)
        usage = Usage()
        for folder, _, names in os.walk(path):
            for name in names:
                try:
                    status = os.lstat(f"{folder}/{name}")
                except OSError:  # it was there a moment ago
                    continue
                usage += self._count(status)
        return usage

    def measure_all(self, paths: Iterable[Path]) -> Usage:
        """The same of several paths."""
        usage = Usage()
        for path in paths:
            usage += self.measure(path)
        return usage

    def _count(self, status: os.stat_result) -> Usage:
        known = (status.st_dev, status.st_ino)
        if known in self._seen:
            return Usage()
        self._seen.add(known)
        return Usage(files=1, size=status.st_size)
