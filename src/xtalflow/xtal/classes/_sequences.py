"""Sequences, alignments, searches for homologues, and the contents of the asymmetric unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CComposite, CDataFile, CDataFileContent, CInt, CList, CString

from .._model_files import CSeqDataFile


class CSequenceString(CString):
    """The letters of a sequence."""


class CSequence(CComposite):
    """A sequence, and where it is from."""

    identifier = CString()
    referenceDb = CString()
    reference = CString()
    name_ = CString()
    description = CString()
    sequence = CString()
    moleculeType = CString()


class CSequenceMeta(CComposite):
    """The biology of a sequence."""

    uniprotId = CString()
    organism = CString()
    expressionSystem = CString()


class CSequenceAlignment(CComposite):
    """An alignment of sequences."""

    identifier = CString()
    moleculeType = CString()


class CSeqDataFileList(CList[CSeqDataFile]):
    """Files of sequences."""

    ITEM = CSeqDataFile()


class CSeqAlignDataFile(CDataFile):
    """Aligned sequences."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-seqalign",
        "fileExtensions": (
            "aln",
            "pir",
            "fasta",
            "msf",
            "phy",
        ),
        "fileContentClassName": "CSequenceAlignment",
        "guiLabel": "Aligned sequences",
    }


class CBlastDataFile(CDataFile):
    """What blast found."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/Blast-alignments",
        "fileExtensions": (
            "bla",
            "blast",
            "xml",
        ),
        "fileContentClassName": "CBlastData",
        "guiLabel": "Blast results",
    }


class CBlastItem(CComposite):
    """A sequence that blast found."""

    hitId = CString()
    querySequence = CString()
    hitSequence = CString()


class CBlastData(CDataFileContent):
    """What blast found."""

    queryId = CString()
    alignmentList = CList(CBlastItem())


class CHhpredDataFile(CDataFile):
    """What HHpred found."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/HHPred-alignments",
        "fileExtensions": ("hhr",),
        "fileContentClassName": "CHhpredData",
        "guiLabel": "HHPred results",
    }


class CHhpredItem(CComposite):
    """A chain that HHpred found."""

    annotation = CString()
    identifier = CString()
    chain = CString()


class CHhpredData(CDataFileContent):
    """What HHpred found."""

    alignmentList = CList(CHhpredItem())


class CAsuContentSeq(CComposite):
    """A molecule of the asymmetric unit."""

    sequence = CSequenceString(allowUndefined=False, minLength=1)
    nCopies = CInt(default=1, min=0, max=12)
    polymerType = CString(default="PROTEIN", enumerators=("PROTEIN", "RNA", "DNA"), onlyEnumerators=True)
    name_ = CString(allowUndefined=False, minLength=1)
    description = CString()
    source = CSeqDataFile()


class CAsuContentSeqList(CList[CAsuContentSeq]):
    """The molecules of the asymmetric unit."""

    ITEM = CAsuContentSeq()


class CAsuContent(CDataFileContent):
    """The contents of the asymmetric unit."""

    seqList = CAsuContentSeqList()


class CAsuComponent(CComposite):
    """A molecule of the asymmetric unit by the file of its sequence."""

    moleculeType = CString()
    seqFile = CSeqDataFile()
    numberOfCopies = CInt()


class CAsuComponentList(CList[CAsuComponent]):
    """The molecules of the asymmetric unit by the files of their sequences."""

    ITEM = CAsuComponent()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 1}
