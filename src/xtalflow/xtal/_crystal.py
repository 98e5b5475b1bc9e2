"""Cells and symmetry: what a crystal is, its Laue class and lattice, and whether two crystals agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput

if TYPE_CHECKING:
    import gemmi

Rotation = tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]
"""A rotation R of x' = R x, in units of 1/24 as in gemmi; Miller indices turn as h' = h R."""

MAX_OBLIQUITY = 5.0
"""Degrees by which a twofold of the lattice may be off (Le Page, J. Appl. Cryst. 15, 255, 1982), as in servalcat."""

LENGTH_LIMIT, ANGLE_LIMIT, LENGTH_REMARK = 0.03, 3.0, 0.005
FLAGS_LENGTH_LIMIT, FLAGS_ANGLE_LIMIT = 0.01, 1.0

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

    cell: tuple[float, float, float, float, float, float] | None
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


def make_crystal(cell: gemmi.UnitCell, space_group: gemmi.SpaceGroup | None) -> Crystal:
    """The crystal of a gemmi cell and space group; a cell of 1 Å or none at all is none."""
    a, b, c, alpha, beta, gamma = cell.parameters
    known = cell.is_crystal() and min(a, b, c) > 1.5
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CrystalComparison:
    """How far two crystals are from being the same.

    Attributes
    ----------
    length_difference
        Largest difference of a, b and c, relative to the second crystal; infinite if one has no cell.
    angle_difference
        Largest difference of α, β and γ in degrees.
    same_laue_class
        Same rotations up to inversion, in the same setting.
    same_point_group
        Same rotations in the same setting; then only screw axes and glide planes can differ.
    """

    length_difference: float
    angle_difference: float
    same_space_group: bool
    same_point_group: bool
    same_laue_class: bool
    same_centring: bool


def compare_crystals(first: Crystal, second: Crystal) -> CrystalComparison:
    """Compare cells and symmetries; a symmetry that is not known agrees with none."""
    lengths = angles = float("inf")
    if first.cell is not None and second.cell is not None:
        lengths = max(abs(x - y) / y for x, y in zip(first.cell[:3], second.cell[:3], strict=True))
        angles = max(abs(x - y) for x, y in zip(first.cell[3:], second.cell[3:], strict=True))
    if not first.space_group or not second.space_group:
        return CrystalComparison(
            length_difference=lengths,
            angle_difference=angles,
            same_space_group=False,
            same_point_group=False,
            same_laue_class=False,
            same_centring=False,
        )
    one, other = first.gemmi_space_group(), second.gemmi_space_group()
    return CrystalComparison(
        length_difference=lengths,
        angle_difference=angles,
        same_space_group=one.xhm() == other.xhm(),
        same_point_group=crystal_rotations(one) == crystal_rotations(other),
        same_laue_class=laue_rotations(one) == laue_rotations(other),
        same_centring=one.centring_type() == other.centring_type(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Whether two crystals may be used together.

    Attributes
    ----------
    refusal
        Why they may not, as a sentence without the file's name; empty if they may.
    remarks
        What the report should say.
    """

    comparison: CrystalComparison
    refusal: str = ""
    remarks: tuple[str, ...] = ()


def check_model_crystal(model: Crystal, data: Crystal, *, space_group_chosen: bool = False) -> Agreement:
    """Whether a model can be refined against data: same symmetry, cells within 3 % and 3°.

    Parameters
    ----------
    model, data
        The two crystals; a model that gives no crystal takes that of the data.
    space_group_chosen
        The user has named the space group (``SPACEGROUP=``); the model may then have other screw axes.
    """
    comparison = compare_crystals(model, data)
    if model.cell is None:
        return Agreement(comparison=comparison, remarks=("The model gives no unit cell; that of the data is used.",))
    remarks = []
    if not model.space_group:
        remarks.append(f"The model gives no space group; {data.space_group} of the data is used.")
    elif not comparison.same_space_group:
        groups = f"the model is in {model.space_group}, the data are in {data.space_group}"
        if not (comparison.same_point_group and comparison.same_centring):
            return Agreement(comparison=comparison, refusal=f"the symmetry is another: {groups}")
        if not space_group_chosen:
            question = (
                f"{groups}, which is the same point group with other screw axes; say which is right with SPACEGROUP="
            )
            return Agreement(comparison=comparison, refusal=question)
        remarks.append(f"The model was in {model.space_group}; {data.space_group} is used, as asked.")
    if comparison.length_difference > LENGTH_LIMIT or comparison.angle_difference > ANGLE_LIMIT:
        return Agreement(comparison=comparison, refusal=_cell_refusal(model, data, "model", LENGTH_LIMIT, ANGLE_LIMIT))
    if comparison.length_difference > LENGTH_REMARK or comparison.angle_difference > 100 * LENGTH_REMARK:
        remarks.append(
            f"The model's cell ({_cell_text(model)}) differs from that of the data ({_cell_text(data)}) by "
            f"{_difference_text(comparison)}; the cell of the data is used."
        )
    return Agreement(comparison=comparison, remarks=tuple(remarks))


def check_flags_crystal(flags: Crystal, data: Crystal) -> Agreement:
    """Whether free flags belong to data: same Laue class, cells within 1 % and 1°."""
    comparison = compare_crystals(flags, data)
    if not comparison.same_laue_class:
        refusal = (
            f"the flags are of another Laue class: they are in {flags.space_group}, the data in {data.space_group}"
        )
        return Agreement(comparison=comparison, refusal=refusal)
    if comparison.length_difference > FLAGS_LENGTH_LIMIT or comparison.angle_difference > FLAGS_ANGLE_LIMIT:
        refusal = _cell_refusal(flags, data, "free set", FLAGS_LENGTH_LIMIT, FLAGS_ANGLE_LIMIT)
        return Agreement(comparison=comparison, refusal=refusal)
    remarks = []
    if not comparison.same_centring:
        remarks.append(
            f"The flags are of another lattice: they are in {flags.space_group}, the data in {data.space_group}."
        )
    elif not comparison.same_space_group:
        remarks.append(f"The flags are in {flags.space_group}, the data in {data.space_group}, of the same Laue class.")
    return Agreement(comparison=comparison, remarks=tuple(remarks))


def check_space_group_change(old: Crystal, new: str) -> Agreement:
    """Whether data can be called by another space group without reindexing: same rotations and centring."""
    other = Crystal(cell=old.cell, space_group=find_space_group(new).xhm())
    comparison = compare_crystals(old, other)
    if not (comparison.same_point_group and comparison.same_centring):
        change = f"data in {old.space_group} cannot be taken as {other.space_group}"
        refusal = f"{change}: the point group, lattice or setting is another"
        return Agreement(comparison=comparison, refusal=refusal)
    remark = f"The space group was {old.space_group}; {other.space_group} is used, as asked."
    return Agreement(comparison=comparison, remarks=() if comparison.same_space_group else (remark,))


def _cell_text(crystal: Crystal) -> str:
    return " ".join(f"{value:.2f}" for value in crystal.cell) if crystal.cell is not None else "none"


def _difference_text(comparison: CrystalComparison) -> str:
    return f"{100 * comparison.length_difference:.1f} % in a length and {comparison.angle_difference:.1f}° in an angle"


def _cell_refusal(other: Crystal, data: Crystal, what: str, length: float, angle: float) -> str:
    comparison = compare_crystals(other, data)
    return (
        f"the cell of the {what} ({_cell_text(other)}) is not that of the data ({_cell_text(data)}): they differ by "
        f"{_difference_text(comparison)}, more than {100 * length:.0f} % or {angle:.0f}°"
    )
