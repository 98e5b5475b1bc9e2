"""Atom selections: the grammar, the trees that it makes, and the atoms of a model that they mean."""

from ._evaluation import atom_mask
from ._grammar import MAX_DEPTH, MAX_LENGTH, MAX_NEIGHBOURHOODS, parse_selection
from ._selecting import select_atoms, unknown_chains
from ._tree import (
    ALL,
    MAX_DISTANCE,
    And,
    Atoms,
    Comparison,
    Group,
    Names,
    Near,
    Not,
    Numbers,
    Or,
    Residues,
    Selection,
    SequenceNumber,
    Span,
    Word,
    Xor,
)

__all__ = [
    "ALL",
    "MAX_DEPTH",
    "MAX_DISTANCE",
    "MAX_LENGTH",
    "MAX_NEIGHBOURHOODS",
    "And",
    "Atoms",
    "Comparison",
    "Group",
    "Names",
    "Near",
    "Not",
    "Numbers",
    "Or",
    "Residues",
    "Selection",
    "SequenceNumber",
    "Span",
    "Word",
    "Xor",
    "atom_mask",
    "parse_selection",
    "select_atoms",
    "unknown_chains",
]
