"""Making and completing free sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, UnsuitableContent
from xtalflow.xtal import (
    analyse_free_flags,
    complete_free_flags,
    crystal_of_reflections,
    lattice_rotations,
    laue_rotations,
    make_free_flags,
    orbit_keys,
    read_reflections,
    write_free_flags,
)

MakeMtz = Callable[..., gemmi.Mtz]

TRIGONAL = {"space_group": "P 3", "cell": (60.0, 60.0, 80.0, 90.0, 90.0, 120.0)}


def flags_by_index(mtz: gemmi.Mtz) -> dict[tuple[int, int, int], int]:
    flags = mtz.column_with_label("FREER").array.astype(int)
    return {tuple(hkl): int(flag) for hkl, flag in zip(mtz.make_miller_array().tolist(), flags, strict=True)}


def old_set(make_mtz: MakeMtz, *, n: int = 10, **crystal: object) -> gemmi.Mtz:
    return make_mtz([("FREER", "I", lambda count: np.random.default_rng(3).integers(0, n, count))], **crystal)


def test_a_new_set_covers_every_possible_reflection_with_n_equal_sets(
    make_mtz: MakeMtz, intensities: gemmi.Mtz
) -> None:
    """Data with a hole still get a flag for each reflection to their limit."""
    hkl = intensities.make_miller_array()
    with_hole = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], hkl=np.delete(hkl, range(50, 90), axis=0))

    made = make_free_flags(with_hole, 0.05)

    assert made.mtz.nreflections == len(hkl)
    counts = np.bincount(made.mtz.column_with_label("FREER").array.astype(int))
    assert len(counts) == 20
    assert counts.max() - counts.min() <= 1
    assert (made.report.free, made.report.n_sets, made.report.old) == (counts[0], 20, None)


def test_the_same_seed_gives_the_same_set_and_another_seed_another(intensities: gemmi.Mtz) -> None:
    first, again, other = (make_free_flags(intensities, 0.1, seed).mtz.array for seed in (4, 4, 5))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_twin_mates_share_a_flag_in_a_new_set(make_mtz: MakeMtz) -> None:
    """In P 3 the lattice is of class 6/mmm: h,k,l and k,h,l, which the crystal does not relate, get one flag."""
    data = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], **TRIGONAL)

    made = make_free_flags(data, 0.1)

    crystal = crystal_of_reflections(data)
    orbits = orbit_keys(made.mtz.make_miller_array(), lattice_rotations(crystal))
    flags = made.mtz.column_with_label("FREER").array.astype(int)
    per_orbit = {orbit: set(flags[orbits == orbit]) for orbit in np.unique(orbits)}
    assert made.report.higher_lattice
    assert len(lattice_rotations(crystal)) == 12
    assert all(len(values) == 1 for values in per_orbit.values())
    assert len(per_orbit) < made.mtz.nreflections / 2


@pytest.mark.parametrize("fraction", [0.0, 0.6, -0.1, float("nan")])
def test_an_impossible_fraction_is_refused(intensities: gemmi.Mtz, fraction: float) -> None:
    with pytest.raises(InvalidInput, match="free fraction"):
        make_free_flags(intensities, fraction)


def test_a_fraction_without_a_free_reflection_is_refused(intensities: gemmi.Mtz) -> None:
    with pytest.raises(InvalidInput, match="leaves no free reflection"):
        make_free_flags(intensities, 1e-5)


def test_a_large_new_fraction_is_said(intensities: gemmi.Mtz) -> None:
    assert "unusually many" in make_free_flags(intensities, 0.34).report.remarks[0]


def test_completing_keeps_old_flags_and_number_of_sets_and_fills_holes_and_the_outer_shell(
    make_mtz: MakeMtz, intensities: gemmi.Mtz, path: Path
) -> None:
    """The old set misses every seventh reflection and ends at 5 Å; the data end at 4 Å."""
    inner = gemmi.make_miller_array(intensities.cell, intensities.spacegroup, 5.0)
    kept = np.delete(inner, range(0, len(inner), 7), axis=0)
    old = old_set(make_mtz, hkl=kept)

    completed = complete_free_flags(intensities, path, old, "FREER", seed=1)

    before, after = flags_by_index(old), flags_by_index(completed.mtz)
    assert {hkl: after[hkl] for hkl in before} == before
    assert set(after) == {tuple(hkl) for hkl in intensities.make_miller_array().tolist()}
    report = completed.report
    assert report.n_sets == 10
    assert report.added == len(after) - len(before) == report.data_without_flag
    assert set(after.values()) == set(range(10))
    assert report.fraction == pytest.approx(0.1, abs=0.03)


def test_old_flags_beyond_the_data_are_kept(make_mtz: MakeMtz, path: Path) -> None:
    data = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], d_min=6.0)
    old = old_set(make_mtz, d_min=4.0)

    completed = complete_free_flags(data, path, old, "FREER")

    assert flags_by_index(completed.mtz) == flags_by_index(old)
    assert completed.report.added == 0


def test_a_missing_reflection_takes_the_flag_of_its_mate_by_the_lattice(make_mtz: MakeMtz, path: Path) -> None:
    """A set made in the lattice's class of which parts are lost is restored where a mate is left."""
    data = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], **TRIGONAL)
    whole = make_free_flags(data, 0.1, seed=9).mtz
    flags = flags_by_index(whole)
    crystal = crystal_of_reflections(data)
    orbits = orbit_keys(whole.make_miller_array(), lattice_rotations(crystal))
    first = np.unique(orbits, return_index=True)[1]
    hkl = whole.make_miller_array()[first]
    old = make_mtz([("FREER", "I", [flags[tuple(index)] for index in hkl.tolist()])], hkl=hkl, **TRIGONAL)

    completed = complete_free_flags(data, path, old, "FREER", seed=2)

    assert flags_by_index(completed.mtz) == flags
    assert completed.report.from_equivalents == completed.report.added > 0


def test_old_flags_in_another_asymmetric_unit_are_understood(
    make_mtz: MakeMtz, intensities: gemmi.Mtz, path: Path
) -> None:
    hkl = intensities.make_miller_array()
    here, there = old_set(make_mtz), old_set(make_mtz, hkl=hkl * [-1, -1, 1])

    one, other = (complete_free_flags(intensities, path, old, "FREER") for old in (here, there))

    assert flags_by_index(one.mtz) == flags_by_index(other.mtz)
    assert other.report.added == 0


def test_equivalents_with_different_old_flags_are_counted_and_stay_free(
    make_mtz: MakeMtz, intensities: gemmi.Mtz, path: Path
) -> None:
    """A reflection that was once free must not be refined against."""
    hkl = [*intensities.make_miller_array().tolist(), [-1, -1, 1], [1, -1, -2]]
    flags = np.arange(len(hkl)) % 5 + 1
    flags[-2:] = 0
    old = make_mtz([("FREER", "I", np.where(np.arange(len(hkl)) % 6 == 5, 0, flags))], hkl=hkl)

    completed = complete_free_flags(intensities, path, old, "FREER", number=0)

    after = flags_by_index(completed.mtz)
    assert after[(1, 1, 1)] == after[(1, 1, 2)] == 0
    assert 1 <= completed.report.conflicts <= 2
    assert "several flags" in completed.report.remarks[0]


def test_two_valued_sets_are_completed_with_their_own_fraction(make_mtz: MakeMtz, path: Path) -> None:
    """Values 0 and 1, of which 1 in 10 is free (Phenix), stay 0 and 1 at that fraction."""
    data = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], d_min=2.5)
    old = make_mtz([("FREE", "I", lambda count: np.arange(count) % 10 == 0)], d_min=3.5)

    completed = complete_free_flags(data, path, old, "FREE")

    assert (completed.report.free_value, completed.report.n_sets) == (1, 2)
    assert completed.report.fraction == pytest.approx(0.1, abs=0.005)


def test_uneven_sets_are_completed_with_their_own_fractions(make_mtz: MakeMtz, path: Path) -> None:
    """Three values, of which one marks 18 of 20 reflections: those added must not be free in every third case."""
    data = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], d_min=2.5)
    old = make_mtz([("FREE", "I", lambda count: np.clip(np.arange(count) % 20 - 17, 0, 2))], d_min=3.5)

    completed = complete_free_flags(data, path, old, "FREE", number=2)

    assert completed.report.fraction == pytest.approx(0.05, abs=0.005)


def test_the_free_value_is_found_again_in_a_completed_set(
    make_mtz: MakeMtz, intensities: gemmi.Mtz, path: Path
) -> None:
    """FREERFLAG_NUMBER given once is noted in the file."""
    completed = complete_free_flags(intensities, path, old_set(make_mtz), "FREER", number=6)

    flags = analyse_free_flags(path, completed.mtz, "FREER")

    assert (flags.free_value, flags.reason) == (6, "the file says so")


def test_flags_of_another_laue_class_are_refused(make_mtz: MakeMtz, intensities: gemmi.Mtz, path: Path) -> None:
    old = old_set(make_mtz, space_group="P 1 21 1")

    with pytest.raises(UnsuitableContent, match="another Laue class: they are in P 1 21 1, the data in P 21 21 21"):
        complete_free_flags(intensities, path, old, "FREER")


def test_flags_of_a_cell_more_than_1_percent_off_are_refused(
    make_mtz: MakeMtz, intensities: gemmi.Mtz, path: Path
) -> None:
    near, far = (old_set(make_mtz, cell=(30.3 * factor, 40.1, 50.7, 90.0, 90.0, 90.0)) for factor in (1.009, 1.011))

    complete_free_flags(intensities, path, near, "FREER")
    with pytest.raises(UnsuitableContent, match=r"data\.mtz: the cell of the free set .* 1\.1 % in a length"):
        complete_free_flags(intensities, path, far, "FREER")


def test_systematically_absent_rows_of_the_data_get_a_flag_too(make_mtz: MakeMtz, path: Path) -> None:
    """Servalcat refuses data with any reflection that has no flag."""
    data = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], hkl=[[1, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3]])

    made = make_free_flags(data, 0.1)

    assert (1, 0, 0) in flags_by_index(made.mtz)


def test_flags_of_a_file_are_written_as_they_are(tmp_path: Path, make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz([("FreeR_flag", "I", [0, 1, 1, np.nan])], hkl=[[1, 1, 1], [1, 1, 2], [1, 1, 3], [1, 1, 4]])

    flags = write_free_flags(path, mtz, "FreeR_flag", tmp_path / "free.mtz")

    assert flags.free_value == 0
    assert flags_by_index(read_reflections(tmp_path / "free.mtz")) == {(1, 1, 1): 0, (1, 1, 2): 1, (1, 1, 3): 1}


def test_the_lattice_of_a_centred_cell_is_found_in_its_own_setting(make_mtz: MakeMtz) -> None:
    """A C-centred cell with b = a√3 is hexagonal; its operators have halves, yet map indices to indices."""
    data = make_mtz(
        [("I", "J", 1.0), ("SIGI", "Q", 1.0)],
        space_group="C 2 2 21",
        cell=(60.2, 60.2 * 3**0.5, 80.3, 90.0, 90.0, 90.0),
        d_min=6.0,
    )

    made = make_free_flags(data, 0.1)

    assert len(lattice_rotations(crystal_of_reflections(data))) == 12
    assert made.report.higher_lattice
    assert made.mtz.nreflections == data.nreflections


def test_equivalents_by_the_laue_class_are_those_gemmi_maps_together(make_mtz: MakeMtz) -> None:
    """Every space group in its standard setting: orbit keys agree with gemmi's asymmetric unit."""
    hkl = np.random.default_rng(0).integers(-9, 10, (400, 3)).astype(np.int32)
    for number in range(1, 231):
        group = gemmi.find_spacegroup_by_number(number)
        in_asu = hkl.copy()
        group.switch_to_asu(in_asu)
        keys = orbit_keys(hkl, laue_rotations(group))
        assert np.array_equal(keys, orbit_keys(in_asu, laue_rotations(group)))
        assert len(np.unique(keys)) == len(np.unique(in_asu, axis=0))
