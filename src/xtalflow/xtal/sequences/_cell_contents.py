"""Weights of polymers, and how many of them a crystal has room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..crystal import Crystal
from ._asu_contents import AsuSequence
from ._sequences import PolymerKind

SPECIFIC_VOLUMES = {PolymerKind.PROTEIN: 0.74, PolymerKind.DNA: 0.50, PolymerKind.RNA: 0.50}
"""Partial specific volumes in cm³/g."""

LEAST_SOLVENT, MOST_SOLVENT = 20.0, 80.0
"""Percentages that few crystals of macromolecules go beyond."""

_CUBIC_ANGSTROM = 1.66054
"""Å³ that 1 cm³ per mole is for each molecule: 10²⁴ / 6.02214·10²³."""

_UNKNOWN = {PolymerKind.PROTEIN: "UNK", PolymerKind.DNA: "DN", PolymerKind.RNA: "N"}
_MOST_COPIES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """What follows if the asymmetric unit holds the contents so many times.

    Attributes
    ----------
    times
        How often the contents are in the asymmetric unit.
    matthews
        Å³ of the crystal for each Da of macromolecule.
    solvent
        Part of the crystal that is solvent, in %.
    """

    times: int
    matthews: float
    solvent: float


def expand_letters(sequence: str, kind: PolymerKind) -> list[str]:
    """Names of residues of one-letter codes; a letter that stands for none of this kind is an unknown residue."""
    import gemmi

    kinds = {PolymerKind.PROTEIN: gemmi.ResidueKind.AA, PolymerKind.DNA: gemmi.ResidueKind.DNA}
    tabulated = kinds.get(kind, gemmi.ResidueKind.RNA)
    return [gemmi.expand_one_letter(letter, tabulated) or _UNKNOWN[kind] for letter in sequence]


def sequence_weight(sequence: str, kind: PolymerKind) -> float:
    """Molecular weight of a polymer with its ends, in Da, as gemmi adds it up."""
    import gemmi

    return float(gemmi.calculate_sequence_weight(expand_letters(sequence, kind)))


def packings(crystal: Crystal, contents: Sequence[AsuSequence]) -> Iterator[Packing]:
    """What follows for the contents once, twice and so on, as long as there is solvent left.

    Parameters
    ----------
    contents
        Sequences with their copies; those without a copy do not count.

    Raises
    ------
    InvalidInput
        Cell or space group is not known.

    References
    ----------
    Matthews, J. Mol. Biol. 33 (1968) 491-497; partial specific volumes as in Kantardjieff & Rupp, Protein Sci.
    12 (2003) 1865-1871.
    """
    cell, group = crystal.gemmi_cell(), crystal.gemmi_space_group()
    volume = cell.volume / len(group.operations())
    weights = [(one.copies * sequence_weight(one.sequence, one.kind), one.kind) for one in contents]
    weight = sum(each for each, _ in weights)
    filled = sum(_CUBIC_ANGSTROM * SPECIFIC_VOLUMES[kind] * each for each, kind in weights)
    for times in range(1, _MOST_COPIES + 1):
        solvent = 100.0 * (1.0 - times * filled / volume)
        if not weight or (solvent <= 0.0 and times > 1):
            return
        yield Packing(times=times, matthews=volume / (times * weight), solvent=solvent)
