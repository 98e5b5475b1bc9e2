"""Cells and symmetry: what a crystal is, its Laue class, its lattice and the twin laws that this allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput

if TYPE_CHECKING:
    import gemmi

Rotation = tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]
"""A rotation R of x' = R x, in units of 1/24 as in gemmi; Miller indices turn as h' = h R."""

CellNumbers = tuple[float, float, float, float, float, float]
"""a, b, c in Å, α, β, γ in degrees."""

MAX_OBLIQUITY = 5.0
"""Degrees by which a twofold of the lattice may be off (Le Page, J. Appl. Cryst. 15, 255, 1982), as in servalcat."""

_LONGEST = 1e5
"""Å; no cell of a crystal has a longer edge."""

_ONE = 24
_IDENTITY: Rotation = ((_ONE, 0, 0), (0, _ONE, 0), (0, 0, _ONE))
_MOST_ROTATIONS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Crystal:
    """Unit cell and space group.

    Attributes
    ----------
    cell
        a, b, c in Å, α, β, γ in degrees; None when the file gives none.
    space_group
        Extended Hermann-Mauguin symbol such as ``P 21 21 21``; empty when not known.
    """

    cell: CellNumbers | None
    space_group: str

    def gemmi_cell(self) -> gemmi.UnitCell:
        """The cell as gemmi has it.

        Raises
        ------
        InvalidInput
            No cell is known.
        """
        import gemmi

        if self.cell is None:
            raise InvalidInput("the unit cell is not known")
        return gemmi.UnitCell(*self.cell)

    def gemmi_space_group(self) -> gemmi.SpaceGroup:
        """The space group as gemmi has it.

        Raises
        ------
        InvalidInput
            The symbol is empty or names none.
        """
        return find_space_group(self.space_group)

    def __str__(self) -> str:
        cell = " ".join(f"{value:.2f}" for value in self.cell) if self.cell is not None else "no cell"
        return f"{self.space_group or 'unknown space group'}, {cell}"


def find_space_group(symbol: str) -> gemmi.SpaceGroup:
    """The space group of a symbol or number, such as ``P 21 21 21``, ``P212121`` or ``19``.

    Raises
    ------
    InvalidInput
        No space group has this name.

    Examples
    --------
    >>> find_space_group("p212121").xhm()
    'P 21 21 21'
    """
    import gemmi

    text = symbol.strip()
    # gemmi takes "0" for P 1.
    found = gemmi.find_spacegroup_by_name(text) if text and text != "0" else None
    if found is None:
        raise InvalidInput(f"no space group is called {symbol!r}")
    return found


def is_cell(numbers: Sequence[float]) -> bool:
    """Whether there is a crystal cell of these a, b, c (Å), α, β, γ (degrees)."""
    a, b, c, *angles = numbers
    if not all(1.5 < length < _LONGEST for length in (a, b, c)) or not all(1.0 < angle < 179.0 for angle in angles):
        return False
    x, y, z = (cos(radians(angle)) for angle in angles)
    return 1.0 - x * x - y * y - z * z + 2.0 * x * y * z > 1e-6


def make_crystal(cell: gemmi.UnitCell, space_group: gemmi.SpaceGroup | None) -> Crystal:
    """The crystal of a gemmi cell and space group; a cell of 1 Å or none at all is none."""
    a, b, c, alpha, beta, gamma = cell.parameters
    known = cell.is_crystal() and is_cell(cell.parameters)
    name = space_group.xhm() if space_group is not None else ""
    return Crystal(cell=(a, b, c, alpha, beta, gamma) if known else None, space_group=name)


def crystal_of_reflections(mtz: gemmi.Mtz) -> Crystal:
    """Cell and symmetry of reflections; the cell is that of the file."""
    return make_crystal(mtz.cell, mtz.spacegroup)


def crystal_of_model(structure: gemmi.Structure) -> Crystal:
    """Cell and symmetry of a model; without a cell the ``P 1`` of such a file says nothing."""
    crystal = make_crystal(structure.cell, structure.find_spacegroup())
    return crystal if crystal.cell is not None else Crystal(cell=None, space_group="")


def crystal_rotations(space_group: gemmi.SpaceGroup) -> frozenset[Rotation]:
    """The proper and improper rotations of a space group in its own setting."""
    return frozenset(_matrix(op) for op in space_group.operations().sym_ops)


def laue_rotations(space_group: gemmi.SpaceGroup) -> frozenset[Rotation]:
    """The rotations of the Laue class, in the setting of the space group: with each its negative."""
    rotations = crystal_rotations(space_group)
    return rotations | {_negative(rotation) for rotation in rotations}


def lattice_rotations(crystal: Crystal, *, max_obliquity: float = MAX_OBLIQUITY) -> frozenset[Rotation]:
    """The proper rotations of the lattice, in the crystal's setting: its highest metric symmetry.

    They always hold the proper rotations of the crystal itself; where the cell is at odds with the space group,
    they are these.
    """
    import gemmi

    group = crystal.gemmi_space_group()
    own = frozenset(_proper(rotation) for rotation in crystal_rotations(group))
    operations = gemmi.find_lattice_symmetry(crystal.gemmi_cell(), group.centring_type(), max_obliquity)
    lattice = frozenset(_matrix(op) for op in operations.sym_ops)
    return _closure(own | lattice) or own


def twin_operators(crystal: Crystal, *, max_obliquity: float = MAX_OBLIQUITY) -> list[gemmi.Op]:
    """One operator for each possible twin law, (pseudo-)merohedral: symmetry of the lattice, not of the crystal."""
    import gemmi

    return gemmi.find_twin_laws(crystal.gemmi_cell(), crystal.gemmi_space_group(), max_obliquity, False)


def _matrix(op: gemmi.Op) -> Rotation:
    (a, b, c), (d, e, f), (g, h, i) = op.rot
    return ((a, b, c), (d, e, f), (g, h, i))


def _negative(rotation: Rotation) -> Rotation:
    (a, b, c), (d, e, f), (g, h, i) = rotation
    return ((-a, -b, -c), (-d, -e, -f), (-g, -h, -i))


def _proper(rotation: Rotation) -> Rotation:
    (a, b, c), (d, e, f), (g, h, i) = rotation
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return rotation if determinant > 0 else _negative(rotation)


def _product(left: Rotation, right: Rotation) -> Rotation | None:
    """The product, None if it is not a multiple of 1/24."""
    entries = []
    for row in range(3):
        for column in range(3):
            total = sum(left[row][k] * right[k][column] for k in range(3))
            if total % _ONE:
                return None
            entries.append(total // _ONE)
    a, b, c, d, e, f, g, h, i = entries
    return ((a, b, c), (d, e, f), (g, h, i))


def _closure(rotations: Iterable[Rotation]) -> frozenset[Rotation] | None:
    """The group that rotations make; None if they make none of at most 24."""
    group = {_IDENTITY, *rotations}
    while len(group) <= _MOST_ROTATIONS:
        products = {_product(left, right) for left in group for right in group}
        whole = {product for product in products if product is not None}
        if len(whole) < len(products):
            return None
        if whole <= group:
            return frozenset(group)
        group |= whole
    return None
