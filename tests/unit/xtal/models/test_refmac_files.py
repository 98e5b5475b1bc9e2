"""Refmac's keywords, external restraints and TLS groups are told by what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.data import CDataFile
from xtalflow.errors import UnreadableFile, UnsuitableContent
from xtalflow.xtal import (
    CRefmacKeywordFile,
    CRefmacRestraintsDataFile,
    CTLSDataFile,
    read_external_restraints,
    read_keywords,
    read_tls_groups,
)

from . import samples


def write(folder: Path, text: str) -> Path:
    path = folder / "it.txt"
    path.write_text(text)
    return path


def test_keywords_are_counted(tmp_path: Path) -> None:
    """By their first four letters; a line that ends with a hyphen goes on, and comments do not count."""
    assert read_keywords(write(tmp_path, samples.KEYWORDS)) == {"MAKE": 1, "NCYC": 1, "WEIG": 1, "REFI": 1}


def test_external_restraints_are_counted(tmp_path: Path) -> None:
    assert read_external_restraints(write(tmp_path, samples.RESTRAINTS)) == {
        "distance": 2,
        "torsion": 1,
        "settings": 2,
    }


def test_tls_groups_have_ranges_and_perhaps_tensors(tmp_path: Path) -> None:
    core, other = read_tls_groups(write(tmp_path, samples.TLS))

    assert (core.name, core.has_tensors) == ("Chain A, the core", True)
    assert core.ranges == (("A 1", "A 96"), ("A 100", "A 120"))
    assert (other.ranges, other.has_tensors) == ((("B 1", "B 96"),), False)


@pytest.mark.parametrize(
    ("read", "text", "error", "words"),
    [
        (read_keywords, "words of a letter\n", UnsuitableContent, "no line begins with one"),
        (read_keywords, "NCYC 20\n12 34\n", UnsuitableContent, "line 2 does not begin with a word"),
        (read_keywords, "NCYC -\n", UnreadableFile, "line 1: the statement goes on, and the file ends"),
        (read_keywords, "data_x\n_a.b 1\n", UnsuitableContent, "CIF file"),
        (read_external_restraints, samples.KEYWORDS, UnsuitableContent, "no line begins with EXTERNAL"),
        (read_external_restraints, samples.RESTRAINTS.replace("2.94", "far"), UnreadableFile, "line 2: after 'value'"),
        (read_external_restraints, samples.RESTRAINTS.replace(" 15 ", " "), UnreadableFile, "line 4: after 'sigma'"),
        (read_tls_groups, samples.KEYWORDS, UnsuitableContent, "line 2: 'make' does not belong"),
        (read_tls_groups, "REFMAC\n", UnsuitableContent, "no line begins with TLS"),
        (read_tls_groups, samples.TLS.replace("'A  96.'", ""), UnreadableFile, "line 4: a range has two quoted"),
        (read_tls_groups, samples.TLS.replace("0.0062", ""), UnreadableFile, "line 9: S has 8 numbers"),
        (read_tls_groups, samples.TLS.replace("11.039", "nan"), UnreadableFile, "line 6: ORIG has 3 numbers"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, read, text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read(write(tmp_path, text))


@pytest.mark.parametrize(
    ("kind", "text", "facts"),
    [
        (CRefmacKeywordFile, "NCYC 20\n", {"keywords": {"NCYC": 1}}),
        (CRefmacRestraintsDataFile, "EXTERNAL DMAX 4.2\n", {"restraints": {"settings": 1}}),
        (
            CTLSDataFile,
            "TLS\nRANGE 'A 1.' 'A 9.'\n",
            {"groups": [{"name": "", "ranges": [["A 1", "A 9"]], "tensors": False}]},
        ),
    ],
)
def test_file_kinds_tell_it(tmp_path: Path, kind: type[CDataFile], text: str, facts: dict[str, object]) -> None:
    file = kind()
    file.set(write(tmp_path, text))

    assert file.examine().facts == facts
