"""Elements and formulas of molecules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_SYMBOL = re.compile(r"[A-Z][a-z]?\Z")
_PSEUDO = frozenset({"A", "Q", "L", "LP", "R", "R#", "*", "Du", "Any", "Hal", "Het", "Hev", "X"})
"""What stands for no element: any atom, lists, groups, lone pairs and dummies."""


def hill_formula(elements: Iterable[str]) -> str:
    """A formula in Hill's order: carbon, hydrogen, then by the alphabet; without carbon all by the alphabet.

    Examples
    --------
    >>> hill_formula(["O", "C", "H", "H", "C"])
    'C2 H2 O'
    """
    counts = Counter(elements)
    first = ["C", "H"] if "C" in counts else []
    order = [symbol for symbol in first if symbol in counts] + sorted(set(counts) - set(first))
    return " ".join(symbol + (str(counts[symbol]) if counts[symbol] > 1 else "") for symbol in order)


def element_of(symbol: str) -> str | None:
    """The symbol of an element as it is written in a formula, D and T as hydrogen; None for what is no element.

    What stands for any atom, a list, a lone pair or a dummy is ``X``.
    """
    import gemmi

    if symbol in _PSEUDO:
        return "X"
    if symbol in ("D", "T"):
        return "H"
    if not _SYMBOL.match(symbol) or gemmi.Element(symbol).atomic_number == 0:
        return None
    return symbol
