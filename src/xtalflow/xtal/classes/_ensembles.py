"""Models as parts: residues, lists and ensembles for molecular replacement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CBoolean, CComposite, CFloat, CInt, CList, COneWord

from ..files import CPdbDataFile


class CPdbDataFileList(CList[CPdbDataFile]):
    """Atomic models."""

    ITEM = CPdbDataFile()


class CEnsemblePdbDataFile(CPdbDataFile):
    """An ensemble of superposed models."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "chemical/x-pdb",
        "fileExtensions": (
            "pdb",
            "cif",
            "mmcif",
            "ent",
        ),
        "fileContentClassName": "CPdbData",
        "guiLabel": "Model ensemble",
    }

    @property
    def file_type(self) -> str:
        return "chemical/x-pdb-ensemble"  # CCP4i2 goes by the class, which has a type of its own


class CPdbEnsembleItem(CComposite):
    """A model of an ensemble, with what is expected of its likeness to the target."""

    structure = CPdbDataFile(mustExist=True)
    identity_to_target = CFloat(toolTip="Identity of the sequences")
    rms_to_target = CFloat(toolTip="Å")


class CEnsemble(CComposite):
    """An ensemble to search with, and how many copies to look for."""

    label = COneWord()
    number = CInt(default=1)
    use = CBoolean(default=True)
    pdbItemList = CList(CPdbEnsembleItem(), listMinLength=1)


class CEnsembleList(CList[CEnsemble]):
    """Ensembles to search with."""

    ITEM = CEnsemble()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 1}


class CResidueRange(CComposite):
    """Residues of a chain."""

    chainId = COneWord()
    firstRes = COneWord()
    lastRes = COneWord()


class CResidueRangeList(CList[CResidueRange]):
    """Residues of chains."""

    ITEM = CResidueRange()
