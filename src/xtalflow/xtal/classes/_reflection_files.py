"""Further kinds of reflection files, lists of them, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import (
    CBoolean,
    CComposite,
    CDataFile,
    CDataFileContent,
    CFloat,
    CInt,
    CList,
    CRangeSelection,
    CString,
)

from .._composites import CCell, CResolutionRange, CSpaceGroup, CWavelength
from .._files import CMiniMtzDataFile, CMtzDataFile, CObsDataFile, CUnmergedDataFile
from ._columns import CMtzColumn, CMtzDataset
from ._crystals import CCrystalName, CDatasetName
from ._phasing import CFormFactor


class CUnmergedMtzDataFile(CMtzDataFile):
    """Unmerged reflections as MTZ."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-mtz-unmerged",
        "fileExtensions": ("mtz",),
        "guiLabel": "Unmerged MTZ reflections",
    }


class CGenericReflDataFile(CDataFile):
    """Reflections of any format, merged or not."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-generic-reflections",
        "fileExtensions": (
            "mtz",
            "hkl",
            "HKL",
            "sca",
            "SCA",
            "mmcif",
            "cif",
            "ent",
        ),
        "fileContentClassName": "CUnmergedDataContent",
        "guiLabel": "Reflection data",
    }


class CMmcifDataFile(CDataFile):
    """mmCIF of any content."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "fileExtensions": (
            "cif",
            "ent",
        ),
    }


class CMmcifReflDataFile(CMmcifDataFile):
    """Structure factors as mmCIF."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "chemical/x-cif",
        "fileExtensions": ("cif",),
        "fileContentClassName": "CMmcifReflData",
        "guiLabel": "mmCIF reflection data",
    }


class CMmcifData(CDataFileContent):
    """What is in an mmCIF file."""


class CMmcifReflData(CMmcifData):
    """What is in an mmCIF file of structure factors."""

    cell = CCell()
    spaceGroup = CSpaceGroup()
    wavelength = CWavelength()
    haveFreeRColumn = CBoolean()
    haveFobsColumn = CBoolean()
    haveFpmObsColumn = CBoolean()
    haveIobsColumn = CBoolean()
    haveIpmObsColumn = CBoolean()


class CMtzData(CDataFileContent):
    """What is in an MTZ file."""

    cell = CCell()
    spaceGroup = CSpaceGroup()
    resolutionRange = CResolutionRange()
    listOfColumns = CList(CMtzColumn())
    datasets = CList(CMtzDataset())
    crystalNames = CList(CCrystalName())
    wavelengths = CList(CWavelength())
    datasetCells = CList(CCell())
    merged = CBoolean()


class CUnmergedDataContent(CDataFileContent):
    """What is in a file of unmerged reflections, or of reflections of any format."""

    format = CString(enumerators=("unk", "mtz", "xds", "sca", "saint", "shelx", "mmcif"))
    merged = CString(enumerators=("unk", "merged", "unmerged"))
    crystalName = CCrystalName()
    datasetName = CDatasetName()
    cell = CCell()
    spaceGroup = CSpaceGroup()
    batchs = CString()
    lowRes = CFloat()
    highRes = CFloat()
    knowncell = CBoolean()
    knownwavelength = CBoolean()
    numberLattices = CInt()
    wavelength = CWavelength()
    numberofdatasets = CInt()


class CUnmergedDataFileList(CList[CUnmergedDataFile]):
    """Files of unmerged reflections."""

    ITEM = CUnmergedDataFile()


class CImportUnmerged(CComposite):
    """A file of unmerged reflections to be imported, with what it does not say itself."""

    file = CUnmergedDataFile(mustExist=True)
    cell = CCell()
    wavelength = CWavelength()
    crystalName = CString()
    dataset = CString()
    excludeSelection = CRangeSelection()


class CImportUnmergedList(CList[CImportUnmerged]):
    """Files of unmerged reflections to be imported."""

    ITEM = CImportUnmerged()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 1}


class CMiniMtzDataFileList(CList[CMiniMtzDataFile]):
    """Files of one group of columns each."""

    ITEM = CMiniMtzDataFile()


class CMergeMiniMtz(CComposite):
    """A file of one group of columns that goes into a common one, and under which names."""

    fileName = CMiniMtzDataFile()
    columnTag = CString()
    columnNames = CString()


class CMergeMiniMtzList(CList[CMergeMiniMtz]):
    """Files of one group of columns each that go into a common one."""

    ITEM = CMergeMiniMtz()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 2}


class CDataset(CComposite):
    """A data set of an experiment of phasing."""

    selected = CBoolean()
    obsDataFile = CObsDataFile()
    crystalName = CCrystalName()
    datasetName = CDatasetName()
    formFactors = CFormFactor()
    formFactorSource = CString()


class CDatasetList(CList[CDataset]):
    """Data sets of an experiment of phasing."""

    ITEM = CDataset()
