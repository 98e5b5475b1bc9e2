"""Tells the text formats of reflections apart by their first line, and reads their rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..content import looks_like_cif, read_content
from ._rows import ReflectionRows
from ._scalepack import is_scalepack, read_scalepack
from ._shelx_hkl import is_saint, is_shelx, read_shelx
from ._xds_ascii import is_xds, read_xds

_READERS: dict[str, Callable[[Path, bytes], ReflectionRows]] = {
    "xds": read_xds,
    "sca": read_scalepack,
    "saint": read_shelx,
    "shelx": read_shelx,
}

FORMAT_NAMES = {
    "mtz": "MTZ",
    "sf-mmcif": "mmCIF",
    "xds": "XDS",
    "sca": "Scalepack",
    "shelx": "SHELX",
    "saint": "SAINT",
}
"""Formats of reflections as a text names them."""


def format_of_head(head: bytes) -> str:
    """A key of `FORMAT_NAMES` by the first bytes of a file; empty for anything else."""
    if head.startswith(b"MTZ "):
        return "mtz"
    if looks_like_cif(head):
        return "sf-mmcif"
    known = (("xds", is_xds), ("sca", is_scalepack), ("saint", is_saint), ("shelx", is_shelx))
    return next((name for name, matches in known if matches(head)), "")


def read_rows(path: Path, file_format: str) -> ReflectionRows:
    """The rows of a file of a text format (a key of `FORMAT_NAMES`).

    Raises
    ------
    UnreadableFile
        It cannot be read, is truncated, or a line of it is broken.
    UnsuitableContent
        It holds something that is no set of reflections.
    """
    return _READERS[file_format](path, read_content(path))
