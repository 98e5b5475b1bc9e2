"""The contents of the asymmetric unit are read from CCP4i2's XML without trusting it."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import PolymerKind, read_asu_contents

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
        ("<unclosed>", UnreadableFile, "not correct XML"),
        (ENTRY.replace("MKT\nAYI", ""), UnsuitableContent, "'enzyme' is empty"),
        (ENTRY.replace("MKT", "MK7"), UnsuitableContent, "'7', which stands for no residue"),
        (ENTRY.replace(">2<", ">99<"), UnsuitableContent, "'99' copies"),
        (ENTRY.replace("PROTEIN", "SUGAR"), UnsuitableContent, "'SUGAR'"),
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
