"""The demo's protein: two antiparallel helices of 32 residues, built from torsion angles and ideal geometry.

The atoms are placed one after the other from length, angle and torsion (Parsons, Holmes, Rojas, Tsai & Strauss,
J. Comput. Chem. 26 (2005) 1063-1068). The turn was found by a search for a compact pair of helices, the place in
the cell by one for a packing without clashes; both are kept here as constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from ._geometry import AMINO_ACIDS, PEPTIDE_LINK, Monomer

if TYPE_CHECKING:
    import gemmi

Point: TypeAlias = npt.NDArray[np.float64]

SEQUENCE = "AASAAAGASAAAASGSGGAAGASAAAASAAAG"
CHAIN = "A"
SPACE_GROUP = "P 21 21 21"
CELL = (24.0, 28.0, 34.0, 90.0, 90.0, 90.0)
_HELIX = (-58.0, -47.0)
_TURN = {
    14: (-67.0, -75.0),
    15: (-126.0, 142.0),
    16: (-111.0, 129.0),
    17: (-119.0, 130.0),
    18: (-74.0, -44.0),
    19: (-46.0, 112.0),
}
"""Phi and psi in degrees of the residues outside the helices."""
_CHI1 = {14: -65.0}
_CHI1_ELSEWHERE = 180.0
_CB_TORSION = -122.0
"""Torsion C-N-CA-CB of an L-amino acid with the angles of `_geometry`."""
_ANCHOR = {
    "N": (21.600, 5.265, 13.124),
    "CA": (21.202, 4.367, 12.047),
    "C": (20.932, 2.961, 12.572),
}
"""The first residue in the cell, Å."""


def place_atom(a: Point, b: Point, c: Point, *, length: float, angle: float, torsion: float) -> Point:
    """Position of an atom bonded to `c`, from c-d (Å), b-c-d and a-b-c-d (degrees)."""
    theta, chi = np.radians(angle), np.radians(torsion)
    along = (c - b) / np.linalg.norm(c - b)
    normal = np.cross(b - a, along)
    normal /= np.linalg.norm(normal)
    local = np.array([-np.cos(theta), np.sin(theta) * np.cos(chi), np.sin(theta) * np.sin(chi)])
    placed: Point = c + length * (local @ np.array([along, np.cross(normal, along), normal]))
    return placed


def build_fold() -> gemmi.Structure:
    """The protein in its cell, without hydrogens and waters; every B factor is 0."""
    import gemmi

    structure = gemmi.Structure()
    structure.name = "demo"
    structure.cell = gemmi.UnitCell(*CELL)
    structure.spacegroup_hm = SPACE_GROUP
    chain = gemmi.Chain(CHAIN)
    for number, (letter, atoms) in enumerate(zip(SEQUENCE, _positions(), strict=True), start=1):
        chain.add_residue(_residue(AMINO_ACIDS[letter], number, atoms))
    model = gemmi.Model(1)
    model.add_chain(chain)
    structure.add_model(model)
    structure.setup_entities()
    structure.setup_cell_images()
    return structure


def _residue(monomer: Monomer, number: int, atoms: Mapping[str, Point]) -> gemmi.Residue:
    import gemmi

    residue = gemmi.Residue()
    residue.name, residue.seqid = monomer.name, gemmi.SeqId(number, " ")
    residue.entity_type = gemmi.EntityType.Polymer
    for name, position in atoms.items():
        atom = gemmi.Atom()
        atom.name, atom.element = name, gemmi.Element(name[0])
        atom.pos = gemmi.Position(*position)
        residue.add_atom(atom)
    return residue


def _positions() -> list[dict[str, Point]]:
    """Coordinates of every residue, its atoms in the order of the PDB."""
    backbone = _backbone()
    residues = []
    for index, letter in enumerate(SEQUENCE):
        monomer, atoms = AMINO_ACIDS[letter], dict(backbone[index])
        last = index + 1 == len(SEQUENCE)
        main, psi = (atoms["N"], atoms["CA"], atoms["C"]), _phi_psi(index + 1)[1]
        if last:
            length, angle = monomer.length("C", "OXT"), monomer.angle("CA", "C", "OXT")
        else:
            length, angle = PEPTIDE_LINK.c_o.length, PEPTIDE_LINK.ca_c_o.value
        atoms["O"] = place_atom(*main, length=length, angle=angle, torsion=psi + 180.0)
        atoms |= _side_chain(monomer, index + 1, atoms)
        if last:
            atoms["OXT"] = place_atom(*main, length=length, angle=angle, torsion=psi)
        residues.append(atoms)
    return residues


def _backbone() -> list[dict[str, Point]]:
    """N, CA and C of every residue."""
    link = PEPTIDE_LINK
    chain = [{name: np.array(position) for name, position in _ANCHOR.items()}]
    for number in range(2, len(SEQUENCE) + 1):
        before, monomer = chain[-1], AMINO_ACIDS[SEQUENCE[number - 1]]
        phi, psi = _phi_psi(number)[0], _phi_psi(number - 1)[1]
        n = place_atom(*before.values(), length=link.c_n.length, angle=link.ca_c_n.value, torsion=psi)
        ca = place_atom(
            before["CA"], before["C"], n, length=monomer.length("N", "CA"), angle=link.c_n_ca.value, torsion=180.0
        )
        c = place_atom(
            before["C"], n, ca, length=monomer.length("CA", "C"), angle=monomer.angle("N", "CA", "C"), torsion=phi
        )
        chain.append({"N": n, "CA": ca, "C": c})
    return chain


def _side_chain(monomer: Monomer, number: int, atoms: Mapping[str, Point]) -> dict[str, Point]:
    names = {atom.name for atom in monomer.atoms}
    if "CB" not in names:
        return {}
    n, ca, c = atoms["N"], atoms["CA"], atoms["C"]
    cb = place_atom(
        c, n, ca, length=monomer.length("CA", "CB"), angle=monomer.angle("N", "CA", "CB"), torsion=_CB_TORSION
    )
    if "OG" not in names:
        return {"CB": cb}
    chi1 = _CHI1.get(number, _CHI1_ELSEWHERE)
    og = place_atom(n, ca, cb, length=monomer.length("CB", "OG"), angle=monomer.angle("CA", "CB", "OG"), torsion=chi1)
    return {"CB": cb, "OG": og}


def _phi_psi(number: int) -> tuple[float, float]:
    return _TURN.get(number, _HELIX)
