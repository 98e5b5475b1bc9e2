"""File kinds of small molecules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from xtalflow.data import CDataFile, FileFacts

from ..models import SmallMolecule, read_mol2, read_molfile
from ._model_files import path_of

MOST_LISTED = 100
"""Facts tell of so many molecules of a file; all are counted."""


class CMol2DataFile(CDataFile):
    """A small molecule, in MOL2."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "chemical/x-mol2",
        "fileExtensions": ("mol2",),
        "guiLabel": "MOL2 file",
    }

    def examine(self) -> FileFacts:
        """Read the molecules, with name, formula and size."""
        return _facts(read_mol2(path_of(self)))


class CMDLMolDataFile(CDataFile):
    """A small molecule, as a molfile."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "chemical/x-mdl-molfile",
        "fileExtensions": ("mol", "sdf"),
        "guiLabel": "Mol file",
    }

    def examine(self) -> FileFacts:
        """Read the molecules, with name, formula, size and charge."""
        return _facts(read_molfile(path_of(self)))


def _facts(molecules: Sequence[SmallMolecule]) -> FileFacts:
    listed = [
        {
            "name": one.name,
            "formula": one.formula,
            "atoms": len(one.elements),
            "heavy_atoms": sum(1 for element in one.elements if element != "H"),
            "bonds": one.bonds,
            "charge": one.charge,
        }
        for one in molecules[:MOST_LISTED]
    ]
    return FileFacts(facts={"number": len(molecules), "molecules": listed})
