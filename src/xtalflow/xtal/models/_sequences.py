"""The sequences that a model says its polymers have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..sequences import PolymerKind, SequenceRecord

if TYPE_CHECKING:
    import gemmi

_KINDS = {
    "PeptideL": PolymerKind.PROTEIN,
    "PeptideD": PolymerKind.PROTEIN,
    "CyclicPseudoPeptide": PolymerKind.PROTEIN,
    "Dna": PolymerKind.DNA,
    "DnaRnaHybrid": PolymerKind.DNA,
    "Rna": PolymerKind.RNA,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSequence:
    """The sequence of one kind of polymer in a model.

    Attributes
    ----------
    sequence
        One-letter codes; a modified residue has the letter of its parent, an unknown one X.
    chains
        Names of the chains that have it, in the order of the first model.
    as_crystallised
        Whether the file tells what was crystallised (SEQRES, entity_poly_seq), or these are the residues seen.
    """

    name: str
    sequence: str
    kind: PolymerKind
    chains: tuple[str, ...]
    as_crystallised: bool

    @property
    def description(self) -> str:
        """Chains, and where the sequence is from, in words."""
        words = f"chain{'s' if len(self.chains) != 1 else ''} {', '.join(self.chains)}"
        return words if self.as_crystallised else f"{words}, residues of the model"

    @property
    def record(self) -> SequenceRecord:
        """The same as a sequence of a file."""
        return SequenceRecord(name=self.name, sequence=self.sequence, kind=self.kind, description=self.description)


def sequences_of_model(structure: gemmi.Structure) -> list[ModelSequence]:
    """The sequences of the polymers of the first model, each once, with the chains that have it.

    What was crystallised counts; where a file does not tell it, the residues of the model do. Polymers
    that are neither peptide nor nucleic acid are left out.

    Parameters
    ----------
    structure
        A model from `read_model`.
    """
    chains: dict[tuple[str, PolymerKind, bool], list[str]] = {}
    for chain in structure[0]:
        polymer = chain.get_polymer()
        entity = structure.get_entity_of(polymer) if len(polymer) else None
        kind = _KINDS.get(entity.polymer_type.name) if entity is not None else None
        if entity is None or kind is None:
            continue
        told = [name.partition(",")[0] for name in entity.full_sequence]  # of several at one place the first
        letters = _letters(told or [residue.name for residue in polymer.first_conformer()])
        chains.setdefault((letters, kind, bool(told)), []).append(chain.name)
    return [
        ModelSequence(
            name=f"{structure.name}_{''.join(names)}",
            sequence=letters,
            kind=kind,
            chains=tuple(names),
            as_crystallised=told,
        )
        for (letters, kind, told), names in chains.items()
    ]


def _letters(names: Sequence[str]) -> str:
    import gemmi

    codes = (gemmi.find_tabulated_residue(name).one_letter_code.upper() for name in names)
    return "".join(code if code.isalpha() else "X" for code in codes)
