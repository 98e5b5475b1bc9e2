"""Sequences in rows of one length, and how alike they are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput

from ._sequences import PolymerKind, guess_polymer_kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GAP = "-"
_ROW = re.compile("[A-Z-]*")
_UNKNOWN = {PolymerKind.PROTEIN: "X", PolymerKind.DNA: "N", PolymerKind.RNA: "N"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Aligned sequences.

    Attributes
    ----------
    names
        One for each row, all different.
    rows
        One-letter codes in upper case and ``-`` for gaps, all of the same length.
    identifier
        What the file calls the alignment; empty if it does not.

    Raises
    ------
    InvalidInput
        Names and rows do not fit each other, a name comes twice, rows differ in length or hold something else.

    Examples
    --------
    >>> alignment = Alignment(names=("target", "homologue"), rows=("MKTAY-", "MRTAYI"))
    >>> alignment.identity(0, 1)
    80.0
    """

    names: tuple[str, ...]
    rows: tuple[str, ...]
    identifier: str = ""

    def __post_init__(self) -> None:
        if len(self.names) != len(self.rows) or not self.rows:
            raise InvalidInput(f"an alignment of {len(self.rows)} rows cannot have {len(self.names)} names")
        name, count = Counter(self.names).most_common(1)[0]
        if count > 1:
            raise InvalidInput(f"the name {name!r} comes {count} times in the alignment")
        for name, row in zip(self.names, self.rows, strict=True):
            if len(row) != self.columns:
                raise InvalidInput(f"{name!r} has {len(row)} columns, and {self.names[0]!r} has {self.columns}")
            if not _ROW.fullmatch(row):
                raise InvalidInput(f"the row {name!r} holds something else than letters A to Z and gaps")

    @property
    def columns(self) -> int:
        """Length of each row."""
        return len(self.rows[0])

    @property
    def kind(self) -> PolymerKind:
        """What the letters stand for, by all of them together."""
        return guess_polymer_kind("".join(self.sequence(index) for index in range(len(self.rows))))

    def sequence(self, index: int) -> str:
        """The letters of a row without its gaps."""
        return self.rows[index].replace(GAP, "")

    def column(self, position: int) -> str:
        """The letters of one column, from the first row to the last; positions count from 0."""
        return "".join(row[position] for row in self.rows)

    def identity(self, first: int, second: int) -> float:
        """Percentage of identical residues among those aligned with each other; 0 if none are.

        Columns with a gap in either row do not count; an unknown residue (X, N) is like no other.

        References
        ----------
        PID2 of Raghava & Barton, BMC Bioinformatics 7 (2006) 415.
        """
        unknown = _UNKNOWN[self.kind]
        pairs = [(a, b) for a, b in zip(self.rows[first], self.rows[second], strict=True) if GAP not in (a, b)]
        same = sum(1 for a, b in pairs if a == b != unknown)
        return 100.0 * same / len(pairs) if pairs else 0.0

    def identities_with(self, first: int) -> NDArray[np.float64]:
        """Percentage of identity of one row with each, shape (rows,); see `identity`."""
        import numpy as np

        table = np.frombuffer("".join(self.rows).encode(), dtype=np.uint8).reshape(len(self.rows), self.columns)
        present = table != ord(GAP)
        known = present[first] & (table[first] != ord(_UNKNOWN[self.kind]))
        pairs = (present[first] & present).sum(axis=1)
        same = ((table[first] == table) & known).sum(axis=1)
        shares: NDArray[np.float64] = np.divide(same, pairs, out=np.zeros(len(pairs)), where=pairs > 0)
        return 100.0 * shares
