"""File kinds for reflections of any format, merged or not, and what is given beside unmerged ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from xtalflow.data import CComposite, CDataFile, CList, CRangeSelection, CString, FileFacts
from xtalflow.errors import InvalidInput, UnsuitableContent

from ..crystal import CCell, CWavelength
from ..reflections import (
    CMmcifReflData,
    CUnmergedDataContent,
    cif_content,
    examine_reflections,
    read_reflection_header,
    read_reflections,
    reflection_digests,
    reflection_facts,
    reflection_format,
    unmerged_content,
)
from ._reflection_files import CMtzDataFile

if TYPE_CHECKING:
    import gemmi


def _path_of(file: CDataFile) -> Path:
    """Where a file is; `InvalidInput` if it is not set."""
    if file.path is None:
        raise InvalidInput(f"{file.object_path() or type(file).__name__} is not set")
    return file.path


class CUnmergedDataFile(CDataFile):
    """Data from integration or scaling, before merging."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-unmerged-experimental",
        "fileExtensions": ("mtz", "hkl", "HKL", "sca", "SCA", "ent", "cif"),
        "fileContentClassName": "CUnmergedDataContent",
        "guiLabel": "Unmerged reflections",
    }

    def examine(self) -> FileFacts:
        return examine_reflections(_path_of(self))

    def content(self) -> CUnmergedDataContent:
        return unmerged_content(read_reflection_header(_path_of(self)))


class CUnmergedMtzDataFile(CMtzDataFile):
    """Unmerged reflections as MTZ."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-mtz-unmerged",
        "fileExtensions": ("mtz",),
        "guiLabel": "Unmerged MTZ reflections",
    }

    def check_content(self, path: Path, mtz: gemmi.Mtz) -> None:
        """Refuse merged reflections."""
        if len(mtz.batches) == 0:
            raise UnsuitableContent(path, "its reflections are merged: it has no batches")


class CGenericReflDataFile(CDataFile):
    """Reflections of any format, merged or not."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-generic-reflections",
        "fileExtensions": (
            "mtz",
            "hkl",
            "HKL",
            "sca",
            "SCA",
            "mmcif",
            "cif",
            "ent",
        ),
        "fileContentClassName": "CUnmergedDataContent",
        "guiLabel": "Reflection data",
    }

    def examine(self) -> FileFacts:
        return examine_reflections(_path_of(self))

    def content(self) -> CUnmergedDataContent:
        return unmerged_content(read_reflection_header(_path_of(self)))


class CMmcifDataFile(CDataFile):
    """mmCIF of any content."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "fileExtensions": (
            "cif",
            "ent",
        ),
    }


class CMmcifReflDataFile(CMmcifDataFile):
    """Structure factors as mmCIF."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "chemical/x-cif",
        "fileExtensions": ("cif",),
        "fileContentClassName": "CMmcifReflData",
        "guiLabel": "mmCIF reflection data",
    }

    def examine(self) -> FileFacts:
        mtz = self._read()
        return FileFacts(facts=reflection_facts(mtz, "sf-mmcif"), digests=reflection_digests(mtz))

    def content(self) -> CMmcifReflData:
        return cif_content(self._read())

    def _read(self) -> gemmi.Mtz:
        path = _path_of(self)
        if reflection_format(path) != "sf-mmcif":
            raise UnsuitableContent(path, "this is no structure-factor mmCIF")
        return read_reflections(path)


class CImportUnmerged(CComposite):
    """A file of unmerged reflections to be imported, with what it does not say itself."""

    file = CUnmergedDataFile(mustExist=True)
    cell = CCell()
    wavelength = CWavelength()
    crystalName = CString()
    dataset = CString()
    excludeSelection = CRangeSelection()


class CImportUnmergedList(CList[CImportUnmerged]):
    """Files of unmerged reflections to be imported."""

    ITEM = CImportUnmerged()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 1}
