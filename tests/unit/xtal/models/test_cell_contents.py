"""Weights of polymers and the room that a crystal has for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.errors import InvalidInput
from xtalflow.xtal import (
    AsuSequence,
    Crystal,
    PolymerKind,
    SequenceRecord,
    compare_sequences,
    crystal_of_reflections,
    packings,
    read_model,
    read_reflections,
    read_sequences,
    sequence_weight,
)

CUBE = Crystal(cell=(50.0, 50.0, 50.0, 90.0, 90.0, 90.0), space_group="P 21 21 21")


@pytest.mark.parametrize(
    ("sequence", "kind", "weight"),
    [
        ("GGG", PolymerKind.PROTEIN, 189.17),  # triglycine, PubChem CID 11161
        ("ACGT", PolymerKind.DNA, 1173.8 + 79.98),  # the tetramer with a phosphate at its 5' end
    ],
)
def test_weights_are_those_of_the_literature(sequence: str, kind: PolymerKind, weight: float) -> None:
    assert sequence_weight(sequence, kind) == pytest.approx(weight, abs=0.05)


@pytest.mark.parametrize(
    ("sequence", "kind"), [("MKJX", PolymerKind.PROTEIN), ("ACGTRYX", PolymerKind.DNA), ("ACGUT", PolymerKind.RNA)]
)
def test_letters_that_stand_for_several_residues_have_a_weight(sequence: str, kind: PolymerKind) -> None:
    """Each letter adds to it."""
    weights = [sequence_weight(sequence[:length], kind) for length in range(1, len(sequence) + 1)]

    assert weights == sorted(set(weights))


def test_solvent_is_what_the_molecules_leave() -> None:
    """Four asymmetric units of 31250 Å³; triglycine with 0.74 cm³/g takes 232.4 Å³."""
    contents = [AsuSequence(name="x", sequence="GGG", kind=PolymerKind.PROTEIN, copies=10)]

    once, twice, *_ = packings(CUBE, contents)
    assert once.matthews == pytest.approx(31250 / 1891.7, rel=1e-4)
    assert once.solvent == pytest.approx(100 * (1 - 10 * 232.4 / 31250), rel=1e-3)
    assert (twice.times, twice.matthews) == (2, pytest.approx(once.matthews / 2))


def test_it_ends_when_the_crystal_is_full() -> None:
    """But what is asked about is told, even if there is no room for it."""
    small = [AsuSequence(name="x", sequence="G" * 100, kind=PolymerKind.PROTEIN)]
    large = [AsuSequence(name="x", sequence="G" * 900, kind=PolymerKind.PROTEIN)]

    assert [one.times for one in packings(CUBE, small)] == [1, 2, 3, 4]
    assert [one.solvent < 0 for one in packings(CUBE, large)] == [True]
    assert list(packings(CUBE, [])) == []


def test_without_a_cell_nothing_can_be_said() -> None:
    with pytest.raises(InvalidInput, match="cell is not known"):
        list(packings(Crystal(cell=None, space_group="P 1"), []))


@pytest.mark.real_data
def test_one_copy_of_gamma_leaves_two_fifths_to_the_solvent(shared_data: Path) -> None:
    """Matthews coefficient 2.10 Å³/Da, 41.5 % solvent, as its README says."""
    (record,) = read_sequences(shared_data / "gamma" / "gamma.pir")
    crystal = crystal_of_reflections(read_reflections(shared_data / "gamma" / "merged_intensities_native.mtz"))

    contents = [AsuSequence(name=record.name, sequence=record.sequence, kind=record.kind)]
    once = next(iter(packings(crystal, contents)))
    assert sequence_weight(record.sequence, record.kind) == pytest.approx(15126, abs=1)
    assert (once.matthews, once.solvent) == (pytest.approx(2.10, abs=0.005), pytest.approx(41.5, abs=0.1))


@pytest.mark.real_data
def test_a_sequence_with_an_odd_letter_is_compared(shared_data: Path) -> None:
    """Gemmi knows no residue for J; the others agree as before."""
    model = read_model(shared_data / "gamma" / "gamma_model.pdb")
    (record,) = read_sequences(shared_data / "gamma" / "gamma.pir")
    odd = SequenceRecord(name="odd", sequence=record.sequence[:50] + "J" + record.sequence[51:], kind=record.kind)

    assert compare_sequences(model, [odd])[0].matches == 119
