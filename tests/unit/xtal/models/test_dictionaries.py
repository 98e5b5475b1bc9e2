"""Restraint dictionaries and the monomer library are read as plain CIF, which cannot crash."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import gemmi
import pytest

from xtalflow.errors import InvalidInput, NotEquipped, UnreadableFile, UnsuitableContent
from xtalflow.xtal import (
    CDictDataFile,
    check_monomer_library,
    examine_dictionary,
    missing_dictionaries,
    monomer_library_digests,
    read_dictionary,
    read_model,
    residue_names,
)

MakePeptide = Callable[..., gemmi.Structure]

LIGAND = """data_comp_list
loop_
_chem_comp.id
_chem_comp.name
_chem_comp.group
LIG 'a ligand' NON-POLYMER

data_comp_LIG
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.type_energy
_chem_comp_atom.x
LIG C1 C CH3 0.0
LIG O1 O OH1 1.4
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
LIG C1 O1 single 1.43 0.02
"""

LINK_COLUMNS = ("id", "comp_id_1", "mod_id_1", "group_comp_1", "comp_id_2", "mod_id_2", "group_comp_2", "name")


def link_list(columns: tuple[str, ...] = LINK_COLUMNS) -> str:
    """A list with the link called gap, with some columns."""
    head = "".join(f"_chem_link.{column}\n" for column in columns)
    return f"data_link_list\nloop_\n{head}gap {' '.join('.' for _ in columns[1:])}\n\n"


def write(folder: Path, text: str, name: str = "ligand.cif") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A monomer library with alanine and nothing else."""
    folder = tmp_path / "monomers"
    (folder / "a").mkdir(parents=True)
    write(folder, "data_energy\n_lib_atom.type C\n", "ener_lib.cif")
    write(folder, link_list() + "data_link_gap\n", "links_and_mods.cif")
    write(folder / "a", LIGAND.replace("LIG", "ALA"), "ALA.cif")
    return folder


def test_a_dictionary_says_what_it_defines(tmp_path: Path) -> None:
    """Monomers, links and modifications by name."""
    path = write(tmp_path, LIGAND + link_list() + "data_link_gap\n\ndata_mod_X\n_chem_mod.id X\n")

    dictionary = examine_dictionary(path)

    assert read_dictionary(path) == ["LIG"]
    assert (dictionary.links, dictionary.modifications) == (("gap",), ("X",))


def test_the_digest_is_of_the_restraints(tmp_path: Path) -> None:
    """Comments, example coordinates, names and the style of numbers do not count; a bond length does."""
    digest = examine_dictionary(write(tmp_path, LIGAND)).digest
    same = "# a comment\n" + LIGAND.replace("1.43", "1.430").replace("OH1 1.4", "OH1 9.9").replace("a ligand", "it")
    other = LIGAND.replace("1.43", "1.44")

    assert examine_dictionary(write(tmp_path, same)).digest == digest
    assert examine_dictionary(write(tmp_path, other)).digest != digest


MALFORMED_LINKS = {
    "list without groups": link_list(("id", "name")) + "data_link_gap\n",
    "list with names only": link_list(("id",)) + "data_link_gap\n",
    "pair in the block of the link": link_list() + "data_link_gap\n_chem_link.id gap\n",
    "pair before the list": "data_link_gap\n_chem_link.id gap\n\n" + link_list(),
    "loop in the block of the link": "data_link_gap\nloop_\n_chem_link.id\ngap\n",
    "no second group": link_list(LINK_COLUMNS[:6] + LINK_COLUMNS[7:]) + "data_link_gap\n",
}


@pytest.mark.parametrize("case", MALFORMED_LINKS)
def test_a_malformed_link_is_refused_and_does_not_crash_the_process(tmp_path: Path, case: str) -> None:
    """Read by gemmi 0.7.5's monomer library reader, each of these ends with a segmentation fault."""
    path = write(tmp_path, LIGAND + MALFORMED_LINKS[case])

    with pytest.raises(UnsuitableContent, match=r"ligand.cif.*link 'gap'.*malformed"):
        read_dictionary(path)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", UnreadableFile, "is empty"),
        ("ATOM      1  N   ALA A   1\n", UnsuitableContent, "not CIF"),
        ("data_x\nloop_\n_a.b\n_a.c\n1 2 3\n", UnreadableFile, r"ligand\.cif: line 2, column 0: "),
        ("data_x\n_cell.length_a 10\n", UnsuitableContent, "no restraint dictionary"),
        (LIGAND.replace("value_dist", "distance"), UnsuitableContent, "LIG has no ideal bond lengths"),
        (LIGAND.replace("1.43", "?"), UnsuitableContent, "is no number"),
        (LIGAND.replace("LIG C1 O1 single", "LIG C1 O9 single"), UnsuitableContent, r"does not have \(O9\)"),
        (LIGAND.replace("type_symbol", "symbol"), UnsuitableContent, "type_symbol"),
    ],
)
def test_what_is_no_dictionary_is_refused(tmp_path: Path, text: str, error: type[InvalidInput], words: str) -> None:
    """With a sentence, before a program meets it."""
    path = write(tmp_path, text)

    with pytest.raises(error, match=words) as caught:
        examine_dictionary(path)

    assert str(caught.value).startswith(str(path))


def test_residues_that_nobody_describes_are_missing(peptide: MakePeptide, library: Path, tmp_path: Path) -> None:
    """The library and the dictionaries together must describe every residue."""
    structure = peptide(["ALA", "LIG", "XYZ", "ALA"])

    assert missing_dictionaries(structure, library) == ["LIG", "XYZ"]
    assert missing_dictionaries(structure, library, [write(tmp_path, LIGAND)]) == ["XYZ"]


def test_a_residue_name_cannot_leave_the_library(peptide: MakePeptide, library: Path) -> None:
    """A name with a path in it is a name without an entry."""
    structure = peptide(["ALA", "../", "ALA"])

    assert missing_dictionaries(structure, library) == ["../"]


def test_names_that_windows_reserves_have_their_doubled_file(peptide: MakePeptide, library: Path) -> None:
    """CON is kept in c/CON_CON.cif."""
    (library / "c").mkdir()
    write(library / "c", LIGAND.replace("LIG", "CON"), "CON_CON.cif")

    assert missing_dictionaries(peptide(["ALA", "CON"]), library) == []


def test_a_folder_that_is_no_monomer_library_is_refused(library: Path, tmp_path: Path) -> None:
    """With the setting to change."""
    with pytest.raises(NotEquipped, match=r"no such folder.*CLIBD_MON"):
        check_monomer_library(tmp_path / "nowhere")
    with pytest.raises(NotEquipped, match="file, not the folder"):
        check_monomer_library(library / "ener_lib.cif")
    with pytest.raises(NotEquipped, match=r"ener_lib\.cif is not in it"):
        check_monomer_library(library / "a")
    (library / "links_and_mods.cif").unlink()
    with pytest.raises(NotEquipped, match=r"links_and_mods\.cif"):
        check_monomer_library(library)


def test_a_library_with_a_malformed_link_is_refused(library: Path) -> None:
    """It would crash every program that uses gemmi."""
    write(library, link_list() + "data_link_gap\n_chem_link.id gap\n", "links_and_mods.cif")

    with pytest.raises(UnsuitableContent, match=r"links_and_mods\.cif.*malformed"):
        check_monomer_library(library)


def test_the_digest_of_a_library_is_of_the_entries_used(library: Path) -> None:
    """An entry that the model does not use changes nothing; one that it uses does."""
    digest = monomer_library_digests(library, {"ALA"})
    (library / "g").mkdir()
    write(library / "g", LIGAND.replace("LIG", "GLY"), "GLY.cif")

    assert monomer_library_digests(library, {"ALA"}) == digest
    assert monomer_library_digests(library, {"ALA", "GLY"}) != digest
    write(library / "a", LIGAND.replace("LIG", "ALA").replace("1.43", "1.50"), "ALA.cif")
    assert monomer_library_digests(library, {"ALA"}) != digest


@pytest.mark.real_data
def test_nutlin_needs_its_dictionary(shared_data: Path) -> None:
    """The ligand of 4HG7 is in no library of twenty amino acids."""
    structure = read_model(shared_data / "mdm2" / "4hg7.cif")
    library = shared_data / "monlib_min"

    assert missing_dictionaries(structure, library) == ["NUT"]
    assert missing_dictionaries(structure, library, [shared_data / "mdm2" / "NUT.cif"]) == []


@pytest.mark.real_data
def test_every_entry_of_a_real_library_is_read(shared_data: Path) -> None:
    """Nothing well-formed is refused."""
    library = shared_data / "monlib_min"
    check_monomer_library(library)
    entries = sorted(library.glob("?/*.cif"))

    assert [read_dictionary(entry) for entry in entries] == [[entry.stem] for entry in entries]
    assert len(examine_dictionary(library / "links_and_mods.cif").links) == 9


@pytest.mark.real_data
def test_the_digest_of_a_library_does_not_depend_on_where_it_is(shared_data: Path, tmp_path: Path) -> None:
    """A copy has the same digest."""
    names = residue_names(read_model(shared_data / "gamma" / "gamma_model.pdb"))
    copy = shutil.copytree(shared_data / "monlib_min", tmp_path / "copy")

    assert monomer_library_digests(copy, names) == monomer_library_digests(shared_data / "monlib_min", names)


def test_a_loop_of_mixed_categories_is_refused(tmp_path: Path) -> None:
    """Gemmi finds it only when the table is asked for."""
    path = write(tmp_path, LIGAND.replace("_chem_comp_atom.x", "_chem_comp_tree.x"))

    with pytest.raises(UnreadableFile, match=r"data_comp_LIG has a loop of mixed categories"):
        examine_dictionary(path)


DESCRIPTORS = """loop_
_pdbx_chem_comp_descriptor.comp_id
_pdbx_chem_comp_descriptor.type
_pdbx_chem_comp_descriptor.descriptor
LIG SMILES "OC"
LIG SMILES_CANONICAL "CO"
"""


def test_a_monomer_tells_name_group_formula_and_smiles(tmp_path: Path) -> None:
    """The formula is that of its atoms if the file has none."""
    (plain,) = examine_dictionary(write(tmp_path, LIGAND)).monomers
    (told,) = examine_dictionary(write(tmp_path, LIGAND + "_chem_comp.id LIG\n_chem_comp.formula 'C H4 O'\n")).monomers
    (smiles,) = examine_dictionary(write(tmp_path, LIGAND + DESCRIPTORS)).monomers

    assert (plain.identifier, plain.name, plain.group) == ("LIG", "a ligand", "NON-POLYMER")
    assert (plain.formula, plain.smiles, plain.atoms, plain.heavy_atoms) == ("C O", "", 2, 2)
    assert (told.formula, smiles.smiles) == ("C H4 O", "CO")


def test_the_content_of_a_dictionary_is_its_monomers(tmp_path: Path) -> None:
    file = CDictDataFile()
    file.set(write(tmp_path, LIGAND + DESCRIPTORS))

    (monomer,) = file.content().monomerList
    assert (monomer.identifier.value, monomer.formula.value, monomer.smiles.value) == ("LIG", "C O", "CO")


@pytest.mark.real_data
def test_the_monomer_library_agrees_with_itself(shared_data: Path) -> None:
    """Numbers of atoms are those that its own list tells."""
    for entry in sorted((shared_data / "monlib_min").glob("?/*.cif")):
        (monomer,) = examine_dictionary(entry).monomers
        block = gemmi.cif.read(str(entry))["comp_list"]
        (row,) = block.find("_chem_comp.", ["number_atoms_all", "number_atoms_nh"])

        assert (monomer.atoms, monomer.heavy_atoms) == (int(row[0]), int(row[1]))


def test_a_table_of_links_that_breaks_off_is_refused(tmp_path: Path) -> None:
    """Gemmi gives a column of no values."""
    with pytest.raises(UnsuitableContent, match="link '' in block data_link_list is malformed"):
        examine_dictionary(write(tmp_path, LIGAND + "data_link_list\nloop_\n_chem_link.id\n_chem_link.comp_id_1\n"))
