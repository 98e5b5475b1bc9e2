"""A part of a model says nothing of what is not in it."""

from __future__ import annotations

import re
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import parse_selection, read_model, select_atoms, write_model

from .conftest import make_structure, sites_of


def address(chain: str, number: int, residue: str, atom: str = "") -> gemmi.AtomAddress:
    return gemmi.AtomAddress(chain, gemmi.SeqId(number, " "), residue, atom)


def make_annotated() -> gemmi.Structure:
    """A link, a cis-peptide, a helix, a sheet of two strands, a modified residue, TLS, R factors, remarks."""
    structure = make_structure()
    link = gemmi.Connection()
    link.name, link.type = "metalc1", gemmi.ConnectionType.MetalC
    link.partner1, link.partner2 = address("A", 1, "MSE", "O"), address("A-2", 1, "ZN", "ZN")
    structure.connections.append(link)
    cis = gemmi.CisPep()
    cis.partner_c, cis.partner_n, cis.model_num = address("A", -2, "ALA"), address("A", -1, "GLY"), 1
    structure.cispeps = [cis]
    helix = gemmi.Helix()
    helix.start, helix.end = address("A", -2, "ALA"), address("A", 1, "MSE")
    structure.helices.append(helix)
    sheet = gemmi.Sheet("S")
    for first, last in (((-2, "ALA"), (-1, "GLY")), ((10, "SER"), (11, "VAL"))):
        strand = gemmi.Sheet.Strand()
        strand.start, strand.end = address("A", *first), address("A", *last)
        sheet.strands.append(strand)
    sheet.strands[1].hbond_atom1 = address("A", 10, "SER", "N")
    sheet.strands[1].hbond_atom2 = address("A", -1, "GLY", "O")
    structure.sheets.append(sheet)
    modified = gemmi.ModRes()
    modified.chain_name, modified.res_id, modified.parent_comp_id = "A", address("A", 1, "MSE").res_id, "MET"
    structure.mod_residues = [modified]
    refinement = gemmi.RefinementInfo()
    refinement.id, refinement.r_work, refinement.resolution_high = "X-RAY DIFFRACTION", 0.18, 1.6
    structure.meta.refinement = [refinement]
    structure.resolution = 1.6
    structure.raw_remarks = ["REMARK 465   M RES C SSSEQI", "REMARK   3   R VALUE : 0.18"]
    return structure


@pytest.fixture
def annotated() -> gemmi.Structure:
    return make_annotated()


def features(structure: gemmi.Structure) -> dict[str, int]:
    return {
        "links": len(structure.connections),
        "cis": len(structure.cispeps),
        "helices": len(structure.helices),
        "sheets": len(structure.sheets),
        "modified": len(structure.mod_residues),
    }


ALL_FEATURES = {"links": 1, "cis": 1, "helices": 1, "sheets": 1, "modified": 1}


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("not (HOH)", set()),
        ("not (ZN)", {"links"}),
        ("not A/1/O", {"links"}),
        ("not A/1", {"links", "helices", "modified"}),
        ("not A/-1", {"cis", "sheets"}),
        ("not A/11", {"sheets"}),
        ("not A/10/N", {"sheets"}),
        ("BB", set(ALL_FEATURES)),
    ],
)
def test_what_names_something_that_is_gone_goes_with_it(annotated: gemmi.Structure, text: str, gone: set[str]) -> None:
    part = select_atoms(annotated, parse_selection(text))

    assert features(part) == {name: 0 if name in gone else 1 for name in ALL_FEATURES}
    assert features(annotated) == ALL_FEATURES


def test_figures_of_the_whole_model_are_not_told_of_a_part(annotated: gemmi.Structure) -> None:
    part = select_atoms(annotated, parse_selection("A"))

    assert np.isnan(part.meta.refinement[0].r_work)
    assert (part.meta.refinement[0].resolution_high, part.resolution) == (1.6, 1.6)
    assert part.raw_remarks == []


def test_if_all_atoms_are_selected_all_stays(annotated: gemmi.Structure) -> None:
    part = select_atoms(annotated, parse_selection("A or not A"))

    assert sites_of(part) == sites_of(annotated)
    assert part.meta.refinement[0].r_work == 0.18
    assert part.raw_remarks == annotated.raw_remarks


def test_the_model_selected_from_stays_as_it_was(annotated: gemmi.Structure) -> None:
    before = sites_of(annotated)

    select_atoms(annotated, parse_selection("A/10/CA"))
    assert sites_of(annotated) == before


def test_atoms_stay_as_they_were_and_empty_residues_chains_and_models_go(annotated: gemmi.Structure) -> None:
    part = select_atoms(annotated, parse_selection("/2/*/(MSE,ZN,GLU)/CA,ZN"))

    assert [model.num for model in part] == [2]
    assert [chain.name for chain in part[0]] == ["A", "A-2"]
    assert [str(residue) for residue in part[0]["A-2"]] == ["1(ZN)", "7(GLU)"]
    assert sites_of(part) == [
        site
        for site in sites_of(annotated)
        if site.model == 2 and (site.residue, site.atom) in {("MSE", "CA"), ("ZN", "ZN"), ("GLU", "CA")}
    ]
    assert {site.atom.flag for site in part[0].all()} == {"\0"}


def test_entities_of_chains_that_are_gone_go(annotated: gemmi.Structure) -> None:
    part = select_atoms(annotated, parse_selection("A or (ZN)"))

    assert {name for entity in part.entities for name in entity.subchains} == {
        residue.subchain for chain in part[0] for residue in chain
    }
    assert all(entity.subchains for entity in part.entities)


@pytest.mark.parametrize("suffix", [".pdb", ".cif"])
def test_a_part_is_written_and_read_again(annotated: gemmi.Structure, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"part{suffix}"
    part = select_atoms(annotated, parse_selection("/1/A,BB/*/!H,HB1,H5'"))
    write_model(part, path)
    again = read_model(path)

    def told(structure: gemmi.Structure) -> list[tuple[object, ...]]:
        return [
            (site.chain, site.number, site.code, site.residue, site.atom, site.altloc, *np.round(site.position, 3))
            for site in sites_of(structure)
        ]

    assert told(again) == told(part)
    assert features(again) | {"modified": 1} == ALL_FEATURES | {"links": 0}
    text = path.read_text()
    assert "ZN" not in text
    assert "REMARK 465" not in text


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["4hg7.pdb", "4hg7.cif"])
def test_a_part_of_a_deposited_model_keeps_what_is_true_of_it(shared_data: Path, tmp_path: Path, name: str) -> None:
    """Residues 20 to 60 hold two of the five helices and, of the strands of the sheets, not all."""
    whole = read_model(shared_data / "mdm2" / name)
    part = select_atoms(whole, parse_selection("A/20-60"))
    path = tmp_path / name
    write_model(part, path)
    again = read_model(path)

    numbers = {residue.seqid.num for chain in again[0] for residue in chain}
    assert numbers == set(range(20, 61))
    assert again.cell == whole.cell
    assert again.resolution == whole.resolution == 1.6
    inside = [one for one in whole.helices if {one.start.res_id.seqid.num, one.end.res_id.seqid.num} <= numbers]
    assert 0 < len(inside) < len(whole.helices)
    assert len(again.helices) == len(inside)
    assert not re.search("FREE R VALUE|R_factor|NUT ", path.read_text())
