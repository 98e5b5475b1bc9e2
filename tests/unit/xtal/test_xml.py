"""Foreign XML is read without trusting it."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.errors import UnreadableFile
from xtalflow.xtal.content import xml_root

NAMED = b"<!DOCTYPE Known PUBLIC '-//X//Y' 'http://127.0.0.1:9/x.dtd'>"


def test_a_document_type_that_is_known_may_be_named() -> None:
    """It is not fetched."""
    assert xml_root(Path("x"), NAMED + b"<Known>1</Known>", document_type="Known").text == "1"


@pytest.mark.parametrize(
    "data",
    [
        NAMED + b"<Known/>",
        b"<!DOCTYPE Known><Known/>",
        b"<!DOCTYPE Other [<!ENTITY e 'x'>]><Known>&e;</Known>",
    ],
)
def test_any_other_document_type_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="document type"):
        xml_root(Path("x"), data)


@pytest.mark.parametrize("inside", [b"<!ENTITY e 'x'>", b"<!ENTITY % e 'x'>", b"<!ELEMENT Known ANY>"])
def test_a_known_document_type_may_declare_nothing(inside: bytes) -> None:
    with pytest.raises(UnreadableFile, match="document type"):
        xml_root(Path("x"), b"<!DOCTYPE Known [" + inside + b"]><Known/>", document_type="Known")
