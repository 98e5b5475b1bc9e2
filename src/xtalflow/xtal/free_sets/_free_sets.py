"""Makes free sets and completes those that leave reflections out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..crystal import (
    Crystal,
    check_flags_crystal,
    crystal_of_reflections,
    lattice_rotations,
    laue_rotations,
    orbit_keys,
    possible_reflections,
)
from ..reflections import add_group, new_mtz, write_free_note
from ._drawing import draw_values
from ._free_flags import FreeFlags, analyse_free_flags, fraction_remarks
from ._known_flags import KnownFlags, count_conflicts, draw_for_orbits

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSetReport:
    """How a free set came about.

    Attributes
    ----------
    old
        Analysis of the set that was completed; None for a new set.
    reflections, free
        Reflections of the set, and how many of them are free.
    added
        Reflections that the old set did not have; all of a new one.
    data_without_flag
        Of the reflections of the data, those that had no flag.
    from_equivalents
        Of those added, reflections that took the flag of an equivalent by the lattice.
    conflicts
        Reflections of which the old set had several copies with different flags.
    lattice_conflicts
        Groups of reflections, equivalent by the lattice but not by the crystal, whose old flags differ.
    higher_lattice
        Whether the lattice is of higher symmetry than the crystal.
    d_min
        Resolution in Å to which every possible reflection has a flag.
    """

    free_value: int
    n_sets: int
    reflections: int
    free: int
    added: int
    data_without_flag: int
    from_equivalents: int
    conflicts: int
    lattice_conflicts: int
    higher_lattice: bool
    d_min: float
    old: FreeFlags | None
    remarks: tuple[str, ...]

    @property
    def fraction(self) -> float:
        """Free of all, 0 to 1."""
        return self.free / self.reflections


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSet:
    """A free set as an MTZ with the column FREER, and how it came about."""

    mtz: gemmi.Mtz
    report: FreeSetReport


def make_free_flags(data: gemmi.Mtz, fraction: float, seed: int = 0) -> FreeSet:
    """A new free set, 0 to n-1 with 0 free, for every possible reflection to the limit of the data.

    Reflections that the lattice makes equivalent have the same flag, so that neither twinning nor a higher
    symmetry found later couples the free reflections to the others. The same seed gives the same set.

    Parameters
    ----------
    data
        Reflections whose cell, symmetry and resolution are taken.
    fraction
        Free fraction; n is the whole number nearest to its inverse.

    Raises
    ------
    InvalidInput
        The fraction is not between 0 and 0.5, or too small for one free reflection.
    """
    import numpy as np

    if not 0.0 < fraction <= 0.5:
        raise InvalidInput(f"a free fraction of {fraction:g} is not possible: it must be above 0 and at most 0.5")
    crystal = crystal_of_reflections(data)
    hkl, d_min = _reflections_of_set(crystal, [data])
    orbits = orbit_keys(hkl, lattice_rotations(crystal))
    distinct, which = np.unique(orbits, return_inverse=True)
    n = round(1.0 / fraction)
    if n > len(distinct):
        raise InvalidInput(f"a free fraction of {fraction:g} leaves no free reflection of {len(hkl)}")
    flags = draw_values(distinct, np.arange(n), np.full(n, 1.0 / n), seed)[which]
    report = FreeSetReport(
        free_value=0,
        n_sets=n,
        reflections=len(hkl),
        free=int((flags == 0).sum()),
        added=len(hkl),
        data_without_flag=data.nreflections,
        from_equivalents=0,
        conflicts=0,
        lattice_conflicts=0,
        higher_lattice=_is_higher(crystal),
        d_min=d_min,
        old=None,
        remarks=fraction_remarks(float((flags == 0).mean())),
    )
    return FreeSet(mtz=_flags_mtz(crystal, hkl, flags, 0, f"new free set, fraction 1/{n}, seed {seed}"), report=report)


def complete_free_flags(
    data: gemmi.Mtz, old_path: Path, old: gemmi.Mtz, label: str, *, seed: int = 0, number: int | None = None
) -> FreeSet:
    """Give every possible reflection, to the limit of the data and of the old set, a flag of an old set.

    The old flags stay. A reflection without one takes that of an equivalent by the lattice; what is left is
    drawn with the frequencies of the old set, the same for all that the lattice makes equivalent.

    Parameters
    ----------
    data
        Reflections whose cell and symmetry are taken.
    old_path, old, label
        The file of the old set, for messages; its reflections; the column.
    number
        The free value chosen by the user, ``FREERFLAG_NUMBER``.

    Raises
    ------
    UnsuitableContent
        The column does not hold test flags; the set is of another Laue class; the cells differ by more than 1 %.
    """
    import numpy as np

    crystal = crystal_of_reflections(data)
    agreement = check_flags_crystal(crystal_of_reflections(old), crystal)
    if agreement.refusal:
        raise UnsuitableContent(old_path, agreement.refusal)
    flags = analyse_free_flags(old_path, old, label, number)
    laue, lattice = laue_rotations(crystal.gemmi_space_group()), lattice_rotations(crystal)
    known = KnownFlags.collect(old, label, laue, flags.free_value)
    hkl, d_min = _reflections_of_set(crystal, [data, old])
    orbits = orbit_keys(hkl, lattice)
    values, has_flag = known.of(orbit_keys(hkl, laue))
    inherited, has_mate = KnownFlags.from_pairs(orbits[has_flag], values[has_flag]).of(orbits)
    drawn = draw_for_orbits(orbits, ~has_flag & ~has_mate, flags, seed)
    result = np.where(has_flag, values, np.where(has_mate, inherited, drawn))
    free = result == flags.free_value
    lattice_conflicts = count_conflicts(orbits[has_flag], values[has_flag])
    remarks = (*agreement.remarks, *_conflict_remarks(known.conflicts, lattice_conflicts))
    report = FreeSetReport(
        free_value=flags.free_value,
        n_sets=flags.n_sets,
        reflections=len(hkl),
        free=int(free.sum()),
        added=int((~has_flag).sum()),
        data_without_flag=int((~known.of(orbit_keys(data.make_miller_array(), laue))[1]).sum()),
        from_equivalents=int((~has_flag & has_mate).sum()),
        conflicts=known.conflicts,
        lattice_conflicts=lattice_conflicts,
        higher_lattice=_is_higher(crystal),
        d_min=d_min,
        old=flags,
        remarks=(*remarks, *fraction_remarks(float(free.mean()))),
    )
    history = f"completed {label}: {report.added} flags added, seed {seed}"
    return FreeSet(mtz=_flags_mtz(crystal, hkl, result, flags.free_value, history, old), report=report)


def write_free_flags(path: Path, mtz: gemmi.Mtz, label: str, out: Path, number: int | None = None) -> FreeFlags:
    """Write the flags of a file as they are, as a mini-MTZ file with the column FREER.

    Raises
    ------
    UnsuitableContent
        The column does not hold test flags, or flags of the same reflection differ.
    """
    import numpy as np

    flags = analyse_free_flags(path, mtz, label, number)
    values = mtz.column_with_label(label).array
    present = np.isfinite(values)
    hkl, numbers = mtz.make_miller_array()[present], values[present].astype(np.int64)
    keys = orbit_keys(hkl, laue_rotations(mtz.spacegroup))
    conflicts = count_conflicts(keys, numbers)
    if conflicts:
        raise UnsuitableContent(path, f"{conflicts} reflections have equivalents with another flag in {label}")
    first = np.unique(keys, return_index=True)[1]
    new = _flags_mtz(
        crystal_of_reflections(mtz), hkl[first], numbers[first], flags.free_value, f"from column {label}", mtz
    )
    new.write_to_file(str(out))
    return flags


def _conflict_remarks(conflicts: int, lattice_conflicts: int) -> tuple[str, ...]:
    remarks = []
    if conflicts:
        remarks.append(f"{conflicts} reflections had several flags in the old set; the free one was taken.")
    if lattice_conflicts:
        remarks.append(
            f"The old set was not made in the Laue class of the lattice: {lattice_conflicts} groups of reflections "
            "that a twin law would couple have different flags."
        )
    return tuple(remarks)


def _is_higher(crystal: Crystal) -> bool:
    """Friedel's law doubles the crystal's proper rotations to its Laue class."""
    return 2 * len(lattice_rotations(crystal)) > len(laue_rotations(crystal.gemmi_space_group()))


def _reflections_of_set(crystal: Crystal, files: list[gemmi.Mtz]) -> tuple[NDArray[np.int32], float]:
    """Every possible reflection to the limit of the files, and those in the files that should be absent."""
    import numpy as np

    cell, laue = crystal.gemmi_cell(), laue_rotations(crystal.gemmi_space_group())
    there = np.concatenate([mtz.make_miller_array() for mtz in files])
    there = there[(there != 0).any(axis=1)]
    d_min = float(cell.calculate_d_array(there).min())
    every = np.concatenate([possible_reflections(crystal, d_min), there])
    first = np.unique(orbit_keys(every, laue), return_index=True)[1]
    return every[np.sort(first)], d_min


def _flags_mtz(
    crystal: Crystal,
    hkl: NDArray[np.int32],
    flags: NDArray[np.int64],
    free_value: int,
    history: str,
    like: gemmi.Mtz | None = None,
) -> gemmi.Mtz:
    import numpy as np

    new = new_mtz(crystal, like)
    new.title = "Free reflections"
    add_group(new, "FREER", hkl, flags.astype(np.float32)[:, None])
    new.history = [f"xtalflow: {history}", *new.history][:28]
    write_free_note(new, "FREER", free_value)
    return new
