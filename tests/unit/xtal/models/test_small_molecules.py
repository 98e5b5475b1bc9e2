"""Small molecules are read from molfiles, SDF and MOL2."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.errors import UnreadableFile, UnsuitableContent
from xtalflow.xtal import CMDLMolDataFile, CMol2DataFile, read_mol2, read_molfile

from . import samples


def write(folder: Path, text: str, name: str = "it.mol") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("text", [samples.MOLFILE, samples.MOLFILE_V3000])
def test_both_versions_of_a_molfile_tell_the_same(tmp_path: Path, text: str) -> None:
    """Acetate without its hydrogens, which the file does not give."""
    (molecule,) = read_molfile(write(tmp_path, text))

    assert (molecule.name, molecule.elements, molecule.bonds) == ("acetate", ("C", "C", "O", "O"), 3)
    assert (molecule.formula, molecule.charge) == ("C2 O2", -1)


def test_the_charges_of_the_atoms_count_if_there_are_no_others(tmp_path: Path) -> None:
    """Code 5 is -1, and 3 is +1."""
    text = samples.MOLFILE.replace("M  CHG  1   4  -1\n", "")
    both = text.replace("2.1000    1.0500    0.0000 O   0  0", "2.1000    1.0500    0.0000 N   0  3")

    assert read_molfile(write(tmp_path, text))[0].charge == -1
    assert read_molfile(write(tmp_path, both))[0].charge == 0


def test_all_records_of_an_sdf_are_read(tmp_path: Path) -> None:
    """With the data that stand between them."""
    record = samples.MOLFILE + "> <ID>\n7\n\n$$$$\n"

    assert [one.name for one in read_molfile(write(tmp_path, record + record.replace("acetate", "x")))] == [
        "acetate",
        "x",
    ]


def test_formulas_are_in_the_order_of_hill(tmp_path: Path) -> None:
    """Carbon, hydrogen, then by the alphabet; deuterium is hydrogen."""
    text = samples.MOLFILE.replace("0.0000 O   0  0", "0.0000 Cl  0  0").replace("0.0000 O   0  5", "0.0000 D   0  5")

    assert read_molfile(write(tmp_path, text))[0].formula == "C2 H Cl"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("words\n", UnsuitableContent, "line 4 does not tell the numbers of atoms"),
        (
            "none\n\n\n  0  0  0  0  0  V2000\nM  END\n",
            UnsuitableContent,
            "the molecule at line 1 has no atoms",
        ),
        (samples.MOLFILE.replace("  4  3  0", "  9  3  0", 1), UnreadableFile, "line 9: the position of an atom"),
        (samples.MOLFILE.partition("  2  4")[0], UnreadableFile, "line 11: it ends where a bond should be"),
        (samples.MOLFILE.replace("M  END\n", ""), UnreadableFile, "line 13: it ends where 'M  END' should be"),
        (
            samples.MOLFILE.replace("  2  4  1", "  2  7  1"),
            UnreadableFile,
            "line 11: a bond does not join",
        ),
        (samples.MOLFILE.replace(" O   0  0", " Oo  0  0"), UnreadableFile, "line 7: 'Oo' is not the symbol"),
        (samples.MOLFILE.replace("1.0500", "1.05x0", 1), UnreadableFile, "line 7: the position of an atom"),
        (samples.MOLFILE.replace("  1   4  -1", "  1   9  -1"), UnreadableFile, "line 12: a charge of an atom that is"),
        (samples.MOLFILE_V3000.replace("COUNTS 4", "COUNTS 5"), UnreadableFile, "there should be 5 atoms and 3 bonds"),
        (samples.MOLFILE_V3000.replace("3 1 2 4", "3 1 2 9"), UnreadableFile, "line 17: a bond does not join"),
        (samples.MOLFILE_V3000.replace("CHG=-1", "CHG=x"), UnreadableFile, "line 12: 'x' is not a whole number"),
    ],
)
def test_what_is_no_molfile_is_refused(tmp_path: Path, text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_molfile(write(tmp_path, text))


def test_mol2_tells_name_atoms_and_bonds(tmp_path: Path) -> None:
    (molecule,) = read_mol2(write(tmp_path, samples.MOL2))

    assert (molecule.name, molecule.formula, molecule.bonds, molecule.charge) == ("ethanol", "C2 O", 2, None)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("words\n", UnsuitableContent, "no @<TRIPOS>MOLECULE"),
        (samples.MOL2.replace(" 3 2 0", " 4 2 0"), UnreadableFile, "line 4: there should be"),
        (samples.MOL2.replace(" O.3 ", " Zz "), UnreadableFile, "line 11: 'Zz' is not the type of an atom"),
        (
            samples.MOL2.replace("  2     3    1", "  2     9    1"),
            UnreadableFile,
            "line 14: a bond does not join",
        ),
        (samples.MOL2.partition("@<TRIPOS>ATOM")[0], UnsuitableContent, "the molecule at line 2 has no atoms"),
    ],
)
def test_what_is_no_mol2_is_refused(tmp_path: Path, text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_mol2(write(tmp_path, text))


def test_file_kinds_tell_name_and_formula(tmp_path: Path) -> None:
    mol, mol2 = CMDLMolDataFile(), CMol2DataFile()
    mol.set(write(tmp_path, samples.MOLFILE))
    mol2.set(write(tmp_path, samples.MOL2, "it.mol2"))

    acetate = {"name": "acetate", "formula": "C2 O2", "atoms": 4, "heavy_atoms": 4, "bonds": 3, "charge": -1}
    assert mol.examine().facts == {"number": 1, "molecules": [acetate]}
    assert mol2.examine().facts["molecules"][0]["name"] == "ethanol"
