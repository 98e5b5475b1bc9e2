"""Lists of reflection files, and data sets of experiments of phasing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CBoolean, CComposite, CList, CString

from ..files import CMiniMtzDataFile, CObsDataFile, CUnmergedDataFile
from ..reflections import CCrystalName, CDatasetName
from ._phasing import CFormFactor


class CUnmergedDataFileList(CList[CUnmergedDataFile]):
    """Files of unmerged reflections."""

    ITEM = CUnmergedDataFile()


class CMiniMtzDataFileList(CList[CMiniMtzDataFile]):
    """Files of one group of columns each, of one or several kinds."""

    ITEM = CMiniMtzDataFile()
    MIXED = True


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
