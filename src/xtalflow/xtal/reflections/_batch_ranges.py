"""Numbers of batches as a text, such as ``1-20, 35``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RANGE = re.compile(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?")

BatchRange = tuple[int, int]
"""First and last number; both belong to it."""


def parse_batches(text: str) -> tuple[BatchRange, ...]:
    """The ranges of a text; an empty one has none.

    Raises
    ------
    InvalidInput
        It is something else, or a range ends before it begins.

    Examples
    --------
    >>> parse_batches("1-20, 35")
    ((1, 20), (35, 35))
    """
    ranges = []
    for part in text.split(",") if text.strip() else []:
        found = _RANGE.fullmatch(part)
        if found is None:
            raise InvalidInput(f"{text!r} is no selection of batches; write them as 1-20, 35")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise InvalidInput(f"{part.strip()!r} ends before it begins")
        ranges.append((first, last))
    return tuple(ranges)


def batch_text(numbers: Iterable[int]) -> str:
    """Numbers in order, runs of them as ranges.

    Examples
    --------
    >>> batch_text([35, 1, 2, 3])
    '1-3, 35'
    """
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def in_ranges(numbers: NDArray[np.int32], ranges: Sequence[BatchRange]) -> NDArray[np.bool_]:
    """Which numbers lie in one of the ranges."""
    import numpy as np

    inside = np.zeros(len(numbers), dtype=bool)
    for first, last in ranges:
        inside |= (numbers >= first) & (numbers <= last)
    return inside


def number_apart(images: NDArray[np.int64], runs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of images of several runs as numbers of batches: those of each later run begin at a multiple of 1000.

    Examples
    --------
    >>> import numpy as np
    >>> number_apart(np.array([1, 90, 1, 2]), np.array([3, 3, 5, 5])).tolist()
    [1, 90, 1001, 1002]
    """
    import numpy as np

    if not len(images):
        return images
    step = 1000 * (max(int(images.max()), 0) // 1000 + 1)
    numbers: NDArray[np.int64] = images + step * np.unique(runs, return_inverse=True)[1]
    return numbers
