"""Sequences are read as FASTA, PIR or plain letters and compared with the model."""

from __future__ import annotations

import gzip
import string
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import gemmi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import (
    CSeqDataFile,
    PolymerKind,
    SequenceRecord,
    compare_sequences,
    guess_polymer_kind,
    read_model,
    read_sequences,
    sequences_of_model,
    write_model,
    write_sequences,
)

MakePeptide = Callable[..., gemmi.Structure]


def write(folder: Path, text: str) -> Path:
    path = folder / "protein.seq"
    path.write_text(text)
    return path


def record(sequence: str, name: str = "it") -> SequenceRecord:
    return SequenceRecord(name=name, sequence=sequence, kind=PolymerKind.PROTEIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">one two\nMKT\nAYI\n>b\nGG SS\n", [("one", "MKTAYI"), ("b", "GGSS")]),
        (">P1;gamma\n\nMHHL\nVPR*\n", [("gamma", "MHHLVPR")]),
        (">P1;a\ntitle\nMKV*\n>P1;b\nanother\nGGG*\n", [("a", "MKV"), ("b", "GGG")]),
        ("MKTAYI\nVPR\n", [("protein", "MKTAYIVPR")]),
        ("\n\n  mktay  \n", [("protein", "MKTAY")]),
        ("; a comment\n>x\nMKT*\n", [("x", "MKT")]),
        (">\nMKT\n", [("sequence 1", "MKT")]),
    ],
)
def test_fasta_pir_and_plain_letters_are_read(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    """The title line of PIR is no sequence, and a star ends one."""
    records = read_sequences(write(tmp_path, text))

    assert [(one.name, one.sequence) for one in records] == expected


def test_a_gzipped_sequence_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """As editors and archives leave them."""
    path = tmp_path / "seq.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf>a\r\nMKT\r\n"))

    assert read_sequences(path)[0].sequence == "MKT"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", UnreadableFile, "is empty"),
        (">only a header\n", UnsuitableContent, "'only' has a header but no residues"),
        (">a\nMKT\n>b\n", UnsuitableContent, "'b' has a header but no residues"),
        (">a\nMKT1\n", UnsuitableContent, "line 2: '1' stands for no residue"),
        (">a\nMK-T\n", UnsuitableContent, "line 2: '-' stands for no residue"),
        (">a\nMK*T\n", UnsuitableContent, "line 2: 'T' follows the '\\*'"),
        ("HEADER    A MODEL\nATOM      1\n", UnsuitableContent, "PDB file"),
        ("data_x\n_a.b c\n", UnsuitableContent, "CIF file"),
        ("<?xml version='1.0'?><a/>\n", UnsuitableContent, "XML"),
        ("; a comment\n", UnsuitableContent, "comments and no sequence"),
        ("\ufeff\n", UnreadableFile, "is empty"),
    ],
)
def test_what_is_no_sequence_is_refused(tmp_path: Path, text: str, error: type[InvalidInput], words: str) -> None:
    """With the line that is wrong."""
    path = write(tmp_path, text)

    with pytest.raises(error, match=words) as caught:
        read_sequences(path)

    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("sequence", "kind"),
    [("MKTAYI", "PROTEIN"), ("ACGTTGCA", "DNA"), ("ACGUUGCA", "RNA"), ("GAC", "PROTEIN"), ("XXXXX", "PROTEIN")],
)
def test_the_kind_of_polymer_is_guessed_from_the_letters(sequence: str, kind: str) -> None:
    """Bases only is a nucleic acid, if there are enough of them."""
    assert guess_polymer_kind(sequence) == kind


def test_pir_says_the_kind_itself(tmp_path: Path) -> None:
    """DL is DNA, and P1 leaves it to the letters."""
    assert read_sequences(write(tmp_path, ">DL;x\n\nACG*\n"))[0].kind is PolymerKind.DNA


def test_a_model_is_compared_with_the_sequence_that_fits_best(peptide: MakePeptide) -> None:
    """Mutations, missing ends and the name of the sequence are told."""
    structure = peptide(["ALA", "SER", "GLY", "ALA", "VAL", "ALA", "SER", "SER"])

    comparison = compare_sequences(structure, [record("WWWWWWWWWW", "no"), record("MMASGAAASSK", "yes")])[0]

    assert (comparison.chain, comparison.sequence, comparison.matches) == ("A", "yes", 7)
    assert (comparison.residues, comparison.length, comparison.identity) == (8, 11, 87.5)
    assert comparison.gaps == ((1, 2), (11, 11))
    mismatch = comparison.mismatches[0]
    assert (mismatch.residue, mismatch.found, mismatch.expected, mismatch.position) == ("A VAL 5", "V", "A", 7)


def test_a_sequence_of_another_protein_fits_no_chain(peptide: MakePeptide) -> None:
    """No alignment is shown when there is nothing to align."""
    comparison = compare_sequences(peptide(), [record("WWYWWYWWYWWYFF")])[0]

    assert (comparison.sequence, comparison.matches, comparison.mismatches) == ("", 0, ())


def test_single_residues_strewn_over_a_sequence_are_no_agreement(peptide: MakePeptide) -> None:
    """A short peptide is found in any long sequence if gaps are free."""
    strewn = "WWWW".join(["A", "S", "G", "A", "S", "G"])
    comparison = compare_sequences(peptide(["ALA", "SER", "GLY", "ALA", "SER", "GLY"]), [record(strewn)])[0]

    assert comparison.sequence == ""


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("model", "sequence", "chains"),
    [
        ("gamma/gamma_model.pdb", "gamma/gamma.pir", [("A", 120, 134, "14I120M")]),
        ("mdm2/4hg7.cif", "mdm2/4hg7.seq", [("A", 91, 97, "6I91M")]),
        ("rnase/rnase_model.pdb", "rnase/rnase.fasta", [("A", 96, 96, "96M"), ("B", 96, 96, "96M")]),
    ],
)
def test_real_models_match_their_sequences(
    shared_data: Path, model: str, sequence: str, chains: list[tuple[str, int, int, str]]
) -> None:
    """All residues of these models agree."""
    comparisons = compare_sequences(read_model(shared_data / model), read_sequences(shared_data / sequence))

    assert [(one.chain, one.matches, one.length, one.cigar) for one in comparisons] == chains
    assert all(not one.mismatches for one in comparisons)


@pytest.mark.real_data
def test_a_homologue_differs_where_it_should(shared_data: Path) -> None:
    """4QO4 lacks a loop of the sequence of 4HG7."""
    sequences = read_sequences(shared_data / "mdm2" / "4hg7.seq")

    comparison = compare_sequences(read_model(shared_data / "mdm2" / "4qo4.pdb"), sequences)[0]

    assert (comparison.residues, comparison.matches) == (89, 87)
    assert (58, 61) in comparison.gaps


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "words"),
    [("header_only.fasta", "no residues"), ("bad_letters.fasta", "line 2: '1' stands for no residue")],
)
def test_malformed_sequences_are_refused(shared_data: Path, name: str, words: str) -> None:
    """The first would be an empty sequence for gemmi, without an error."""
    with pytest.raises(UnsuitableContent, match=words) as caught:
        read_sequences(shared_data / "malformed" / name)

    assert name in str(caught.value)


def test_residues_that_spell_a_record_of_a_pdb_file_are_residues(tmp_path: Path) -> None:
    """HEADER, REMARK, SEQRES and HETATM are six amino acids each."""
    assert read_sequences(write(tmp_path, ">x\nHEADER\nSEQRES\n"))[0].sequence == "HEADERSEQRES"


def test_a_file_of_blanks_before_something_else_is_told_at_once(tmp_path: Path) -> None:
    """Thousands of blanks are no reason to think."""
    path = write(tmp_path, " " * 5000 + "8")

    with pytest.raises(UnsuitableContent, match="line 1: '8' stands for no residue"):
        read_sequences(path)


def test_a_header_tells_name_and_description(tmp_path: Path) -> None:
    """That of UniProt also the database and the accession."""
    file = CSeqDataFile()
    file.set(write(tmp_path, ">sp|P00698|LYSC_CHICK Lysozyme C OS=Gallus gallus\nKVFGRC\n>b\nGG\n"))

    content = file.content()
    assert (content.identifier.value, content.sequence.value) == ("sp|P00698|LYSC_CHICK", "KVFGRC")
    assert (content.referenceDb.value, content.reference.value) == ("UniProt", "P00698")
    assert content.description.value == "Lysozyme C OS=Gallus gallus"
    assert content.moleculeType.value == "PROTEIN"


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
records = st.builds(
    SequenceRecord,
    name=words,
    sequence=st.text(string.ascii_uppercase, max_size=130),
    kind=st.sampled_from(PolymerKind),
    description=words,
)


@given(st.lists(records, max_size=4), st.sampled_from(["it.pir", "it.fasta"]))
def test_what_is_written_is_read_back(written: list[SequenceRecord], name: str) -> None:
    """Or refused before anything is written; the kind is kept where the format has a word for it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        try:
            write_sequences(written, path)
        except InvalidInput:
            assert not path.exists()
            return
        again = read_sequences(path)

    assert [(one.name, one.sequence, one.description) for one in again] == [
        (one.name, one.sequence, one.description) for one in written
    ]
    nucleic = [one.kind for one in written if one.kind is not PolymerKind.PROTEIN]
    assert (
        name == "it.fasta"
        or [one.kind for one, was in zip(again, written, strict=True) if was.kind in nucleic] == nucleic
    )


@pytest.mark.parametrize("strange", ["a\u2028b", "a\nb", "a\x85b", " a", ""])
@pytest.mark.parametrize("suffix", [".pir", ".fasta"])
def test_a_name_that_the_reader_would_cut_is_not_written(tmp_path: Path, strange: str, suffix: str) -> None:
    """A line of the file may end at more than one kind of character."""
    path = tmp_path / f"it{suffix}"

    with pytest.raises(InvalidInput, match="cannot hold"):
        write_sequences([SequenceRecord(name=strange, sequence="MKT", kind=PolymerKind.PROTEIN)], path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "start"), [("it.pir", ">DL;dna\nof a virus\nACGT"), ("it.seq", ">dna of a virus\nACGT")]
)
def test_the_name_of_the_file_tells_the_format(tmp_path: Path, name: str, start: str) -> None:
    made = SequenceRecord(name="dna", sequence="ACGT" * 20, kind=PolymerKind.DNA, description="of a virus")
    write_sequences([made], tmp_path / name)

    text = (tmp_path / name).read_text()
    assert text.startswith(start)
    assert max(len(line) for line in text.splitlines()) == 60
    assert read_sequences(tmp_path / name) == [made]


def test_a_model_without_a_header_tells_the_residues_that_it_has(peptide: MakePeptide, tmp_path: Path) -> None:
    """Chains of the same residues are copies of one sequence; a modified residue has the letter of its parent."""
    structure = peptide(["ALA", "MSE", "GLY", "ALA"])
    other = structure[0]["A"].clone()
    other.name = "B"
    structure[0].add_chain(other)
    write_model(structure, tmp_path / "two.pdb")

    (one,) = sequences_of_model(read_model(tmp_path / "two.pdb"))
    assert (one.name, one.sequence, one.chains, one.kind) == ("two_AB", "AMGA", ("A", "B"), PolymerKind.PROTEIN)
    assert one.record.description == "chains A, B, residues of the model"


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["4hg7.pdb", "4hg7.cif"])
def test_a_model_with_a_header_tells_what_was_crystallised(shared_data: Path, name: str) -> None:
    """The same as the file of its sequence."""
    (known,) = read_sequences(shared_data / "mdm2" / "4hg7.seq")
    (one,) = sequences_of_model(read_model(shared_data / "mdm2" / name))

    assert (one.sequence, one.chains, one.as_crystallised) == (known.sequence, ("A",), True)
    assert one.description == "chain A"


@pytest.mark.real_data
def test_two_copies_of_a_chain_are_one_sequence(shared_data: Path) -> None:
    (one,) = sequences_of_model(read_model(shared_data / "rnase" / "rnase_model.pdb"))

    assert one.chains == ("A", "B")
    assert one.sequence == read_sequences(shared_data / "rnase" / "rnase.fasta")[0].sequence
