"""The PDBx/mmCIF dictionary, where an installed package brings it along, and what it says of a file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi

_PLACE = Path("cif") / "dictionaries" / "mmcif_pdbx_v50.dic.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class DictionaryCheck:
    """What a dictionary says of a file.

    Attributes
    ----------
    version
        Of the dictionary.
    is_valid
        Whether nothing is wrong; an item that the dictionary does not know, as it may be younger, is not wrong.
    remarks
        What is wrong, and which items the dictionary does not know.
    """

    version: str
    is_valid: bool
    remarks: tuple[str, ...]


def find_dictionary() -> Path | None:
    """The dictionary that comes with cctbx; None if that is not installed."""
    iotbx = find_spec("iotbx")
    for folder in (iotbx.submodule_search_locations or ()) if iotbx is not None else ():
        if (path := Path(folder) / _PLACE).is_file():
            return path
    return None


def check_against_dictionary(document: gemmi.cif.Document) -> DictionaryCheck | None:
    """Check types, ranges, keys and mandatory items; None if there is no dictionary.

    Parents of items are not asked for: names of atoms in the dictionary of components, for one, are the PDB's to add.
    """
    from gemmi import cif

    path = find_dictionary()
    if path is None:
        return None
    remarks: list[str] = []
    checker = cif.Ddl(logger=(remarks.append, 8), use_context=False, use_linked_groups=False)
    dictionary = cif.read(str(path))
    version = cif.as_string(dictionary[0].find_value("_dictionary.version") or "?")
    checker.read_ddl(dictionary)
    remarks.clear()
    is_valid = checker.validate_cif(document)
    own = tuple(remark for remark in remarks if "parent" not in remark)
    return DictionaryCheck(version=version, is_valid=is_valid, remarks=own)
