"""The demo's crystal: what a crystallographer would start from, and the truth to compare the result with."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ._diffraction import diffract, write_incomplete_flags, write_intensities
from ._fold import CHAIN, SEQUENCE, build_fold
from ._geometry import MONOMERS
from ._monomer_library import write_monomer_library
from ._solvent import WATER_CHAIN, add_waters, set_b_factors

if TYPE_CHECKING:
    import gemmi

N_WATERS = 30
SHAKE = 0.3
"""R.m.s. displacement of the start model, Å."""
START_B = 20.0
D_MIN = 1.8


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCrystal:
    """Files of a synthetic crystal, made by `make_demo_crystal`.

    Attributes
    ----------
    observations
        Merged Bijvoet pairs of intensities, MTZ (Iplus, SIGIplus, Iminus, SIGIminus).
    free_flags
        Test flags, MTZ (FREER, 0 is free), with holes and without the outer shell of the data.
    model
        The protein, shaken, all B factors alike, without waters and hydrogens, PDB.
    sequence
        FASTA.
    monomer_library
        Folder with restraints of all residues of the crystal.
    truth
        The model that gave the data, waters included, PDB; for `coordinate_error` only.
    """

    observations: Path
    free_flags: Path
    model: Path
    sequence: Path
    monomer_library: Path
    truth: Path
    reflections: int
    flagged: int
    waters: int
    d_min: float


def make_demo_crystal(folder: Path, *, seed: int = 1, d_min: float = D_MIN) -> DemoCrystal:
    """Make the crystal in `folder`, which is made if needed; files of an earlier one are replaced.

    The protein, its place in the cell, waters and B factors are always the same; `seed` draws the errors
    of the intensities, which reflections are missing, the test flags and the errors of the start model.
    The same seed gives the same bytes.
    """
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    library = write_monomer_library(folder / "monomer_library")
    rng = np.random.default_rng(seed)

    true_model = _true_model()
    truth = folder / "truth" / "true_model.pdb"
    _write_model(true_model, truth)
    reflections = diffract(_with_hydrogens(true_model, library), d_min=d_min)

    cell, space_group = true_model.cell, true_model.find_spacegroup()
    observations, free_flags = folder / "intensities.mtz", folder / "free_flags.mtz"
    observed = write_intensities(reflections, cell, space_group, observations, rng)
    flagged = write_incomplete_flags(reflections, cell, space_group, free_flags, rng)

    model = folder / "start_model.pdb"
    _write_model(_shaken_protein(true_model, rng), model)
    sequence = folder / "sequence.fasta"
    sequence.write_text(f">demo chain {CHAIN}\n{SEQUENCE}\n", encoding="ascii", newline="\n")
    return DemoCrystal(
        observations=observations,
        free_flags=free_flags,
        model=model,
        sequence=sequence,
        monomer_library=library,
        truth=truth,
        reflections=observed,
        flagged=flagged,
        waters=N_WATERS,
        d_min=d_min,
    )


def _true_model() -> gemmi.Structure:
    structure = build_fold()
    add_waters(structure, N_WATERS)
    set_b_factors(structure)
    return structure


def _with_hydrogens(structure: gemmi.Structure, library: Path) -> gemmi.Structure:
    """The same crystal with hydrogens where the restraints put them, as a refinement lets them ride."""
    import gemmi

    complete = structure.clone()
    monomers = gemmi.MonLib()
    monomers.read_monomer_lib(str(library), [monomer.name for monomer in MONOMERS], sys.stderr)
    gemmi.prepare_topology(complete, monomers, h_change=gemmi.HydrogenChange.ReAddButWater, warnings=sys.stderr)
    return complete


def _shaken_protein(structure: gemmi.Structure, rng: np.random.Generator) -> gemmi.Structure:
    """The protein with errors in its coordinates and one B factor for all atoms."""
    import gemmi

    shaken = structure.clone()
    shaken[0].remove_chain(WATER_CHAIN)
    for cra in shaken[0].all():
        cra.atom.pos += gemmi.Position(*rng.normal(scale=SHAKE / np.sqrt(3.0), size=3))
        cra.atom.b_iso = START_B
    return shaken


def _write_model(structure: gemmi.Structure, path: Path) -> None:
    structure.write_pdb(str(path))
