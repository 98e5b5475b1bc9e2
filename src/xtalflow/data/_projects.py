"""Projects, programs and folders, and the header of CCP4i2's XML files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ._containers import CComposite, CContainer
from ._file import CDataFile
from ._list import CList
from ._people import CHostName, CTime, CUserId
from ._scalars import CUUID, CBoolean, CFloat, CInt, CString


class CProjectId(CUUID):
    """The uuid of a project."""


class CProjectName(CString):
    """The name of a project."""


class CVersion(CString):
    """The version of a program or a task."""


class CFileFunction(CString):
    """What an XML file of CCP4i2 is for."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "enumerators": (
            "DEF",
            "PARAMS",
            "LOG",
            "PROJECTDIRECTORIES",
            "COM",
            "REFMAC",
            "OUTPUT",
            "STATUS",
            "PROJECTDATABASE",
            "MGSCENE",
            "JOBSERVERSTATUS",
            "WORKFLOW",
            "COMFILEPATCH",
            "CUSTOMTASK",
            "IMPORTEDJOB",
            "I1SUPPLEMENT",
            "ASUCONTENT",
            "UNKNOWN",
        )
    }


class CI2XmlHeader(CComposite):
    """The header of an XML file: what it is for, who wrote it, and of which job it tells."""

    function = CFileFunction()
    userId = CUserId()
    hostName = CHostName()
    creationTime = CTime()
    pluginName = CString()
    pluginVersion = CVersion()
    pluginTitle = CString()
    projectName = CProjectName()
    projectId = CProjectId()
    jobId = CUUID()
    jobNumber = CString()
    comment = CString()
    OS = CString()


class CExePath(CComposite):
    """Where a program is."""

    exeName = CString()
    exePath = CDataFile()


class CExePathList(CList[CExePath]):
    """Where programs are."""

    ITEM = CExePath()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 1}


class CSearchPath(CComposite):
    """A folder to search, by name."""

    name_ = CString()
    path = CDataFile()


class CSearchPathList(CList[CSearchPath]):
    """Folders to search."""

    ITEM = CSearchPath()


class CExportedFile(CComposite):
    """An export of a project."""

    exportId = CUUID()


class CExportedFileList(CList[CExportedFile]):
    """Exports of a project."""

    ITEM = CExportedFile()


class CServerGroup(CComposite):
    """Computers that run jobs, and how they are reached."""

    name_ = CString()
    mechanism = CString()
    serverList = CList(CString())
    userExtensible = CBoolean()
    customCodeFile = CDataFile()
    queueOptionsFile = CDataFile()
    ccp4Dir = CString()
    tempDir = CString()
    sge_root = CString()
    keyFilename = CString()
    validate = CString()
    timeout = CFloat(toolTip="seconds")
    maxTries = CInt()


class CPreferences(CContainer):
    """Preferences of a user."""
