"""Free flags of a file: whether they are test flags, which value is free, how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ..reflections import read_free_note

if TYPE_CHECKING:
    import gemmi

LEAST_FRACTION, MOST_FRACTION = 0.01, 0.20
"""Outside of these the report says that a free set is small or large."""

_MOST_SETS = 1000
_LARGEST_FLAG = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeFlags:
    """What the free flags of a file are.

    Attributes
    ----------
    label
        Label of the column.
    free_value
        The value of the free reflections.
    reason
        Why this value, as words that follow "because".
    counts
        Reflections of each value, by ascending value.
    missing
        Reflections without a flag.
    remarks
        What the report should say.
    """

    label: str
    free_value: int
    reason: str
    counts: dict[int, int]
    missing: int
    remarks: tuple[str, ...] = ()

    @property
    def n_sets(self) -> int:
        """Number of sets: of different values."""
        return len(self.counts)

    @property
    def flagged(self) -> int:
        """Reflections with a flag."""
        return sum(self.counts.values())

    @property
    def free(self) -> int:
        """Free reflections."""
        return self.counts[self.free_value]

    @property
    def fraction(self) -> float:
        """Free of all that have a flag, 0 to 1."""
        return self.free / self.flagged


def analyse_free_flags(path: Path, mtz: gemmi.Mtz, label: str, number: int | None = None) -> FreeFlags:
    """Find the free value of a column of flags.

    In order: the number given; the value that our own note or sf-mmCIF's status `f` tells; of two values the
    rarer (SHELX -1, Phenix 1, CCP4 0); of more the lowest, 0 in CCP4's 0 to n-1.

    Parameters
    ----------
    path
        The file, for messages.
    number
        The user's choice, ``FREERFLAG_NUMBER``.

    Raises
    ------
    UnsuitableContent
        The values are not test flags, or none of them is `number`.
    """
    counts, missing = count_flags(path, mtz, label)
    noted = read_free_note(mtz, label)
    if number is not None:
        if number not in counts:
            reason = (
                f"no reflection has the value {number} of FREERFLAG_NUMBER in {label}; its values are {_list(counts)}"
            )
            raise UnsuitableContent(path, reason)
        free_value, reason = number, "FREERFLAG_NUMBER says so"
    elif noted is not None and noted in counts:
        free_value, reason = noted, "the file says so"
    elif len(counts) == 2:
        free_value, reason = min(counts, key=lambda value: (counts[value], value)), "it is the rarer of two"
    else:
        free_value, reason = min(counts), f"it is the first of {len(counts)} sets"
        _check_even(path, label, counts)
    flags = FreeFlags(label=label, free_value=free_value, reason=reason, counts=counts, missing=missing)
    return FreeFlags(
        label=label,
        free_value=free_value,
        reason=reason,
        counts=counts,
        missing=missing,
        remarks=fraction_remarks(flags.fraction),
    )


def fraction_remarks(fraction: float) -> tuple[str, ...]:
    """What to say of a free set that is unusually small or large."""
    if fraction < LEAST_FRACTION:
        return (
            f"Only {100 * fraction:.2f} % of the reflections are free; R-free and the error model will be unreliable.",
        )
    if fraction > MOST_FRACTION:
        return (f"{100 * fraction:.1f} % of the reflections are free, which is unusually many.",)
    return ()


def count_flags(path: Path, mtz: gemmi.Mtz, label: str) -> tuple[dict[int, int], int]:
    """Number of reflections of each value, and of those without.

    Raises
    ------
    UnsuitableContent
        The values are no flags whichever is free: all the same, no whole numbers, or of very many kinds.
    """
    import numpy as np

    values = mtz.column_with_label(label).array
    present = values[np.isfinite(values)]
    if len(present) == 0:
        raise UnsuitableContent(path, f"all values of {label} are missing")
    if (present != np.rint(present)).any():
        raise UnsuitableContent(path, f"{label} does not appear to be test flags: its values are not whole numbers")
    if np.abs(present).max() > _LARGEST_FLAG:
        reason = f"{label} does not appear to be test flags: it has values up to {np.abs(present).max():g}"
        raise UnsuitableContent(path, reason)
    distinct, numbers = np.unique(present.astype(np.int64), return_counts=True)
    counts = {int(value): int(count) for value, count in zip(distinct, numbers, strict=True)}
    if len(counts) < 2:
        reason = f"{label} does not appear to be test flags: all its values are {next(iter(counts))}"
        raise UnsuitableContent(path, reason)
    if len(counts) > _MOST_SETS:
        reason = f"{label} does not appear to be test flags: it has {len(counts)} different values"
        raise UnsuitableContent(path, reason)
    return counts, len(values) - len(present)


def _check_even(path: Path, label: str, counts: dict[int, int]) -> None:
    """Sets of a random division are about equal; numbers of observations or of batches are not."""
    mean = sum(counts.values()) / len(counts)
    uneven = sum(abs(count - mean) > 0.5 * mean for count in counts.values())
    if max(counts.values()) > 0.5 * sum(counts.values()) or (mean >= 20 and uneven > 0.25 * len(counts)):
        raise UnsuitableContent(
            path,
            f"{label} does not appear to be test flags: the sets {_list(counts)} are of very different size; if they "
            "are, say which is free with FREERFLAG_NUMBER=",
        )


def _list(counts: dict[int, int]) -> str:
    values = list(counts)
    if len(values) > 8:
        return f"{values[0]} to {values[-1]}"
    return ", ".join(f"{value} ({counts[value]})" for value in values)
