"""What a task author sees of the content of files."""

from typing import assert_type

from xtalflow.data import CList
from xtalflow.xtal import (
    CAsuContent,
    CAsuDataFile,
    CBlastData,
    CBlastDataFile,
    CDictData,
    CDictDataFile,
    CHhpredData,
    CHhpredDataFile,
    CMonomer,
    CPdbChain,
    CPdbData,
    CPdbDataFile,
    CSeqAlignDataFile,
    CSeqDataFile,
    CSequence,
    CSequenceAlignment,
)
from xtalflow.xtal.classes import CEnsemblePdbDataFile

assert_type(CPdbDataFile().content(), CPdbData)
assert_type(CEnsemblePdbDataFile().content(), CPdbData)
assert_type(CPdbDataFile().content().chains, CList[CPdbChain])
assert_type(CPdbDataFile().content().atoms.value, int | None)
assert_type(CDictDataFile().content(), CDictData)
assert_type(CDictDataFile().content().monomerList[0], CMonomer)
assert_type(CSeqDataFile().content(), CSequence)
assert_type(CSeqAlignDataFile().content(), CSequenceAlignment)
assert_type(CSeqAlignDataFile().content().rows, CList[CSequence])
assert_type(CAsuDataFile().content(), CAsuContent)
assert_type(CAsuDataFile().content().seqList[0].nCopies.value, int | None)
assert_type(CBlastDataFile().content(), CBlastData)
assert_type(CHhpredDataFile().content(), CHhpredData)
