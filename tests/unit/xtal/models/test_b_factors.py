"""B factors are summarised by chain and kind, and what stands out is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import pytest

from xtalflow.xtal import b_factor_summary, read_model

MakePeptide = Callable[..., gemmi.Structure]


def test_groups_have_their_mean_and_range(peptide: MakePeptide) -> None:
    """One group for the polymer of a chain."""
    structure = peptide()
    structure[0]["A"][0][0].b_iso = 60.0

    summary = b_factor_summary(structure)

    assert [(group.chain, group.kind, group.atoms) for group in summary.groups] == [("A", "polymer", 40)]
    group = summary.groups[0]
    assert (group.least, group.greatest) == (20.0, 60.0)
    assert summary.mean == group.mean == pytest.approx(21.0)


def test_a_residue_far_from_the_others_stands_out(peptide: MakePeptide) -> None:
    """By robust standard deviations, so that it does not hide itself."""
    structure = peptide(["ALA"] * 12)
    for number, residue in enumerate(structure[0]["A"]):
        for atom in residue:
            atom.b_iso = 90.0 if number == 5 else 20.0 + number % 3

    outliers = b_factor_summary(structure).outliers

    assert [outlier.residue for outlier in outliers] == ["A/ALA 6"]
    assert outliers[0].z > 20


def test_impossible_values_are_counted(peptide: MakePeptide) -> None:
    """B of zero or less, no occupancy, more than full occupancy."""
    structure = peptide()
    atoms = structure[0]["A"][0]
    atoms[0].b_iso, atoms[1].occ, atoms[2].occ = 0.0, 0.0, 1.5

    summary = b_factor_summary(structure)

    assert (summary.not_positive, summary.unoccupied, summary.overfull) == (1, 1, 1)


@pytest.mark.real_data
def test_a_real_model_has_polymer_ligands_and_waters(shared_data: Path) -> None:
    """4HG7: the waters are hotter than the protein."""
    summary = b_factor_summary(read_model(shared_data / "mdm2" / "4hg7.cif"))

    means = {group.kind: group.mean for group in summary.groups}
    assert {group.kind: group.atoms for group in summary.groups} == {"polymer": 790, "ligand": 45, "water": 97}
    assert means["water"] > means["polymer"] > means["ligand"]
    assert summary.mean == pytest.approx(21.35, abs=0.01)
