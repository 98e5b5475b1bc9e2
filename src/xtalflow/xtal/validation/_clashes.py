"""Atoms that are too near to each other, judged on the atoms of the model without hydrogens.

The rule follows MolProbity's all-atom contacts (Word et al., J. Mol. Biol. 285 (1999) 1711-1733): van der Waals
spheres that overlap by 0.4 Å or more are a clash. MolProbity adds hydrogens first; here the heavy atoms alone count,
so that the score is lower than MolProbity's and must be named "heavy atoms" wherever it is shown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi

OVERLAP = 0.4
"""Overlap of two spheres (Å) that is a clash."""
POLAR_OVERLAP = 0.5
"""The same where the two can be joined by a hydrogen bond: N, O and S with N and O."""
RADII = {"C": 1.70, "N": 1.55, "O": 1.40, "S": 1.80, "P": 1.80}
"""Van der Waals radii in Å (Word et al. 1999); other elements have those of Bondi (1964) in gemmi's table."""
CARBONYL_RADIUS = 1.65
"""Radius of a peptide's carbonyl carbon, Å (Word et al. 1999)."""
BOND_MARGIN = 0.45
"""Two atoms of a residue are bonded if nearer than the sum of their covalent radii and this (Å)."""
_LINKS = {("C", "N"): 2.0, ("O3'", "P"): 2.2}
"""Bonds from a residue to the next one, and the longest (Å) that is still one."""
_DISULFIDE = 2.6
_MAX_RADIUS = 4.0
_SAME_PLACE = 0.3
"""An atom nearer than this (Å) to its own symmetry mate lies on the symmetry element."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two atoms, such as ``A/SER 12/OG``, their distance and overlap in Å, and whether one is a symmetry mate."""

    first: str
    second: str
    distance: float
    overlap: float
    symmetry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClashReport:
    """Clashes, worst first, among `atoms` atoms other than hydrogen."""

    clashes: tuple[Clash, ...]
    atoms: int

    @property
    def score(self) -> float:
        """Clashes per 1000 atoms other than hydrogen."""
        return 1000.0 * len(self.clashes) / self.atoms if self.atoms else 0.0


def clashes(structure: gemmi.Structure) -> ClashReport:
    """Find clashing pairs in the first model and with its symmetry mates.

    Left out are pairs joined by one, two or three bonds (which are found from distances within residues, and by
    peptide, nucleotide, disulfide and recorded links between them), pairs of different conformations, pairs of partly
    occupied atoms that need not be there together, and metals with what they bind.

    References
    ----------
    Word et al., J. Mol. Biol. 285 (1999) 1711-1733: radii and the overlap that is a clash.
    Bondi, J. Phys. Chem. 68 (1964) 441-451: radii of the rarer elements.
    """
    import gemmi

    crystal = structure.clone()
    if crystal.cell.explicit_matrices:
        crystal.standardize_crystal_frame()
    crystal.remove_hydrogens()
    while len(crystal) > 1:
        del crystal[-1]
    crystal.assign_serial_numbers()
    crystal.setup_cell_images()
    bonds = _bonds(crystal)
    search = gemmi.NeighborSearch(crystal[0], crystal.cell, _MAX_RADIUS).populate(include_h=False)
    contacts = gemmi.ContactSearch(_MAX_RADIUS)
    contacts.ignore = gemmi.ContactSearch.Ignore.Nothing
    contacts.min_occupancy = 0.01
    found = []
    for contact in contacts.find_contacts(search):
        first, second = contact.partner1, contact.partner2
        excess = _overlap(first.atom, second.atom, contact.dist)
        if excess is None:
            continue
        direct = first.atom.pos.dist(second.atom.pos)
        symmetry = abs(direct - contact.dist) > 1e-3
        if _need_not_meet(first.atom, second.atom, contact.dist, symmetry):
            continue
        if not symmetry and _within_three_bonds(bonds, first.atom.serial, second.atom.serial):
            continue
        found.append(
            Clash(first=_name(first), second=_name(second), distance=contact.dist, overlap=excess, symmetry=symmetry)
        )
    found.sort(key=lambda clash: -clash.overlap)
    return ClashReport(clashes=tuple(found), atoms=crystal[0].count_atom_sites())


def _overlap(first: gemmi.Atom, second: gemmi.Atom, distance: float) -> float | None:
    """Overlap of two van der Waals spheres if it is a clash, else None."""
    if first.element.is_metal or second.element.is_metal:
        return None
    overlap = _radius(first) + _radius(second) - distance
    names = {first.element.name, second.element.name}
    polar = names <= {"N", "O", "S"} and names != {"S"}
    return overlap if overlap >= (POLAR_OVERLAP if polar else OVERLAP) else None


def _radius(atom: gemmi.Atom) -> float:
    if atom.name == "C" and atom.element.name == "C":
        return CARBONYL_RADIUS
    return RADII.get(atom.element.name, float(atom.element.vdw_r))


def _need_not_meet(first: gemmi.Atom, second: gemmi.Atom, distance: float, symmetry: bool) -> bool:
    """Whether two atoms can be there at different times, or are one atom on a symmetry element."""
    if first.serial == second.serial:
        return distance < _SAME_PLACE or first.occ <= 0.5
    if first.has_altloc() and second.has_altloc() and first.altloc != second.altloc:
        return True
    return symmetry and first.occ + second.occ <= 1.001


def _name(site: gemmi.CRA) -> str:
    alternative = f".{site.atom.altloc}" if site.atom.has_altloc() else ""
    return f"{site.chain.name}/{site.residue.name} {site.residue.seqid}/{site.atom.name}{alternative}"


def _bonds(structure: gemmi.Structure) -> dict[int, set[int]]:
    """Serial numbers of the atoms bonded to each atom in the same copy."""
    bonds: dict[int, set[int]] = defaultdict(set)
    for chain in structure[0]:
        for residue in chain:
            atoms = list(residue)
            for index, first in enumerate(atoms):
                for second in atoms[:index]:
                    if _covalent(first, second):
                        _join(bonds, first, second)
        for residue, after in zip(chain, list(chain)[1:], strict=False):
            for (name, next_name), longest in _LINKS.items():
                _join_near(bonds, residue, name, after, next_name, longest)
    sulfurs = [site.atom for site in structure[0].all() if site.residue.name == "CYS" and site.atom.name == "SG"]
    for index, first in enumerate(sulfurs):
        for second in sulfurs[:index]:
            if first.pos.dist(second.pos) < _DISULFIDE:
                _join(bonds, first, second)
    for link in structure.connections:
        ends = [structure[0].find_cra(end, ignore_segment=True).atom for end in (link.partner1, link.partner2)]
        if ends[0] is not None and ends[1] is not None and link.type.name != "Hydrog":
            _join(bonds, ends[0], ends[1])
    return bonds


def _covalent(first: gemmi.Atom, second: gemmi.Atom) -> bool:
    limit = float(first.element.covalent_r + second.element.covalent_r) + BOND_MARGIN
    return first.pos.dist(second.pos) < limit


def _join(bonds: dict[int, set[int]], first: gemmi.Atom, second: gemmi.Atom) -> None:
    bonds[first.serial].add(second.serial)
    bonds[second.serial].add(first.serial)


def _join_near(
    bonds: dict[int, set[int]], residue: gemmi.Residue, name: str, after: gemmi.Residue, next_name: str, longest: float
) -> None:
    """Join atoms of two neighbouring residues in all their conformations."""
    for first in (atom for atom in residue if atom.name == name):
        for second in (atom for atom in after if atom.name == next_name):
            if first.pos.dist(second.pos) < longest:
                _join(bonds, first, second)


def _within_three_bonds(bonds: dict[int, set[int]], first: int, second: int) -> bool:
    """Whether two atoms are 1-2, 1-3 or 1-4 neighbours: their shells of one and two bonds meet."""
    near_first = bonds.get(first, set())
    if second in near_first:
        return True
    near_second = bonds.get(second, set())
    if near_first & near_second:
        return True
    return any(bonds.get(atom, set()) & near_second for atom in near_first)
