"""Tasks that users define: around command files of their own, or of jobs that ran elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ._containers import CComposite, CContainer
from ._file import CDataFile
from ._general import CI2DataType
from ._list import CList
from ._scalars import CBoolean, CInt, COneWord, CString


class CCustomTaskFileFunction(CString):
    """What a parameter of a custom task is to it."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "enumerators": ("unknown", "input", "output", "control parameter", "log")
    }


class CCustomTaskParam(CComposite):
    """A parameter of a custom task."""

    name_ = COneWord()
    dataType = CI2DataType()
    label = CString()
    obligatory = CBoolean()
    saveDataToDb = CBoolean()
    function = CCustomTaskFileFunction()
    mergeTo = CString()
    splitColumns = CString()
    requiredContentType = CList(CInt())
    outputFilePath = CString()


class CCustomTaskParamList(CList[CCustomTaskParam]):
    """Parameters of a custom task."""

    ITEM = CCustomTaskParam()


class CCustomComFile(CComposite):
    """A command file of a custom task."""

    text = CString()
    name_ = CString()


class CCustomComFileList(CList[CCustomComFile]):
    """Command files of a custom task."""

    ITEM = CCustomComFile()


class CCustomTaskDefinition(CContainer):
    """A custom task."""


class CImportedJobData(CComposite):
    """A file of a job that ran elsewhere."""

    name_ = COneWord()
    dataType = CI2DataType()
    label = CString()
    fileName = CDataFile()


class CImportedJobDataList(CList[CImportedJobData]):
    """Files of a job that ran elsewhere."""

    ITEM = CImportedJobData()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 1}


class CImportedJobDefinition(CContainer):
    """A job that ran elsewhere."""


class CPatchDefinition(CContainer):
    """A patch of the command file of a task."""
