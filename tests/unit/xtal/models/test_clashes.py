"""Atoms other than hydrogen that overlap are found, with symmetry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import pytest

from xtalflow.xtal import clashes, read_model

MakePeptide = Callable[..., gemmi.Structure]


def add_atom(structure: gemmi.Structure, position: gemmi.Position, name: str = "C1", element: str = "C") -> gemmi.Atom:
    """One more atom, a ligand of its own."""
    atom = gemmi.Atom()
    atom.name, atom.element, atom.pos, atom.occ = name, gemmi.Element(element), position, 1.0
    residue = gemmi.Residue()
    residue.name, residue.seqid = "LIG", gemmi.SeqId("1")
    residue.add_atom(atom)
    chain = gemmi.Chain("L")
    chain.add_residue(residue)
    structure[0].add_chain(chain)
    return structure[0]["L"][0][0]


def beyond(structure: gemmi.Structure, distance: float) -> gemmi.Position:
    """A point at a distance from CB of residue 8, away from its CA."""
    residue = structure[0]["A"][7]
    alpha, beta = residue["CA"][0].pos, residue["CB"][0].pos
    return beta + (beta - alpha) * (distance / alpha.dist(beta))


def test_a_good_helix_has_no_clash(peptide: MakePeptide) -> None:
    """Bonds, angles, torsions and hydrogen bonds are no clashes."""
    report = clashes(peptide(["ALA"] * 12))

    assert report.clashes == ()
    assert (report.score, report.atoms) == (0.0, 60)


def test_an_overlap_is_a_clash_and_the_score_is_per_thousand_atoms(peptide: MakePeptide) -> None:
    """With the names of both atoms."""
    structure = peptide()
    add_atom(structure, beyond(structure, 2.5))

    report = clashes(structure)

    assert [(one.first, one.second) for one in report.clashes] == [("A/ALA 8/CB", "L/LIG 1/C1")]
    assert report.clashes[0].distance == pytest.approx(2.5, abs=1e-3)
    assert report.clashes[0].overlap == pytest.approx(0.9, abs=1e-3)
    assert report.score == pytest.approx(1000.0 / 41.0)


def test_what_can_be_a_hydrogen_bond_may_come_nearer(peptide: MakePeptide) -> None:
    """At 2.6 Å from an oxygen, oxygen is bound and carbon clashes."""
    structure = peptide()
    oxygen = structure[0]["A"][7]["O"][0].pos
    carbon = structure[0]["A"][7]["C"][0].pos
    place = oxygen + (oxygen - carbon) * (2.6 / oxygen.dist(carbon))
    other = structure.clone()
    add_atom(structure, place, "O1", "O")
    add_atom(other, place)

    assert clashes(structure).clashes == ()
    assert len(clashes(other).clashes) == 1


def test_a_symmetry_mate_can_clash(peptide: MakePeptide) -> None:
    """And the report says that it is one."""
    structure = peptide()
    mate = structure.cell.images[0].apply(structure.cell.fractionalize(beyond(structure, 2.0)))
    add_atom(structure, structure.cell.orthogonalize(mate))

    report = clashes(structure)

    assert any(one.symmetry and one.first == "A/ALA 8/CB" for one in report.clashes)


@pytest.mark.parametrize("kind", ["hydrogen", "metal", "other conformation", "recorded link"])
def test_what_is_no_clash(peptide: MakePeptide, kind: str) -> None:
    """Hydrogens, metals with what they bind, alternatives, and atoms with a bond on record."""
    structure = peptide()
    element = {"hydrogen": "H", "metal": "ZN"}.get(kind, "C")
    atom = add_atom(structure, beyond(structure, 2.0), element=element)
    if kind == "other conformation":
        atom.altloc = "B"
        for other in structure[0]["A"][7]:
            other.altloc = "A"
    elif kind == "recorded link":
        link = gemmi.Connection()
        link.type = gemmi.ConnectionType.Covale
        chains = structure[0]
        link.partner1 = gemmi.make_address(chains["A"], chains["A"][7], chains["A"][7]["CB"][0])
        link.partner2 = gemmi.make_address(chains["L"], chains["L"][0], chains["L"][0][0])
        structure.connections.append(link)

    names = {one.second for one in clashes(structure).clashes if "CB" in one.first}

    assert names == set()


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "lowest", "highest"), [("gamma/gamma_model.pdb", 0, 2), ("mdm2/4hg7.cif", 0, 3), ("tiny/5e5z.pdb", 0, 1)]
)
def test_published_models_hardly_clash(shared_data: Path, name: str, lowest: float, highest: float) -> None:
    """Clashes per 1000 heavy atoms of refined structures."""
    assert lowest <= clashes(read_model(shared_data / name)).score <= highest


@pytest.mark.real_data
def test_an_unrefined_model_clashes_often(shared_data: Path) -> None:
    """The rnase model has side chains through each other, also across symmetry."""
    report = clashes(read_model(shared_data / "rnase" / "rnase_model.pdb"))

    assert report.score > 20
    assert any(one.symmetry for one in report.clashes)
