"""Reads merged reflections of any format, plain or gzipped, told apart by content."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ..content import binary_kind, read_content
from ..crystal import CellNumbers, crystal_of_reflections, find_space_group
from ._checks import check_crystal, check_header, check_reflections, check_supplied
from ._cif import read_reflection_cif
from ._merged_rows import merged_rows_to_mtz
from ._mtz_reading import read_mtz
from ._rows import supplied_crystal
from ._text_formats import FORMAT_NAMES, format_of_head, read_rows

if TYPE_CHECKING:
    import gemmi

_GZIP = b"\x1f\x8b"
_HEAD = 65536
_PDB_RECORDS = re.compile(rb"^(HEADER|CRYST1|ATOM  |HETATM|REMARK)", re.MULTILINE)


def read_reflections(
    path: Path,
    *,
    cell: CellNumbers | None = None,
    space_group: str | None = None,
    wavelength: float | None = None,
) -> gemmi.Mtz:
    """Read merged reflections: MTZ, structure-factor mmCIF, Scalepack, XDS_ASCII or SHELX, plain or gzipped.

    Of an mmCIF file the first block with merged observations is taken; its status flags become a column
    ``FreeR_flag`` (``f`` is 0, ``o`` is 1) unless all are the same. Friedel mates in rows of their own become pairs.
    Unmerged MTZ and mmCIF are read as they are, with their batches; see `read_unmerged`.

    Parameters
    ----------
    cell, wavelength
        Known from elsewhere (Å, degrees); they take the place of what the file says.
    space_group
        Of a file that tells none.

    Raises
    ------
    UnreadableFile
        Missing, a folder, not permitted, empty, truncated or broken.
    UnsuitableContent
        Readable, but no reflections, or reflections without cell or symmetry, or text of reflections not merged.
    InvalidInput
        There is no such cell or space group.
    """
    check_supplied(cell, space_group)
    file_format = reflection_format(path)
    if file_format == "mtz":
        mtz = _with_crystal(read_mtz(path), cell, space_group)
    elif file_format == "sf-mmcif":
        mtz = read_reflection_cif(path, cell, space_group)
    elif file_format:
        rows = read_rows(path, file_format)
        crystal = supplied_crystal(rows.crystal, cell, space_group)
        check_crystal(path, crystal)
        mtz = merged_rows_to_mtz(rows, crystal)
    else:
        raise UnsuitableContent(path, f"this is no file of reflections but {other_kind(path)}")
    check_reflections(path, mtz)
    if wavelength is not None:
        for dataset in list(mtz.datasets)[1:]:
            dataset.wavelength = wavelength
    return mtz


def read_mtz_header(path: Path) -> gemmi.Mtz:
    """The header of an MTZ file, plain or gzipped, without its reflections.

    Raises
    ------
    UnreadableFile
        Missing, a folder, not permitted, truncated or broken.
    UnsuitableContent
        It holds no reflections, or its cell or symmetry is not known.
    """
    mtz = read_mtz(path, with_data=False)
    check_header(path, mtz)
    return mtz


def reflection_format(path: Path) -> str:
    """``mtz``, ``sf-mmcif``, ``xds``, ``sca``, ``shelx`` or ``saint`` by the first bytes; empty for anything else."""
    return format_of_head(read_head(path))


def _with_crystal(mtz: gemmi.Mtz, cell: CellNumbers | None, space_group: str | None) -> gemmi.Mtz:
    import gemmi

    if cell is not None:
        mtz.set_cell_for_all(gemmi.UnitCell(*cell))
        mtz.update_reso()
    if space_group and not crystal_of_reflections(mtz).space_group:
        mtz.spacegroup = find_space_group(space_group)
    return mtz


def read_head(path: Path) -> bytes:
    """The first bytes of a file, unpacked if it is gzipped.

    Raises
    ------
    UnreadableFile
        Missing, a folder, not permitted, empty, or broken gzip.
    """
    try:
        with path.open("rb") as source:
            head = source.read(_HEAD)
        if head.startswith(_GZIP):
            with gzip.open(path) as packed:
                head = packed.read(_HEAD)
    except (OSError, ValueError, EOFError, zlib.error):
        return read_content(path)[:_HEAD]  # says in words what is wrong
    return head if head.strip() else read_content(path)[:_HEAD]


def other_kind(path: Path) -> str:
    """What a file is that holds no reflections, for a sentence."""
    head = read_head(path)
    kind = binary_kind(head)
    if kind is not None:
        return kind
    if _PDB_RECORDS.search(head):
        return "an atomic model in PDB format"
    if head.lstrip().startswith(b"<"):
        return "an XML file"
    if head.lstrip().startswith(b">"):
        return "a sequence"
    return f"text of another kind than {', '.join(FORMAT_NAMES.values())}"
