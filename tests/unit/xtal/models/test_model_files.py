"""File parameters of models, dictionaries and sequences know their content."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from xtalflow.data import CDataFile
from xtalflow.errors import UnreadableFile, UnsuitableContent
from xtalflow.xtal import CAsuDataFile, CDictDataFile, CPdbDataFile, CSeqDataFile, ModelContent, read_model, write_model


def test_the_content_flag_of_a_model_is_set_by_its_content(pdb_file: Path, tmp_path: Path) -> None:
    """A PDB file called .cif is a PDB file."""
    misnamed = tmp_path / "model.cif"
    misnamed.write_bytes(pdb_file.read_bytes())
    mmcif = tmp_path / "real.cif"
    write_model(read_model(pdb_file), mmcif)
    flags = []
    digests = []
    for path in (misnamed, mmcif):
        file = CPdbDataFile()
        file.set(path)
        facts = file.examine()
        flags.append(file.contentFlag.value)
        digests.append(facts.digests["coordinates"])
        json.dumps(dict(facts.facts))

    assert flags == [ModelContent.PDB, ModelContent.MMCIF]
    assert digests[0] == digests[1]


def test_a_sequence_file_lists_its_sequences(tmp_path: Path) -> None:
    """Name, length, letters and kind."""
    path = tmp_path / "it.fasta"
    path.write_text(">enzyme of a bug\nMKTAYI\n")
    file = CSeqDataFile()
    file.set(path)

    expected = {"name": "enzyme", "description": "of a bug", "length": 6, "sequence": "MKTAYI", "kind": "PROTEIN"}
    assert file.examine().facts["sequences"] == [expected]


def test_a_file_that_is_not_set_cannot_be_examined() -> None:
    """The error names the parameter's class."""
    with pytest.raises(UnreadableFile, match="CPdbDataFile: no file is set"):
        CPdbDataFile().examine()


@pytest.mark.parametrize(
    ("kind", "mime", "extension"),
    [
        (CPdbDataFile, "chemical/x-pdb", "pdb"),
        (CDictDataFile, "application/refmac-dictionary", "cif"),
        (CSeqDataFile, "application/CCP4-seq", "seq"),
        (CAsuDataFile, "application/CCP4-asu-content", "asu.xml"),
    ],
)
def test_kinds_keep_the_types_and_extensions_of_ccp4i2(kind: type[CDataFile], mime: str, extension: str) -> None:
    """So that projects can be exchanged."""
    file = kind()

    assert file.qualifier("mimeTypeName") == mime
    assert file.qualifier("fileExtensions")[0] == extension


def test_declaring_file_kinds_loads_no_numerics() -> None:
    """The table of contents of xtal must be cheap: gemmi and numpy are loaded when a file is read."""
    code = "import sys, xtalflow.xtal; print([m for m in ('gemmi', 'numpy', 'lxml', 'django') if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.real_data
def test_the_dictionary_of_nutlin_defines_it(shared_data: Path) -> None:
    """One monomer, with a digest of its restraints."""
    file = CDictDataFile()
    file.set(shared_data / "mdm2" / "NUT.cif")

    facts = file.examine()

    (monomer,) = facts.facts["monomers"]
    assert (monomer["identifier"], monomer["group"], monomer["formula"]) == ("NUT", "NON-POLYMER", "C30 H30 Cl2 N4 O4")
    assert (monomer["atoms"], monomer["heavy_atoms"]) == (70, 40)
    assert (facts.facts["links"], facts.facts["modifications"]) == ([], [])
    assert len(facts.digests["restraints"]) == 64


@pytest.mark.real_data
@pytest.mark.parametrize("kind", [CPdbDataFile, CDictDataFile, CSeqDataFile, CAsuDataFile])
def test_no_malformed_file_crashes_any_kind(shared_data: Path, kind: type[CDataFile]) -> None:
    """Each is examined or refused with its name."""
    accepted = {"pdb_named.mtz", "wrong_cell.pdb"} if kind is CPdbDataFile else set()
    for path in sorted((shared_data / "malformed").iterdir()):
        file = kind()
        file.set(path)
        if path.name in accepted:
            file.examine()
        else:
            with pytest.raises((UnreadableFile, UnsuitableContent), match=re.escape(path.name)):
                file.examine()
