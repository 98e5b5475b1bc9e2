"""The contents of the asymmetric unit are read from CCP4i2's XML without trusting it."""

from __future__ import annotations

import string
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.formats import parse_xml
from xtalflow.xtal import AsuSequence, CAsuDataFile, PolymerKind, read_asu_contents, write_asu_contents

ENTRY = """<CAsuContentSeq><sequence>MKT
AYI</sequence><nCopies>2</nCopies><polymerType>PROTEIN</polymerType>
<name>enzyme</name><description>of a bug</description></CAsuContentSeq>"""


def write(folder: Path, entries: str, head: str = "") -> Path:
    path = folder / "contents.asu.xml"
    body = f"<ccp4i2_body><seqList>{entries}</seqList></ccp4i2_body>"
    path.write_text(f"{head}<ccp4:ccp4i2 xmlns:ccp4='http://www.ccp4.ac.uk/ccp4ns'>{body}</ccp4:ccp4i2>")
    return path


def test_sequences_copies_and_kinds_are_read(tmp_path: Path) -> None:
    """Missing copies are one, and a missing kind is guessed."""
    second = "<CAsuContentSeq><sequence>ACGTACGT</sequence><name>dna</name></CAsuContentSeq>"

    one, two = read_asu_contents(write(tmp_path, ENTRY + second))

    assert (one.name, one.sequence, one.copies, one.kind) == ("enzyme", "MKTAYI", 2, PolymerKind.PROTEIN)
    assert one.description == "of a bug"
    assert (two.copies, two.kind) == (1, PolymerKind.DNA)


@pytest.mark.parametrize(
    ("entries", "error", "words"),
    [
        ("", UnsuitableContent, "no sequence"),
        ("<unclosed>", UnreadableFile, "not well-formed XML"),
        (ENTRY.replace("MKT\nAYI", ""), UnsuitableContent, "'enzyme' is empty"),
        (ENTRY.replace("MKT", "MK7"), UnsuitableContent, "'7', which stands for no residue"),
        (ENTRY.replace(">2<", ">99<"), UnsuitableContent, "'99' copies"),
        (ENTRY.replace("PROTEIN", "SUGAR"), UnsuitableContent, "'SUGAR'"),
        (ENTRY + ENTRY, UnsuitableContent, "two sequences are called 'enzyme'"),
    ],
)
def test_wrong_contents_are_refused(tmp_path: Path, entries: str, error: type[InvalidInput], words: str) -> None:
    """With the name of the sequence."""
    path = write(tmp_path, entries)

    with pytest.raises(error, match=words) as caught:
        read_asu_contents(path)

    assert str(caught.value).startswith(str(path))


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    """Entities could read files or grow without end."""
    secret = tmp_path / "secret"
    secret.write_text("MKT")
    head = f"<!DOCTYPE x [<!ENTITY e SYSTEM 'file://{secret}'>]>"

    with pytest.raises(InvalidInput, match="document type"):
        read_asu_contents(write(tmp_path, ENTRY.replace("MKT\nAYI", "&e;"), head))


TWO = [
    AsuSequence(
        name="enzyme",
        sequence="MKTAYI",
        kind=PolymerKind.PROTEIN,
        copies=2,
        description="of a bug",
        source="/data/enzyme.seq",
    ),
    AsuSequence(name="primer", sequence="ACGTACGT", kind=PolymerKind.DNA, copies=0),
]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """With the header that says what the file is for."""
    path = tmp_path / "contents.asu.xml"
    write_asu_contents(TWO, path, {"projectName": "bugs", "jobNumber": "3"})

    root = parse_xml(path)
    assert read_asu_contents(path) == TWO
    assert etree.parse(path).getroot().tag == "{http://www.ccp4.ac.uk/ccp4ns}ccp4i2"
    assert root.findtext("ccp4i2_header/function") == "ASUCONTENT"
    assert root.findtext("ccp4i2_header/jobNumber") == "3"
    assert root.findtext("ccp4i2_body/seqList/CAsuContentSeq/source/baseName") == "enzyme.seq"


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)
sequences = st.builds(
    AsuSequence,
    name=words,
    sequence=st.text(string.ascii_uppercase, max_size=80),
    kind=st.sampled_from(PolymerKind),
    copies=st.integers(0, 13),
    description=words,
    source=st.sampled_from(["", "x.seq", "/data/x y.seq", "/data/ x.seq", "a/../b", "/"]),
)


@given(st.lists(sequences, max_size=4))
def test_anything_is_written_so_that_it_is_read_back_or_refused(contents: list[AsuSequence]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "contents.asu.xml")
        try:
            write_asu_contents(contents, path)
        except InvalidInput:
            assert not path.exists()
        else:
            assert read_asu_contents(path) == contents


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": ""}, "cannot be written"),
        ({"name": "primer"}, "two sequences are called 'primer'"),
        ({"sequence": "mk"}, "not of letters A to Z"),
        ({"copies": 13}, "13 copies of 'enzyme'"),
        ({"source": "folder/"}, "not the path of a file"),
        ({"source": "/data/ x.seq"}, "not the path of a file"),
    ],
)
def test_what_cannot_be_kept_is_not_written(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    first = {"name": "enzyme", "sequence": "MK", "kind": PolymerKind.PROTEIN} | change
    path = tmp_path / "contents.asu.xml"

    with pytest.raises(InvalidInput, match=reason):
        write_asu_contents([AsuSequence(**first), TWO[1]], path)
    assert not path.exists()


@pytest.fixture
def file(tmp_path: Path) -> CAsuDataFile:
    """A parameter that names a file of two sequences."""
    path = tmp_path / "contents.asu.xml"
    write_asu_contents(TWO, path)
    made = CAsuDataFile()
    made.set(path)
    return made


def test_the_content_is_the_list_of_molecules(file: CAsuDataFile) -> None:
    first, second = file.content().seqList

    assert (first["name"].value, first.sequence.value, first.nCopies.value) == ("enzyme", "MKTAYI", 2)
    assert (first.source.relPath.value, first.source.baseName.value) == ("/data", "enzyme.seq")
    assert (second.polymerType.value, second.nCopies.value) == ("DNA", 0)
    assert not second.source.isSet()


def test_without_a_selection_all_sequences_are_meant(file: CAsuDataFile) -> None:
    assert file.selected_sequences() == TWO


def test_a_selection_leaves_out_what_it_names_with_false(file: CAsuDataFile) -> None:
    file.selection.set({"enzyme": "False", "primer": "True"})
    assert [one.name for one in file.selected_sequences()] == ["primer"]

    file.selection.set({"enzyme": "False"})
    assert [one.name for one in file.selected_sequences()] == ["primer"]


def test_a_selection_of_nothing_or_of_what_is_not_there_is_refused(file: CAsuDataFile) -> None:
    file.selection.set({"enzyme": "False", "primer": "0"})
    with pytest.raises(UnsuitableContent, match="none of its sequences is selected"):
        file.selected_sequences()

    file.selection.set({"other": "True"})
    with pytest.raises(UnsuitableContent, match="no sequence 'other' to select; there are enzyme, primer"):
        file.selected_sequences()
