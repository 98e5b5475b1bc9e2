"""How the polymers of a model agree with the sequences that they should have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ._cell_contents import expand_letters
from ._sequences import PolymerKind, SequenceRecord

if TYPE_CHECKING:
    import gemmi


LEAST_IDENTITY = 30.0
"""Below this percentage of agreeing residues a sequence is not that of the chain; unrelated proteins reach 20 or so."""
GAP_COST = 2
"""Agreeing residues that each gap within the chain costs: single residues strewn over a sequence are no agreement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A residue of the model that is another one in the sequence; `expected` is empty for an insertion."""

    residue: str
    found: str
    expected: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceComparison:
    """One chain against the sequence that fits it best.

    Attributes
    ----------
    chain
        Name of the chain.
    sequence
        Name of the sequence; empty when none is of the chain's kind and alike.
    residues, length
        Number of residues of the polymer in the model, and of the sequence.
    matches
        Residues of the model that agree.
    cigar
        The alignment in CIGAR letters, the model against the sequence: ``14I120M`` is 14 residues without a
        model, then 120 aligned.
    mismatches
        Residues of the model that disagree, in order.
    gaps
        Stretches of the sequence without a model, first and last position (from 1), the ends included.
    """

    chain: str
    sequence: str
    residues: int
    length: int
    matches: int
    cigar: str
    mismatches: tuple[Mismatch, ...]
    gaps: tuple[tuple[int, int], ...]

    @property
    def identity(self) -> float:
        """Percentage of the residues in the model that agree."""
        return 100.0 * self.matches / self.residues if self.residues else 0.0


def compare_sequences(structure: gemmi.Structure, sequences: Sequence[SequenceRecord]) -> list[SequenceComparison]:
    """Align each polymer of the first model with each sequence of its kind and keep the best.

    The alignment is gemmi's, which opens gaps where the chain is broken rather than where it is joined.
    """
    comparisons = []
    for chain in structure[0]:
        polymer = chain.get_polymer()
        if not len(polymer):
            continue
        kind = _kind(polymer)
        compared = (_compare(chain.name, polymer, record) for record in sequences if record.kind is kind)
        candidates = [one for one in compared if _support(one) >= LEAST_IDENTITY / 100.0 * one.residues]
        comparisons.append(max(candidates, key=lambda one: one.matches, default=_nothing(chain.name, polymer)))
    return comparisons


def _support(comparison: SequenceComparison) -> int:
    """Agreeing residues, less the cost of the gaps between the first and the last aligned one."""
    inner = comparison.cigar.strip("0123456789I")
    return comparison.matches - GAP_COST * (inner.count("I") + inner.count("D"))


def _nothing(chain: str, polymer: gemmi.ResidueSpan) -> SequenceComparison:
    return SequenceComparison(
        chain=chain, sequence="", residues=polymer.length(), length=0, matches=0, cigar="", mismatches=(), gaps=()
    )


def _kind(polymer: gemmi.ResidueSpan) -> PolymerKind | None:
    names = {"PeptideL": PolymerKind.PROTEIN, "PeptideD": PolymerKind.PROTEIN}
    names |= {"Dna": PolymerKind.DNA, "Rna": PolymerKind.RNA}
    return names.get(polymer.check_polymer_type().name)


def _compare(chain: str, polymer: gemmi.ResidueSpan, record: SequenceRecord) -> SequenceComparison:
    import gemmi

    names = expand_letters(record.sequence, record.kind)
    alignment = gemmi.align_sequence_to_polymer(names, polymer, polymer.check_polymer_type())
    residues = list(polymer.first_conformer())
    expected = alignment.add_gaps(record.sequence, 1)
    mismatches, gaps = [], []
    position = index = matches = 0
    for letter, mark in zip(expected, alignment.add_gaps("+" * len(residues), 2), strict=True):
        position += letter != "-"
        if mark == "-":
            gaps.append(position)
            continue
        residue = residues[index]
        index += 1
        found = gemmi.find_tabulated_residue(residue.name).one_letter_code.upper()
        if letter != "-" and found == letter:
            matches += 1
        else:
            label = f"{chain} {residue.name} {residue.seqid}"
            wanted = "" if letter == "-" else letter
            mismatches.append(Mismatch(residue=label, found=found.strip() or "X", expected=wanted, position=position))
    return SequenceComparison(
        chain=chain,
        sequence=record.name,
        residues=len(residues),
        length=len(record.sequence),
        matches=matches,
        cigar=alignment.cigar_str(),
        mismatches=tuple(mismatches),
        gaps=tuple(_stretches(gaps)),
    )


def _stretches(positions: Sequence[int]) -> list[tuple[int, int]]:
    stretches: list[tuple[int, int]] = []
    for position in positions:
        if stretches and stretches[-1][1] == position - 1:
            stretches[-1] = (stretches[-1][0], position)
        else:
            stretches.append((position, position))
    return stretches
