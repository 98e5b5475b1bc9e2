"""Columns of MTZ files, groups of them, and what a program wants of them."""

from __future__ import annotations

from xtalflow.data import CBoolean, CCollection, CComposite, CInt, CList, COneWord, CString

from ..reflections import CColumnType, CMtzColumn, CMtzColumnGroup


class CColumnTypeList(CList[CColumnType]):
    """Types of MTZ columns."""

    ITEM = CColumnType()


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
