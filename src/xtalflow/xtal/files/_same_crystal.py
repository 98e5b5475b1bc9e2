"""Whether the files of two parameters are of the same crystal: `sameCrystalAs` and `sameCrystalLevel`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from xtalflow.data import CComposite, CDataFile
from xtalflow.errors import InvalidInput

from ..crystal import Agreement, Crystal, check_same_crystal
from ..reflections import read_reflection_header


def crystal_agreement(file: CDataFile, other: CDataFile) -> Agreement | None:
    """How the crystal of a file agrees with that of another.

    None if one of them is not set, not there or not readable, which other findings say.
    """
    one, its = _crystal_of(file.path), _crystal_of(other.path)
    if one is None or its is None:
        return None
    return check_same_crystal(one, its, level=file.qualifier("sameCrystalLevel") or 0)


def same_crystal_partner(file: CDataFile) -> CDataFile | None:
    """The file that `sameCrystalAs` names, beside the file or beside what it is part of."""
    name, node = file.qualifier("sameCrystalAs"), file.parent
    while name and node is not None:
        if isinstance(node, CComposite) and name in node:
            found: Any = node[name]
            return found if isinstance(found, CDataFile) and found is not file else None
        node = node.parent
    return None


def _crystal_of(path: Path | None) -> Crystal | None:
    if path is None:
        return None
    try:
        status = path.stat()
        return _read_crystal(path, status.st_mtime_ns, status.st_size)
    except (OSError, InvalidInput):
        return None


@lru_cache(maxsize=64)
def _read_crystal(path: Path, _changed: int, _size: int) -> Crystal:
    """The crystal of a file of reflections; read once for each state of the file."""
    return read_reflection_header(path).crystal
