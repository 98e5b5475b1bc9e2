"""What files of the model side hold, as trees: models, dictionaries, sequences, alignments, searches."""

from __future__ import annotations

from xtalflow.data import CComposite, CDataFileContent, CFloat, CInt, CList, CString

from ..crystal import CCell, CSpaceGroup


class CPdbChain(CComposite):
    """A chain of a model.

    `polymer` is a kind such as ``peptide(L)``, and `sequence` that of the residues in the model; both are unset
    for a chain of ligands or water.
    """

    __slots__ = ()
    name_ = CString()
    residues = CInt()
    polymer = CString()
    sequence = CString()


class CPdbData(CDataFileContent):
    """What is in a file of an atomic model; CCP4i2's class has no children of its own."""

    __slots__ = ()
    cell = CCell()
    spaceGroup = CSpaceGroup()
    resolution = CFloat(toolTip="Å, as the header tells it")
    models = CInt()
    atoms = CInt(toolTip="In the first model")
    residues = CInt()
    waters = CInt()
    chains = CList(CPdbChain())
    ligands = CList(CString())


class CMonomer(CComposite):
    """A monomer of a dictionary."""

    __slots__ = ()
    identifier = CString()
    formula = CString()
    dictionaryName = CString()
    smiles = CString()


class CDictData(CComposite):
    """What a dictionary defines."""

    __slots__ = ()
    monomerList = CList(CMonomer())


class CSequenceString(CString):
    """The letters of a sequence."""

    __slots__ = ()


class CSequence(CComposite):
    """A sequence, and where it is from."""

    __slots__ = ()
    identifier = CString()
    referenceDb = CString()
    reference = CString()
    name_ = CString()
    description = CString()
    sequence = CString()
    moleculeType = CString()


class CSequenceAlignment(CComposite):
    """An alignment of sequences; of `rows`, which CCP4i2's class does not have, the sequences are with gaps."""

    __slots__ = ()
    identifier = CString()
    moleculeType = CString()
    rows = CList(CSequence())


class CBlastItem(CComposite):
    """A stretch of a sequence that BLAST found, aligned with the query."""

    __slots__ = ()
    hitId = CString()
    querySequence = CString()
    hitSequence = CString()


class CBlastData(CDataFileContent):
    """What BLAST found, in the order of the file."""

    __slots__ = ()
    queryId = CString()
    alignmentList = CList(CBlastItem())


class CHhpredItem(CComposite):
    """A chain that HHpred found."""

    __slots__ = ()
    annotation = CString()
    identifier = CString()
    chain = CString()


class CHhpredData(CDataFileContent):
    """What HHpred found, in the order of the file."""

    __slots__ = ()
    alignmentList = CList(CHhpredItem())
