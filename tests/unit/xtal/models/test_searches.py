"""What BLAST and HHpred found is read from the files that they write."""

from __future__ import annotations

import string
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.errors import UnreadableFile, UnsuitableContent
from xtalflow.xtal import CBlastDataFile, CHhpredDataFile, read_blast, read_hhpred

from . import samples

FORMATS = {"XML": samples.BLAST_XML, "table": samples.BLAST_TABLE, "text": samples.BLAST_TEXT}


def write(folder: Path, text: str, name: str = "found.bla") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_of_blast_tells_the_same(tmp_path: Path, kind: str) -> None:
    """Who was asked, and the two stretches that were found."""
    search = read_blast(write(tmp_path, FORMATS[kind]))
    first, second = search.hits

    assert (search.format, search.program, search.query) == (kind, "BLASTP 2.9.0+", "gamma")
    assert (first.query_range, first.hit_range) == ((15, 34), (21, 39))
    assert (first.identity, first.bit_score) == (pytest.approx(85.0), 88.2)
    assert first.e_value == pytest.approx(2e-46, rel=0.01)
    assert (second.identifier, second.identity, second.e_value) == ("homologue", 50.0, 7.1)


@pytest.mark.parametrize("kind", ["XML", "text"])
def test_xml_and_text_have_the_aligned_residues(tmp_path: Path, kind: str) -> None:
    """Each row has the residues of the range and the gaps; the identities can be counted in them."""
    first = read_blast(write(tmp_path, FORMATS[kind])).hits[0]

    assert (first.query_row, first.hit_row) == ("MIPSITAYSKNGLKIEFTFE", "MIPSVTAYSK-GLKIDFTFE")
    assert first.identifier == "pdb|1GYU|A"
    assert first.description == "Chain A, Adapter-related protein complex"
    assert sum(a == b for a, b in zip(first.query_row, first.hit_row, strict=True)) == first.identity / 100 * 20


def test_of_a_table_without_comments_the_columns_are_the_usual_twelve(tmp_path: Path) -> None:
    """As -outfmt 6 writes it."""
    rows = "".join(line + "\n" for line in samples.BLAST_TABLE.splitlines() if not line.startswith("#"))
    search = read_blast(write(tmp_path, rows))

    assert (search.query, search.program, len(search.hits)) == ("gamma", "", 2)
    assert search.hits[0].query_row == ""


def test_a_table_may_have_other_columns_if_it_names_them(tmp_path: Path) -> None:
    """With the aligned residues, say."""
    text = samples.BLAST_TABLE.replace("bit score\n", "bit score, query seq, subject seq\n")
    text = text.replace("88.2\n", "88.2\tMIPS\tMVPS\n").replace("20.1\n", "20.1\tNG\tDG\n")

    assert [hit.hit_row for hit in read_blast(write(tmp_path, text)).hits] == ["MVPS", "DG"]


def test_of_several_rounds_the_last_counts(tmp_path: Path) -> None:
    """PSI-BLAST writes them one after the other."""
    again = samples.BLAST_TEXT[samples.BLAST_TEXT.index(">homologue") :]
    text = samples.BLAST_TEXT.replace("BLASTP", "PSIBLAST") + "Results from round 2\n\n" + again
    one = samples.BLAST_XML[samples.BLAST_XML.index("    <Iteration>") : samples.BLAST_XML.index("  </BlastOutput_it")]
    second = one.replace("<Hit_def>Chain A", "<Hit_def>Chain B")
    xml = samples.BLAST_XML.replace(one, one + second)

    assert [hit.identifier for hit in read_blast(write(tmp_path, text)).hits] == ["homologue"]
    assert read_blast(write(tmp_path, xml)).hits[0].description.startswith("Chain B")


def test_older_reports_are_read_too(tmp_path: Path) -> None:
    """Those of blastall have colons, and write expectations without a figure before the e."""
    text = samples.BLAST_TEXT.replace("BLASTP 2.9.0+", "BLASTP 2.2.26 [Sep-21-2011]").replace("Query  ", "Query: ")
    text = (
        text.replace("Sbjct  ", "Sbjct: ").replace("Expect = 2e-46", "Expect = e-100").replace("Length=", "  Length = ")
    )
    hits = read_blast(write(tmp_path, text)).hits

    assert [hit.e_value for hit in hits] == [1e-100, 7.1]
    assert hits[0].hit_row == "MIPSVTAYSK-GLKIDFTFE"


def test_a_search_without_hits_is_a_result(tmp_path: Path) -> None:
    start = samples.BLAST_TEXT[: samples.BLAST_TEXT.index("   Score")]
    text = start.split("        Score")[0] + "\n***** No hits found *****\n"
    table = "# BLASTP 2.9.0+\n# Query: gamma\n# Database: pdbaa\n# 0 hits found\n# BLAST processed 1 queries\n"

    assert read_blast(write(tmp_path, text)).hits == ()
    assert (read_blast(write(tmp_path, table)).query, read_blast(write(tmp_path, table)).hits) == ("gamma", ())


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (
            samples.BLAST_XML.replace("1.99275e-46", "small"),
            UnreadableFile,
            "line 23: Hsp_evalue is 'small'",
        ),
        (samples.BLAST_XML.replace("1.99275e-46", "nan"), UnreadableFile, "not a number"),
        (samples.BLAST_XML.replace(">17<", ">many<"), UnreadableFile, "Hsp_identity is 'many', not a whole number"),
        (
            samples.BLAST_XML.replace("MIPSVTAYSK-", "MIPSVTAYSK"),
            UnreadableFile,
            "20 columns of the query are aligned",
        ),
        (samples.BLAST_XML.replace("MIPSVTAYSK-", "MIPSVTAYSK8"), UnreadableFile, "something else than residues"),
        (samples.BLAST_XML[:900], UnreadableFile, "not well-formed"),
        (samples.BLAST_XML.replace('.dtd">', ".dtd\" [<!ENTITY e 'x'>]>"), UnreadableFile, "document type"),
        ("<BlastOutput2/>", UnsuitableContent, "this is XML of <BlastOutput2>"),
        (samples.BLAST_TABLE.replace("88.2\n", "88.2\tmore\n"), UnreadableFile, "line 6 has 13 columns"),
        (samples.BLAST_TABLE.replace("88.2\n", "high\n"), UnreadableFile, "line 6: bit score is 'high'"),
        (samples.BLAST_TABLE.replace("gamma\thom", "delta\thom"), UnsuitableContent, r"2 queries \(gamma, delta, …\)"),
        ("a\tb\n", UnsuitableContent, "line 1 has not 12 columns"),
        ("# a comment\n", UnsuitableContent, "not a result of BLAST"),
        (samples.BLAST_TEXT.replace("17/20", "17/21"), UnreadableFile, "line 26: the alignment should have 21 columns"),
        (samples.BLAST_TEXT.replace("LKIDFTFE  39", "LKIDFTFE"), UnreadableFile, "line 35: a row has a first"),
        (samples.BLAST_TEXT.replace("= 88.2 bits", "= 8.8.2 bits"), UnreadableFile, "line 26: the score"),
        (samples.BLAST_TEXT.partition("Sbjct  32")[0], UnreadableFile, "line 26: the alignment should have 20"),
        (">a\nMKT\n", UnsuitableContent, "not a result of BLAST"),
    ],
)
def test_what_is_no_result_of_blast_is_refused(tmp_path: Path, text: str, error: type[Exception], words: str) -> None:
    """A broken one with its line."""
    path = write(tmp_path, text)

    with pytest.raises(error, match=words) as caught:
        read_blast(path)

    assert str(caught.value).startswith(str(path))


def test_a_file_kind_tells_what_blast_found(tmp_path: Path) -> None:
    file = CBlastDataFile()
    file.set(write(tmp_path, samples.BLAST_XML))

    facts, content = file.examine().facts, file.content()
    assert (facts["query"], facts["number"], facts["hits"][0]["identity"]) == ("gamma", 2, 85.0)
    assert content.queryId.value == "gamma"
    assert [item.hitId.value for item in content.alignmentList] == ["pdb|1GYU|A", "homologue"]
    assert content.alignmentList[1].querySequence.value == "NGLKIE"


def test_of_a_table_the_content_has_no_residues(tmp_path: Path) -> None:
    file = CBlastDataFile()
    file.set(write(tmp_path, samples.BLAST_TABLE))

    assert not file.content().alignmentList[0].hitSequence.isSet()


def test_hhpred_tells_templates_and_alignments(tmp_path: Path) -> None:
    """A PDB chain has its entry and its chain, a domain its name."""
    search = read_hhpred(write(tmp_path, samples.HHR))
    first, second = search.hits

    assert (search.query, search.columns) == ("gamma", 134)
    assert (first.identifier, first.chain) == ("1gyu", "A")
    assert first.annotation.startswith("Adapter-related protein complex; ear domain")
    assert (first.probability, first.e_value, first.identity) == (99.95, 3.7e-34, 89.0)
    assert (first.query_row, first.template_row) == ("MIPSITAYSKNGLKIEFTFE", "MIPSVTAYSK-GLKIDFTFE")
    assert (first.query_range, first.template_range) == ((15, 34), (21, 39))
    assert (second.identifier, second.chain, second.query_range) == ("d1qtsa1", "", (25, 30))


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (samples.HHR.replace("Query  ", "Kwery  "), UnsuitableContent, "does not begin with Query"),
        (samples.HHR.replace("Match_columns 134", "Match_columns many"), UnsuitableContent, "Match_columns"),
        (samples.HHR.replace("E-value=3.7e-34", "E-value="), UnreadableFile, "line 14: a hit has a line with"),
        (samples.HHR.replace("E-value=3.7e-34", "E-value=1e999"), UnreadableFile, "line 15: '1e999' is not a number"),
        (samples.HHR.replace("MIPSVTAYSK-G", "MIPSVTAYSK-"), UnreadableFile, "residues 21 to 31 are not the 10 of"),
        (samples.HHR.replace("27 LKIEFTFE   34", "28 LKIEFTFE   35"), UnreadableFile, "residues 28 to 35 are not"),
        (samples.HHR.replace("DGIKLE    6 (133)", "DGIKLE"), UnreadableFile, "line 46: a row"),
        (
            samples.HHR[: samples.HHR.index("T 1gyu_A           32")],
            UnreadableFile,
            "20 columns of the query are aligned",
        ),
        (samples.HHR[: samples.HHR.index("No 1")], UnreadableFile, "lists 2 hits but holds no alignment"),
        ("just words\n", UnsuitableContent, "not a file of HHpred"),
    ],
)
def test_what_is_no_file_of_hhpred_is_refused(tmp_path: Path, text: str, error: type[Exception], words: str) -> None:
    path = write(tmp_path, text, "found.hhr")

    with pytest.raises(error, match=words) as caught:
        read_hhpred(path)

    assert str(caught.value).startswith(str(path))


def test_a_file_kind_tells_what_hhpred_found(tmp_path: Path) -> None:
    file = CHhpredDataFile()
    file.set(write(tmp_path, samples.HHR, "found.hhr"))

    facts, items = file.examine().facts, file.content().alignmentList
    assert (facts["number"], facts["hits"][0]["probability"]) == (2, 99.95)
    assert [(item.identifier.value, item.chain.value) for item in items] == [("1gyu", "A"), ("d1qtsa1", None)]


@given(
    st.sampled_from([samples.BLAST_XML, samples.BLAST_TABLE, samples.BLAST_TEXT, samples.HHR]),
    st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(string.printable)), max_size=5),
)
def test_damaged_files_are_read_or_refused(text: str, damage: list[tuple[int, str]]) -> None:
    """Nothing but the project's errors comes out."""
    for position, letter in damage:
        text = text[:position] + letter + text[position + 1 :]
    with TemporaryDirectory() as folder:
        path = write(Path(folder), text)
        for read in (read_blast, read_hhpred):
            try:
                hits = read(path).hits
            except (UnreadableFile, UnsuitableContent) as exc:
                assert path.name in str(exc)  # noqa: PT017  whichever of the two it is
            else:
                assert all(hit.query_range for hit in hits)
