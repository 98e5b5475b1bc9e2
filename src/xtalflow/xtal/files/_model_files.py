"""File kinds of models: coordinates and restraint dictionaries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from xtalflow.data import CComposite, CContainer, CDataFile, CString, FileFacts, Finding, Severity, declare
from xtalflow.errors import InvalidSelection, NothingSelected, UnreadableFile, UnsuitableContent

from ..models import (
    CDictData,
    CPdbData,
    Monomer,
    coordinates_digest,
    examine_dictionary,
    model_content,
    model_facts,
    read_model,
)
from ..selection import ALL, Selection, parse_selection, select_atoms, unknown_chains

if TYPE_CHECKING:
    import gemmi


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


class CSelectionText(CString):
    """The text of an atom selection; it is read when it is set, and refused with a caret under what is wrong."""

    __slots__ = ()

    def _converted(self, value: Any) -> str:
        text = super()._converted(value)
        try:
            parse_selection(text)
        except InvalidSelection as exc:
            allowed = f"an atom selection, but expected {exc.expected}\n{exc.shown}"
            raise self._refuse(value, allowed, code=105) from exc
        return text


class CAtomSelection(CComposite):
    """A part of a model, in CCP4's selection grammar; a blank text is all of it."""

    __slots__ = ()
    text = declare(CSelectionText, {}, class_name="CString")

    @property
    def tree(self) -> Selection:
        """The selection as a tree."""
        return parse_selection(self.text.value or "")

    def is_given(self) -> bool:
        """Whether there is a selection, if only of everything."""
        return bool((self.text.value or "").strip())


class CPdbDataFile(CDataFile):
    """An atomic model, PDB or mmCIF, or the part of it that `selection` says.

    A task that reads its model by `selected` declares it with ``ifAtomSelection=True``; where that is not declared, a
    selection is refused, so that none is given in vain.
    """

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
    ERROR_CODES: ClassVar[Mapping[int, str]] = {
        406: "the selection selects nothing of the file",
        407: "no selection can be given here",
        408: "a selection is given without a file",
        409: "the selection names a chain that is not there",
    }

    selection = CAtomSelection()

    def _slips(self) -> Iterator[Finding]:
        """Warnings of chains that the selection names and the model does not have."""
        path = path_of(self)
        for name, word in unknown_chains(read_model(path), self.selection.tree).items():
            hint = f"; is {word} meant?" if word else ""
            yield self._finding(409, f"{path.name}: there is no chain {name}{hint}", Severity.WARNING)

    def selected(self) -> gemmi.Structure:
        """Read the model, of which only the atoms that `selection` says; all without one.

        What is said of other atoms (links, helices …) is left out; to write it, see `write_model`.

        Raises
        ------
        UnreadableFile, UnsuitableContent
            The file is not set, or no model can be read from it.
        NothingSelected
            The selection selects no atom; the sentence tells what the model has.
        """
        path, tree = path_of(self), self.selection.tree
        structure = read_model(path)
        if tree == ALL:
            return structure
        try:
            return select_atoms(structure, tree)
        except NothingSelected as exc:
            raise NothingSelected(f"{path.name}: {exc}") from exc

    def validity(self) -> list[Finding]:
        """Also: a selection must be possible here, and select something; only for that the file is read."""
        findings = super().validity()
        if not self.selection.is_given():
            return findings
        if not self.isSet():
            return [*findings, self._finding(408, f"{self.selection.text} is selected, but no file is given")]
        if isinstance(self.root(), CContainer) and not self.qualifier("ifAtomSelection"):
            message = f"{self.selection.text} is selected, but the whole model is used here; select_atoms writes a part"
            return [*findings, self._finding(407, message)]
        if not any(one.severity >= Severity.ERROR for one in findings):
            try:
                self.selected()
            except NothingSelected as exc:
                findings.append(self._finding(406, str(exc)))
            except (UnreadableFile, UnsuitableContent):
                return findings  # it is the file that is wrong, not the selection
            else:
                findings += self._slips()
        return findings

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
