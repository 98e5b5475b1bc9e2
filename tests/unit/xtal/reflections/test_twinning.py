"""L and H tests against simulated twins."""

from __future__ import annotations

from collections.abc import Callable

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import ColumnGroup, TwinTests, expected_l, laue_rotations, orbit_keys, twinning_tests

MakeMtz = Callable[..., gemmi.Mtz]

I_MEAN = ColumnGroup(kind="IMEAN", labels=("I", "SIGI"), content=3)


def simulated(make_mtz: MakeMtz, alpha: float, *, space_group: str = "P 4", seed: int = 1) -> gemmi.Mtz:
    """Acentric intensities of a crystal of P 4 (one twin law, k,h,-l), of which the fraction `alpha` is twinned."""
    cell = (60.0, 60.0, 80.0, 90.0, 90.0, 90.0)
    group = gemmi.SpaceGroup(space_group)
    hkl = gemmi.make_miller_array(gemmi.UnitCell(*cell), group, 2.3)
    values = np.random.default_rng(seed).exponential(100.0, len(hkl))
    keys = orbit_keys(hkl, laue_rotations(group))
    order = np.argsort(keys)
    mates = orbit_keys(hkl[:, [1, 0, 2]] * [1, 1, -1], laue_rotations(group))
    twinned = (1.0 - alpha) * values + alpha * values[order][np.searchsorted(keys[order], mates)]
    noisy = twinned + np.random.default_rng(seed + 1).normal(0.0, 1.0, len(hkl))
    return make_mtz([("I", "J", noisy), ("SIGI", "Q", 1.0)], hkl=hkl, space_group=space_group, cell=cell)


def outcome(make_mtz: MakeMtz, alpha: float) -> TwinTests:
    return twinning_tests(simulated(make_mtz, alpha), I_MEAN)


def test_a_single_crystal_has_the_moments_of_padilla_and_yeates(make_mtz: MakeMtz) -> None:
    """⟨|L|⟩ = 1/2 and ⟨L²⟩ = 1/3; the H test gives no twin fraction either."""
    tests = outcome(make_mtz, 0.0)

    assert tests.l_mean_abs == pytest.approx(0.5, abs=0.01)
    assert tests.l_mean_sq == pytest.approx(1 / 3, abs=0.01)
    assert len(tests.laws) == 1
    assert tests.laws[0].alpha == pytest.approx(0.0, abs=0.02)
    assert not tests.supported
    assert tests.sentence.startswith("Twinning is not supported")


def test_a_perfect_twin_has_the_moments_of_padilla_and_yeates(make_mtz: MakeMtz) -> None:
    """⟨|L|⟩ = 3/8 and ⟨L²⟩ = 1/5, a little more as h,h,l are their own mates."""
    tests = outcome(make_mtz, 0.5)

    assert tests.l_mean_abs == pytest.approx(0.375, abs=0.01)
    assert tests.l_mean_sq == pytest.approx(0.2, abs=0.015)
    assert tests.supported


@pytest.mark.parametrize("alpha", [0.15, 0.25, 0.4])
def test_the_h_test_finds_the_twin_fraction(make_mtz: MakeMtz, alpha: float) -> None:
    """⟨|H|⟩ = 1/2 - α and ⟨H²⟩ = (1 - 2α)²/3 (Yeates, 1988)."""
    law = outcome(make_mtz, alpha).laws[0]

    assert law.alpha == pytest.approx(alpha, abs=0.02)
    assert law.h_mean_abs == pytest.approx(0.5 - alpha, abs=0.02)
    assert law.h_mean_sq == pytest.approx((1 - 2 * alpha) ** 2 / 3, abs=0.02)
    assert law.supported


@pytest.mark.parametrize("alpha", [0.1, 0.2, 0.3])
def test_the_l_of_partial_twins_is_as_expected(make_mtz: MakeMtz, alpha: float) -> None:
    assert outcome(make_mtz, alpha).l_mean_abs == pytest.approx(expected_l(alpha), abs=0.01)


def test_a_lattice_without_more_symmetry_has_no_twin_law(intensities: gemmi.Mtz) -> None:
    tests = twinning_tests(intensities, I_MEAN)

    assert tests.laws == ()
    assert not tests.supported
    assert "No twin law is possible" in tests.sentence


def test_equal_intensities_with_single_crystal_statistics_are_symmetry_not_twinning(make_mtz: MakeMtz) -> None:
    """Data of P 4 2 2 merged in P 4: the mates are equal, but neighbours are not averaged."""
    mtz = simulated(make_mtz, 0.0)
    hkl = mtz.make_miller_array()
    keys = orbit_keys(hkl, laue_rotations(gemmi.SpaceGroup("P 4 2 2")))
    distinct, which = np.unique(keys, return_inverse=True)
    values = np.random.default_rng(5).exponential(100.0, len(distinct))[which]
    noise = np.random.default_rng(6).normal(0.0, 1.0, len(hkl))
    symmetric = make_mtz(
        [("I", "J", values + noise), ("SIGI", "Q", 1.0)], hkl=hkl, space_group="P 4", cell=mtz.cell.parameters
    )

    tests = twinning_tests(symmetric, I_MEAN)

    assert tests.laws[0].alpha > 0.4
    assert not tests.supported
    assert "the symmetry may be higher" in tests.sentence


def test_too_few_data_give_no_verdict(make_mtz: MakeMtz) -> None:
    mtz = make_mtz([("I", "J", [1.0, 2.0]), ("SIGI", "Q", 0.1)], hkl=[[1, 1, 1], [1, 1, 3]])

    tests = twinning_tests(mtz, I_MEAN)

    assert np.isnan(tests.l_mean_abs)
    assert "too few data" in tests.sentence


def test_pairs_and_amplitudes_give_the_same_as_their_mean_intensities(make_mtz: MakeMtz) -> None:
    mtz = simulated(make_mtz, 0.3)
    values = np.clip(mtz.column_with_label("I").array, 1.0, None)
    hkl, cell = mtz.make_miller_array(), mtz.cell.parameters
    of_means = make_mtz([("I", "J", values), ("SIGI", "Q", 0.01)], hkl=hkl, space_group="P 4", cell=cell)
    of_amplitudes = make_mtz([("F", "F", np.sqrt(values)), ("SIGF", "Q", 0.001)], hkl=hkl, space_group="P 4", cell=cell)
    columns = [("A", "K", values), ("SA", "M", 0.01), ("B", "K", values), ("SB", "M", 0.01)]
    of_pairs = make_mtz(columns, hkl=hkl, space_group="P 4", cell=cell)

    means = twinning_tests(of_means, I_MEAN)
    amplitudes = twinning_tests(of_amplitudes, ColumnGroup(kind="FMEAN", labels=("F", "SIGF"), content=4))
    pairs = twinning_tests(of_pairs, ColumnGroup(kind="IPAIR", labels=("A", "SA", "B", "SB"), content=1))

    assert amplitudes.l_mean_abs == pytest.approx(means.l_mean_abs, abs=1e-4)
    assert pairs.l_mean_abs == pytest.approx(means.l_mean_abs, abs=1e-6)
