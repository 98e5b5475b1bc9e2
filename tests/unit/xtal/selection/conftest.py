"""A small model that has everything a selection can ask for, and plain ways to look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidSelection
from xtalflow.xtal import atom_mask, parse_selection

ALANINE = ("N", "CA", "C", "O", "CB", "H", "HB1")
RESIDUES = {
    "A": [("ALA", "-2"), ("GLY", "-1"), ("MSE", "1"), ("SER", "10"), ("SER", "10A"), ("LEU", "10B"), ("VAL", "11")],
    "BB": [("DA", "1"), ("DC", "2"), ("DG", "3")],
    "A-2": [("ZN", "1"), ("HEM", "2"), ("NAG", "3"), ("SO4", "4"), ("UNL", "6"), ("GLU", "7")],
    "": [("HOH", "1"), ("HOH", "2")],
}
NAMES = {
    "GLY": ("N", "CA", "C", "O", "H"),
    "DA": ("P", "O5'", "N9", "H5'"),
    "DC": ("P", "C1*", "N1"),
    "DG": ("P", "N9"),
    "ZN": ("ZN",),
    "HEM": ("FE", "NA", "C1A"),
    "HOH": ("O",),
}
ELEMENTS = {"ZN": "Zn", "FE": "Fe"}


@dataclass(frozen=True)
class Site:
    """An atom as plain values."""

    model: int
    chain: str
    number: int
    code: str
    residue: str
    het: bool
    atom: str
    element: str
    altloc: str
    occupancy: float
    b_factor: float
    position: tuple[float, float, float]

    @property
    def of(self) -> tuple[int, str, int, str, str]:
        """Its residue."""
        return (self.model, self.chain, self.number, self.code, self.residue)

    def distance(self, other: Site) -> float:
        return float(np.linalg.norm(np.subtract(self.position, other.position)))


def make_structure() -> gemmi.Structure:
    """Two models of protein, DNA, ligands and waters: multi-letter and blank chains, insertion codes, altlocs."""
    generator = np.random.default_rng(7)
    structure = gemmi.Structure()
    structure.cell, structure.spacegroup_hm = gemmi.UnitCell(30, 31, 32, 90, 90, 90), "P 21 21 21"
    for number in (1, 2):
        model = gemmi.Model(number)
        for chain_name, residues in RESIDUES.items():
            chain = gemmi.Chain("X")
            chain.name = chain_name
            for name, seqid in residues:
                residue = gemmi.Residue()
                residue.name = name
                residue.seqid = gemmi.SeqId(int(seqid.rstrip("AB")), seqid[-1] if seqid[-1] in "AB" else " ")
                residue.het_flag = "A" if chain_name in ("A", "BB") else "H"
                for atom_name in NAMES.get(name, ALANINE):
                    residue.add_atom(_atom(atom_name, generator))
                chain.add_residue(residue)
            model.add_chain(chain)
        structure.add_model(model)
    structure.setup_entities()
    structure.assign_serial_numbers()
    return structure


def _atom(name: str, generator: np.random.Generator) -> gemmi.Atom:
    atom = gemmi.Atom()
    atom.name, atom.element = name, gemmi.Element(ELEMENTS.get(name, name[0]))
    atom.pos = gemmi.Position(*generator.uniform(0, 25, 3))
    atom.occ, atom.b_iso = (1.0, 0.5, 0.33)[generator.integers(3)], float(generator.uniform(2, 80))
    atom.altloc = ("\0", "\0", "A", "B")[generator.integers(4)]
    return atom


def sites_of(structure: gemmi.Structure) -> list[Site]:
    return [
        Site(
            model=model.num,
            chain=chain.name,
            number=residue.seqid.num,
            code=residue.seqid.icode.strip(),
            residue=residue.name,
            het=residue.het_flag == "H",
            atom=atom.name,
            element=atom.element.name,
            altloc=atom.altloc.strip("\0"),
            occupancy=atom.occ,
            b_factor=atom.b_iso,
            position=tuple(atom.pos.tolist()),
        )
        for model in structure
        for chain in model
        for residue in chain
        for atom in residue
    ]


def refusal(text: str) -> InvalidSelection:
    """How a text is refused."""
    with pytest.raises(InvalidSelection) as caught:
        parse_selection(text)
    return caught.value


@pytest.fixture(scope="session")
def structure() -> gemmi.Structure:
    return make_structure()


@pytest.fixture(scope="session")
def sites(structure: gemmi.Structure) -> list[Site]:
    return sites_of(structure)


@pytest.fixture
def selects(structure: gemmi.Structure, sites: list[Site]) -> Callable[[str, Callable[[Site], bool]], None]:
    """Checks that a selection means the atoms that a plain function says, and that these are some but not all."""

    def check(text: str, expected: Callable[[Site], bool]) -> None:
        wanted = [expected(site) for site in sites]
        assert any(wanted), text
        assert not all(wanted), text
        assert atom_mask(structure, parse_selection(text)).tolist() == wanted, text

    return check
