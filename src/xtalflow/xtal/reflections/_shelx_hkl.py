"""Reads reflections for SHELX (HKLF 4) and tells the raw data of SAINT, which begin in the same way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..crystal import Crystal
from ._number_fields import SMALLEST, Lines, as_integers, as_reals, check_indices, fixed_fields, lines_of
from ._rows import UNUSABLE, ReflectionRows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WIDTHS = (4, 4, 4, 8, 8, 4)
_INDEX, _REAL = re.compile(rb" *[+-]?\d+ *"), re.compile(rb" *[+-]?(?:\d+\.?\d*|\.\d+) *")
_COSINES = 80
"""Characters of a line with six direction cosines (6F8.5) behind the batch; SAINT's raw data have more."""


def is_shelx(head: bytes) -> bool:
    """Whether the first line is a reflection of HKLF 4 (3I4, 2F8.2, I4), perhaps with more behind it."""
    line = head.split(b"\n", 1)[0].rstrip()
    fields = [line[:4], line[4:8], line[8:12]]
    reals = [line[12:20], line[20:28]]
    return all(_INDEX.fullmatch(field) for field in fields) and all(_REAL.fullmatch(field) for field in reals)


def is_saint(head: bytes) -> bool:
    """Whether the first line is one of SAINT's raw data, which say more of a reflection than SHELX takes."""
    return is_shelx(head) and len(head.split(b"\n", 1)[0].rstrip()) > _COSINES


def read_shelx(path: Path, content: bytes) -> ReflectionRows:
    """The rows of a file for SHELX, up to the one of indices 0, 0, 0; cell and symmetry are not in it.

    Values are taken to be intensities (HKLF 4), and numbers without a point to be hundredths, as F8.2 means them.

    Raises
    ------
    UnreadableFile
        A line is broken.
    UnsuitableContent
        The batch numbers are negative, as those of the components of a twin are (HKLF 5).
    """
    import numpy as np

    rows = _reflections(lines_of(path, content))
    saint = is_saint(content)
    h, k, l, *numbers, batch = fixed_fields(rows, _WIDTHS, longest=400 if saint else _COSINES)  # noqa: E741
    hkl = check_indices(rows, np.stack([as_integers(rows, field, "index") for field in (h, k, l)], axis=1))
    values, sigmas = (_hundredths(rows, field, name) for field, name in zip(numbers, ("intensity", "σ"), strict=True))
    told = batch != b""
    batches = as_integers(rows, np.where(told, batch, b"0"), "batch")
    if (batches < 0).any():
        raise UnsuitableContent(
            path, "its batch numbers are negative, as those of a twin (HKLF 5): they cannot be merged"
        )
    good = np.isfinite(values) & (sigmas > SMALLEST)
    rejected = int((~good).sum())
    return ReflectionRows(
        path=path,
        file_format="saint" if saint else "shelx",
        crystal=Crystal(cell=None, space_group=""),
        merged=False if saint else None,
        scaled=False if saint else None,
        hkl=hkl[good],
        values=values[good],
        sigmas=sigmas[good],
        batches=batches[good].astype(np.int32) if told.any() else None,
        left_out={UNUSABLE: rejected} if rejected else {},
        history=("From SAINT (raw)" if saint else "From a file for SHELX",),
    )


def _reflections(lines: Lines) -> Lines:
    """The lines before the one of indices 0, 0, 0: what is behind it is not read."""
    for index, line in enumerate(lines.lines):
        if not line[:12].strip(b" 0") and line[:12].strip():
            return Lines(path=lines.path, lines=lines.lines[:index], first=1)
    for index, line in enumerate(lines.lines):
        if not line:
            raise UnreadableFile(
                lines.path, f"line {index + 1} is empty, and no line of indices 0, 0, 0 came before it"
            )
    return lines


def _hundredths(rows: Lines, field: NDArray[np.bytes_], name: str) -> NDArray[np.float64]:
    """Numbers as Fortran reads them in F8.2: without a point or exponent they are hundredths."""
    import numpy as np

    values = as_reals(rows, field, name)
    whole = np.array([not set(b".eEdD") & set(text) for text in field.tolist()], dtype=bool)
    return np.where(whole, 0.01 * values, values)
