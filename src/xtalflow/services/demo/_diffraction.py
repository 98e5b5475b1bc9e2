"""The demo's diffraction experiment: true structure factors, merged intensities with errors, test flags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import gemmi

Hkl: TypeAlias = npt.NDArray[np.int32]
Values: TypeAlias = npt.NDArray[np.float64]

WAVELENGTH = 0.9795
K_SOLVENT, B_SOLVENT = 0.35, 45.0
SCALE = 0.5
B_ANISO = (1.5, -1.0, -0.5)
"""Diagonal of the overall anisotropic B, Å²; its trace is 0, so that the atoms keep their B factors."""
OBSERVED = 0.985
N_SETS = 10
"""Test sets 0 … 9; the free one is 0, as CCP4 programs have it."""
FLAG_HOLES = 0.04
FLAG_LIMIT = 1.1
"""The flags end at this multiple of the resolution limit of the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflections:
    """True intensities of the unique reflections, on the scale of the data."""

    hkl: Hkl
    intensity: Values
    d: Values
    centric: npt.NDArray[np.bool_]


def diffract(structure: gemmi.Structure, *, d_min: float) -> Reflections:
    """Intensities of a crystal whose model has all its atoms, hydrogens too, and flat bulk solvent around them."""
    import gemmi

    calculator = gemmi.DensityCalculatorX()
    calculator.d_min = d_min
    calculator.rate = 2.0
    calculator.set_refmac_compatible_blur(structure[0])
    calculator.grid.setup_from(structure)
    calculator.put_model_density_on_grid(structure[0])
    atoms = gemmi.transform_map_to_f_phi(calculator.grid, half_l=True).prepare_asu_data(
        dmin=d_min, unblur=calculator.blur
    )
    mask = gemmi.FloatGrid()
    mask.setup_from(structure, spacing=d_min / 4.0)
    masker = gemmi.SolventMasker(gemmi.AtomicRadiiSet.Cctbx)
    masker.ignore_hydrogen = True
    masker.put_mask_on_float_grid(mask, structure[0])
    solvent = gemmi.transform_map_to_f_phi(mask, half_l=True).prepare_asu_data(dmin=d_min)
    atoms.ensure_asu()
    atoms.ensure_sorted()
    solvent.ensure_asu()
    solvent.ensure_sorted()
    hkl = atoms.miller_array
    assert np.array_equal(hkl, solvent.miller_array)

    cell = structure.cell
    s2 = atoms.make_1_d2_array().astype(np.float64)
    f = atoms.value_array + K_SOLVENT * np.exp(-B_SOLVENT * s2 / 4.0) * solvent.value_array
    lengths = np.array([cell.a, cell.b, cell.c])
    anisotropy = np.exp(-((hkl / lengths) ** 2 @ np.array(B_ANISO)) / 2.0)
    operations = structure.find_spacegroup().operations()
    return Reflections(
        hkl=hkl,
        intensity=SCALE**2 * np.abs(f).astype(np.float64) ** 2 * anisotropy,
        d=1.0 / np.sqrt(s2),
        centric=operations.centric_flag_array(hkl),
    )


def write_intensities(
    truth: Reflections, cell: gemmi.UnitCell, space_group: gemmi.SpaceGroup, path: Path, rng: np.random.Generator
) -> int:
    """Write merged Bijvoet pairs with errors, some reflections unobserved, and return how many are there.

    The variance of a merged intensity is (0.03 I)² + (0.01 <I>)² + 0.001 I <I>: systematic error, background, counting.
    There is no anomalous signal: the two of a pair differ by their errors. A centric reflection has one intensity.
    """
    mean = truth.intensity.mean()
    sigma = np.sqrt((0.03 * truth.intensity) ** 2 + (0.01 * mean) ** 2 + 0.001 * truth.intensity * mean)
    draws = rng.standard_normal((2, len(truth.hkl)))
    of_one = np.where(truth.centric, sigma, sigma * np.sqrt(2.0))
    plus, minus = truth.intensity + draws * of_one
    missing = np.where(truth.centric, np.nan, 1.0)
    columns = np.column_stack((plus, of_one, minus * missing, of_one * missing))
    observed = rng.random(len(truth.hkl)) < OBSERVED
    _write_mtz(
        path,
        cell,
        space_group,
        (("Iplus", "K"), ("SIGIplus", "M"), ("Iminus", "K"), ("SIGIminus", "M")),
        np.column_stack((truth.hkl, columns))[observed],
        title="merged intensities of a synthetic crystal",
    )
    return int(observed.sum())


def write_incomplete_flags(
    truth: Reflections, cell: gemmi.UnitCell, space_group: gemmi.SpaceGroup, path: Path, rng: np.random.Generator
) -> int:
    """Write test flags as an older data set may leave them, with holes and without the outer shell; return how many."""
    flags = rng.integers(N_SETS, size=len(truth.hkl))
    kept = (rng.random(len(truth.hkl)) >= FLAG_HOLES) & (truth.d >= FLAG_LIMIT * truth.d.min())
    rows = np.column_stack((truth.hkl, flags))[kept]
    _write_mtz(path, cell, space_group, (("FREER", "I"),), rows, title="incomplete test flags of a synthetic crystal")
    return int(kept.sum())


def _write_mtz(
    path: Path,
    cell: gemmi.UnitCell,
    space_group: gemmi.SpaceGroup,
    columns: tuple[tuple[str, str], ...],
    rows: npt.NDArray[np.floating],
    *,
    title: str,
) -> None:
    import gemmi

    mtz = gemmi.Mtz(with_base=True)
    mtz.title, mtz.spacegroup = title, space_group
    dataset = mtz.add_dataset("demo")
    dataset.wavelength = WAVELENGTH
    mtz.set_cell_for_all(cell)
    for label, kind in columns:
        mtz.add_column(label, kind)
    mtz.set_data(np.ascontiguousarray(rows, dtype=np.float32))
    mtz.update_reso()
    mtz.write_to_file(str(path))
