"""Models are read by content; what is no model is refused with a sentence that names the file."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gemmi
import pytest

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import coordinates_digest, model_facts, read_model, with_crystal, write_model

MakePeptide = Callable[..., gemmi.Structure]


def test_a_pdb_file_and_its_mmcif_copy_have_the_same_digest(peptide: MakePeptide, tmp_path: Path) -> None:
    """The digest is of the atoms, whatever the format."""
    for name in ("model.pdb", "model.cif"):
        write_model(peptide(), tmp_path / name)

    pdb, mmcif = read_model(tmp_path / "model.pdb"), read_model(tmp_path / "model.cif")

    assert model_facts(pdb)["format"] == "pdb"
    assert model_facts(mmcif)["format"] == "mmcif"
    assert coordinates_digest(pdb) == coordinates_digest(mmcif)


def test_the_digest_does_not_see_titles_serial_numbers_and_the_order_of_atoms(pdb_file: Path, tmp_path: Path) -> None:
    """What is refined is the same, so the digest is."""
    lines = pdb_file.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("ATOM"))
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    lines[first] = lines[first][:6] + "  999" + lines[first][11:]
    other = tmp_path / "other.pdb"
    other.write_text("\n".join(["HEADER    SOMETHING ELSE", *lines]) + "\n")

    assert coordinates_digest(read_model(other)) == coordinates_digest(read_model(pdb_file))


@pytest.mark.parametrize("change", ["x", "b", "occupancy", "altloc", "cell", "space group", "link"])
def test_the_digest_sees_every_change_that_a_refinement_would(peptide: MakePeptide, change: str) -> None:
    """Each parameter of an atom, the crystal and the links count."""
    before, changed = peptide(), peptide()
    atom = changed[0]["A"][0][0]
    if change == "x":
        atom.pos = gemmi.Position(atom.pos.x + 0.001, atom.pos.y, atom.pos.z)
    elif change == "b":
        atom.b_iso += 0.01
    elif change == "occupancy":
        atom.occ = 0.99
    elif change == "altloc":
        atom.altloc = "A"
    elif change == "cell":
        changed.cell = gemmi.UnitCell(30.0, 32.0, 34.1, 90.0, 90.0, 90.0)
    elif change == "space group":
        changed.spacegroup_hm = "P 2 2 2"
    else:
        link = gemmi.Connection()
        link.type = gemmi.ConnectionType.Covale
        chain = changed[0]["A"]
        link.partner1 = gemmi.make_address(chain, chain[0], chain[0][0])
        link.partner2 = gemmi.make_address(chain, chain[4], chain[4][0])
        changed.connections.append(link)

    assert coordinates_digest(changed) != coordinates_digest(before)


def test_a_gzipped_model_is_read_whatever_it_is_called(pdb_file: Path, tmp_path: Path) -> None:
    """The content decides, not the suffix."""
    packed = tmp_path / "Modèle β (1).data"
    packed.write_bytes(gzip.compress(pdb_file.read_bytes()))

    assert coordinates_digest(read_model(packed)) == coordinates_digest(read_model(pdb_file))


def test_facts_name_chains_sequences_ligands_and_waters(peptide: MakePeptide, tmp_path: Path) -> None:
    """A model says what it holds."""
    structure = peptide(["ALA", "SER", "GLY", "ALA"])
    extra = gemmi.Chain("B")
    for number, name in enumerate(("SO4", "HOH", "HOH"), start=1):
        residue = gemmi.Residue()
        residue.name, residue.seqid, residue.het_flag = name, gemmi.SeqId(str(number)), "H"
        atom = gemmi.Atom()
        atom.name, atom.element = ("S", gemmi.Element("S")) if name == "SO4" else ("O", gemmi.Element("O"))
        atom.pos = gemmi.Position(20.0 + 3 * number, 5.0, 5.0)
        residue.add_atom(atom)
        extra.add_residue(residue)
    structure[0].add_chain(extra)
    path = tmp_path / "complex.pdb"
    write_model(structure, path)

    facts = model_facts(read_model(path))

    assert facts["chains"] == [
        {"name": "A", "residues": 4, "polymer": "peptide(L)", "sequence": "ASGA", "missing": None},
        {"name": "B", "residues": 3, "polymer": None, "sequence": "", "missing": None},
    ]
    assert (facts["ligands"], facts["waters"], facts["residues"], facts["atoms"]) == (["SO4"], 2, 7, 22)
    assert facts["cell"] == [30.0, 32.0, 34.0, 90.0, 90.0, 90.0]
    assert facts["space_group"] == "P 21 21 21"
    assert facts["notes"] == []


def test_what_a_user_should_know_is_noted(pdb_file: Path, tmp_path: Path) -> None:
    """No cell, several models and alternative conformations are read, and said."""
    atoms = [line for line in pdb_file.read_text().splitlines() if line.startswith("ATOM")]
    atoms[0] = atoms[0][:16] + "A" + atoms[0][17:]
    text = "\n".join(["MODEL        1", *atoms, "ENDMDL", "MODEL        2", *atoms, "ENDMDL", "END"])
    path = tmp_path / "ensemble.pdb"
    path.write_text(text + "\n")

    facts = model_facts(read_model(path))

    assert facts["cell"] is None
    assert facts["notes"] == [
        "the model has no unit cell",
        "2 models in the file; figures are of the first",
        "1 residues have alternative conformations",
    ]


def test_an_unknown_space_group_is_noted(pdb_file: Path, tmp_path: Path) -> None:
    """A group that nobody knows is not guessed."""
    path = tmp_path / "odd.pdb"
    path.write_text(pdb_file.read_text().replace("P 21 21 21", "P 21 29 21"))

    facts = model_facts(read_model(path))

    assert facts["space_group"] is None
    assert facts["notes"] == ["the space group 'P 21 29 21' is not known"]


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", UnreadableFile, "is empty"),
        (b" \n\n", UnreadableFile, "is empty"),
        (b"MTZ \x15\x00\x00\x00", UnsuitableContent, "MTZ file of reflections"),
        (b"\x1f\x8b\x08\x00broken", UnreadableFile, "gzip"),
        (b"PK\x03\x04\x00\x00", UnsuitableContent, "zip archive"),
        (b"REMARK nothing but words\nEND\n", UnsuitableContent, "no atoms"),
        (b"data_x\n_cell.length_a 10\n", UnsuitableContent, "no atoms"),
        (b"data_r\nloop_\n_refln.index_h\n_refln.index_k\n1 2\n", UnsuitableContent, "reflections"),
        (b"data_comp_X\nloop_\n_chem_comp_atom.atom_id\nC1\n", UnsuitableContent, "restraint dictionary"),
        (b"data_x\nloop_\n_atom_site.id\n_atom_site.x\n1 2 3\n", UnreadableFile, r"model\.pdb: line 2, column 0: "),
        (b"data_\xff\n_a.b 1\n", UnreadableFile, "line 1 has a character that is not UTF-8"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes, error: type[InvalidInput], words: str) -> None:
    """Every refusal names the file and the reason."""
    path = tmp_path / "model.pdb"
    path.write_bytes(content)

    with pytest.raises(error, match=words) as caught:
        read_model(path)

    assert str(caught.value).startswith(str(path))


def test_a_truncated_gzip_file_is_refused(pdb_file: Path, tmp_path: Path) -> None:
    """Half a packed file is not half a model."""
    path = tmp_path / "half.pdb.gz"
    packed = gzip.compress(pdb_file.read_bytes())
    path.write_bytes(packed[: len(packed) // 2])

    with pytest.raises(UnreadableFile, match="broken or truncated"):
        read_model(path)


def test_a_missing_file_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    """None of them is opened, so none of them can block."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path, words in ((tmp_path / "none.pdb", "no such file"), (tmp_path, "folder"), (pipe, "not a regular file")):
        with pytest.raises(UnreadableFile, match=words):
            read_model(path)


def test_a_file_that_may_not_be_read_is_refused(pdb_file: Path, unprivileged: list[str]) -> None:
    """Permission is the reason given."""
    pdb_file.chmod(0)
    code = f"from pathlib import Path; from xtalflow.xtal import read_model; read_model(Path({str(pdb_file)!r}))"

    done = subprocess.run([*unprivileged, sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "UnreadableFile" in done.stderr
    assert "not permitted" in done.stderr


@pytest.mark.parametrize("field", ["  abc.1 ", "********", "     nan", "        "])
def test_a_coordinate_that_is_no_number_is_refused(pdb_file: Path, field: str) -> None:
    """The field would be read as 0.0 by gemmi."""
    lines = pdb_file.read_text().splitlines()
    row = next(number for number, line in enumerate(lines) if line.startswith("ATOM"))
    lines[row] = lines[row][:30] + field + lines[row][38:]
    pdb_file.write_text("\n".join(lines))

    with pytest.raises(UnreadableFile, match=f"line {row + 1}: the x of an atom is"):
        read_model(pdb_file)


def test_a_pdb_file_cut_within_an_atom_is_refused(pdb_file: Path) -> None:
    """A truncated copy is told from a short model."""
    text = pdb_file.read_text()
    last = text.rindex("ATOM")
    pdb_file.write_text(text[: last + 40])

    with pytest.raises(UnreadableFile, match="ends within an atom"):
        read_model(pdb_file)


def test_an_mmcif_atom_without_coordinates_is_refused(peptide: MakePeptide, tmp_path: Path) -> None:
    """A question mark for a coordinate would become NaN in everything after it."""
    document = peptide().make_mmcif_document()
    document[0].find_loop("_atom_site.Cartn_x")[3] = "?"
    path = tmp_path / "hole.cif"
    document.write_file(str(path))

    with pytest.raises(UnreadableFile, match=r"A/ALA 1/O.* is no number"):
        read_model(path)


def test_a_file_with_two_models_under_two_names_is_refused(peptide: MakePeptide, tmp_path: Path) -> None:
    """It is not for us to choose one."""
    text = peptide().make_mmcif_document().as_string()
    path = tmp_path / "two.cif"
    path.write_text(text.replace("data_", "data_one", 1) + text.replace("data_", "data_two", 1))

    with pytest.raises(UnsuitableContent, match="2 models"):
        read_model(path)


def test_a_model_is_written_only_where_it_fits(peptide: MakePeptide, tmp_path: Path) -> None:
    """An unknown suffix and a chain name too long for PDB are refused."""
    structure = peptide()
    structure[0]["A"].name = "LONG"

    with pytest.raises(InvalidInput, match="suffix"):
        write_model(structure, tmp_path / "model.txt")
    with pytest.raises(InvalidInput, match="LONG do not fit the PDB format"):
        write_model(structure, tmp_path / "model.pdb")
    write_model(structure, tmp_path / "model.cif")

    assert [chain.name for chain in read_model(tmp_path / "model.cif")[0]] == ["LONG"]


FACTS = {
    "gamma/gamma_model.pdb": ("pdb", 943, 120, 0, []),
    "gamma/heavy_atoms.pdb": ("pdb", 4, 4, 0, ["XE"]),
    "mdm2/4hg7.pdb": ("pdb", 932, 190, 97, ["NUT", "SO4"]),
    "mdm2/4hg7.cif": ("mmcif", 932, 190, 97, ["NUT", "SO4"]),
    "mdm2/4qo4.pdb": ("pdb", 845, 168, 78, ["35S"]),
    "rnase/rnase_model.pdb": ("pdb", 1724, 417, 223, ["SO4"]),
    "tiny/5e5z.pdb": ("pdb", 47, 7, 1, []),
    "malformed/wrong_cell.pdb": ("pdb", 943, 120, 0, []),
    "malformed/pdb_named.mtz": ("pdb", 943, 120, 0, []),
}


@pytest.mark.real_data
@pytest.mark.parametrize("name", FACTS)
def test_facts_of_real_models(shared_data: Path, name: str) -> None:
    """Format, atoms, residues, waters and ligands are those of the files."""
    facts = model_facts(read_model(shared_data / name))

    assert tuple(facts[key] for key in ("format", "atoms", "residues", "waters", "ligands")) == FACTS[name]


@pytest.mark.real_data
def test_one_entry_as_pdb_and_mmcif_has_one_digest(shared_data: Path) -> None:
    """Alternative conformations, a ligand and anisotropic atoms included."""
    digests = {coordinates_digest(read_model(shared_data / "mdm2" / name)) for name in ("4hg7.pdb", "4hg7.cif")}

    assert len(digests) == 1


REFUSED = {
    "all_missing.mtz": (UnsuitableContent, "MTZ file of reflections"),
    "bad_letters.fasta": (UnsuitableContent, "no atoms"),
    "broken_loop-sf.cif": (UnreadableFile, "cif: line 14, column 0: Wrong number of values"),
    "empty.mtz": (UnreadableFile, "is empty"),
    "empty.pdb": (UnreadableFile, "is empty"),
    "free_all_one.mtz": (UnsuitableContent, "MTZ file of reflections"),
    "good_5e5z.mtz": (UnsuitableContent, "MTZ file of reflections"),
    "header_only.fasta": (UnsuitableContent, "no atoms"),
    "hkl_only.mtz": (UnsuitableContent, "MTZ file of reflections"),
    "mtz_named.pdb": (UnsuitableContent, "MTZ file of reflections"),
    "truncated.mtz": (UnsuitableContent, "MTZ file of reflections"),
    "truncated_model.cif": (UnreadableFile, "cif: line 230, column 23: parse error"),
}


@pytest.mark.real_data
@pytest.mark.parametrize("name", REFUSED)
def test_malformed_files_are_refused_as_models(shared_data: Path, name: str) -> None:
    """Each with the reason that fits it, and its name."""
    error, words = REFUSED[name]

    with pytest.raises(error, match=words) as caught:
        read_model(shared_data / "malformed" / name)

    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("   h4.810   32.000   34.000  90.00  90.00  90.00", "line 1: the a of the unit cell is h4.810"),
        ("   30.000    0.000   34.000  90.00  90.00  90.00", "30 0 34 90 90 90, is impossible"),
        ("   30.000   32.000   34.000  20.00  20.00 170.00", "is impossible"),
    ],
)
def test_an_impossible_cell_is_refused(pdb_file: Path, cell: str, words: str) -> None:
    """Nothing could be calculated in it."""
    lines = [line for line in pdb_file.read_text().splitlines() if line.startswith("ATOM")]
    pdb_file.write_text("\n".join([f"CRYST1{cell} P 21 21 21", *lines, "END"]))

    with pytest.raises(InvalidInput, match=words):
        read_model(pdb_file)


def test_names_beyond_ascii_are_refused_and_headers_with_them_are_read(pdb_file: Path) -> None:
    """An author may be called Müller, in any encoding; an atom may not."""
    text = pdb_file.read_text()
    pdb_file.write_bytes("AUTHOR    K.MÜLLER\n".encode("latin-1") + text.encode())
    assert model_facts(read_model(pdb_file))["atoms"] == 40

    pdb_file.write_text(text.replace(" CB  ALA", " Cβ ALA"))
    with pytest.raises(UnreadableFile, match=r"line \d+: a name or a number has characters beyond ASCII"):
        read_model(pdb_file)


@pytest.mark.parametrize(
    "record",
    [
        "SEQRES   1 A    2  ÄÖ  ALA",
        "SSBOND   1 CYS Ä    1    CYS A    3                          1555   1555  2.04",
        "LINK         N   ALA A   1                 CÄ  ALA A   3     1555   1555  1.33",
    ],
)
def test_names_beyond_ascii_are_refused_in_every_record(pdb_file: Path, record: str) -> None:
    """Cut in the middle they could not be told to anybody."""
    pdb_file.write_text(f"{record}\n{pdb_file.read_text()}")

    with pytest.raises(UnreadableFile, match=r"line 1: .* beyond ASCII"):
        read_model(pdb_file)


def test_names_with_control_characters_are_refused(pdb_file: Path) -> None:
    """No parameter file could keep them."""
    pdb_file.write_text(pdb_file.read_text().replace("ALA A   1", "ALA\x15A   1"))

    with pytest.raises(UnreadableFile, match="control characters"):
        read_model(pdb_file)


def test_a_model_takes_the_crystal_of_its_data(peptide: MakePeptide) -> None:
    """Its orthogonal coordinates stay, and the model given is left as it is."""
    structure = peptide()

    moved = with_crystal(structure, (31.0, 32.5, 34.2, 90.0, 90.0, 90.0), "P 2 2 2")

    assert moved.cell.parameters == (31.0, 32.5, 34.2, 90.0, 90.0, 90.0)
    assert moved.find_spacegroup().hm == "P 2 2 2"
    assert moved[0]["A"][0][0].pos.tolist() == structure[0]["A"][0][0].pos.tolist()
    assert structure.cell.a == 30.0


def test_a_model_in_a_frame_of_its_own_is_noted_and_turned(pdb_file: Path) -> None:
    """SCALE records may differ from what the cell says; data are in the usual frame."""
    scale = [
        "SCALE1      0.000000  0.033333  0.000000        0.00000",
        "SCALE2     -0.031250  0.000000  0.000000        0.00000",
        "SCALE3      0.000000  0.000000  0.029412        0.00000",
    ]
    lines = pdb_file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("CRYST1"))
    rest = [line for line in lines[at + 1 :] if not line.startswith("SCALE")]
    pdb_file.write_text("\n".join([lines[at], *scale, *rest]))
    structure = read_model(pdb_file)
    before = structure[0]["A"][0][0].pos

    after = with_crystal(structure, (30.0, 32.0, 34.0, 90.0, 90.0, 90.0), "P 21 21 21")[0]["A"][0][0].pos

    assert "frame of its own" in model_facts(structure)["notes"][0]
    assert after.x == pytest.approx(before.y, abs=1e-2)
    assert after.y == pytest.approx(-before.x, abs=1e-2)


def test_a_residue_name_of_five_letters_survives_the_pdb_format(peptide: MakePeptide, tmp_path: Path) -> None:
    """Written in gemmi's short form with the full name in the header."""
    structure = peptide()
    structure[0]["A"][3].name = "A1ABC"
    write_model(structure, tmp_path / "long.pdb")

    model = read_model(tmp_path / "long.pdb")

    assert model[0]["A"][3].name == "A1ABC"
    assert structure[0]["A"][3].name == "A1ABC"


HEADER = """HEADER    TOXIN                                   23-NOV-26   1XYZ
TITLE     A SHORT
TITLE    2 HELIX
EXPDTA    X-RAY DIFFRACTION
REMARK   2 RESOLUTION.    1.85 ANGSTROMS.
REMARK   3  DATA USED IN REFINEMENT.
REMARK   3   RESOLUTION RANGE HIGH (ANGSTROMS) : 1.85
REMARK   3   R VALUE            (WORKING SET) : 0.181
REMARK   3   FREE R VALUE                     : 0.223
SEQRES   1 A   10  GLY ALA ALA ALA ALA ALA ALA ALA ALA SER
SSBOND   1 CYS A    1    CYS A    3                          1555   1555  2.04
LINK         N   ALA A   1                 C   ALA A   3     1555   1555  1.33
"""


def test_facts_tell_what_the_header_says(pdb_file: Path) -> None:
    """Title, method, resolution, R factors, residues that were crystallised and not seen, links."""
    pdb_file.write_text(HEADER + pdb_file.read_text())

    facts = model_facts(read_model(pdb_file))
    assert facts["header"] == {
        "title": "A SHORT HELIX",
        "method": "X-RAY DIFFRACTION",
        "resolution": 1.85,
        "r_work": 0.181,
        "r_free": 0.223,
    }
    assert facts["chains"][0]["missing"] == 2
    assert facts["links"] == {"disulphide": 1, "covalent": 1}
    assert facts["sequences"] == [
        {"chains": ["A"], "kind": "PROTEIN", "length": 10, "sequence": "GAAAAAAAAS", "as_crystallised": True}
    ]


def test_facts_tell_alternatives_b_factors_and_empty_atoms(peptide: MakePeptide, tmp_path: Path) -> None:
    structure = peptide()
    residue = structure[0]["A"][2]
    for index, altloc in ((0, "A"), (1, "B")):
        residue[index].altloc = altloc
    residue[0].b_iso, residue[1].occ = 80.0, 0.0
    write_model(structure, tmp_path / "it.cif")

    facts = model_facts(read_model(tmp_path / "it.cif"))
    assert facts["alternatives"] == 1
    assert facts["b_factors"] == {"minimum": 20.0, "maximum": 80.0, "mean": 21.5}
    assert facts["notes"] == ["1 residues have alternative conformations", "1 atoms have an occupancy of zero"]


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["4hg7.pdb", "4hg7.cif"])
def test_both_formats_of_an_entry_tell_the_same(shared_data: Path, name: str) -> None:
    """The published R factors, and the six residues that are not in the model."""
    facts = model_facts(read_model(shared_data / "mdm2" / name))

    assert (facts["header"]["resolution"], facts["header"]["method"]) == (1.6, "X-RAY DIFFRACTION")
    assert facts["header"]["r_work"] == pytest.approx(0.173, abs=5e-4)
    assert facts["header"]["r_free"] == pytest.approx(0.215, abs=5e-4)
    assert [assembly["details"] for assembly in facts["assemblies"]] == ["monomeric", "dimeric"]
    assert (facts["chains"][0]["missing"], facts["ligands"]) == (6, ["NUT", "SO4"])
