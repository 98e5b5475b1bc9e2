"""The statistics of merging, compared with the same written out plainly, with gemmi's, and with random halves."""

from __future__ import annotations

from math import isnan, nan
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import (
    MergingStatistics,
    UnmergedData,
    directional_signals,
    merge,
    merging_statistics,
    read_unmerged,
)
from xtalflow.xtal.merging._statistics import falls_below

from .independent import (
    Merged,
    gemmi_intensities,
    is_centric,
    mean,
    one_over_d2,
    possible,
    r_values,
    random_cc_anomalous,
    random_cc_half,
)
from .observation_files import Observed, observe, write_mtz


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, observed: Observed) -> UnmergedData:
    return read_unmerged(write_mtz(tmp_path_factory.mktemp("data") / "a.mtz", observed)).of_dataset(0)


@pytest.fixture(scope="module")
def statistics(data: UnmergedData) -> MergingStatistics:
    return merging_statistics(data, n_shells=5)


def shells_of(statistics: MergingStatistics, observed: Observed) -> list[tuple[object, Merged, float, float]]:
    """Each shell and all data, with the same observations grouped independently, and its limits in 1/d²."""
    every, found = Merged(observed), []
    for shell in (*statistics.shells, statistics.overall):
        low, high = shell.d_max**-2 * (1 - 1e-9), shell.d_min**-2
        if shell.d_min == statistics.overall.d_min:
            high *= 1 + 1e-6
        found.append((shell, every.within(low, high), low, high))
    return found


def test_shells_have_equal_volume_and_hold_all(statistics: MergingStatistics, observed: Observed) -> None:
    limits = [statistics.shells[0].d_max, *(shell.d_min for shell in statistics.shells)]
    volumes = np.diff([d**-3 for d in limits])

    assert volumes == pytest.approx(volumes.mean(), rel=1e-3)
    assert (statistics.inner, statistics.outer) == (statistics.shells[0], statistics.shells[-1])
    assert sum(shell.observations for shell in statistics.shells) == statistics.overall.observations == len(observed)
    assert sum(shell.possible for shell in statistics.shells) == statistics.overall.possible


def test_numbers_are_those_of_counting(statistics: MergingStatistics, observed: Observed) -> None:
    for shell, merged, low, high in shells_of(statistics, observed):
        there = possible(low, high)
        acentric = [hkl for hkl in there if not is_centric(hkl)]
        pairs = [hkl for hkl in merged.together if (hkl, True) in merged.apart and (hkl, False) in merged.apart]
        assert shell.observations == sum(map(len, merged.together.values()))
        assert shell.unique == len(merged.together)
        assert shell.possible == len(there)
        assert shell.pair_unique == len(merged.apart)
        assert shell.pair_possible == len(there) + len(acentric)
        assert (shell.pairs, shell.acentric_possible) == (len(pairs), len(acentric))
        assert shell.completeness == pytest.approx(len(merged.together) / len(there))
        assert shell.anomalous_completeness == pytest.approx(len(pairs) / len(acentric))
        assert shell.multiplicity == pytest.approx(shell.observations / shell.unique)
        assert shell.anomalous_multiplicity == pytest.approx(shell.observations / len(merged.apart))


def test_r_values_are_those_of_their_definitions(statistics: MergingStatistics, observed: Observed) -> None:
    for shell, merged, _, _ in shells_of(statistics, observed):
        together, apart = shell.together, shell.apart
        assert (together.r_merge, together.r_meas, together.r_pim) == pytest.approx(r_values(merged.together), rel=1e-5)
        assert (apart.r_merge, apart.r_meas, apart.r_pim) == pytest.approx(r_values(merged.apart), rel=1e-5)


def test_gemmi_gives_the_same_r_values_and_cc_half(statistics: MergingStatistics, observed: Observed) -> None:
    for kind, ours in (
        (gemmi.DataType.Mean, statistics.overall.together),
        (gemmi.DataType.Anomalous, statistics.overall.apart),
    ):
        theirs = gemmi_intensities(observed)
        theirs.prepare_for_merging(kind)
        found = theirs.calculate_merging_stats(None)[0]
        assert (ours.r_merge, ours.r_meas, ours.r_pim) == pytest.approx(
            (found.r_merge(), found.r_meas(), found.r_pim()), rel=1e-5
        )
        assert ours.cc_half == pytest.approx(found.cc_half(), abs=1e-6)
        assert ours.cc_star == pytest.approx(found.cc_star(), abs=1e-6)


def noisy(folder: Path) -> tuple[Observed, UnmergedData]:
    """Data of which much is noise, the same for all, with a clear anomalous signal."""
    quiet, rng = observe(d_min=3.4, multiplicity=8, noise=0.0, anomalous=0.4, seed=11), np.random.default_rng(12)
    sigmas = np.full(len(quiet), 900.0)
    observed = Observed(quiet.hkl, quiet.values + rng.normal(scale=sigmas), sigmas, quiet.batches)
    return observed, read_unmerged(write_mtz(folder / "noisy.mtz", observed)).of_dataset(0)


def test_cc_half_is_what_random_halves_give_on_average(tmp_path: Path) -> None:
    observed, data = noisy(tmp_path)
    expected = random_cc_half(Merged(observed).together, repeats=25, seed=1)

    assert 0.5 < expected < 0.97
    assert merging_statistics(data).overall.together.cc_half == pytest.approx(expected, abs=0.01)


def test_cc_anomalous_is_what_random_halves_give_on_average(tmp_path: Path) -> None:
    observed, data = noisy(tmp_path)
    expected = random_cc_anomalous(Merged(observed), repeats=25, seed=2)

    assert 0.1 < expected < 0.9
    assert merging_statistics(data).overall.cc_anomalous == pytest.approx(expected, abs=0.05)


def test_without_anomalous_signal_its_correlation_is_nothing(tmp_path: Path) -> None:
    observed = observe(multiplicity=8, anomalous=0.0, seed=3)
    overall = merging_statistics(read_unmerged(write_mtz(tmp_path / "a.mtz", observed))).overall

    assert overall.cc_anomalous == pytest.approx(0.0, abs=0.15)
    assert overall.anomalous_signal == pytest.approx((2 / np.pi) ** 0.5, abs=0.06)


def test_anomalous_differences_are_those_of_their_definitions(
    statistics: MergingStatistics, observed: Observed
) -> None:
    merged = Merged(observed)
    means = [
        (mean(merged.apart[hkl, False]), mean(merged.apart[hkl, True]))
        for hkl in merged.together
        if (hkl, True) in merged.apart and (hkl, False) in merged.apart
    ]
    r = sum(abs(p[0] - m[0]) for p, m in means) / sum(0.5 * (p[0] + m[0]) for p, m in means)
    signal = np.mean([abs(p[0] - m[0]) / np.hypot(p[1], m[1]) for p, m in means])

    assert statistics.overall.r_anomalous == pytest.approx(r, rel=1e-5)
    assert statistics.overall.anomalous_signal == pytest.approx(signal, rel=1e-5)


def test_signal_is_that_of_the_merged_data(statistics: MergingStatistics, observed: Observed) -> None:
    for shell, merged, _, _ in shells_of(statistics, observed):
        ratios, scattered, values = [], [], []
        for rows in merged.together.values():
            value, sigma = mean(rows)
            weights = [s**-2 for _, s in rows]
            total, n = sum(weights), len(rows)
            spread = sum(w * (v - value) ** 2 for w, (v, _) in zip(weights, rows, strict=True))
            free = total**2 - sum(w**2 for w in weights)
            scatter = (total * spread / free / n) ** 0.5 if n > 1 else 0.0
            values.append(value)
            ratios.append(value / sigma)
            scattered.append(value / max(sigma, scatter))
        assert shell.mean_intensity == pytest.approx(np.mean(values), rel=1e-5)
        assert shell.i_over_sigma == pytest.approx(np.mean(ratios), rel=1e-5)
        assert shell.i_over_sigma_scatter == pytest.approx(np.mean(scattered), rel=1e-5)


def test_a_batch_on_another_scale_is_told_by_its_scale_and_not_by_its_correlation(
    tmp_path: Path, observed: Observed
) -> None:
    """Batch 7 is twice as strong, batch 9 is of other reflections."""
    rng = np.random.default_rng(1)
    factors = np.where(observed.batches == 7, 2.0, 1.0)
    values = observed.values.copy()
    nine = np.flatnonzero(observed.batches == 9)
    values[nine] = values[rng.permutation(nine)]
    wrong = Observed(observed.hkl, values, observed.sigmas, observed.batches).scaled(factors)
    by_number = {b.batch: b for b in merging_statistics(read_unmerged(write_mtz(tmp_path / "a.mtz", wrong))).batches}
    others = [one for number, one in by_number.items() if number not in (7, 9)]

    assert by_number[7].scale == pytest.approx(2.0, abs=0.15)
    assert by_number[7].correlation > 0.9
    assert by_number[9].correlation < 0.5
    assert by_number[9].r_merge > 5 * np.median([one.r_merge for one in others])
    assert np.median([one.scale for one in others]) == pytest.approx(1.0, abs=0.07)


def test_every_observation_that_is_not_alone_is_of_one_batch(statistics: MergingStatistics, observed: Observed) -> None:
    several = sum(len(rows) for rows in Merged(observed).together.values() if len(rows) > 1)

    assert [batch.batch for batch in statistics.batches] == list(range(1, 21))
    assert sum(batch.observations for batch in statistics.batches) == several


def test_observations_of_systematic_absences_are_told(tmp_path: Path, observed: Observed) -> None:
    extra = Observed(
        np.vstack([observed.hkl, [[3, 0, 0], [0, 0, 5]]]),
        np.append(observed.values, [10.0, 30.0]),
        np.append(observed.sigmas, [1.0, 2.0]),
        np.append(observed.batches, [1, 1]),
    )
    found = merging_statistics(read_unmerged(write_mtz(tmp_path / "a.mtz", extra)))

    assert (found.absences, found.absences_i_over_sigma) == (2, pytest.approx(12.5))


def test_few_reflections_make_few_shells(tmp_path: Path, observed: Observed) -> None:
    """Each shell has at least twenty; a single reflection is a shell."""
    few = read_unmerged(write_mtz(tmp_path / "a.mtz", observed.only(slice(0, 120))))
    one = read_unmerged(write_mtz(tmp_path / "b.mtz", observed.only(slice(0, 1))))

    assert 1 <= len(merging_statistics(few, n_shells=20).shells) <= len(merge(few)) // 20
    single = merging_statistics(one)
    assert (len(single.shells), single.overall.observations) == (1, 1)
    assert isnan(single.overall.together.r_merge)
    assert isnan(single.overall.together.cc_half)
    assert isnan(single.overall.together.cc_star)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([9.0, 5.0, 1.0], 0.275**-0.5),
        ([9.0, 5.0, 3.0], None),
        ([1.0, 1.0, 1.0], 0.1**-0.5),
        ([9.0, 1.0, 4.0, 0.0], 0.35**-0.5),
        ([9.0, nan, 1.0], (0.1 + 0.2 * 7.0 / 8.0) ** -0.5),
        ([nan, nan], None),
        ([], None),
    ],
)
def test_where_values_fall_below_a_limit_is_interpolated(values: list[float], expected: float | None) -> None:
    """The last fall counts: the signal may dip at an ice ring."""
    middles = [0.1 * (place + 1) for place in range(len(values))]

    found = falls_below(middles, values, 2.0)
    assert found == (None if expected is None else pytest.approx(expected))


def test_the_limits_of_weak_data_are_found(tmp_path: Path) -> None:
    """I/σ(I) falls from 40 to nothing over the range of resolution."""
    observed = observe(d_min=3.0, multiplicity=4, noise=0.0, anomalous=0.0)
    rng = np.random.default_rng(4)
    x = np.array([one_over_d2(tuple(hkl.tolist())) for hkl in observed.hkl])
    sigmas = 1000.0 * 10.0 ** (2.5 * x / x.max() - 1.3)
    weak = Observed(observed.hkl, observed.values + rng.normal(scale=sigmas), sigmas, observed.batches)
    found = merging_statistics(read_unmerged(write_mtz(tmp_path / "a.mtz", weak)), n_shells=10)
    values = [shell.i_over_sigma for shell in found.shells]

    assert found.d_i_over_sigma is not None
    assert found.d_cc_half is not None
    inside = next(place for place, value in enumerate(values) if value < 2.0)
    assert found.shells[inside].d_min < found.d_i_over_sigma < found.shells[inside - 1].d_max
    assert found.d_cc_half < found.d_i_over_sigma


def test_diffraction_that_ends_sooner_along_an_axis_is_told(tmp_path: Path) -> None:
    """σ grows along c* alone; a* and b* keep their signal."""
    observed = observe(d_min=3.0, multiplicity=4, noise=0.02, anomalous=0.0)
    factors = 10.0 ** (2.0 * (observed.hkl[:, 2] / 50.0) ** 2 * 9.0)
    sigmas = observed.sigmas * factors
    rng = np.random.default_rng(6)
    worse = Observed(observed.hkl, observed.values + rng.normal(scale=sigmas), sigmas, observed.batches)
    signals = {one.axis: one for one in directional_signals(merge(read_unmerged(write_mtz(tmp_path / "a.mtz", worse))))}

    assert set(signals) == {"a*", "b*", "c*"}
    assert signals["c*"].outer_i_over_sigma < 0.3 * signals["a*"].outer_i_over_sigma
    assert signals["a*"].d_i_over_sigma is None
    assert signals["c*"].d_i_over_sigma is not None
