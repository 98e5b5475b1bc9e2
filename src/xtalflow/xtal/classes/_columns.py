"""Columns of MTZ files, groups of them, and what a program wants of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CBoolean, CCollection, CComposite, CInt, CList, COneWord, CString


class CColumnType(CString):
    """The type of an MTZ column by its letter."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"enumerators": tuple("HJFDQGLKMEPWABYIR")}


class CColumnTypeList(CList[CColumnType]):
    """Types of MTZ columns."""

    ITEM = CColumnType()


class CMtzColumnGroupType(CColumnType):
    """The type of a group of columns by the letter of its first."""


class CMtzColumn(CComposite):
    """A column."""

    columnLabel = COneWord()
    columnType = CColumnType()
    dataset = COneWord()
    groupIndex = CInt()


class CMtzColumnGroup(CComposite):
    """Columns that belong together."""

    groupType = CMtzColumnGroupType()
    columns = CList(CMtzColumn())


class CMtzDataset(CComposite):
    """A data set of an MTZ file."""

    name_ = CString()
    columnGroups = CList(CMtzColumnGroup())


class CColumnGroup(CComposite):
    """Columns that make a file of their own, and whether they were chosen."""

    columnGroupType = COneWord()
    contentFlag = CInt()
    dataset = CString()
    columnList = CList(CMtzColumn())
    selected = CBoolean()


class CColumnGroupList(CList[CColumnGroup]):
    """Groups of columns to choose from."""

    ITEM = CColumnGroup()


class CColumnGroupItem(CComposite):
    """A column that a program wants, and which will do."""

    columnName = COneWord()
    defaultList = CString()
    columnType = CColumnTypeList()
    partnerTo = COneWord()
    partnerOffset = CInt()


class CProgramColumnGroup(CCollection):
    """The columns of a file that a program is to take, by the program's names; a definition file says which."""


class CProgramColumnGroup0(CComposite):
    """A group of columns of a data set that a program is to take."""

    columnGroup = CMtzColumnGroup()
    datasetName = CString()


class CFPairColumnGroup(CProgramColumnGroup):
    """Amplitudes of Friedel mates."""


class CIPairColumnGroup(CProgramColumnGroup):
    """Intensities of Friedel mates."""


class CMapColumnGroup(CProgramColumnGroup):
    """Map coefficients."""


class CHLColumnGroup(CProgramColumnGroup):
    """Hendrickson-Lattman coefficients."""


class CFreeRColumnGroup(CProgramColumnGroup):
    """Free flags."""


class CFSigFColumnGroup(CProgramColumnGroup):
    """Mean amplitudes."""


class CAnomalousIntensityColumnGroup(CProgramColumnGroup):
    """Intensities with their anomalous differences."""


class CISigIColumnGroup(CProgramColumnGroup):
    """Mean intensities."""


class CAnomalousColumnGroup(CProgramColumnGroup):
    """Amplitudes with their anomalous differences."""


class CPhiFomColumnGroup(CProgramColumnGroup):
    """Phases with figures of merit."""
