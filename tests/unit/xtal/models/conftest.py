"""Small models and maps made on the spot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import gemmi
import numpy as np
import pytest

Angles = Sequence[tuple[float, float]]
MakePeptide = Callable[..., gemmi.Structure]

CELL = (30.0, 32.0, 34.0, 90.0, 90.0, 90.0)
SPACE_GROUP = "P 21 21 21"


def place(a: np.ndarray, b: np.ndarray, c: np.ndarray, length: float, angle: float, torsion: float) -> np.ndarray:
    """The point d with |cd|, the angle b-c-d and the torsion a-b-c-d given (degrees)."""
    theta, phi = math.radians(angle), math.radians(torsion)
    forward = (c - b) / np.linalg.norm(c - b)
    normal = np.cross(b - a, forward)
    normal /= np.linalg.norm(normal)
    side = np.cross(normal, forward)
    x, y, z = -math.cos(theta), math.sin(theta) * math.cos(phi), math.sin(theta) * math.sin(phi)
    return c + length * (x * forward + y * side + z * normal)


def _atom(name: str, position: np.ndarray) -> gemmi.Atom:
    atom = gemmi.Atom()
    atom.name, atom.element = name, gemmi.Element(name[0])
    atom.pos = gemmi.Position(*(round(float(value), 3) for value in position))
    atom.occ, atom.b_iso = 1.0, 20.0
    return atom


def build_peptide(names: Sequence[str], angles: Angles, omega: float = 180.0) -> gemmi.Chain:
    """N, CA, C, O and CB of a chain with these φ and ψ; geometry of Engh & Huber (1991)."""
    nitrogen = np.array([10.0, 10.0, 10.0])
    alpha = nitrogen + np.array([1.458, 0.0, 0.0])
    carbon = alpha + 1.525 * np.array([math.cos(math.radians(69.0)), math.sin(math.radians(69.0)), 0.0])
    chain = gemmi.Chain("A")
    for number, (name, (_, psi)) in enumerate(zip(names, angles, strict=True), start=1):
        residue = gemmi.Residue()
        residue.name, residue.seqid = name, gemmi.SeqId(str(number))
        oxygen = place(nitrogen, alpha, carbon, 1.231, 120.5, psi + 180.0)
        for atom_name, position in (("N", nitrogen), ("CA", alpha), ("C", carbon), ("O", oxygen)):
            residue.add_atom(_atom(atom_name, position))
        if name != "GLY":
            residue.add_atom(_atom("CB", place(carbon, nitrogen, alpha, 1.53, 110.5, -122.0)))
        chain.add_residue(residue)
        if number < len(names):
            following = angles[number][0]
            next_n = place(nitrogen, alpha, carbon, 1.329, 116.2, psi)
            next_alpha = place(alpha, carbon, next_n, 1.458, 121.7, omega)
            nitrogen, alpha, carbon = next_n, next_alpha, place(carbon, next_n, next_alpha, 1.525, 111.2, following)
    return chain


@pytest.fixture
def peptide() -> MakePeptide:
    """A function that makes a peptide in a crystal, helical unless told."""

    def make(
        names: Sequence[str] = ("ALA",) * 8, angles: Angles | None = None, omega: float = 180.0
    ) -> gemmi.Structure:
        structure = gemmi.Structure()
        structure.cell = gemmi.UnitCell(*CELL)
        structure.spacegroup_hm = SPACE_GROUP
        model = gemmi.Model(1)
        model.add_chain(build_peptide(names, angles or [(-63.0, -43.0)] * len(names), omega))
        structure.add_model(model)
        structure.setup_entities()
        structure.setup_cell_images()
        structure.assign_serial_numbers()
        return structure

    return make


@pytest.fixture
def pdb_file(peptide: MakePeptide, tmp_path: Path) -> Path:
    """A peptide of eight alanines as a PDB file."""
    path = tmp_path / "helix.pdb"
    peptide().write_pdb(str(path))
    return path


@pytest.fixture
def map_file(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes map coefficients of oxygen atoms at given places; negative occupancy makes a hole."""

    def write(
        sites: Sequence[tuple[Sequence[float], float]], d_min: float = 1.8, space_group: str = SPACE_GROUP
    ) -> Path:
        structure = gemmi.Structure()
        structure.cell = gemmi.UnitCell(*CELL)
        structure.spacegroup_hm = space_group
        chain = gemmi.Chain("S")
        for number, (position, occupancy) in enumerate(sites, start=1):
            residue = gemmi.Residue()
            residue.name, residue.seqid = "HOH", gemmi.SeqId(str(number))
            atom = _atom("O", np.array(position))
            atom.occ = occupancy
            residue.add_atom(atom)
            chain.add_residue(residue)
        structure.add_model(gemmi.Model(1))
        structure[0].add_chain(chain)
        structure.setup_cell_images()
        calculator = gemmi.DensityCalculatorX()
        calculator.d_min, calculator.rate = d_min, 2.0
        calculator.grid.setup_from(structure)
        calculator.set_refmac_compatible_blur(structure[0])
        calculator.put_model_density_on_grid(structure[0])
        factors = gemmi.transform_map_to_f_phi(calculator.grid).prepare_asu_data(dmin=d_min, unblur=calculator.blur)
        mtz = gemmi.Mtz(with_base=True)
        mtz.cell, mtz.spacegroup = structure.cell, gemmi.SpaceGroup(space_group)
        mtz.add_dataset("made")
        mtz.add_column("F", "F")
        mtz.add_column("PHI", "P")
        values = factors.value_array
        columns = [*factors.miller_array.T, np.abs(values), np.degrees(np.angle(values))]
        mtz.set_data(np.column_stack(columns).astype(np.float32))
        path = tmp_path / "map.mtz"
        mtz.write_to_file(str(path))
        return path

    return write
