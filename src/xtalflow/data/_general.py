"""General kinds of texts and numbers, and the bases that CCP4i2's classes name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ._containers import CComposite
from ._file import CDataFile
from ._list import CList
from ._scalars import CUUID, CInt, CString


class CBaseData(CComposite):
    """A base of values without children of its own."""


class CDataFileContent(CComposite):
    """What is in a file."""


class CJobTitle(CString):
    """The title of a job."""


class CJobStatus(CInt):
    """The state of a job by its number."""


class CFollowFromJob(CUUID):
    """The job whose outputs a new one starts from."""


class CPatchSelection(CComposite):
    """A patch of the command file of a task."""

    taskName = CString()
    patch = CString()


class CSMILESString(CString):
    """A chemical structure in SMILES notation."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "patternRegex": r"\A[A-Za-z0-9@+\-\[\]()=#/\\%.*:]+\Z",
        "patternErrorMessage": "a structure in SMILES notation",
    }


class CI2DataType(CString):
    """The class of a parameter of a custom task."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "enumerators": (
            "CPdbDataFile",
            "CSeqDataFile",
            "CObsDataFile",
            "CPhsDataFile",
            "CMapCoeffsDataFile",
            "CFreeRDataFile",
            "CMtzDataFile",
            "CDictDataFile",
            "CDataFile",
            "CInt",
            "CFloat",
            "CString",
            "CRefmacKeywordFile",
        )
    }


class COutputFileList(CList[CDataFile]):
    """Files that a job made, of which it was not known how many."""

    ITEM = CDataFile()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMaxLength": 250}
