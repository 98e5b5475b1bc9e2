"""File kinds of models: coordinates and restraint dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import IntEnum
from pathlib import Path
from typing import Any, ClassVar

from xtalflow.data import CComposite, CDataFile, CString, FileFacts
from xtalflow.errors import UnreadableFile

from ._dictionaries import Monomer, examine_dictionary
from ._model_contents import CDictData, CPdbData
from ._model_digest import coordinates_digest
from ._model_facts import model_content, model_facts
from ._models import read_model


class ModelContent(IntEnum):
    """Content flags of `CPdbDataFile`, with CCP4i2's numbers."""

    PDB = 1
    MMCIF = 2


class ModelSubType(IntEnum):
    """Subtypes of `CPdbDataFile`, with CCP4i2's numbers."""

    UNKNOWN = 0
    MODEL = 1
    HOMOLOG = 2
    FRAGMENT = 3
    HEAVY_ATOMS = 4


class CAtomSelection(CComposite):
    """A part of a model, in CCP4i2's selection grammar."""

    __slots__ = ()
    text = CString()


class CPdbDataFile(CDataFile):
    """An atomic model, PDB or mmCIF."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "chemical/x-pdb",
        "fileExtensions": ("pdb", "cif", "mmcif", "ent"),
        "fileContentClassName": "CPdbData",
        "guiLabel": "Atomic model",
        "subType": {
            "enumerators": tuple(int(kind) for kind in ModelSubType),
            "menuText": ("unknown", "model", "homolog", "fragment", "heavy atoms"),
        },
        "contentFlag": {"enumerators": tuple(int(flag) for flag in ModelContent), "menuText": ("PDB", "mmCIF")},
    }

    selection = CAtomSelection()

    def examine(self) -> FileFacts:
        """Read the model; the content flag becomes PDB or MMCIF by content, whatever the file is called."""
        structure = read_model(path_of(self))
        facts = model_facts(structure)
        self.contentFlag.set(int(ModelContent.MMCIF if facts["format"] == "mmcif" else ModelContent.PDB))
        return FileFacts(facts=facts, digests={"coordinates": coordinates_digest(structure)})

    def content(self) -> CPdbData:
        """What the model says about itself, whatever the selection."""
        return model_content(read_model(path_of(self)))


class CDictDataFile(CDataFile):
    """A dictionary of restraints for ligands, links and modifications."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/refmac-dictionary",
        "fileExtensions": ("cif",),
        "fileContentClassName": "CDictData",
        "guiLabel": "Geometry dictionary",
    }

    def examine(self) -> FileFacts:
        """Read what the dictionary defines; refuses what would crash a program that reads it."""
        dictionary = examine_dictionary(path_of(self))
        facts = {
            "monomers": [asdict(monomer) for monomer in dictionary.monomers],
            "links": list(dictionary.links),
            "modifications": list(dictionary.modifications),
        }
        return FileFacts(facts=facts, digests={"restraints": dictionary.digest})

    def content(self) -> CDictData:
        """The monomers that the dictionary describes."""
        content = CDictData()
        content.monomerList.set([_monomer_values(one) for one in examine_dictionary(path_of(self)).monomers])
        return content


def _monomer_values(monomer: Monomer) -> dict[str, str]:
    values = {"identifier": monomer.identifier, "formula": monomer.formula, "dictionaryName": monomer.identifier}
    return values | ({"smiles": monomer.smiles} if monomer.smiles else {})


def path_of(file: CDataFile) -> Path:
    """The path of a file parameter that must have one.

    Raises
    ------
    UnreadableFile
        It is not set.
    """
    if file.path is None:
        raise UnreadableFile(file.object_path() or type(file).__name__, "no file is set")
    return file.path
