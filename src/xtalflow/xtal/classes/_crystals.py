"""Symmetry, and runs of batches."""

from __future__ import annotations

from xtalflow.data import CComposite, CFloat, CInt, CList, CString

from ..crystal import CCell, CSpaceGroup


class CSpaceGroupCell(CComposite):
    """A space group and a cell."""

    spaceGroup = CSpaceGroup()
    cell = CCell()


class CAltSpaceGroup(CSpaceGroup):
    """A space group to be tried too."""


class CAltSpaceGroupList(CList[CAltSpaceGroup]):
    """Space groups to be tried."""

    ITEM = CAltSpaceGroup()


class CReindexOperator(CComposite):
    """New indices as expressions in the old ones; it is set when it changes anything."""

    h = CString(default="h")
    k = CString(default="k")
    l = CString(default="l")  # noqa: E741  # the name in the files

    def isSet(self, allowDefault: bool = True) -> bool:
        return super().isSet(allowDefault) and (self.h.value, self.k.value, self.l.value) != ("h", "k", "l")


class CRunBatchRange(CComposite):
    """The batches of a run, and the resolution to which they are good."""

    runNumber = CInt()
    batchRange0 = CInt()
    batchRange1 = CInt()
    resolution = CFloat(toolTip="Å")
    fileNumber = CInt()


class CRunBatchRangeList(CList[CRunBatchRange]):
    """Runs of batches."""

    ITEM = CRunBatchRange()
