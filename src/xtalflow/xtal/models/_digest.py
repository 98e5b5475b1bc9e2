"""A fingerprint of the atoms of a model, the same for PDB and mmCIF and for any order of atoms."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi

_NO_ALTLOC = "\0"
_HALF_WAY = 5e-6
"""Lifts 10.325, kept in single precision as 10.32499, to 10.33 as gemmi's PDB writer does."""


def coordinates_digest(structure: gemmi.Structure) -> str:
    """SHA-256 of what is refined in a model: atoms, links, cell and space group.

    Coordinates count to 0.001 Å, B factors and occupancies to 0.01, anisotropic U to 0.0001 Å², as the
    PDB format keeps them; title, serial numbers, order of atoms, headers and the file's format do not count.
    """
    lines = [_crystal_line(structure)]
    for index, model in enumerate(structure):
        lines += sorted(_atom_line(index, site) for site in model.all())
    lines += sorted(_link_line(link) for link in structure.connections if _is_chemical(link))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _crystal_line(structure: gemmi.Structure) -> str:
    if not structure.cell.is_crystal():
        return "no cell"
    values = structure.cell.parameters
    cell = [_fixed(value, 3) for value in values[:3]] + [_fixed(value, 2) for value in values[3:]]
    group = structure.find_spacegroup()
    return " ".join([*cell, group.xhm() if group is not None else structure.spacegroup_hm.strip()])


def _atom_line(index: int, site: gemmi.CRA) -> str:
    atom, residue = site.atom, site.residue
    words = [str(index), site.chain.name, str(residue.seqid), residue.name, atom.name]
    words += [atom.altloc.strip(_NO_ALTLOC), atom.element.name]
    words += [_fixed(value, 3) for value in (atom.pos.x, atom.pos.y, atom.pos.z)]
    words += [_fixed(value + _HALF_WAY, 2) for value in (atom.occ, atom.b_iso)]
    if atom.aniso.nonzero():
        words += [_fixed(value, 4) for value in atom.aniso.elements_pdb()]
    return "|".join(words)


def _is_chemical(link: gemmi.Connection) -> bool:
    """Hydrogen bonds and links of no known kind are remarks; the others change the restraints."""
    return link.type.name in {"Covale", "Disulf", "MetalC"}


def _link_line(link: gemmi.Connection) -> str:
    ends = sorted(
        f"{end.chain_name} {end.res_id} {end.atom_name} {end.altloc.strip(_NO_ALTLOC)}"
        for end in (link.partner1, link.partner2)
    )
    return "|".join([link.type.name, link.link_id, *ends])


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text
