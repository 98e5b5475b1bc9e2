"""Map coefficients of made-up atoms in any symmetry."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np

CRYSTALS = {
    "P 1": (10, 12, 14, 80, 95, 100),
    "P 1 21 1": (20, 24, 30, 90, 100, 90),
    "C 1 2 1": (30, 20, 25, 90, 105, 90),
    "P 21 21 21": (20, 24, 30, 90, 90, 90),
    "I 41 2 2": (24, 24, 40, 90, 90, 90),
    "P 65 2 2": (24, 24, 40, 90, 90, 120),
    "R 3 2:H": (30, 30, 40, 90, 90, 120),
    "R 3:R": (25, 25, 25, 80, 80, 80),
    "P 21 3": (24, 24, 24, 90, 90, 90),
    "F 4 3 2": (30, 30, 30, 90, 90, 90),
}
"""A space group of each kind, with a cell."""
D_MIN = 2.5


def write_coefficients(path: Path, group: str = "P 21 21 21", labels: tuple[str, ...] = ("F", "PHI")) -> Path:
    """Amplitudes and phases of thirty atoms anywhere, as often as there are pairs of labels."""
    random = np.random.default_rng(1)
    structure = gemmi.Structure()
    structure.cell = gemmi.UnitCell(*CRYSTALS[group])
    structure.spacegroup_hm = group
    residue = gemmi.Residue()
    residue.name, residue.seqid = "UNK", gemmi.SeqId("1")
    for _ in range(30):
        atom = gemmi.Atom()
        atom.name, atom.element, atom.b_iso = "C", gemmi.Element("C"), 20.0
        atom.pos = structure.cell.orthogonalize(gemmi.Fractional(*random.random(3)))
        residue.add_atom(atom)
    chain = gemmi.Chain("A")
    chain.add_residue(residue)
    model = gemmi.Model(1)
    model.add_chain(chain)
    structure.add_model(model)
    structure.setup_cell_images()
    calculator = gemmi.DensityCalculatorX()
    calculator.d_min = D_MIN
    calculator.grid.setup_from(structure)
    calculator.put_model_density_on_grid(structure[0])
    data = gemmi.transform_map_to_f_phi(calculator.grid, half_l=True).prepare_asu_data(dmin=D_MIN)
    values = np.asarray(data.value_array)
    pair = [np.abs(values)[:, None], np.degrees(np.angle(values))[:, None]]
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = gemmi.SpaceGroup(group)
    mtz.set_cell_for_all(structure.cell)
    mtz.add_dataset("made")
    for index, label in enumerate(labels):
        mtz.add_column(label, "FP"[index % 2])
    mtz.set_data(np.hstack([np.asarray(data.miller_array), *(pair * (len(labels) // 2))]).astype(np.float32))
    mtz.write_to_file(str(path))
    return path
