"""What gemmi's own grammar can say means the same atoms here, atom by atom."""

from __future__ import annotations

import random
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidSelection
from xtalflow.xtal import atom_mask, parse_selection, read_model

TEXTS = [
    "*",
    "//A",
    "/2",
    "/1/BB",
    "A",
    "A,BB",
    "!A",
    "//",
    "//A,",
    "A-2/",
    "A/10",
    "A/10-11",
    "A/10.A",
    "A/10A-11",
    "A/10.*",
    "A/-2-1",
    "A/-2",
    "-2--1",
    "A/10-",
    "A/*-1",
    "A/10-10.B",
    "(HOH)",
    "(!HOH,ALA)",
    "*(SER)",
    "A/10(SER)-11",
    "CA[C]",
    "[!H]",
    "[metals]",
    "[!nonmetals]",
    "[zn,fe]",
    ":A",
    ":",
    ":A,",
    ":!A",
    "A/10/CA,CB[C]:A",
    "A//O5'",
    "//BB//O5'",
    ";q<1",
    ";q>0.4;b<40",
    ";q=0.5",
    "A;polymer",
    ";solvent",
    ";!solvent",
    ";polymer,solvent",
    "/2/A/10-11/N,CA;b>20",
]


def by_gemmi(structure: gemmi.Structure, text: str) -> list[bool]:
    """Which atoms gemmi leaves, told by serial numbers that are given for this."""
    copy = structure.clone()
    atoms = [atom for model in copy for chain in model for residue in chain for atom in residue]
    for number, atom in enumerate(atoms):
        atom.serial = number
    gemmi.Selection(text).remove_not_selected(copy)
    left = {atom.serial for model in copy for chain in model for residue in chain for atom in residue}
    return [number in left for number in range(len(atoms))]


@pytest.mark.parametrize("text", TEXTS)
def test_a_selection_means_what_gemmi_says(structure: gemmi.Structure, text: str) -> None:
    assert atom_mask(structure, parse_selection(text)).tolist() == by_gemmi(structure, text)


def random_text(draw: random.Random) -> str:
    """A coordinate ID, most often a correct one."""

    def names(*choices: str) -> str:
        return "!" * (draw.random() < 0.3) + ",".join(draw.choices(choices, k=draw.randint(1, 3)))

    def seqid() -> str:
        return f"{draw.randint(-3, 20)}{draw.choice(['', '', '', '.', '.A', 'B', '.*'])}"

    residues = [
        "",
        "*",
        seqid(),
        f"{seqid()}-{seqid()}",
        f"{seqid()}-",
        f"*-{seqid()}",
        f"({names('ALA', 'HOH', 'SER', 'DA', 'LEU')})",
        f"{seqid()}({names('ALA', 'SER')})-{seqid()}",
    ]
    elements = ["", f"[{names('C', 'N', 'H', 'Zn', 'fe')}]", "[metals]", "[!nonmetals]"]
    altlocs = ["", "", ":" + draw.choice(["A", "", "A,", "!A", "*", "!"])]
    atom = draw.choice(["", "*", names("CA", "CB", "N", "P", "O5'")]) + draw.choice(elements) + draw.choice(altlocs)
    parts = [
        "/" + draw.choice(["", "*", "1", "2", "0"]),
        "/" + draw.choice(["", "*", "A", "BB", "A-2,A", "!A", "A,", "X"]),
        "/" + draw.choice(residues),
        "/" + atom,
    ]
    text = "".join(parts[: draw.randint(1, 4)])
    return text + draw.choice(["", "", ";q<1", ";b>33.5", ";polymer", ";!solvent", ";polymer,solvent", ";q>0.4;b>10"])


def test_random_coordinate_ids_mean_what_gemmi_says(structure: gemmi.Structure) -> None:
    """Ranges that end before they begin are refused here; gemmi selects nothing by them."""
    draw = random.Random(20)
    compared = 0
    for text in (random_text(draw) for _ in range(3000)):
        mask = mask_or_nothing(structure, text)
        assert mask == by_gemmi(structure, text), text
        compared += any(mask)

    assert compared > 500


def mask_or_nothing(structure: gemmi.Structure, text: str) -> list[bool]:
    try:
        tree = parse_selection(text)
    except InvalidSelection as exc:
        if "before it begins" not in exc.expected:
            raise
        return [False] * sum(model.count_atom_sites() for model in structure)
    return list(atom_mask(structure, tree))


@pytest.mark.real_data
@pytest.mark.parametrize(
    "name", ["mdm2/4hg7.pdb", "mdm2/4hg7.cif", "gamma/gamma_model.pdb", "rnase/rnase_model.pdb", "tiny/5e5z.pdb"]
)
@pytest.mark.parametrize(
    "text",
    ["A/20-40", "B", "(HOH)", "(!HOH)", "CA[C]", "[!C]", ":A", ":", ";q<1", ";b>30.5", ";polymer", "A/-1-5/N,CA,C,O"],
)
def test_of_real_models_the_same_atoms_are_meant(shared_data: Path, name: str, text: str) -> None:
    structure = read_model(shared_data / name)

    assert atom_mask(structure, parse_selection(text)).tolist() == by_gemmi(structure, text)


def test_an_occupancy_equals_the_number_that_the_file_has(structure: gemmi.Structure) -> None:
    """0.33 in single precision is not 0.33 in double, so gemmi finds none."""
    occupancies = np.array([site.atom.occ for model in structure for site in model.all()])

    assert atom_mask(structure, parse_selection("q=0.33")).tolist() == (np.abs(occupancies - 0.33) < 1e-6).tolist()
    assert not any(by_gemmi(structure, ";q=0.33"))


def test_an_insertion_code_without_a_number_counts(structure: gemmi.Structure) -> None:
    """It does not for gemmi."""
    with_code = {str(residue.seqid) for chain in structure[0] for residue in chain if residue.seqid.icode == "A"}
    part = atom_mask(structure, parse_selection("*.A"))

    assert with_code == {"10A"}
    assert 0 < part.sum() < len(part)
    assert part.tolist() == by_gemmi(structure, "*/10.A")
