"""Parameters of refmac: TLS, occupancies and rigid bodies."""

from __future__ import annotations

from xtalflow.data import CComposite, CFloat, CInt, CList, COneWord, CString


class CTLSRange(CComposite):
    """Residues of a TLS group."""

    groupId = CInt()
    chainId = COneWord()
    firstRes = CInt()
    lastRes = CInt()
    selection = CString(default="ALL")


class CTLSRangeList(CList[CTLSRange]):
    """Residues of TLS groups."""

    ITEM = CTLSRange()


class CAtomRefmacSelection(CComposite):
    """Residues of a group."""

    groupId = CInt()
    chainId = COneWord()
    firstRes = CInt()
    lastRes = CInt()


class CAtomRefmacSelectionList(CList[CAtomRefmacSelection]):
    """Residues of groups."""

    ITEM = CAtomRefmacSelection()


class CAtomRefmacSelectionOccupancy(CComposite):
    """Atoms that have one occupancy."""

    groupId = CInt()
    chainIds = CString()
    firstRes = CInt()
    lastRes = CInt()
    atoms = CString()
    alt = COneWord()


class COccRefmacSelectionList(CList[CAtomRefmacSelectionOccupancy]):
    """Groups of atoms that have one occupancy each."""

    ITEM = CAtomRefmacSelectionOccupancy()


class CAtomRefmacSelectionGroups(CComposite):
    """Groups whose occupancies depend on each other."""

    groupIds = CString()


class COccRelationRefmacList(CList[CAtomRefmacSelectionGroups]):
    """Sets of groups whose occupancies depend on each other."""

    ITEM = CAtomRefmacSelectionGroups()


class CRefmacRigidGroupSegment(CComposite):
    """Residues of a rigid body."""

    chain_id = CString()
    residue_1 = CInt()
    residue_2 = CInt()


class CRefmacRigidGroupItem(CComposite):
    """A rigid body."""

    rigid_group_id = CString()
    segmentList = CList(CRefmacRigidGroupSegment())


class CRefmacRigidGroupList(CList[CRefmacRigidGroupItem]):
    """Rigid bodies."""

    ITEM = CRefmacRigidGroupItem()


class CRefmacAnomalousAtom(CComposite):
    """Anomalous scattering factors of a kind of atom, in electrons."""

    atomType = CString()
    Fp = CFloat()
    Fpp = CFloat()
