"""File classes that know their content."""

from ._model_files import CAtomSelection, CDictDataFile, CPdbDataFile, ModelContent, ModelSubType
from ._molecule_files import CMDLMolDataFile, CMol2DataFile
from ._reflection_files import (
    CFreeRDataFile,
    CMapCoeffsDataFile,
    CMapDataFile,
    CMiniMtzDataFile,
    CMtzDataFile,
    CObsDataFile,
    CPhsDataFile,
)
from ._refmac_files import CRefmacKeywordFile, CRefmacRestraintsDataFile, CTLSDataFile
from ._sequence_files import (
    CAsuContent,
    CAsuContentSeq,
    CAsuContentSeqList,
    CAsuDataFile,
    CBlastDataFile,
    CHhpredDataFile,
    CI2XmlDataFile,
    CSeqAlignDataFile,
    CSeqDataFile,
    CXmlDataFile,
)
from ._unmerged_files import (
    CGenericReflDataFile,
    CImportUnmerged,
    CImportUnmergedList,
    CMmcifDataFile,
    CMmcifReflDataFile,
    CUnmergedDataFile,
    CUnmergedMtzDataFile,
)

__all__ = [
    "CAsuContent",
    "CAsuContentSeq",
    "CAsuContentSeqList",
    "CAsuDataFile",
    "CAtomSelection",
    "CBlastDataFile",
    "CDictDataFile",
    "CFreeRDataFile",
    "CGenericReflDataFile",
    "CHhpredDataFile",
    "CI2XmlDataFile",
    "CImportUnmerged",
    "CImportUnmergedList",
    "CMDLMolDataFile",
    "CMapCoeffsDataFile",
    "CMapDataFile",
    "CMiniMtzDataFile",
    "CMmcifDataFile",
    "CMmcifReflDataFile",
    "CMol2DataFile",
    "CMtzDataFile",
    "CObsDataFile",
    "CPdbDataFile",
    "CPhsDataFile",
    "CRefmacKeywordFile",
    "CRefmacRestraintsDataFile",
    "CSeqAlignDataFile",
    "CSeqDataFile",
    "CTLSDataFile",
    "CUnmergedDataFile",
    "CUnmergedMtzDataFile",
    "CXmlDataFile",
    "ModelContent",
    "ModelSubType",
]
