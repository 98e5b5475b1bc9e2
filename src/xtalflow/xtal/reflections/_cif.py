"""Reads merged reflections from structure-factor mmCIF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..content import parse_cif, read_content
from ..crystal import CellNumbers, find_space_group, is_cell
from ._checks import check_reflections
from ._columns import find_observations
from ._free_note import write_free_note
from ._friedel_rows import pair_friedel_rows

if TYPE_CHECKING:
    import gemmi

_LONGEST_WAVELENGTH = 100.0
_CELL_TAGS = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")


def read_reflection_cif(path: Path, cell: CellNumbers | None, space_group: str | None) -> gemmi.Mtz:
    """The reflections of the first block with merged observations, or of the first with any.

    Raises
    ------
    UnreadableFile
        It cannot be read, or is no correct CIF.
    UnsuitableContent
        There are none, or cell or symmetry is not known.
    """
    blocks = read_refln_blocks(path, cell, space_group)
    candidates = [block for block in blocks if block.is_merged()] or blocks
    converted = [_convert(path, block) for block in candidates[:1]]
    for block in candidates[1:]:
        if find_observations(converted[-1]):
            break
        converted.append(_convert(path, block))
    return converted[-1] if find_observations(converted[-1]) else converted[0]


def read_refln_blocks(path: Path, cell: CellNumbers | None, space_group: str | None) -> list[gemmi.ReflnBlock]:
    """The blocks of an mmCIF file that hold reflections, merged or not.

    Raises
    ------
    UnreadableFile
        It cannot be read, or is no correct CIF.
    UnsuitableContent
        There are none.
    """
    import gemmi

    content = read_content(path)
    document = parse_cif(path, content)
    is_model = any(block.find_loop("_atom_site.id") for block in document)
    try:
        if space_group and not any(block.spacegroup for block in gemmi.as_refln_blocks(document)):
            document = parse_cif(path, content)  # the blocks were taken out of the first
            _set_pairs(document, {"_symmetry.space_group_name_H-M": f"'{find_space_group(space_group).xhm()}'"})
        elif space_group:
            document = parse_cif(path, content)
        _set_pairs(
            document, {f"_cell.{tag}": f"{value:.6g}" for tag, value in zip(_CELL_TAGS, cell or (), strict=False)}
        )
        blocks = [block for block in gemmi.as_refln_blocks(document) if block.is_merged() or block.is_unmerged()]
    except (RuntimeError, ValueError, IndexError) as exc:
        raise UnreadableFile(path, f"its reflections cannot be taken ({exc})") from exc
    if not blocks:
        raise UnsuitableContent(path, f"this CIF file holds no reflections{' but an atomic model' if is_model else ''}")
    return blocks


def check_refln_block(path: Path, block: gemmi.ReflnBlock) -> None:
    """Refuse a block of which cell or symmetry is not known.

    Raises
    ------
    UnsuitableContent
        It tells none.
    """
    if block.spacegroup is None:
        raise UnsuitableContent(path, f"the space group of block {block.block.name} is not known")
    if not block.cell.is_crystal() or not is_cell(block.cell.parameters):
        raise UnsuitableContent(path, f"block {block.block.name} has no unit cell")


def _set_pairs(document: gemmi.cif.Document, pairs: Mapping[str, str]) -> None:
    for block in document:
        for tag, value in pairs.items():
            block.set_pair(tag, value)


def _convert(path: Path, block: gemmi.ReflnBlock) -> gemmi.Mtz:
    import gemmi

    check_refln_block(path, block)
    try:
        mtz = gemmi.CifToMtz().convert_block_to_mtz(block)
    except (RuntimeError, ValueError, IndexError) as exc:
        raise UnsuitableContent(path, f"its reflections cannot be taken ({exc})") from exc
    mtz.update_reso()  # cif2mtz leaves the limits of resolution unset
    for dataset in list(mtz.datasets)[1:]:
        if not dataset.wavelength and 0.0 < block.wavelength < _LONGEST_WAVELENGTH:
            dataset.wavelength = block.wavelength
    _mend_flags(mtz, block)
    if len(mtz.batches) or mtz.nreflections == 0:
        return mtz
    check_reflections(path, mtz)
    return pair_friedel_rows(mtz)


def _mend_flags(mtz: gemmi.Mtz, block: gemmi.ReflnBlock) -> None:
    """Drop flags that are all the same, and note the free value where status flags tell it."""
    import numpy as np

    flags = next((column for column in mtz.columns if column.label == "FreeR_flag"), None)
    if flags is None:
        return
    values = flags.array
    present = np.unique(values[np.isfinite(values)])
    if len(present) < 2:
        mtz.remove_column(flags.idx)
        return
    status = np.array(list(block.block.find_values("_refln.status")))
    if len(status) != len(values):
        return
    free = values[(np.char.strip(status, "'\"") == "f") & np.isfinite(values)]
    if len(free) and len(np.unique(free)) == 1:
        write_free_note(mtz, "FreeR_flag", int(free[0]))
