"""Restraint dictionaries and the monomer library, read as plain CIF.

gemmi's own monomer library reader is never called here: in gemmi 0.7.5 a link whose ``_chem_link`` table lacks
columns ends the whole process with a segmentation fault. Such a table is refused by `read_dictionary` instead.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import NotEquipped, UnreadableFile, UnsuitableContent

from ..content import binary_kind, looks_like_cif, parse_cif, printable, read_content
from ._formulas import hill_formula

if TYPE_CHECKING:
    import gemmi

ENERGY_LIBRARY = "ener_lib.cif"
LINK_LIBRARIES = ("links_and_mods.cif", "list/mon_lib_list.cif")
"""A monomer library has the first and at least one of the second."""

_LINK_COLUMNS = ("comp_id_1", "mod_id_1", "group_comp_1", "comp_id_2", "mod_id_2", "group_comp_2")
_WITHOUT_EFFECT = frozenset({"x", "y", "z", "name", "three_letter_code", "desc_level"})
"""Columns that change no restraint: example coordinates and words."""
_WHOLE = ("name", "group", "type", "formula")
_SAFE_NAME = re.compile(r"[A-Za-z0-9_+-]{1,16}")
_RESERVED_NAMES = frozenset({"AUX", "COM", "CON", "LPT", "NUL", "PRN"})
"""Windows cannot name a file so; the library calls them CON_CON.cif (CCP4's convention)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monomer:
    """A monomer that a dictionary describes.

    Attributes
    ----------
    group
        What links it can have, such as ``peptide`` or ``NON-POLYMER``; empty where the file does not tell it.
    formula
        As the file tells it, else that of its atoms.
    smiles
        Empty where the file has none.
    atoms, heavy_atoms
        Number of atoms with hydrogens and without.
    """

    identifier: str
    name: str
    group: str
    formula: str
    smiles: str
    atoms: int
    heavy_atoms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """What a restraint dictionary defines.

    Attributes
    ----------
    monomers
        In the order of the file.
    links, modifications
        Names, in the order of the file.
    digest
        SHA-256 of the restraints, whatever their order, comments, numbers' style and example coordinates.
    """

    monomers: tuple[Monomer, ...]
    links: tuple[str, ...]
    modifications: tuple[str, ...]
    digest: str


def read_dictionary(path: Path) -> list[str]:
    """Names of the monomers that a restraint dictionary defines; see `examine_dictionary` for what is refused."""
    return [monomer.identifier for monomer in examine_dictionary(path).monomers]


def examine_dictionary(path: Path) -> Dictionary:
    """Read a restraint dictionary without handing it to gemmi's crash-prone reader.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, broken CIF (with line and column).
    UnsuitableContent
        Not a dictionary; a component without ideal values; a link table that would crash gemmi.
    """
    content = read_content(path)
    kind = binary_kind(content)
    if kind is not None or not looks_like_cif(content):
        raise UnsuitableContent(path, f"this is {kind or 'not CIF'}, so it is no restraint dictionary")
    document = parse_cif(path, content)
    for block in document:
        _check_links(path, block)
    monomers = [(_monomer_name(block), block) for block in document if _is_monomer(block)]
    for name, block in monomers:
        _check_monomer(path, name, block)
    listed = _listed(document)
    links = _names(document, "link_")
    modifications = _names(document, "mod_")
    if not (monomers or links or modifications):
        raise UnsuitableContent(path, "it defines no monomer, link or modification; it is no restraint dictionary")
    return Dictionary(
        monomers=tuple(_monomer(name, block, listed) for name, block in monomers),
        links=links,
        modifications=modifications,
        digest=_restraints_digest(path, document),
    )


def _is_monomer(block: gemmi.cif.Block) -> bool:
    return len(block.find_values("_chem_comp_atom.atom_id")) > 0


def _monomer_name(block: gemmi.cif.Block) -> str:
    for value in block.find_values("_chem_comp_atom.comp_id"):
        return _text(value)
    return block.name.removeprefix("comp_")


def _listed(document: gemmi.cif.Document) -> dict[str, dict[str, str]]:
    """What is said of each component as a whole, in a list or in its own block; the first word counts."""
    listed: dict[str, dict[str, str]] = {}
    for block in document:
        table = block.find("_chem_comp.", ["id", *(f"?{tag}" for tag in _WHOLE)])
        for row in table:
            told = listed.setdefault(_text(row[0]), {})
            for place, tag in enumerate(_WHOLE, start=1):
                if row.has(place) and (text := printable(_text(row[place]))):
                    told.setdefault(tag, text)
    return listed


def _monomer(name: str, block: gemmi.cif.Block, listed: dict[str, dict[str, str]]) -> Monomer:
    told = listed.get(name, {})
    elements = [_element(value) for value in block.find_values("_chem_comp_atom.type_symbol")]
    return Monomer(
        identifier=printable(name),
        name=told.get("name", ""),
        group=told.get("group") or told.get("type", ""),
        formula=told.get("formula") or hill_formula(elements),
        smiles=_smiles(block),
        atoms=len(elements),
        heavy_atoms=sum(1 for element in elements if element != "H"),
    )


def _element(value: str) -> str:
    import gemmi

    name: str = gemmi.Element(_text(value)).name
    return "H" if name == "D" else name


def _smiles(block: gemmi.cif.Block) -> str:
    """The SMILES of a component, the canonical one if it has several."""
    table = block.find("_pdbx_chem_comp_descriptor.", ["type", "descriptor"])
    found = {_text(row[0]).upper(): printable(_text(row[1])) for row in table}
    return next((found[kind] for kind in ("SMILES_CANONICAL", "SMILES") if found.get(kind)), "")


def _names(document: gemmi.cif.Document, prefix: str) -> tuple[str, ...]:
    blocks = (block.name for block in document if block.name.startswith(prefix))
    return tuple(name.removeprefix(prefix) for name in blocks if name != f"{prefix}list")


def _check_links(path: Path, block: gemmi.cif.Block) -> None:
    """Refuse a ``_chem_link`` table without all its columns, in one block of a link or in the list of links."""
    names = block.find_values("_chem_link.id")
    if not names:
        return
    missing = [tag for tag in _LINK_COLUMNS if not block.find_values(f"_chem_link.{tag}")]
    if missing:
        link = _text(names[0]) if len(names) else ""
        raise UnsuitableContent(
            path,
            f"the description of link {link!r} in block data_{block.name} is malformed: "
            f"_chem_link lacks {', '.join(missing)} (gemmi and servalcat would crash on it)",
        )


def _check_monomer(path: Path, name: str, block: gemmi.cif.Block) -> None:
    atoms = {_text(value) for value in block.find_values("_chem_comp_atom.atom_id")}
    if not block.find_values("_chem_comp_atom.type_symbol"):
        raise UnsuitableContent(path, f"monomer {name}: its atoms have no _chem_comp_atom.type_symbol")
    bonds = block.find("_chem_comp_bond.", ["atom_id_1", "atom_id_2"])
    strangers = {_text(value) for row in bonds for value in row} - atoms
    if strangers:
        names = ", ".join(sorted(strangers))
        raise UnsuitableContent(path, f"monomer {name}: bonds name atoms that it does not have ({names})")
    if len(atoms) == 1:
        return
    lengths = block.find_values("_chem_comp_bond.value_dist")
    if not lengths:
        reason = f"monomer {name} has no ideal bond lengths; a component description is no restraint dictionary"
        raise UnsuitableContent(path, reason)
    if not all(math.isfinite(_number(value)) for value in lengths):
        raise UnsuitableContent(path, f"monomer {name}: a bond length (_chem_comp_bond.value_dist) is no number")


def _text(value: str) -> str:
    import gemmi

    return gemmi.cif.as_string(value)


def _number(value: str) -> float:
    import gemmi

    return gemmi.cif.as_number(value)


def _restraints_digest(path: Path, document: gemmi.cif.Document) -> str:
    lines: list[str] = []
    for block in document:
        for category in block.get_mmcif_category_names():
            if not category.startswith(("_chem_comp", "_chem_link", "_chem_mod", "_lib_")):
                continue
            table = _table(path, block, category)
            tags = [tag.removeprefix(category) for tag in table.tags]
            for row in table:
                words = [f"{tag}={_plain(value)}" for tag, value in zip(tags, row, strict=True) if _counts(tag)]
                lines.append(" ".join([block.name, category, *sorted(words)]))
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _table(path: Path, block: gemmi.cif.Block, category: str) -> gemmi.cif.Table:
    try:
        return block.find_mmcif_category(category)
    except RuntimeError as exc:
        raise UnreadableFile(path, f"block data_{block.name} has a loop of mixed categories ({exc})") from exc


def _counts(tag: str) -> bool:
    return tag not in _WITHOUT_EFFECT and not tag.startswith(("pdbx_", "number_atoms"))


def _plain(value: str) -> str:
    """A value without its quotes; 1.50 and 1.5 are the same."""
    number = _number(value)
    return format(number, ".6g") if math.isfinite(number) else repr(_text(value))


def check_monomer_library(folder: Path) -> None:
    """Make sure that a folder is a monomer library that can be read without a crash.

    Raises
    ------
    NotEquipped
        It is missing, no folder, or lacks what makes a monomer library.
    UnreadableFile, UnsuitableContent
        Its file of links is broken, or holds a malformed link.
    """
    if not folder.exists():
        raise NotEquipped(f"{folder}: there is no such folder; set CLIBD_MON to the monomer library")
    if not folder.is_dir():
        raise NotEquipped(f"{folder}: this is a file, not the folder of a monomer library; set CLIBD_MON to one")
    if not (folder / ENERGY_LIBRARY).is_file():
        raise NotEquipped(f"{folder}: this is no monomer library, {ENERGY_LIBRARY} is not in it")
    links = [folder / name for name in LINK_LIBRARIES if (folder / name).is_file()]
    if not links:
        raise NotEquipped(f"{folder}: this is no monomer library, neither {' nor '.join(LINK_LIBRARIES)} is in it")
    for path in links:
        for block in parse_cif(path, read_content(path)):
            _check_links(path, block)


def missing_dictionaries(
    structure: gemmi.Structure, monomer_library: Path, dictionaries: Sequence[Path] = ()
) -> list[str]:
    """Names of residues that neither the monomer library nor a dictionary describes, sorted.

    Raises
    ------
    NotEquipped
        The folder is no monomer library.
    UnreadableFile, UnsuitableContent
        A dictionary cannot be used; see `examine_dictionary`.
    """
    check_monomer_library(monomer_library)
    described = {name for path in dictionaries for name in read_dictionary(path)}
    names = residue_names(structure) - described
    return sorted(name for name in names if library_entry(monomer_library, name) is None)


def residue_names(structure: gemmi.Structure) -> set[str]:
    """Names of all residues of all models."""
    return {residue.name for model in structure for chain in model for residue in chain}


def library_entry(monomer_library: Path, name: str) -> Path | None:
    """The file of a monomer, such as ``a/ALA.cif``; None if the library has none."""
    if not _SAFE_NAME.fullmatch(name):
        return None
    stem = f"{name}_{name}" if name.upper() in _RESERVED_NAMES else name
    entry = monomer_library / name[0].lower() / f"{stem}.cif"
    return entry if entry.is_file() else None


def monomer_library_digests(monomer_library: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of what a refinement with these residues uses of a library, by name.

    The energy library and the links, under the names of their files, count whole; a name without an entry is
    ``absent``.
    """
    check_monomer_library(monomer_library)
    digests = {}
    for common in (ENERGY_LIBRARY, *LINK_LIBRARIES):
        path = monomer_library / common
        if path.is_file():
            digests[common] = hashlib.sha256(path.read_bytes()).hexdigest()
    for name in sorted(set(names) - digests.keys()):
        entry = library_entry(monomer_library, name)
        digests[name] = _restraints_digest(entry, parse_cif(entry, read_content(entry))) if entry else "absent"
    return digests
