"""Atomic models: reading PDB and mmCIF by content, writing, and putting one into a crystal."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent

from ..content import binary_kind, looks_like_cif, parse_cif, read_content

if TYPE_CHECKING:
    import gemmi

PDB_SUFFIXES = (".pdb", ".ent")
MMCIF_SUFFIXES = (".cif", ".mmcif")

_CONTROL = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER = re.compile(rb"\s*[-+]?(\d+\.?\d*|\.\d+)\s*")
_ATOM_RECORDS = (b"ATOM  ", b"HETATM")
_WORDS_WITH_NAMES = """
ATOM HETATM ANISOU TER SEQRES MODRES SSBOND LINK CISPEP HELIX SHEET DBREF SEQADV SITE CRYST1 MODEL MTRIX ORIGX SCALE
"""
_RECORDS_WITH_NAMES = (*_WORDS_WITH_NAMES.split(), "HET ", "REMARK 350")
"""Records of names and numbers, by what they begin with; the others are words."""
_Columns = tuple[tuple[str, int, int, bool], ...]
_ATOM_COLUMNS: _Columns = (
    ("x", 30, 38, False),
    ("y", 38, 46, False),
    ("z", 46, 54, False),
    ("occupancy", 54, 60, True),
)
"""Fields of an ATOM record, with 0-based borders, and whether they may be blank (PDB format 3.3)."""
_CELL_COLUMNS: _Columns = (
    ("a", 6, 15, True),
    ("b", 15, 24, True),
    ("c", 24, 33, True),
    ("alpha", 33, 40, True),
    ("beta", 40, 47, True),
    ("gamma", 47, 54, True),
)


def read_model(path: Path) -> gemmi.Structure:
    """Read an atomic model, PDB or mmCIF, plain or gzipped; the content decides, not the name.

    Entities, polymer types and subchains are set up, parts of a chain that are
    apart in the file are joined, and `name` is the file's stem.

    Raises
    ------
    UnreadableFile
        Missing, a folder, not permitted, empty, broken, truncated; CIF errors give line and column.
    UnsuitableContent
        Readable, but not an atomic model: reflections, a map, a restraint dictionary, no atoms.
    """
    content = read_content(path)
    kind = binary_kind(content)
    if kind is not None:
        raise UnsuitableContent(path, f"this is {kind}, not an atomic model")
    structure = _read_mmcif(path, content) if looks_like_cif(content) else _read_pdb(path, content)
    if not content.isascii() or _CONTROL.search(content):
        _check_names(path, structure)
    _check_atoms(path, structure)
    _check_cell(path, structure)
    structure.name = path.name.split(".")[0]
    structure.merge_chain_parts()
    structure.setup_entities()
    structure.setup_cell_images()
    return structure


def _read_pdb(path: Path, content: bytes) -> gemmi.Structure:
    import gemmi

    _check_pdb_fields(path, content)
    try:
        structure = gemmi.read_pdb_string(content if content.isascii() else _in_ascii(path, content))
    except (RuntimeError, ValueError, IndexError) as exc:
        raise UnreadableFile(path, f"it is not a correct PDB file ({_one_line(exc)})") from exc
    structure.input_format = gemmi.CoorFormat.Pdb
    return structure


def _in_ascii(path: Path, content: bytes) -> bytes:
    """PDB text with ``?`` for each letter beyond ASCII, such as in the name of an author; columns stay where they are.

    Anywhere but in the words of the header such a letter is refused: gemmi would cut it in the middle.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.isascii() and line.startswith(_RECORDS_WITH_NAMES):
            raise UnreadableFile(path, f"line {number}: a name or a number has characters beyond ASCII")
    return text.encode("ascii", "replace")


def _check_pdb_fields(path: Path, content: bytes) -> None:
    """Refuse coordinates that are no numbers: gemmi reads such a field as 0.0 without a word."""
    for number, line in enumerate(content.splitlines(), start=1):
        if line.startswith(_ATOM_RECORDS):
            if len(line) < 54:
                raise UnreadableFile(path, f"line {number} ends within an atom (broken or truncated PDB file)")
            columns, owner = _ATOM_COLUMNS, "an atom"
        elif line.startswith(b"CRYST1"):
            columns, owner = _CELL_COLUMNS, "the unit cell"
        else:
            continue
        for name, start, stop, may_be_blank in columns:
            field = line[start:stop]
            if not (_NUMBER.fullmatch(field) or (may_be_blank and not field.strip())):
                text = field.decode("ascii", "replace").strip() or "blank"
                raise UnreadableFile(path, f"line {number}: the {name} of {owner} is {text}, not a number")


def _read_mmcif(path: Path, content: bytes) -> gemmi.Structure:
    import gemmi

    document = parse_cif(path, content)
    blocks = [block for block in document if block.find_loop("_atom_site.id") or block.find_pair("_atom_site.id")]
    if not blocks:
        raise UnsuitableContent(path, _cif_without_atoms(document))
    if len(blocks) > 1:
        names = ", ".join(block.name for block in blocks)
        raise UnsuitableContent(path, f"it holds {len(blocks)} models ({names}); give a file with one")
    try:
        structure = gemmi.make_structure_from_block(blocks[0])
    except (RuntimeError, ValueError, IndexError) as exc:
        raise UnreadableFile(path, f"its atoms cannot be read ({_one_line(exc)})") from exc
    structure.input_format = gemmi.CoorFormat.Mmcif
    return structure


def _cif_without_atoms(document: gemmi.cif.Document) -> str:
    categories = {name for block in document for name in block.get_mmcif_category_names()}
    if "_refln." in categories or "_diffrn_refln." in categories:
        return "this is mmCIF of reflections, not an atomic model"
    if "_chem_comp_atom." in categories:
        return "this is a restraint dictionary, not an atomic model"
    return "no atoms in this CIF file"


def _check_names(path: Path, structure: gemmi.Structure) -> None:
    """Refuse names with letters beyond ASCII, which gemmi may cut in the middle, and with control characters."""
    try:
        names = {name for model in structure for site in model.all() for name in _names_of(site)}
        names |= {name for entity in structure.entities for name in (entity.name, *entity.full_sequence)}
        names |= {name for link in structure.connections for name in (str(link.partner1), str(link.partner2))}
    except UnicodeDecodeError as exc:
        raise UnreadableFile(path, "names of atoms, residues or chains have characters beyond ASCII") from exc
    strange = sorted(name for name in names if not name.isascii())
    if strange:
        raise UnreadableFile(path, f"{strange[0]!r}, a name of an atom, residue or chain, has characters beyond ASCII")
    hidden = sorted(name for name in names if not name.isprintable())
    if hidden:
        raise UnreadableFile(path, f"{hidden[0]!r}, a name of an atom, residue or chain, has control characters")


def _names_of(site: gemmi.CRA) -> tuple[str, ...]:
    residue = site.residue
    altloc = site.atom.altloc.strip("\0")
    return (site.chain.name, residue.name, residue.subchain, site.atom.name, str(residue.seqid), altloc)


def _check_atoms(path: Path, structure: gemmi.Structure) -> None:
    if not any(model.count_atom_sites() for model in structure):
        raise UnsuitableContent(path, "no atoms in this file; it is not an atomic model")
    for model in structure:
        for site in model.all():
            atom = site.atom
            numbers = (atom.pos.x, atom.pos.y, atom.pos.z, atom.occ, atom.b_iso)
            if not all(math.isfinite(number) for number in numbers):
                raise UnreadableFile(path, f"atom {site} has a coordinate, occupancy or B factor that is no number")


def _check_cell(path: Path, structure: gemmi.Structure) -> None:
    """Refuse a cell in which nothing can be calculated; having none is allowed."""
    cell = structure.cell
    *lengths, alpha, beta, gamma = cell.parameters
    possible = all(0.0 < length < math.inf for length in lengths) and all(0 < x < 180 for x in (alpha, beta, gamma))
    if not (possible and 0.0 < cell.volume < math.inf):
        numbers = " ".join(f"{value:g}" for value in cell.parameters)
        raise UnsuitableContent(path, f"its unit cell, {numbers}, is impossible")


def _one_line(exc: Exception) -> str:
    return " ".join(str(exc).split())


def with_crystal(structure: gemmi.Structure, cell: Sequence[float], space_group: str) -> gemmi.Structure:
    """A copy of a model in the crystal of its data; the orthogonal coordinates stay.

    Parameters
    ----------
    structure
        The model; one in a frame of its own (SCALE records) is first turned into the usual one.
    cell
        Lengths in Å and angles in degrees.
    space_group
        Hermann-Mauguin symbol.
    """
    import gemmi

    copy = structure.clone()
    if copy.cell.explicit_matrices:
        copy.standardize_crystal_frame()
    copy.cell = gemmi.UnitCell(*cell)
    copy.spacegroup_hm = space_group
    copy.setup_cell_images()
    return copy


def write_model(structure: gemmi.Structure, path: Path) -> None:
    """Write a model in the format of the suffix: .pdb, .ent or .cif, .mmcif.

    Raises
    ------
    InvalidInput
        An unknown suffix, or chain names that the PDB format cannot hold.
    """
    suffix = path.suffix.lower()
    if suffix in MMCIF_SUFFIXES:
        structure.make_mmcif_document().write_file(str(path))
        return
    if suffix not in PDB_SUFFIXES:
        known = ", ".join(PDB_SUFFIXES + MMCIF_SUFFIXES)
        raise InvalidInput(f"{path}: the format of a model is told by its suffix, one of {known}")
    too_long = sorted({chain.name for model in structure for chain in model if len(chain.name) > 2})
    if too_long:
        raise InvalidInput(f"{path}: chain names {', '.join(too_long)} do not fit the PDB format; write mmCIF instead")
    copy = structure.clone()
    copy.shorten_ccd_codes()  # five-letter residue names, as gemmi and servalcat write them
    copy.write_pdb(str(path))
