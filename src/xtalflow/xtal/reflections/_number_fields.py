"""Numbers in the lines of a text file, as arrays; what is no number is named with its line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile

from ..crystal import is_cell

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

MAX_INDEX = 1 << 20
"""Miller indices beyond this are no indices; `index_keys` could not tell them apart."""

LARGEST, SMALLEST = 1e30, 1e-30
"""No intensity is larger; no σ is smaller and positive. Weights 1/σ² and single precision hold both."""

_ALLOWED = b"0123456789+-.eEdD* \t"
_NUMERIC = str.maketrans("dD", "ee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Some lines of a file, without their ends.

    Attributes
    ----------
    path
        The file, for messages.
    first
        Number of the first line in the file, from 1.
    """

    path: Path
    lines: list[bytes]
    first: int

    def broken(self, index: int, reason: str) -> UnreadableFile:
        """The error for one line, by its place in `lines`."""
        shown = self.lines[index][:60].decode("utf-8", errors="replace").strip()
        return UnreadableFile(self.path, f"line {self.first + index} ({shown!r}) {reason}")

    def check_characters(self) -> None:
        """Refuse lines with characters of which no number is made, such as letters or ``nan``."""
        if b"".join(self.lines).translate(None, _ALLOWED):
            wrong = next(n for n, line in enumerate(self.lines) if line.translate(None, _ALLOWED))
            raise self.broken(wrong, "is not made of numbers")


def lines_of(path: Path, content: bytes) -> Lines:
    """All lines of a file; blanks at their ends do not count, nor do empty lines at the end of the file."""
    lines = [line.rstrip() for line in content.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    return Lines(path=path, lines=lines, first=1)


def fixed_fields(rows: Lines, widths: Sequence[int], *, longest: int = 0) -> list[NDArray[np.bytes_]]:
    """The fields of each line by their widths, without blanks around them.

    Parameters
    ----------
    longest
        Number of characters that a line may have; the sum of the widths if it is not given.

    Raises
    ------
    UnreadableFile
        A line is longer, or has other characters than those of numbers.
    """
    import numpy as np

    width = sum(widths)
    rows.check_characters()
    for index, line in enumerate(rows.lines):
        if len(line) > (longest or width):
            raise rows.broken(index, f"is longer than {longest or width} characters")
    if not rows.lines:
        return [np.zeros(0, dtype="S1") for _ in widths]
    cut = [line.replace(b"\t", b" ").ljust(width)[:width] for line in rows.lines]
    table = np.frombuffer(b"".join(cut), dtype="S1").reshape(len(cut), width)
    ends = np.cumsum(widths)
    return [
        np.char.strip(np.ascontiguousarray(table[:, end - size : end]).view(f"S{size}")[:, 0])
        for size, end in zip(widths, ends, strict=True)
    ]


def as_integers(rows: Lines, field: NDArray[np.bytes_], name: str) -> NDArray[np.int64]:
    """A field as whole numbers; `UnreadableFile` names the first line where it is none."""
    import numpy as np

    try:
        return field.astype(np.int64)
    except (ValueError, OverflowError):
        raise _first_wrong(rows, field, int, f"has no whole number as {name}") from None


def as_reals(rows: Lines, field: NDArray[np.bytes_], name: str) -> NDArray[np.float64]:
    """A field as real numbers: NaN where it is empty or full of stars (too large to be written).

    Raises
    ------
    UnreadableFile
        It is something else; the first such line is named.
    """
    import numpy as np

    told = np.where((field == b"") | (np.char.strip(field, b"*") == b""), b"nan", field)
    try:
        values = told.astype(np.float64)
    except ValueError:
        exponents = np.char.replace(np.char.replace(told, b"D", b"e"), b"d", b"e")
        try:
            values = exponents.astype(np.float64)
        except ValueError:
            raise _first_wrong(rows, exponents, float, f"has no number as {name}") from None
    wrong = np.abs(values) > LARGEST
    if wrong.any():
        raise rows.broken(int(wrong.argmax()), f"has a number that is too large as {name}")
    return values


def free_numbers(rows: Lines, columns: int) -> NDArray[np.float64]:
    """The first numbers of each line, separated by blanks, shape (n, `columns`).

    Raises
    ------
    UnreadableFile
        A line has fewer numbers, or something else; the first such line is named.
    """
    import io

    import numpy as np

    rows.check_characters()
    if not rows.lines:
        return np.zeros((0, columns))
    text = b"\n".join(rows.lines).decode("ascii").translate(_NUMERIC)
    try:
        values = np.loadtxt(io.StringIO(text), dtype=np.float64, comments=None, ndmin=2, usecols=range(columns))
    except (ValueError, OverflowError, IndexError):
        values = np.zeros((0, columns))
    if len(values) != len(rows.lines) or not (np.abs(values) <= LARGEST).all():
        raise _first_incomplete(rows, columns)
    return values


def check_indices(rows: Lines, hkl: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.int32]:
    """Miller indices, shape (n, 3), as integers.

    Raises
    ------
    UnreadableFile
        One is not whole, or beyond ±2²⁰; its line is named.
    """
    import numpy as np

    wrong = ((hkl != np.rint(hkl)) | (np.abs(hkl) >= MAX_INDEX)).any(axis=1)
    if wrong.any():
        raise rows.broken(int(wrong.argmax()), "has indices that cannot be those of a reflection")
    return hkl.astype(np.int32)


def _first_wrong(
    rows: Lines, field: NDArray[np.bytes_], kind: Callable[[bytes], object], reason: str
) -> UnreadableFile:
    for index, text in enumerate(field.tolist()):
        try:
            kind(text)
        except ValueError:
            return rows.broken(index, reason)
    return UnreadableFile(rows.path, f"a line {reason}")


def _first_incomplete(rows: Lines, columns: int) -> UnreadableFile:
    for index, line in enumerate(rows.lines):
        words = line.decode("ascii").translate(_NUMERIC).split()
        if len(words) < columns:
            return rows.broken(index, f"has {len(words)} numbers and not {columns} (broken or truncated)")
        try:
            fit = all(abs(float(word)) <= LARGEST for word in words[:columns])
        except ValueError:
            fit = False
        if not fit:
            return rows.broken(index, "has something that is no number, or none that can be")
    return UnreadableFile(rows.path, "its numbers cannot be read")


def cell_of_words(path: Path, words: Sequence[str]) -> gemmi.UnitCell:
    """The cell of six numbers as they are written in a file; no cell if there are no words.

    Raises
    ------
    UnreadableFile
        They are not six numbers, or no cell has such edges and angles.
    """
    import gemmi

    if not words:
        return gemmi.UnitCell()
    text = " ".join(words)[:80]
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise UnreadableFile(path, f"its cell {text!r} is not made of numbers") from None
    if len(numbers) != 6 or not is_cell(numbers):
        raise UnreadableFile(path, f"there is no cell {text!r}")
    return gemmi.UnitCell(*numbers)
