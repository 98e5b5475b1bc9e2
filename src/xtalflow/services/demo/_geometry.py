"""Ideal geometry of the few residues that the demo's crystal is made of, as published.

Heavy atoms: Engh & Huber, Acta Cryst. A47 (1991) 392-400, and as column EH in International Tables Vol. F (2006),
Tables 18.3.2.1 to 18.3.2.3. Each value stands with the standard deviation given there.

Hydrogen atoms: distances as SHELXL uses them for data at room temperature (Sheldrick, Acta Cryst. C71 (2015) 3-8);
these are distances between centres of electron density, shorter than between nuclei. Angles are tetrahedral or
share equally what the heavy atoms leave of 360°. Their standard deviations, and those of planes, are our choice.

Water: gas-phase angle of 104.52°, Benedict, Gailar & Plyler, J. Chem. Phys. 24 (1956) 1139-1165.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Atom(NamedTuple):
    """An atom of a monomer; `energy` names its type in `ENERGY_TYPES`."""

    name: str
    element: str
    energy: str
    charge: int = 0


class Bond(NamedTuple):
    """Ideal length and standard deviation in Å."""

    first: str
    second: str
    kind: str
    length: float
    esd: float


class Angle(NamedTuple):
    """Ideal angle at `centre` and standard deviation in degrees."""

    first: str
    centre: str
    last: str
    value: float
    esd: float


class Torsion(NamedTuple):
    """Ideal torsion angle and standard deviation in degrees, repeated `period` times in a turn."""

    name: str
    atoms: tuple[str, str, str, str]
    value: float
    esd: float
    period: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Monomer:
    """What restrains one kind of residue.

    An amino acid is a zwitterion; its lengths and angles are those of a residue in a chain, so that the
    peptide link changes as little as possible.
    """

    name: str
    title: str
    group: str
    letter: str = ""
    atoms: tuple[Atom, ...]
    bonds: tuple[Bond, ...]
    angles: tuple[Angle, ...]
    torsions: tuple[Torsion, ...] = ()
    chiral_centre: bool = False

    def length(self, first: str, second: str) -> float:
        """Ideal length of one bond in Å."""
        return next(bond.length for bond in self.bonds if {bond.first, bond.second} == {first, second})

    def angle(self, first: str, centre: str, last: str) -> float:
        """Ideal value of one angle in degrees."""
        return next(a.value for a in self.angles if a.centre == centre and {a.first, a.last} == {first, last})


class EnergyType(NamedTuple):
    """A type of atom for contacts between atoms that are not bonded.

    `hydrogen_bond` is A(cceptor), D(onor), B(oth), H(ydrogen) or N(one). Radii in Å: of the atom alone, Bondi,
    J. Phys. Chem. 68 (1964) 441-451, and with its hydrogens taken in, Chothia, Nature 254 (1975) 304-308.
    """

    name: str
    hydrogen_bond: str
    radius: float
    radius_with_hydrogens: float
    element: str
    valency: int
    hybridisation: int


ENERGY_TYPES = (
    EnergyType("C", "N", 1.70, 1.76, "C", 4, 2),
    EnergyType("CH1", "N", 1.70, 1.87, "C", 4, 3),
    EnergyType("CH2", "N", 1.70, 1.87, "C", 4, 3),
    EnergyType("CH3", "N", 1.70, 1.87, "C", 4, 3),
    EnergyType("NH1", "D", 1.55, 1.65, "N", 3, 2),
    EnergyType("NT3", "D", 1.55, 1.50, "N", 4, 3),
    EnergyType("O", "A", 1.52, 1.40, "O", 2, 2),
    EnergyType("OC", "A", 1.52, 1.40, "O", 2, 2),
    EnergyType("OH1", "B", 1.52, 1.40, "O", 2, 3),
    EnergyType("OH2", "B", 1.52, 1.40, "O", 2, 3),
    EnergyType("H", "H", 1.20, 1.20, "H", 1, 0),
)

TETRAHEDRAL = 109.5
_H, _H_ESD = 3.0, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class PeptideLink:
    """The bond from C of one residue to N of the next, and what it changes in the two.

    Between C-alpha and O of the first, C=O and the angle lose their carboxylate character; N of the second becomes
    planar. Values are those of two residues other than glycine and proline.
    """

    c_n: Bond
    c_o: Bond
    n_h: Bond
    ca_c_n: Angle
    o_c_n: Angle
    c_n_ca: Angle
    ca_c_o: Angle
    c_n_h: Angle
    ca_n_h: Angle
    omega_esd: float


PEPTIDE_LINK = PeptideLink(
    c_n=Bond("C", "N", "single", 1.329, 0.014),
    c_o=Bond("C", "O", "double", 1.231, 0.020),
    n_h=Bond("N", "H", "single", 0.86, _H_ESD),
    ca_c_n=Angle("CA", "C", "N", 116.2, 2.0),
    o_c_n=Angle("O", "C", "N", 123.0, 1.6),
    c_n_ca=Angle("C", "N", "CA", 121.7, 1.8),
    ca_c_o=Angle("CA", "C", "O", 120.8, 1.7),
    c_n_h=Angle("C", "N", "H", 119.15, _H),
    ca_n_h=Angle("CA", "N", "H", 119.15, _H),
    omega_esd=6.0,
)
PLANE_ESD = 0.02

_BACKBONE = (
    Atom("N", "N", "NT3", 1),
    Atom("H", "H", "H"),
    Atom("H2", "H", "H"),
    Atom("H3", "H", "H"),
    Atom("C", "C", "C"),
    Atom("O", "O", "O"),
    Atom("OXT", "O", "OC", -1),
)
_TERMINAL_BONDS = (
    Bond("N", "H", "single", 0.89, _H_ESD),
    Bond("N", "H2", "single", 0.89, _H_ESD),
    Bond("N", "H3", "single", 0.89, _H_ESD),
    Bond("C", "O", "double", 1.249, 0.019),
    Bond("C", "OXT", "single", 1.249, 0.019),
)
_TERMINAL_ANGLES = (
    Angle("CA", "N", "H", TETRAHEDRAL, _H),
    Angle("CA", "N", "H2", TETRAHEDRAL, _H),
    Angle("CA", "N", "H3", TETRAHEDRAL, _H),
    Angle("H", "N", "H2", TETRAHEDRAL, _H),
    Angle("H", "N", "H3", TETRAHEDRAL, _H),
    Angle("H2", "N", "H3", TETRAHEDRAL, _H),
    Angle("CA", "C", "O", 118.4, 2.3),
    Angle("CA", "C", "OXT", 118.4, 2.3),
    Angle("O", "C", "OXT", 122.9, 2.4),
)
_AMMONIUM = Torsion("hh_n", ("C", "CA", "N", "H"), 180.0, 10.0, 3)

ALA = Monomer(
    name="ALA",
    title="ALANINE",
    group="peptide",
    letter="A",
    chiral_centre=True,
    atoms=(
        *_BACKBONE,
        Atom("CA", "C", "CH1"),
        Atom("HA", "H", "H"),
        Atom("CB", "C", "CH3"),
        Atom("HB1", "H", "H"),
        Atom("HB2", "H", "H"),
        Atom("HB3", "H", "H"),
    ),
    bonds=(
        Bond("N", "CA", "single", 1.458, 0.019),
        Bond("CA", "C", "single", 1.525, 0.021),
        Bond("CA", "CB", "single", 1.521, 0.033),
        *_TERMINAL_BONDS,
        Bond("CA", "HA", "single", 0.98, _H_ESD),
        Bond("CB", "HB1", "single", 0.96, _H_ESD),
        Bond("CB", "HB2", "single", 0.96, _H_ESD),
        Bond("CB", "HB3", "single", 0.96, _H_ESD),
    ),
    angles=(
        Angle("N", "CA", "C", 111.2, 2.8),
        Angle("N", "CA", "CB", 110.4, 1.5),
        Angle("C", "CA", "CB", 110.5, 1.5),
        *_TERMINAL_ANGLES,
        Angle("N", "CA", "HA", 108.2, _H),
        Angle("C", "CA", "HA", 108.2, _H),
        Angle("CB", "CA", "HA", 108.2, _H),
        Angle("CA", "CB", "HB1", TETRAHEDRAL, _H),
        Angle("CA", "CB", "HB2", TETRAHEDRAL, _H),
        Angle("CA", "CB", "HB3", TETRAHEDRAL, _H),
        Angle("HB1", "CB", "HB2", TETRAHEDRAL, _H),
        Angle("HB1", "CB", "HB3", TETRAHEDRAL, _H),
        Angle("HB2", "CB", "HB3", TETRAHEDRAL, _H),
    ),
    torsions=(_AMMONIUM, Torsion("hh_b", ("N", "CA", "CB", "HB1"), 180.0, 10.0, 3)),
)

GLY = Monomer(
    name="GLY",
    title="GLYCINE",
    group="peptide",
    letter="G",
    atoms=(*_BACKBONE, Atom("CA", "C", "CH2"), Atom("HA2", "H", "H"), Atom("HA3", "H", "H")),
    bonds=(
        Bond("N", "CA", "single", 1.451, 0.016),
        Bond("CA", "C", "single", 1.516, 0.018),
        *_TERMINAL_BONDS,
        Bond("CA", "HA2", "single", 0.97, _H_ESD),
        Bond("CA", "HA3", "single", 0.97, _H_ESD),
    ),
    angles=(
        Angle("N", "CA", "C", 112.5, 2.9),
        *_TERMINAL_ANGLES,
        Angle("N", "CA", "HA2", 109.1, _H),
        Angle("N", "CA", "HA3", 109.1, _H),
        Angle("C", "CA", "HA2", 109.1, _H),
        Angle("C", "CA", "HA3", 109.1, _H),
        Angle("HA2", "CA", "HA3", 107.9, _H),
    ),
    torsions=(_AMMONIUM,),
)

SER = Monomer(
    name="SER",
    title="SERINE",
    group="peptide",
    letter="S",
    chiral_centre=True,
    atoms=(
        *_BACKBONE,
        Atom("CA", "C", "CH1"),
        Atom("HA", "H", "H"),
        Atom("CB", "C", "CH2"),
        Atom("HB2", "H", "H"),
        Atom("HB3", "H", "H"),
        Atom("OG", "O", "OH1"),
        Atom("HG", "H", "H"),
    ),
    bonds=(
        Bond("N", "CA", "single", 1.458, 0.019),
        Bond("CA", "C", "single", 1.525, 0.021),
        Bond("CA", "CB", "single", 1.530, 0.020),
        Bond("CB", "OG", "single", 1.417, 0.020),
        *_TERMINAL_BONDS,
        Bond("CA", "HA", "single", 0.98, _H_ESD),
        Bond("CB", "HB2", "single", 0.97, _H_ESD),
        Bond("CB", "HB3", "single", 0.97, _H_ESD),
        Bond("OG", "HG", "single", 0.82, _H_ESD),
    ),
    angles=(
        Angle("N", "CA", "C", 111.2, 2.8),
        Angle("N", "CA", "CB", 110.5, 1.7),
        Angle("C", "CA", "CB", 110.1, 1.9),
        Angle("CA", "CB", "OG", 111.1, 2.0),
        *_TERMINAL_ANGLES,
        Angle("N", "CA", "HA", 108.2, _H),
        Angle("C", "CA", "HA", 108.2, _H),
        Angle("CB", "CA", "HA", 108.2, _H),
        Angle("CA", "CB", "HB2", 109.4, _H),
        Angle("CA", "CB", "HB3", 109.4, _H),
        Angle("OG", "CB", "HB2", 109.4, _H),
        Angle("OG", "CB", "HB3", 109.4, _H),
        Angle("HB2", "CB", "HB3", 108.0, _H),
        Angle("CB", "OG", "HG", TETRAHEDRAL, _H),
    ),
    torsions=(
        _AMMONIUM,
        Torsion("chi1", ("N", "CA", "CB", "OG"), 180.0, 15.0, 3),
        Torsion("hh_g", ("CA", "CB", "OG", "HG"), 180.0, 20.0, 3),
    ),
)

HOH = Monomer(
    name="HOH",
    title="WATER",
    group="non-polymer",
    atoms=(Atom("O", "O", "OH2"), Atom("H1", "H", "H"), Atom("H2", "H", "H")),
    bonds=(Bond("O", "H1", "single", 0.82, _H_ESD), Bond("O", "H2", "single", 0.82, _H_ESD)),
    angles=(Angle("H1", "O", "H2", 104.52, _H),),
)

AMINO_ACIDS = {monomer.letter: monomer for monomer in (ALA, GLY, SER)}
MONOMERS = (*AMINO_ACIDS.values(), HOH)
