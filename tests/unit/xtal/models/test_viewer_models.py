"""Models are given to viewers as text that they can read, whatever their names."""

from __future__ import annotations

import gemmi

from xtalflow.xtal import viewer_cif, viewer_pdb


def structure_with(chain_name: str, residue_name: str, number: str) -> gemmi.Structure:
    structure = gemmi.Structure()
    structure.cell = gemmi.UnitCell(20, 24, 30, 90, 90, 90)
    structure.spacegroup_hm = "P 21 21 21"
    for model_number in (1, 2):
        model = gemmi.Model(model_number)
        for name in ("A", chain_name):
            residue = gemmi.Residue()
            residue.name, residue.seqid = residue_name, gemmi.SeqId(number)
            atom = gemmi.Atom()
            atom.name, atom.element, atom.pos = "CA", gemmi.Element("C"), gemmi.Position(1, 2, 3)
            atom.aniso = gemmi.SMat33f(0.1, 0.1, 0.1, 0, 0, 0)
            residue.add_atom(atom)
            chain = gemmi.Chain(name)
            chain.add_residue(residue)
            model.add_chain(chain)
        structure.add_model(model)
    structure.setup_entities()
    return structure


def test_names_too_long_for_pdb_are_shortened_and_told() -> None:
    """A remark says what a short name stands for; it is no other chain's."""
    text = viewer_pdb(structure_with("Heavy", "A1ABC", "12"))
    lines = text.splitlines()
    atoms = [line for line in lines if line.startswith(("ATOM", "HETATM"))]
    remarks = dict(line.removeprefix("REMARK 999 ").split(" FOR ") for line in lines if line.startswith("REMARK 999"))

    assert [line[20:22].strip() for line in atoms] == ["A", "B"]
    assert remarks["CHAIN B"] == "Heavy"
    assert remarks[f"RESIDUE {atoms[0][17:20].strip()}"] == "A1ABC"


def test_a_number_beyond_four_places_is_in_hybrid_36() -> None:
    text = viewer_pdb(structure_with("B", "ALA", "10000"))

    assert "ALA AA000" in text


def test_the_text_has_the_first_model_without_displacements() -> None:
    text = viewer_pdb(structure_with("B", "ALA", "1"))

    assert text.count("CA  ALA") == 2
    assert "ANISOU" not in text
    assert text.splitlines()[0].startswith("CRYST1   20.000   24.000   30.000")


def test_mmcif_keeps_names_as_they_are() -> None:
    block = gemmi.cif.read_string(viewer_cif(structure_with("Heavy", "A1ABC", "10000"))).sole_block()
    rows = block.find("_atom_site.", ["auth_asym_id", "label_comp_id", "auth_seq_id"])

    assert [list(row) for row in rows] == [["A", "A1ABC", "10000"], ["Heavy", "A1ABC", "10000"]]
