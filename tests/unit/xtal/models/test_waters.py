"""Waters are put where a difference map and the model around it allow them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, UnsuitableContent
from xtalflow.xtal import (
    Rejection,
    Water,
    add_waters,
    count_waters,
    pick_waters,
    read_density_map,
    read_model,
    write_model,
)

MakePeptide = Callable[..., gemmi.Structure]
MakeMap = Callable[..., Path]
Point = tuple[float, float, float]


def away(structure: gemmi.Structure, atom: str, distance: float) -> Point:
    """A point at a distance from an atom of residue 4, straight away from the middle of the model."""
    site = next(site for site in structure[0]["A"][3] if site.name == atom).pos
    middle = np.mean([cra.atom.pos.tolist() for cra in structure[0].all()], axis=0)
    outwards = np.array(site.tolist()) - middle
    x, y, z = (np.array(site.tolist()) + distance * outwards / np.linalg.norm(outwards)).tolist()
    return (x, y, z)


def water(position: Point, b_iso: float = 20.0) -> Water:
    return Water(position=position, height=5.0, b_iso=b_iso, bound_to="A/ALA 1/O", distance=2.8)


def test_a_peak_at_hydrogen_bonding_distance_is_a_water(peptide: MakePeptide, map_file: MakeMap) -> None:
    """Its place is that of the peak, and it says what binds it."""
    structure = peptide()
    place = away(structure, "O", 2.8)

    found = pick_waters(structure, read_density_map(map_file([(place, 1.0)])))

    assert len(found.waters) == 1
    one = found.waters[0]
    assert np.linalg.norm(np.array(one.position) - place) < 0.05
    assert one.bound_to.endswith("/O")
    assert one.distance == pytest.approx(2.8, abs=0.1)
    assert one.b_iso == pytest.approx(20.0)
    assert one.height > 3.5


@pytest.mark.parametrize(
    ("atom", "distance", "reason"),
    [("O", 1.5, Rejection.TOO_CLOSE), ("O", 4.5, Rejection.NOT_BOUND), ("CB", 2.0, Rejection.TOO_CLOSE)],
)
def test_a_peak_elsewhere_is_no_water(
    peptide: MakePeptide, map_file: MakeMap, atom: str, distance: float, reason: Rejection
) -> None:
    """Too near to anything, or with nothing to bind it, with the reason counted."""
    structure = peptide()

    found = pick_waters(structure, read_density_map(map_file([(away(structure, atom, distance), 1.0)])))

    assert found.waters == ()
    assert found.rejected[reason] >= 1


def test_of_two_peaks_in_the_place_of_one_water_the_higher_is_taken(peptide: MakePeptide, map_file: MakeMap) -> None:
    """The second would overlap with the first."""
    structure = peptide()
    oxygen = np.array(structure[0]["A"][3]["O"][0].pos.tolist())
    high = away(structure, "O", 2.6)
    outwards = (np.array(high) - oxygen) / 2.6
    sideways = np.cross(outwards, [0.0, 1.0, 0.0])
    low = oxygen + 2.9 * (0.77 * outwards + 0.64 * sideways / np.linalg.norm(sideways))

    found = pick_waters(structure, read_density_map(map_file([(low, 0.7), (high, 1.0)], d_min=1.2)))

    assert len(found.waters) == 1
    assert np.linalg.norm(np.array(found.waters[0].position) - high) < 0.3
    assert found.rejected[Rejection.OTHER_WATER] >= 1


def test_a_water_bound_to_a_symmetry_mate_is_put_beside_the_model(peptide: MakePeptide, map_file: MakeMap) -> None:
    """Any copy of the peak in the crystal leads to the same water."""
    structure = peptide()
    place = gemmi.Position(*away(structure, "O", 2.8))
    operation = structure.cell.images[2]
    mate = structure.cell.orthogonalize(operation.apply(structure.cell.fractionalize(place)))

    found = pick_waters(structure, read_density_map(map_file([(mate.tolist(), 1.0)])))

    assert gemmi.Position(*found.waters[0].position).dist(place) < 0.05


def test_no_water_on_a_special_position(peptide: MakePeptide, map_file: MakeMap) -> None:
    """A two-fold axis through a peak would double the water."""
    structure = peptide()
    structure.spacegroup_hm = "P 2"
    place = away(structure, "O", 2.8)
    shift = gemmi.Position(-place[0], 0.0, -place[2])  # the axis is at x = z = 0
    for site in structure[0].all():
        site.atom.pos += shift

    path = map_file([((0.0, place[1], 0.0), 0.5)], space_group="P 2")
    found = pick_waters(structure, read_density_map(path))

    assert found.waters == ()
    assert found.rejected == {Rejection.SPECIAL_POSITION: 1}


def test_hydrogens_of_the_model_do_not_keep_water_away(peptide: MakePeptide, map_file: MakeMap) -> None:
    """A water may sit on a hydrogen that was only guessed."""
    structure = peptide()
    place = away(structure, "O", 2.8)
    hydrogen = gemmi.Atom()
    hydrogen.name, hydrogen.element, hydrogen.pos = "HX", gemmi.Element("H"), gemmi.Position(*place)
    structure[0]["A"][0].add_atom(hydrogen)

    assert len(pick_waters(structure, read_density_map(map_file([(place, 1.0)]))).waters) == 1


def test_the_limits_are_what_is_asked_for(peptide: MakePeptide, map_file: MakeMap) -> None:
    """Distances and height move the choice; nonsense is refused."""
    structure = peptide()
    density = read_density_map(map_file([(away(structure, "O", 3.0), 1.0)]))

    assert pick_waters(structure, density, farthest=2.7, closest=2.3).waters == ()
    assert pick_waters(structure, density, sigma=1000.0).peaks == 0
    with pytest.raises(InvalidInput, match="shortest contact"):
        pick_waters(structure, density, closest=4.0)


def test_new_waters_get_a_chain_of_their_own(peptide: MakePeptide) -> None:
    """W if it is free, and the model given is left as it is."""
    structure = peptide()

    extended = add_waters(structure, [water((1.0, 2.0, 3.0), 33.0), water((8.0, 2.0, 3.0))])

    assert count_waters(structure) == 0
    assert [chain.name for chain in extended[0]] == ["A", "W"]
    first = extended[0]["W"][0]
    assert (first.name, str(first.seqid), first.het_flag) == ("HOH", "1", "H")
    assert (first[0].name, first[0].element.name, first[0].occ, first[0].b_iso) == ("O", "O", 1.0, 33.0)


def test_a_chain_name_in_use_is_not_used_again(peptide: MakePeptide) -> None:
    """Neither that of a chain nor that of a subchain (label_asym_id)."""
    structure = peptide()
    structure[0]["A"].name = "W"
    for residue in structure[0]["W"]:
        residue.subchain = "A"
    once = add_waters(structure, [water((1.0, 2.0, 3.0))])
    twice = add_waters(once, [water((8.0, 2.0, 3.0))])

    assert [chain.name for chain in twice[0]] == ["W", "B", "C"]


def test_chain_names_of_two_characters_come_last(peptide: MakePeptide) -> None:
    """When all letters and digits are in use."""
    structure = peptide()
    for _ in range(62):
        structure = add_waters(structure, [water((1.0, 2.0, 3.0))])

    names = [chain.name for chain in structure[0]]

    assert len(set(names)) == 63
    assert [name for name in names if len(name) > 1] == ["WW"]


def test_ten_thousand_waters_need_two_chains(peptide: MakePeptide, tmp_path: Path) -> None:
    """A residue number has four columns in PDB."""
    extended = add_waters(peptide(), [water((1.0, 2.0, 3.0))] * 10_000)
    write_model(extended, tmp_path / "many.pdb")

    assert [(chain.name, len(chain)) for chain in extended[0]] == [("A", 8), ("W", 9999), ("B", 1)]
    assert count_waters(read_model(tmp_path / "many.pdb")) == 10_000


@pytest.mark.parametrize("suffix", [".pdb", ".cif"])
def test_a_model_with_new_waters_is_written_and_read_again(peptide: MakePeptide, tmp_path: Path, suffix: str) -> None:
    """As water, with an entity and a label_asym_id that nothing else has."""
    path = tmp_path / f"model{suffix}"
    write_model(add_waters(peptide(), [water((1.0, 2.0, 3.0)), water((8.0, 2.0, 3.0))]), path)

    model = read_model(path)

    assert count_waters(model) == 2
    assert model[0]["W"][1][0].pos.tolist() == [8.0, 2.0, 3.0]
    assert Counter(entity.entity_type.name for entity in model.entities) == {"Polymer": 1, "Water": 1}


def test_map_coefficients_that_are_not_there_are_refused(map_file: MakeMap, pdb_file: Path) -> None:
    """Wrong labels, and a file that is no MTZ."""
    path = map_file([((5.0, 5.0, 5.0), 1.0)])

    with pytest.raises(UnsuitableContent, match="no column DELFWT"):
        read_density_map(path, "DELFWT,PHDELWT")
    with pytest.raises(UnsuitableContent, match="atomic model in PDB format"):
        read_density_map(pdb_file)


def test_the_resolution_of_a_map_is_that_of_the_terms_present(map_file: MakeMap) -> None:
    """So that a caller can judge whether it shows waters."""
    density = read_density_map(map_file([((5.0, 5.0, 5.0), 1.0)], d_min=2.5))

    assert density.d_min == pytest.approx(2.5, abs=0.02)
    assert float(np.std(density.grid.array)) == pytest.approx(1.0, abs=1e-3)
