"""What is in a file of reflections, as a tree: columns, data sets, crystal, batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CBoolean, CComposite, CDataFileContent, CFloat, CInt, CList, COneWord, CString

from ..crystal import CCell, CResolutionRange, CSpaceGroup, CWavelength


class CColumnType(CString):
    """The type of an MTZ column by its letter."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"enumerators": tuple("HJFDQGLKMEPWABYIR")}


class CMtzColumn(CComposite):
    """A column."""

    columnLabel = COneWord()
    columnType = CColumnType()
    dataset = COneWord()
    groupIndex = CInt()


class CMtzColumnGroupType(CColumnType):
    """The type of a group of columns by the letter of its first."""


class CMtzColumnGroup(CComposite):
    """Columns that belong together."""

    groupType = CMtzColumnGroupType()
    columns = CList(CMtzColumn())


class CMtzDataset(CComposite):
    """A data set of an MTZ file."""

    name_ = CString()
    columnGroups = CList(CMtzColumnGroup())


class CCrystalName(CString):
    """The name of a crystal."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"minLength": 1}


class CDatasetName(CString):
    """The name of a data set."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"minLength": 1}


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
