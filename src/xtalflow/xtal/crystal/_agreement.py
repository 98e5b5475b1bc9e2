"""Whether two crystals agree: of a model and its data, of free flags and data, of data under another space group."""

from __future__ import annotations

from dataclasses import dataclass

from ._crystal import Crystal, crystal_rotations, find_space_group, laue_rotations

LENGTH_LIMIT, ANGLE_LIMIT = 0.03, 3.0
"""Beyond these, relative and in degrees, a model is not of the crystal of the data."""

LENGTH_REMARK, ANGLE_REMARK = 0.005, 0.5
"""Beyond these the report says that the cells differ."""

FLAGS_LENGTH_LIMIT, FLAGS_ANGLE_LIMIT = 0.01, 1.0
"""Beyond these free flags are not of the crystal of the data."""


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


def check_model_crystal(
    model: Crystal,
    data: Crystal,
    *,
    space_group_chosen: bool = False,
    remedy: str = "say which is right with SPACEGROUP=",
) -> Agreement:
    """Whether a model can be refined against data: same symmetry, cells within 3 % and 3°.

    Parameters
    ----------
    model, data
        The two crystals; a model that gives no crystal takes that of the data.
    space_group_chosen
        The user has named the space group (``SPACEGROUP=``); the model may then have other screw axes.
    remedy
        What the user can do about other screw axes.
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
            question = f"{groups}, which is the same point group with other screw axes; {remedy}"
            return Agreement(comparison=comparison, refusal=question)
        remarks.append(f"The model was in {model.space_group}; {data.space_group} is used, as asked.")
    if comparison.length_difference > LENGTH_LIMIT or comparison.angle_difference > ANGLE_LIMIT:
        return Agreement(comparison=comparison, refusal=_cell_refusal(model, data, "model", LENGTH_LIMIT, ANGLE_LIMIT))
    if comparison.length_difference > LENGTH_REMARK or comparison.angle_difference > ANGLE_REMARK:
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


def check_same_crystal(one: Crystal, other: Crystal, *, level: int = 0) -> Agreement:
    """Whether data are of the same crystal as others, as the qualifier `sameCrystalAs` asks: cells within 1 % and 1°.

    Parameters
    ----------
    level
        The qualifier `sameCrystalLevel`. 0: the same space group, of which only screw axes may differ, with a remark,
        as they are often not known yet. 1, for free sets: the same Laue class.

    Notes
    -----
    A cell or a space group that a file does not give is not judged.
    """
    comparison = compare_crystals(one, other)
    remarks: list[str] = []
    if one.space_group and other.space_group:
        groups = f"they are in {one.space_group}, those in {other.space_group}"
        same = comparison.same_laue_class if level else comparison.same_point_group and comparison.same_centring
        if not same:
            what = "another Laue class" if level else "another symmetry"
            hint = _setting_hint(one, other)
            return Agreement(comparison=comparison, refusal=f"the reflections are of {what}: {groups}{hint}")
        if not level and not comparison.same_space_group:
            remarks.append(f"The screw axes differ: {groups}.")
    if one.cell is None or other.cell is None:
        return Agreement(comparison=comparison, remarks=tuple(remarks))
    if comparison.length_difference > FLAGS_LENGTH_LIMIT or comparison.angle_difference > FLAGS_ANGLE_LIMIT:
        refusal = _cell_refusal(one, other, "reflections", FLAGS_LENGTH_LIMIT, FLAGS_ANGLE_LIMIT)
        return Agreement(comparison=comparison, refusal=refusal + _setting_hint(one, other))
    return Agreement(comparison=comparison, remarks=tuple(remarks))


def _setting_hint(one: Crystal, other: Crystal) -> str:
    """Words for two crystals whose lattices are the same in different settings."""
    import gemmi

    if one.cell is None or other.cell is None or not one.space_group or not other.space_group:
        return ""
    reduced = []
    for crystal in (one, other):
        vector = gemmi.GruberVector(crystal.gemmi_cell(), crystal.gemmi_space_group())
        vector.niggli_reduce()
        reduced.append(vector.cell_parameters())
    first, second = reduced
    lengths = max(abs(x - y) / y for x, y in zip(first[:3], second[:3], strict=True))
    angles = max(abs(x - y) for x, y in zip(first[3:], second[3:], strict=True))
    alike = lengths <= FLAGS_LENGTH_LIMIT and angles <= FLAGS_ANGLE_LIMIT
    return "; the lattice is the same in another setting: reindex one of them" if alike else ""


def check_joined_crystal(other: Crystal, data: Crystal, *, has_phases: bool, has_pairs: bool) -> Agreement:
    """Whether columns of one crystal can go into a file of another: same Laue class, cells within 3 % and 3°.

    Each dataset keeps its own cell. Phases and map coefficients hold for one space group only, and which reflection
    is which Friedel mate for one point group only.

    Parameters
    ----------
    other, data
        Crystal of the columns, and of the file that they go into.
    has_phases, has_pairs
        Whether the columns are phases, coefficients of phases or map coefficients; whether they are of Friedel mates.
    """
    comparison = compare_crystals(other, data)
    groups = f"they are in {other.space_group}, the other data in {data.space_group}"
    refusal = ""
    if not comparison.same_laue_class:
        refusal = f"the columns are of another Laue class: {groups}"
    elif not comparison.same_centring:
        refusal = f"the columns are of another lattice: {groups}"
    elif has_phases and not comparison.same_space_group:
        refusal = f"the phases are of another space group: {groups}"
    elif has_pairs and not comparison.same_point_group:
        refusal = f"the Friedel pairs are of another point group: {groups}"
    elif comparison.length_difference > LENGTH_LIMIT or comparison.angle_difference > ANGLE_LIMIT:
        refusal = _cell_refusal(other, data, "columns", LENGTH_LIMIT, ANGLE_LIMIT)
    remarks = []
    if not comparison.same_space_group:
        remarks.append(f"The space group was {other.space_group}; that of the joined file is {data.space_group}.")
    if comparison.length_difference > LENGTH_REMARK or comparison.angle_difference > ANGLE_REMARK:
        remarks.append(
            f"The cell ({_cell_text(other)}) differs from that of the joined file ({_cell_text(data)}) by "
            f"{_difference_text(comparison)}; the dataset keeps its own."
        )
    return Agreement(comparison=comparison, refusal=refusal, remarks=() if refusal else tuple(remarks))


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
