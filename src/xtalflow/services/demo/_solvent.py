"""The ordered water of the demo's crystal and its disorder: what the truth has beyond the protein."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi

WATER_CHAIN = "W"
_DIRECTIONS = 150
_HYDROGEN_BOND = 2.85
_BOND_RANGE = (2.6, 3.3)
_CLOSEST_CARBON = 3.3
_CLOSEST_WATER = 2.75
_BACKBONE = frozenset({"N", "CA", "C", "O"})


def add_waters(structure: gemmi.Structure, count: int) -> None:
    """Put `count` waters on the surface, at hydrogen-bonding distance and clear of everything else.

    Every N and O is surrounded by trial sites; those with most partners come first. Nothing is drawn at random.
    """
    import gemmi

    chosen: list[gemmi.Position] = []
    for site in _trial_sites(structure):
        if len(chosen) == count:
            break
        if _clear_of(structure.cell, site, chosen):
            chosen.append(site)
    chain = gemmi.Chain(WATER_CHAIN)
    for number, site in enumerate(chosen, start=1):
        residue = gemmi.Residue()
        residue.name, residue.seqid, residue.het_flag = "HOH", gemmi.SeqId(number, " "), "H"
        residue.entity_type = gemmi.EntityType.Water
        atom = gemmi.Atom()
        atom.name, atom.element, atom.pos = "O", gemmi.Element("O"), site
        residue.add_atom(atom)
        chain.add_residue(residue)
    structure[0].add_chain(chain)
    structure.setup_entities()


def set_b_factors(structure: gemmi.Structure) -> None:
    """Give each atom a B factor (Å²) that grows outwards from the middle, more in side chains and water."""
    centre = structure[0][0].calculate_center_of_mass()
    for cra in structure[0].all():
        outward = 0.04 * (cra.atom.pos - centre).length() ** 2
        extra = 8.0 if cra.residue.name == "HOH" else 0.0 if cra.atom.name in _BACKBONE else 2.5
        cra.atom.b_iso = round(10.0 + outward + extra, 2)


def _trial_sites(structure: gemmi.Structure) -> list[gemmi.Position]:
    """Places where a water could be, those with most hydrogen bonds first."""
    import gemmi

    model = structure[0]
    search = gemmi.NeighborSearch(model, structure.cell, 4.0).populate()
    sites: list[tuple[int, gemmi.Position]] = []
    for cra in model.all():
        if cra.atom.element.name == "C":
            continue
        for x, y, z in _sphere(_DIRECTIONS):
            step = gemmi.Position(x, y, z) * _HYDROGEN_BOND
            # Three decimals, as in a PDB file: the choice must not hang on the last bits of a sum.
            site = gemmi.Position(*(round(value, 3) for value in (cra.atom.pos + step).tolist()))
            bonds = _hydrogen_bonds(search, site)
            if bonds:
                sites.append((bonds, site))
    sites.sort(key=lambda pair: -pair[0])
    return [site for _, site in sites]


def _hydrogen_bonds(search: gemmi.NeighborSearch, site: gemmi.Position) -> int:
    """Number of N and O that could bind a water here; 0 if anything is too close."""
    partners = 0
    for mark in search.find_atoms(site, "\0", min_dist=0.0, radius=_CLOSEST_CARBON):
        if mark.element.name == "C" or search.dist(site, mark.pos) < _BOND_RANGE[0]:
            return 0
        partners += 1
    return partners


def _clear_of(cell: gemmi.UnitCell, site: gemmi.Position, waters: list[gemmi.Position]) -> bool:
    import gemmi

    own = cell.find_nearest_image(site, site, gemmi.Asu.Different).dist()
    return own > _CLOSEST_WATER and all(
        cell.find_nearest_image(site, other).dist() > _CLOSEST_WATER for other in waters
    )


def _sphere(count: int) -> list[tuple[float, float, float]]:
    """Directions spread evenly on a spiral (Swinbank & Purser, Q. J. R. Meteorol. Soc. 132 (2006) 1769-1793)."""
    golden = math.pi * (3.0 - math.sqrt(5.0))
    points = []
    for index in range(count):
        z = 1.0 - (2 * index + 1) / count
        radius = math.sqrt(1.0 - z * z)
        points.append((radius * math.cos(golden * index), radius * math.sin(golden * index), z))
    return points
