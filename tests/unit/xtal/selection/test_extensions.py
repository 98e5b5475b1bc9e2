"""What gemmi's grammar cannot say means the atoms that a plain filter finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import NothingSelected
from xtalflow.xtal import atom_mask, parse_selection, read_model, select_atoms

from .conftest import Site, make_structure, sites_of

Check = Callable[[str, Callable[[Site], bool]], None]
PROTEIN, DNA = {"A"}, {"BB"}
MAIN = {"N", "CA", "C", "O", "H"}


def test_operators(selects: Check) -> None:
    selects("A and [C]", lambda site: site.chain == "A" and site.element == "C")
    selects("A or (HOH)", lambda site: site.chain == "A" or site.residue == "HOH")
    selects("not {A or (HOH)}", lambda site: site.chain != "A" and site.residue != "HOH")
    selects("A xor [C]", lambda site: (site.chain == "A") != (site.element == "C"))
    selects(
        "A xor [C] xor :A", lambda site: ((site.chain == "A") + (site.element == "C") + (site.altloc == "A")) % 2 == 1
    )
    selects("A excl :A", lambda site: site.chain == "A" and site.altloc != "A")


def test_lists_of_residues(selects: Check) -> None:
    selects("A/-2,10-11", lambda site: site.chain == "A" and (site.number in (-2, 11) or site.number == 10))
    selects("A/!10-11", lambda site: site.chain == "A" and site.number < 10)
    selects("A/10,10.B", lambda site: site.chain == "A" and site.number == 10 and site.code in ("", "B"))
    selects("*/1,2(DA,ZN)", lambda site: site.number in (1, 2) and site.residue in ("DA", "ZN"))
    selects("*.", lambda site: site.code == "")


def test_models(selects: Check) -> None:
    selects("/1,7", lambda site: site.model == 1)
    selects("/2/*/*/CA", lambda site: site.model == 2 and site.atom == "CA")


def test_comparisons_with_the_limit_included(selects: Check) -> None:
    selects("q<=0.5", lambda site: site.occupancy < 0.6)
    selects("q>=0.5", lambda site: site.occupancy > 0.4)
    selects("A and b<=40", lambda site: site.chain == "A" and site.b_factor <= 40)


def test_kinds_of_residues(selects: Check) -> None:
    """A glutamate that belongs to no polymer is a ligand, a selenomethionine within one is protein."""
    selects("protein", lambda site: site.chain in PROTEIN)
    selects("nucleic", lambda site: site.chain in DNA)
    selects("polymer", lambda site: site.chain in PROTEIN | DNA)
    selects("water", lambda site: site.residue == "HOH")
    selects("saccharide", lambda site: site.residue == "NAG")
    selects("metal", lambda site: site.residue == "ZN")
    selects("ligand", lambda site: site.residue in ("HEM", "SO4", "UNL", "GLU"))
    selects("solute", lambda site: site.residue in ("SO4", "ZN"))
    selects("hetero", lambda site: site.het)


def test_kinds_of_atoms(selects: Check) -> None:
    selects("hydrogen", lambda site: site.element in ("H", "D"))
    selects("allmetal", lambda site: site.element in ("Zn", "Fe"))
    selects("catrace", lambda site: site.chain in PROTEIN and site.atom == "CA")
    selects(
        "main",
        lambda site: (
            (site.chain in PROTEIN and site.atom in MAIN)
            or (site.chain in DNA and site.atom in ("P", "O5'", "H5'", "C1*"))
        ),
    )
    selects("base", lambda site: site.chain in DNA and site.atom in ("N9", "N1"))
    selects("side", lambda site: site.atom in ("N9", "N1") or (site.chain in PROTEIN and site.atom in ("CB", "HB1")))


def test_without_entities_names_tell_polymers(sites: list[Site]) -> None:
    structure = make_structure()
    for model in structure:
        for chain in model:
            for residue in chain:
                residue.entity_type = gemmi.EntityType.Unknown
    structure.entities.clear()

    protein = atom_mask(structure, parse_selection("protein"))
    assert protein.tolist() == [site.chain in PROTEIN or site.residue == "GLU" for site in sites]


def near(site: Site, sites: list[Site], centre: Callable[[Site], bool], distance: float) -> bool:
    return any(centre(other) and other.model == site.model and site.distance(other) <= distance for other in sites)


def is_zinc(site: Site) -> bool:
    return site.residue == "ZN"


def test_neighbours_are_those_within_the_distance_in_the_same_model(selects: Check, sites: list[Site]) -> None:
    selects("within 8 of (ZN)", lambda site: near(site, sites, is_zinc, 8.0))
    selects("A within 8 of (ZN)", lambda site: site.chain == "A" and near(site, sites, is_zinc, 8.0))
    selects("within 8 of /1/*/(ZN)", lambda site: site.model == 1 and near(site, sites, is_zinc, 8.0))


def test_whole_residues(selects: Check, sites: list[Site]) -> None:
    touched = {site.of for site in sites if near(site, sites, is_zinc, 8.0)}

    selects("residues within 8 of (ZN)", lambda site: site.of in touched)
    selects('neighb cid="(ZN)" maxd=8 group=residue', lambda site: site.of in touched)
    selects(
        'neighb cid="(ZN)" maxd=8 group=residue excl=central', lambda site: site.of in touched and site.residue != "ZN"
    )
    selects("residues b>70", lambda site: any(other.b_factor > 70 and other.of == site.of for other in sites))


def test_groups_of_a_neighbourhood(selects: Check, sites: list[Site]) -> None:
    """The side chains of residues whose side chain is near."""
    side = [site for site in sites if site.chain == "A" and site.atom in ("CB", "HB1")]
    touched = {site.of for site in side if near(site, sites, is_zinc, 10.0)}

    selects("A and neighb (ZN) 10 group=side", lambda site: site in side and site.of in touched)


def test_a_shell_begins_beyond_its_least_distance(selects: Check, sites: list[Site]) -> None:
    selects(
        "neighb (ZN) maxd=12 mind=6",
        lambda site: near(site, sites, is_zinc, 12.0) and not near(site, sites, is_zinc, 6.0),
    )


def test_the_centre_belongs_to_its_neighbourhood_unless_it_is_left_out(selects: Check, sites: list[Site]) -> None:
    selects(
        "neighb (ZN) 8 excl=central,ligand",
        lambda site: near(site, sites, is_zinc, 8.0) and site.residue not in ("ZN", "HEM", "SO4", "UNL", "GLU"),
    )


@pytest.mark.real_data
def test_residues_around_a_ligand_are_those_that_gemmi_finds(shared_data: Path) -> None:
    """NeighborSearch without a cell, atom by atom; altlocs do not count here."""
    structure = read_model(shared_data / "mdm2/4hg7.pdb")
    search = gemmi.NeighborSearch(structure[0], gemmi.UnitCell(), 4.0).populate()
    found = set()
    for site in structure[0].all():
        if site.residue.name == "NUT":
            found |= {str(mark.to_cra(structure[0])) for mark in search.find_atoms(site.atom.pos, "\0", radius=4.0)}
    mask = atom_mask(structure, parse_selection("within 4 of (NUT)"))

    selected = {str(site) for site, taken in zip(structure[0].all(), mask, strict=True) if taken}
    assert selected == found
    assert len(selected) > 60


@pytest.mark.real_data
def test_words_partition_a_real_model(shared_data: Path) -> None:
    """4HG7 has a protein, nutlin (40 atoms), sulphate (5 atoms) and 97 waters."""
    structure = read_model(shared_data / "mdm2/4hg7.cif")
    sites = sites_of(structure)

    def count(text: str) -> int:
        return int(atom_mask(structure, parse_selection(text)).sum())

    assert (count("ligand"), count("water"), count("solute")) == (45, 97, 5)
    assert count("protein") == len(sites) - 45 - 97 == count("main or side")
    assert len({(site.number, site.code) for site in sites if not site.het}) == count("catrace and :,A")


def test_nothing_selected_tells_what_there_is(structure: gemmi.Structure) -> None:
    with pytest.raises(NothingSelected) as caught:
        select_atoms(structure, parse_selection("C/200"))

    assert str(caught.value) == (
        "//C/200 selects no atom: the model has the models 1 to 2, with the chains A (residues -2 to 11), "
        "BB (residues 1 to 3), A-2 (ZN 1; HEM 2; NAG 3; SO4 4; UNL 6; GLU 7), (blank) (2 HOH)"
    )


def test_a_hundred_chains_are_not_all_listed() -> None:
    structure = make_structure()
    for number in range(100):
        structure[0].add_chain(gemmi.Chain(f"C{number}"))

    with pytest.raises(NothingSelected, match=r"and 96 more$") as caught:
        select_atoms(structure, parse_selection("(XXX)"))
    assert len(str(caught.value)) < 300


def test_a_structure_without_atoms_has_nothing_to_select() -> None:
    with pytest.raises(NothingSelected, match="the model has no chain"):
        select_atoms(gemmi.Structure(), parse_selection("within 5 of A"))


def test_coordinates_beyond_all_measure_are_no_trouble() -> None:
    structure = make_structure()
    structure[0]["A"][0][0].pos = gemmi.Position(1e30, -1e300, 0)
    mask = atom_mask(structure, parse_selection("within 5 of A/-2"))

    assert mask.any()
    assert np.isfinite(mask.sum())
