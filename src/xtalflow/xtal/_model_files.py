"""File kinds of the model side: coordinates, restraint dictionaries, sequences, contents of the asymmetric unit."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, ClassVar

from xtalflow.data import CComposite, CDataFile, CDict, CI2XmlHeader, CString, FileFacts
from xtalflow.errors import UnreadableFile

from ._asu_contents import read_asu_contents
from ._dictionaries import examine_dictionary
from ._model_digest import coordinates_digest
from ._model_facts import model_facts
from ._models import read_model
from ._sequences import read_sequences


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
            "monomers": list(dictionary.monomers),
            "links": list(dictionary.links),
            "modifications": list(dictionary.modifications),
        }
        return FileFacts(facts=facts, digests={"restraints": dictionary.digest})


class CSeqDataFile(CDataFile):
    """Sequences, FASTA, PIR or plain letters."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-seq",
        "fileExtensions": ("seq", "pir", "fasta"),
        "fileContentClassName": "CSequence",
        "guiLabel": "Sequence",
    }

    def examine(self) -> FileFacts:
        """Read the sequences, with name, length and kind of polymer."""
        sequences = [
            {"name": one.name, "length": len(one.sequence), "sequence": one.sequence, "kind": str(one.kind)}
            for one in read_sequences(path_of(self))
        ]
        return FileFacts(facts={"sequences": sequences})


class CXmlDataFile(CDataFile):
    """XML of any content."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"mimeTypeName": "application/xml", "fileExtensions": ("xml",)}


class CI2XmlDataFile(CXmlDataFile):
    """XML with CCP4i2's header."""

    __slots__ = ()

    header = CI2XmlHeader()


class CAsuDataFile(CI2XmlDataFile):
    """The contents of the asymmetric unit, as CCP4i2 keeps them."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-asu-content",
        "fileExtensions": ("asu.xml",),
        "fileContentClassName": "CAsuContent",
        "guiLabel": "AU contents",
    }

    selection = CDict(toolTip="Which of the sequences are meant, by name")

    def examine(self) -> FileFacts:
        """Read the sequences, with the number of copies of each."""
        sequences = [
            {
                "name": one.name,
                "length": len(one.sequence),
                "sequence": one.sequence,
                "kind": str(one.kind),
                "copies": one.copies,
            }
            for one in read_asu_contents(path_of(self))
        ]
        return FileFacts(facts={"sequences": sequences})


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
