"""Alignments are read in the formats that people have, and written so that they are read back."""

from __future__ import annotations

import string
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import Alignment, CSeqAlignDataFile, PolymerKind, read_alignment, write_alignment

from . import samples


def write(folder: Path, text: str, name: str = "it.aln") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("kind", samples.ALIGNMENTS)
def test_one_alignment_is_the_same_in_every_format(tmp_path: Path, kind: str) -> None:
    """The content tells the format, whatever the file is called; gaps become hyphens."""
    found = read_alignment(write(tmp_path, samples.ALIGNMENTS[kind], "alignment.txt"))

    assert found.format == kind.split()[0]
    assert found.alignment.names == samples.NAMES
    assert found.alignment.rows == samples.ROWS


def test_stockholm_says_what_the_alignment_is_called(tmp_path: Path) -> None:
    assert read_alignment(write(tmp_path, samples.STOCKHOLM)).alignment.identifier == "ear"


def test_names_of_strict_phylip_may_have_blanks(tmp_path: Path) -> None:
    """Ten characters are the name, and what follows the residues."""
    text = "2 12\nHomo sapieMKTAYIAKQRQI\nE. coli K1MKSAYIAKQRQI\n"

    assert read_alignment(write(tmp_path, text)).alignment.names == ("Homo sapie", "E. coli K1")


def test_phylip_that_can_be_read_in_two_ways_is_refused(tmp_path: Path) -> None:
    """In blocks the rows are MCTA and KLGV, row by row MBKL and TAGV."""
    with pytest.raises(UnsuitableContent, match="two ways"):
        read_alignment(write(tmp_path, "2 4\nA M\nB KL\nC TA\nGV\n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (">a\nMKT\n>b\nMK\n", "line 3: 'b' has 2 columns, and 'a' has 3"),
        (">a\nMKT\n>a\nMKT\n", "line 3: the name 'a' comes twice"),
        (">a\nMKT\n>b\nM8T\n", "line 4: '8' stands for no residue and no gap"),
        (">a\nMKT\n", "two rows or more, and this has 1"),
        (">a\nMKT\n>b\n---\n", "line 3: the row 'b' has no residues"),
        (";x\nMKT\n>b\nMKT\n", "line 2: residues come before the first header"),
        (
            samples.CLUSTAL.replace("beta_x                              AVP", "alpha1    AVP"),
            "line 11: the name 'alpha1'",
        ),
        (samples.CLUSTAL.replace("LSPSS 64", "LSPS 63"), "after the block that begins here 'alpha1' has 65 columns"),
        (samples.CLUSTAL.replace("MIPS", "MI?S"), r"line 4: '\?' stands for no residue"),
        (samples.CLUSTAL.replace("gamma                               AVPKTFQLQLLSPSS 64\n", ""), "no line of 'gamma'"),
        (samples.CLUSTAL.replace(":***\n", ":*** and more\n"), "line 12: a line of Clustal begins with a name"),
        (samples.MSF.replace("Len:    65", "Len:    66", 1), "line 5: 'gamma' should have 66 columns and has 65"),
        (samples.MSF.replace("//", ""), "the '//' that ends the header of MSF is missing"),
        (samples.MSF.replace("alpha1   AVP", "alpha2   AVP"), "line 18: the name 'alpha2' is not in the header"),
        (samples.STOCKHOLM.replace("//", ""), "truncated"),
        (samples.STOCKHOLM + samples.STOCKHOLM, "line 14: a second alignment follows"),
        (samples.PHYLIP.replace("3 65", "4 65"), "line 1: there should be 4 rows"),
        (samples.PHYLIP.replace("LAPSS", "LAP"), "line 4: 'beta_x' should have 65 columns and has 63"),
        (samples.PHYLIP.replace("MIPS", "M.PS"), r"line 2: '\.' stands for no residue"),
        ("0 0\n", "line 1: PHYLIP begins with"),
        ("MKTAYI\nMKT\n", "not an alignment in Clustal"),
        ("just words\n", "not an alignment in Clustal"),
        ("HEADER    A MODEL\nATOM      1\n", "PDB file"),
        ("data_x\n_a.b c\n", "CIF file"),
    ],
)
def test_what_is_no_alignment_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(UnsuitableContent, match=words) as caught:
        read_alignment(path)

    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(("content", "words"), [(b"", "is empty"), (b">a\nM\xff\n", "line 2 has a character")])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "it.aln"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=words):
        read_alignment(path)


def test_identity_counts_aligned_residues_only() -> None:
    """Of eight aligned pairs six agree; an X agrees with nothing, not even with an X."""
    alignment = Alignment(names=("a", "b"), rows=("MKTA-YIAKX", "MRTAG--AKX"))

    assert alignment.identity(0, 1) == pytest.approx(100 * 5 / 7)
    assert alignment.sequence(1) == "MRTAGAKX"
    assert alignment.column(1) == "KR"
    assert alignment.kind is PolymerKind.PROTEIN


def test_identities_of_all_rows_agree_with_those_of_pairs() -> None:
    """The one counts with numpy, the other letter by letter."""
    alignment = Alignment(names=samples.NAMES, rows=samples.ROWS)

    pairs = [[alignment.identity(i, j) for j in range(3)] for i in range(3)]
    assert np.allclose([alignment.identities_with(i) for i in range(3)], pairs)
    assert np.allclose(np.diag(pairs), 100.0)


def test_rows_without_a_common_column_are_not_alike() -> None:
    alignment = Alignment(names=("a", "b"), rows=("MK--", "--TA"))

    assert alignment.identity(0, 1) == 0.0
    assert alignment.identities_with(0)[1] == 0.0


@pytest.mark.parametrize(
    ("names", "rows", "words"),
    [
        (("a", "a"), ("MK", "MK"), "comes 2 times"),
        (("a", "b"), ("MK", "MKT"), "'b' has 3 columns, and 'a' has 2"),
        (("a",), ("MK", "MK"), "2 rows cannot have 1 names"),
        (("a", "b"), ("MK", "m8"), "something else than letters"),
    ],
)
def test_an_alignment_that_is_none_cannot_be_made(names: tuple[str, ...], rows: tuple[str, ...], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Alignment(names=names, rows=rows)


@st.composite
def alignments(draw: st.DrawFn) -> Alignment:
    """Any rows of one length with a residue in each, under any names of one printable word."""
    columns = draw(st.integers(1, 130))
    letters = st.text(string.ascii_uppercase + "-", min_size=columns, max_size=columns)
    rows = draw(st.lists(letters.filter(lambda row: row.strip("-")), min_size=2, max_size=5))
    words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
    count = len(rows)
    names = draw(st.lists(words, min_size=count, max_size=count, unique=True))
    return Alignment(names=tuple(names), rows=tuple(rows))


@given(alignments(), st.sampled_from(["it.aln", "it.fasta"]))
def test_what_is_written_is_read_back(alignment: Alignment, name: str) -> None:
    """Or refused before anything is written, when the format cannot hold a name."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        try:
            write_alignment(alignment, path)
        except InvalidInput:
            assert not path.exists()
            return
        again = read_alignment(path)

    assert again.alignment == alignment
    assert again.format == ("Clustal" if name.endswith(".aln") else "FASTA")


@pytest.mark.parametrize("name", ["it.aln", "it.fasta"])
def test_rows_may_be_called_like_records_of_other_formats(tmp_path: Path, name: str) -> None:
    """ATOM at the beginning of a line makes no PDB file, nor CLUSTAL an alignment."""
    names = ("ATOM", "HETATM", "HEADER", "data_x", "CLUSTAL", "#", "//", "a_longer_name_than_these")
    alignment = Alignment(names=names, rows=("MKTAYIAKQR",) * len(names))
    write_alignment(alignment, tmp_path / name)

    assert read_alignment(tmp_path / name).alignment == alignment


def test_a_file_kind_tells_rows_and_identities(tmp_path: Path) -> None:
    file = CSeqAlignDataFile()
    file.set(write(tmp_path, samples.CLUSTAL))

    facts = file.examine().facts
    assert facts["format"] == "Clustal"
    assert (facts["columns"], facts["kind"]) == (65, "PROTEIN")
    assert [row["name"] for row in facts["rows"]] == list(samples.NAMES)
    assert [row["length"] for row in facts["rows"]] == [64, 63, 60]
    assert facts["rows"][0]["identity"] == 100.0


def test_the_content_of_a_file_has_the_rows(tmp_path: Path) -> None:
    """Where the file tells no name, the alignment is called like the file."""
    file = CSeqAlignDataFile()
    file.set(write(tmp_path, samples.CLUSTAL, "ear.aln"))

    content = file.content()
    assert (content.identifier.value, content.moleculeType.value) == ("ear", "PROTEIN")
    assert [row.sequence.value for row in content.rows] == list(samples.ROWS)
