"""Sequences and molecules of the asymmetric unit as parts of other parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CComposite, CInt, CList, CString

from ..files import CSeqDataFile


class CSequenceMeta(CComposite):
    """The biology of a sequence."""

    uniprotId = CString()
    organism = CString()
    expressionSystem = CString()


class CSeqDataFileList(CList[CSeqDataFile]):
    """Files of sequences."""

    ITEM = CSeqDataFile()


class CAsuComponent(CComposite):
    """A molecule of the asymmetric unit by the file of its sequence."""

    moleculeType = CString()
    seqFile = CSeqDataFile()
    numberOfCopies = CInt()


class CAsuComponentList(CList[CAsuComponent]):
    """The molecules of the asymmetric unit by the files of their sequences."""

    ITEM = CAsuComponent()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 1}
