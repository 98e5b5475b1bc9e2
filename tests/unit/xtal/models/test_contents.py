"""Every kind of the model side gives the tree that it names, and lets no bad file do anything but be refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xtalflow.data import CDataFile
from xtalflow.errors import UnreadableFile, UnsuitableContent
from xtalflow.xtal import (
    CAsuDataFile,
    CBlastDataFile,
    CDictDataFile,
    CHhpredDataFile,
    CMapDataFile,
    CMDLMolDataFile,
    CMol2DataFile,
    CPdbDataFile,
    CRefmacKeywordFile,
    CRefmacRestraintsDataFile,
    CSeqAlignDataFile,
    CSeqDataFile,
    CTLSDataFile,
    class_named,
)
from xtalflow.xtal.classes import CEnsemblePdbDataFile

WITH_CONTENT = (
    CPdbDataFile,
    CEnsemblePdbDataFile,
    CDictDataFile,
    CSeqDataFile,
    CSeqAlignDataFile,
    CAsuDataFile,
    CBlastDataFile,
    CHhpredDataFile,
)
ALL = (
    *WITH_CONTENT,
    CMapDataFile,
    CMDLMolDataFile,
    CMol2DataFile,
    CRefmacKeywordFile,
    CRefmacRestraintsDataFile,
    CTLSDataFile,
)


@pytest.mark.parametrize("kind", WITH_CONTENT)
def test_the_content_is_of_the_class_that_the_kind_names(kind: type[CDataFile]) -> None:
    """As the signature of `content` says it too."""
    named = class_named(kind().qualifier("fileContentClassName"))

    assert named is not None
    assert kind.content.__annotations__["return"] == named.__name__


@pytest.mark.parametrize("kind", WITH_CONTENT)
def test_a_file_that_is_not_set_has_no_content(kind: type[CDataFile]) -> None:
    with pytest.raises(UnreadableFile, match=f"{kind.__name__}: no file is set"):
        kind().content()


def test_a_model_tells_chains_cell_and_ligands(pdb_file: Path) -> None:
    file = CPdbDataFile()
    file.set(pdb_file)

    content = file.content()
    assert [content.cell[name].value for name in ("a", "b", "c", "gamma")] == [30.0, 32.0, 34.0, 90.0]
    assert (content.spaceGroup.value, content.models.value, content.atoms.value) == ("P 21 21 21", 1, 40)
    assert not content.resolution.isSet()
    (chain,) = content.chains
    assert (chain["name"].value, chain.residues.value) == ("A", 8)
    assert (chain.polymer.value, chain.sequence.value) == ("peptide(L)", "A" * 8)


def test_a_model_without_a_cell_has_none_in_its_content(pdb_file: Path) -> None:
    """Nor does water have a sequence."""
    pdb_file.write_text("HETATM    1  O   HOH W   1       1.000   2.000   3.000  1.00 20.00           O\n")
    file = CPdbDataFile()
    file.set(pdb_file)

    content = file.content()
    assert not content.cell.isSet()
    assert not content.spaceGroup.isSet()
    assert not content.chains[0].sequence.isSet()


@pytest.mark.real_data
@pytest.mark.parametrize("kind", ALL)
def test_a_malformed_file_is_read_or_refused_with_its_name(shared_data: Path, kind: type[CDataFile]) -> None:
    for path in sorted((shared_data / "malformed").iterdir()):
        file = kind()
        file.set(path)
        for read in (file.examine, file.content):
            if kind.content is CDataFile.content and read == file.content:
                continue
            try:
                read()
            except (UnreadableFile, UnsuitableContent) as exc:
                assert re.search(re.escape(path.name), str(exc))  # noqa: PT017  whichever of the two it is
            else:
                assert kind in (CPdbDataFile, CEnsemblePdbDataFile)
