"""How near a refined model is to the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xtalflow.errors import UnsuitableContent
from xtalflow.xtal import read_model

if TYPE_CHECKING:
    import gemmi

SAME_WATER = 0.5
"""A water nearer than this (Å) to a true one is that water."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinateError:
    """Distance of a model from the truth: of the protein's atoms in Å, and how many true waters it has.

    `waters_placed` counts all waters of the model, the wrong ones too.
    """

    protein_rmsd: float
    protein_max: float
    waters_found: int
    waters_placed: int
    waters_true: int


def coordinate_error(truth: Path, refined: Path) -> CoordinateError:
    """Compare a model with the truth, atom by atom; nothing is superposed.

    Atoms of the protein are the same if chain, residue and name are; hydrogens do not count. Waters have no names
    to trust: each is compared with the nearest over the symmetry of the crystal.

    Raises
    ------
    UnreadableFile, UnsuitableContent
        One of the files is not a model, or the refined one lacks atoms of the true protein.
    """
    true_model, model = read_model(truth), read_model(refined)
    true_atoms, atoms = _protein_atoms(true_model), _protein_atoms(model)
    if missing := true_atoms.keys() - atoms.keys():
        chain, number, name = min(missing)
        raise UnsuitableContent(
            refined, f"it lacks {len(missing)} atoms of the true protein, the first of them {name} of {chain} {number}"
        )
    distances = np.array([atoms[key].dist(position) for key, position in true_atoms.items()])
    true_waters, waters = _waters(true_model), _waters(model)
    return CoordinateError(
        protein_rmsd=float(np.sqrt(np.mean(distances**2))),
        protein_max=float(distances.max()),
        waters_found=_count_found(true_model.cell, true_waters, waters),
        waters_placed=len(waters),
        waters_true=len(true_waters),
    )


def _protein_atoms(structure: gemmi.Structure) -> dict[tuple[str, str, str], gemmi.Position]:
    return {
        (chain.name, str(residue.seqid), atom.name): atom.pos
        for chain in structure[0]
        for residue in chain
        if not residue.is_water()
        for atom in residue
        if not atom.is_hydrogen()
    }


def _waters(structure: gemmi.Structure) -> list[gemmi.Position]:
    return [cra.atom.pos for cra in structure[0].all() if cra.residue.is_water() and not cra.atom.is_hydrogen()]


def _count_found(cell: gemmi.UnitCell, truth: list[gemmi.Position], placed: list[gemmi.Position]) -> int:
    """Number of true waters that have a water of the model to themselves."""
    remaining, found = list(placed), 0
    for water in truth:
        distances = [cell.find_nearest_image(water, other).dist() for other in remaining]
        if distances and min(distances) < SAME_WATER:
            del remaining[distances.index(min(distances))]
            found += 1
    return found
