"""Every example of the page on selections is read, and means something."""

from __future__ import annotations

import re
from pathlib import Path

import gemmi
import pytest

from xtalflow.errors import InvalidSelection
from xtalflow.xtal import atom_mask, parse_selection
from xtalflow.xtal.selection import Word
from xtalflow.xtal.selection._grammar import WORDS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "selections.md"
CELL = re.compile(r"^\| (.+?) \| .* \|$", re.MULTILINE)
CHAINS = {
    "A": ["GLY -2", "ALA 1", "SER 10", "SER 10A", "LEU 11", "LYS 15", "VAL 20", "ALA 25", "GLY 30"],
    "B": ["ALA 10", "SER 12", "LEU 15"],
    "D": ["DA 1", "DC 2", "DG 3"],
    "C": ["HEM 1", "NAG 2", "SO4 3", "ZN 4", "UNL 5", "HOH 101", "HOH 102"],
    "1": ["ALA 10"],
    "CA": ["HOH 1"],
    "main": ["HOH 1"],
    "": ["HOH 1"],
}
ATOMS = {"HEM": "FE:Fe NA:N", "ZN": "ZN:Zn", "HOH": "O:O", "D": "P:P O5':O N9:N", "": "N:N CA:C C:C O:O CB:C H:H"}


@pytest.fixture(scope="module")
def structure() -> gemmi.Structure:
    """Two models in which every example of the page finds something."""
    structure = gemmi.Structure()
    for number in (1, 2):
        model = gemmi.Model(number)
        for place, (name, residues) in enumerate(CHAINS.items()):
            chain = gemmi.Chain("X")
            chain.name = name
            for index, text in enumerate(residues):
                residue, kind = gemmi.Residue(), text.split()[0]
                residue.name = kind
                residue.seqid = gemmi.SeqId(int(text.split()[1].rstrip("A")), "A" if text.endswith("A") else " ")
                residue.het_flag = "A" if name in ("A", "B", "D", "1") else "H"
                atoms = ATOMS.get(kind) or ATOMS["D" if name == "D" else ""]
                for count, (atom_name, element) in enumerate(each.split(":") for each in atoms.split()):
                    atom = gemmi.Atom()
                    atom.name, atom.element = atom_name, gemmi.Element(element)
                    atom.pos = gemmi.Position(3.0 * index, 2.0 * place, 1.0 * count)
                    atom.occ, atom.b_iso = (0.5, 1.0)[index % 2], 20.0 + 15.0 * (index % 4)
                    atom.altloc = ("\0", "A")[count % 2]
                    residue.add_atom(atom)
                chain.add_residue(residue)
            model.add_chain(chain)
        structure.add_model(model)
    structure.setup_entities()
    return structure


def examples() -> list[str]:
    """What is in backquotes in the first column of the tables, and as a whole example elsewhere in them."""
    cells = [cell for cell in CELL.findall(PAGE.read_text()) if cell not in ("written", "word")]
    return [text for cell in cells for text in re.findall("`([^`]+)`", cell)]


def test_the_page_has_examples() -> None:
    assert len(examples()) > 70


@pytest.mark.parametrize("text", examples())
def test_an_example_selects_some_atoms_and_reads_back(structure: gemmi.Structure, text: str) -> None:
    tree = parse_selection(text)
    mask = atom_mask(structure, tree)

    assert mask.any()
    assert text == "all" or not mask.all()
    assert parse_selection(str(tree)) == tree


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("//A/10-20", "A/10-20"),
        ("A/10.A", "A/10A"),
        ("A/10-", "A/10-*"),
        ("A excl [C]", "A and not [C]"),
        ("{A or B} and [C]", "(A/ or B/) and [C]"),
        ("neighb (HEM) 6.5", "within 6.5 of (HEM)"),
        ("A;!solvent", "A and not water"),
    ],
)
def test_what_the_page_calls_the_same_is_the_same(structure: gemmi.Structure, one: str, other: str) -> None:
    masks = [atom_mask(structure, parse_selection(text)) for text in (one, other)]

    assert (masks[0] == masks[1]).all()


def test_every_word_is_on_the_page() -> None:
    text = PAGE.read_text()

    assert [word for word in WORDS if f"`{word}`" not in text] == []
    assert set(Word) <= set(WORDS.values())


def test_the_refusal_is_shown_as_it_is() -> None:
    with pytest.raises(InvalidSelection) as caught:
        parse_selection("A/10-20 and B/10:C")

    assert f"```text\n{caught.value}\n```" in PAGE.read_text()
