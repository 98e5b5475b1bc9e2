"""The typed tree: values with states, containers, lists, files and indicators, in the order of their declaration."""

from ._base import CData, Change, ValueState
from ._containers import CComposite, CContainer, CPerformanceIndicator
from ._file import CDataFile, FileFacts, LinkedFile
from ._findings import Finding, Severity
from ._hierarchy import HierarchicalObject, split_path
from ._list import CList
from ._qualifiers import Qualifiers
from ._scalars import CUUID, CBoolean, CFilePath, CFloat, CInt, COneWord, CScalar, CString
from ._search import FileMetadata, extract_file_metadata, find_all_files, find_objects_by_type, parameter_name
from ._signal import Connection, Signal

__all__ = [
    "CUUID",
    "CBoolean",
    "CComposite",
    "CContainer",
    "CData",
    "CDataFile",
    "CFilePath",
    "CFloat",
    "CInt",
    "CList",
    "COneWord",
    "CPerformanceIndicator",
    "CScalar",
    "CString",
    "Change",
    "Connection",
    "FileFacts",
    "FileMetadata",
    "Finding",
    "HierarchicalObject",
    "LinkedFile",
    "Qualifiers",
    "Severity",
    "Signal",
    "ValueState",
    "extract_file_metadata",
    "find_all_files",
    "find_objects_by_type",
    "parameter_name",
    "split_path",
]
