"""Reads files of Scalepack: merged, with or without Friedel pairs, and ``NO MERGE ORIGINAL INDEX``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile

from ..crystal import Crystal, make_crystal
from ._number_fields import (
    SMALLEST,
    Lines,
    as_integers,
    as_reals,
    cell_of_words,
    check_indices,
    fixed_fields,
    lines_of,
)
from ._rows import UNUSABLE, ReflectionRows

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

_MERGED_START = re.compile(rb"\A *1 *\r?\n *-?\d+ *\r?\n")
_UNMERGED_START = re.compile(rb"\A *(\d{1,3}) ([PABCIFRHpabcifrh][^\r\n]{0,30})(?:\r?\n|\Z)")
_MERGED_WIDTHS = (4, 4, 4, 8, 8, 8, 8)
_UNMERGED_WIDTHS = (4, 4, 4, 4, 4, 4, 6, 2, 2, 3, 8, 8)
_INTEGER = re.compile(rb"[+-]?\d+")
_CENTRINGS = {
    "A": ((0, 12, 12),),
    "B": ((12, 0, 12),),
    "C": ((12, 12, 0),),
    "I": ((12, 12, 12),),
    "F": ((0, 12, 12), (12, 0, 12), (12, 12, 0)),
    "R": ((16, 8, 8), (8, 16, 16)),
    "H": ((16, 8, 8), (8, 16, 16)),
}
"""Translations of centred lattices in 1/24 of the cell edges; the operators in the file leave them out."""


def is_scalepack(head: bytes) -> bool:
    """Whether a file begins as those of Scalepack do."""
    return _MERGED_START.match(head) is not None or _UNMERGED_START.match(head) is not None


def read_scalepack(path: Path, content: bytes) -> ReflectionRows:
    """The rows of a file of Scalepack; of a pair of Friedel mates the second is a row of its own.

    Raises
    ------
    UnreadableFile
        The header or a line is broken.
    """
    lines = lines_of(path, content)
    return _read_merged(lines) if _MERGED_START.match(content) else _read_unmerged(lines)


def _read_merged(lines: Lines) -> ReflectionRows:
    """Lines of h, k, l, I, σ and, in a file of pairs, I and σ of the Friedel mate (3I4, 4F8.1).

    A mate that was not measured is left blank, or has I = 0 and σ = -1.
    """
    import numpy as np

    crystal = _merged_crystal(lines)
    rows = Lines(path=lines.path, lines=lines.lines[3:], first=4)
    h, k, l, *numbers = fixed_fields(rows, _MERGED_WIDTHS)  # noqa: E741  # the field's name
    hkl = _indices(rows, (h, k, l))
    plus, plus_sigma, minus, minus_sigma = (as_reals(rows, field, "intensity or σ") for field in numbers)
    measured = [np.isfinite(value) & (sigma > SMALLEST) for value, sigma in ((plus, plus_sigma), (minus, minus_sigma))]
    pairs = bool((numbers[2] != b"").any())
    rejected = int((~measured[0] & ~measured[1]).sum())
    return ReflectionRows(
        path=lines.path,
        file_format="sca",
        crystal=crystal,
        merged=True,
        pairs=pairs,
        scaled=True,
        hkl=np.concatenate([hkl[measured[0]], -hkl[measured[1]]]),
        values=np.concatenate([plus[measured[0]], minus[measured[1]]]),
        sigmas=np.concatenate([plus_sigma[measured[0]], minus_sigma[measured[1]]]),
        left_out={UNUSABLE: rejected} if rejected else {},
        history=("From Scalepack",),
    )


def _read_unmerged(lines: Lines) -> ReflectionRows:
    """Lines of h, k, l as measured, h, k, l unique, batch, flags, I, σ (6I4, I6, 2I2, I3, 2F8.1)."""
    space_group, first = _unmerged_symmetry(lines)
    rows = Lines(path=lines.path, lines=lines.lines[first:], first=first + 1)
    fields = fixed_fields(rows, _UNMERGED_WIDTHS)
    hkl = _indices(rows, fields[:3])
    batches = as_integers(rows, fields[6], "batch")
    values, sigmas = as_reals(rows, fields[10], "intensity"), as_reals(rows, fields[11], "σ")
    import numpy as np

    good = np.isfinite(values) & (sigmas > SMALLEST)
    rejected = int((~good).sum())
    return ReflectionRows(
        path=lines.path,
        file_format="sca",
        crystal=Crystal(cell=None, space_group=space_group.xhm() if space_group is not None else ""),
        merged=False,
        scaled=True,
        hkl=hkl[good],
        values=values[good],
        sigmas=sigmas[good],
        batches=batches[good].astype(np.int32),
        left_out={UNUSABLE: rejected} if rejected else {},
        history=("From Scalepack",),
    )


def _indices(rows: Lines, fields: list[NDArray[np.bytes_]] | tuple[NDArray[np.bytes_], ...]) -> NDArray[np.int32]:
    import numpy as np

    return check_indices(rows, np.stack([as_integers(rows, field, "index") for field in fields], axis=1))


def _merged_crystal(lines: Lines) -> Crystal:
    """The third line: six numbers of ten characters, and the symbol of the space group."""
    import gemmi

    if len(lines.lines) < 3:
        raise UnreadableFile(lines.path, "line 3, which should give the cell, is not there: the file is truncated")
    text = lines.lines[2].decode("latin-1")
    cell = cell_of_words(lines.path, [text[start : start + 10].strip() or "?" for start in range(0, 60, 10)])
    symbol = text[60:].strip()
    return make_crystal(cell, gemmi.find_spacegroup_by_name(symbol, cell.alpha, cell.gamma) if symbol else None)


def _unmerged_symmetry(lines: Lines) -> tuple[gemmi.SpaceGroup | None, int]:
    """The space group by its operators, and the place of the first reflection."""
    import gemmi

    found = _UNMERGED_START.match(lines.lines[0])
    if found is None:
        raise UnreadableFile(lines.path, "its first line names no space group")
    count, symbol = int(found[1]), found[2].decode("latin-1").strip()
    operators = []
    for number in range(count):
        place = 1 + 2 * number
        if place + 1 >= len(lines.lines):
            raise UnreadableFile(lines.path, f"it ends before the last of {count} operators of symmetry (truncated)")
        operators.append(_operator(lines, place))
    named = gemmi.find_spacegroup_by_name(symbol)
    known = _group_of(operators, symbol[0].upper())
    if known is None and not (named and {str(op.rot) for op in operators} <= _rotations_of(named)):
        raise UnreadableFile(lines.path, f"its operators of symmetry make no space group ({symbol} by its name)")
    return known or named, 1 + 2 * count


def _rotations_of(group: gemmi.SpaceGroup) -> set[str]:
    return {str(op.rot) for op in group.operations().sym_ops}


def _operator(lines: Lines, place: int) -> gemmi.Op:
    """An operator of two lines: nine numbers of the rotation, and the translation in twelfths (9I3 and 3I3)."""
    import gemmi

    rotation = _integers(lines, place, 9, "the rotation of an operator of symmetry")
    shift = _integers(lines, place + 1, 3, "the translation of an operator of symmetry")
    operator = gemmi.Op("x,y,z")
    operator.rot = [[24 * value for value in rotation[start : start + 3]] for start in (0, 3, 6)]
    operator.tran = [2 * value % 24 for value in shift]
    return operator


def _integers(lines: Lines, place: int, count: int, what: str) -> list[int]:
    """The numbers of a line of three characters each, which may touch."""
    line = lines.lines[place]
    fields = [line[3 * position : 3 * position + 3].strip() for position in range(count)]
    if len(line) > 3 * count or not all(_INTEGER.fullmatch(field) for field in fields):
        raise lines.broken(place, f"is not {what}")
    return [int(field) for field in fields]


def _group_of(operators: list[gemmi.Op], letter: str) -> gemmi.SpaceGroup | None:
    """The space group of operators on a centred lattice; R may be the primitive lattice in rhombohedral axes."""
    import gemmi

    lattices = [_CENTRINGS.get(letter, ()), ()] if letter in "RH" else [_CENTRINGS.get(letter, ())]
    for lattice in lattices:
        every = {operator.triplet(): operator for operator in operators}
        for shift in lattice:
            moved = [_shifted(operator, shift) for operator in operators]
            every |= {operator.triplet(): operator for operator in moved}
        try:
            found = gemmi.find_spacegroup_by_ops(gemmi.GroupOps(list(every.values())))
        except (RuntimeError, ValueError):
            continue
        if found is not None:
            return found
    return None


def _shifted(operator: gemmi.Op, shift: tuple[int, int, int]) -> gemmi.Op:
    import gemmi

    moved = gemmi.Op(operator.triplet())
    moved.tran = [(own + more) % 24 for own, more in zip(operator.tran, shift, strict=True)]
    return moved
