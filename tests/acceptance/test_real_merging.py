"""Merging of real data: the figures that other programs give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xtalflow.xtal import (
    CUnmergedDataFile,
    CUnmergedMtzDataFile,
    MergingStatistics,
    UnmergedData,
    directional_signals,
    merge,
    merging_statistics,
    read_reflections,
    read_unmerged,
)

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def gamma(shared_data: Path) -> UnmergedData:
    return read_unmerged(shared_data / "gamma" / "HKLOUT_unmerged.mtz").of_dataset(0)


@pytest.fixture(scope="module")
def statistics(gamma: UnmergedData) -> MergingStatistics:
    return merging_statistics(gamma)


def test_with_systematic_absences_the_figures_are_those_of_gemmi(gamma: UnmergedData) -> None:
    """Friedel mates as equivalent; gemmi 0.7.5."""
    overall = merging_statistics(gamma, absences=True).overall

    assert (overall.observations, overall.unique) == (44990, 12213)
    assert overall.multiplicity == pytest.approx(3.68, abs=0.005)
    assert overall.together.r_merge == pytest.approx(0.0513, abs=5e-5)
    assert overall.together.r_meas == pytest.approx(0.0597, abs=5e-5)
    assert overall.together.r_pim == pytest.approx(0.0299, abs=5e-5)
    assert overall.together.cc_half == pytest.approx(0.998, abs=5e-4)


def test_without_systematic_absences_the_figures_are_those_of_cctbx(statistics: MergingStatistics) -> None:
    """By its merging statistics of 10 bins of equal volume, version 2025.11."""
    overall, outer = statistics.overall, statistics.outer

    assert (overall.observations, overall.unique) == (44953, 12182)
    assert 100 * overall.completeness == pytest.approx(97.42, abs=0.005)
    assert overall.i_over_sigma_scatter == pytest.approx(16.2465, abs=1e-3)
    assert overall.i_over_sigma == pytest.approx(19.5434, abs=1e-3)
    assert overall.mean_intensity == pytest.approx(23395.7, abs=0.1)
    assert overall.together.r_merge == pytest.approx(0.051, abs=5e-4)
    assert overall.cc_anomalous == pytest.approx(0.515, abs=0.02)
    assert overall.r_anomalous == pytest.approx(0.0846, abs=2e-4)
    assert overall.anomalous_completeness == pytest.approx(0.91296, abs=1e-5)
    assert (round(outer.d_max, 2), round(outer.d_min, 2)) == (1.86, 1.79)
    assert outer.together.r_merge == pytest.approx(0.246, abs=5e-4)
    assert outer.together.cc_half == pytest.approx(0.93, abs=0.005)
    assert (outer.observations, outer.unique) == (3832, 1117)


def test_mates_apart_the_figures_are_those_of_cctbx_too(statistics: MergingStatistics) -> None:
    apart = statistics.overall.apart

    assert statistics.overall.pair_unique == 21874
    assert (apart.r_merge, apart.r_meas, apart.r_pim) == pytest.approx((0.0348, 0.0464, 0.0305), abs=1e-4)
    assert apart.cc_half == pytest.approx(0.9980, abs=2e-4)


def test_the_merged_intensities_are_those_of_the_merged_file(shared_data: Path, gamma: UnmergedData) -> None:
    """AIMLESS of another year scaled and merged the same images: the same but for a scale of 0.98."""
    ours = merge(gamma)
    other = read_reflections(shared_data / "gamma" / "merged_intensities_Xe.mtz")
    places = {tuple(hkl): place for place, hkl in enumerate(other.make_miller_array().tolist())}
    pairs = [(row, places[tuple(hkl)]) for row, hkl in enumerate(ours.hkl.tolist()) if tuple(hkl) in places]
    mine, theirs = (np.array(rows) for rows in zip(*pairs, strict=True))

    assert len(mine) > 12100
    assert ours.pair_intensities is not None
    for mate, label in enumerate(("Iplus", "Iminus")):
        one = ours.pair_intensities[mine, mate]
        two = np.array(other.column_with_label(label).array)[theirs]
        both = np.isfinite(one) & np.isfinite(two)
        assert np.corrcoef(one[both], two[both])[0, 1] > 0.9995
        assert one[both].sum() / two[both].sum() == pytest.approx(0.982, abs=0.002)


def test_scaled_images_are_on_one_scale_and_diffraction_is_alike_in_all_directions(
    gamma: UnmergedData, statistics: MergingStatistics
) -> None:
    scales = [batch.scale for batch in statistics.batches]
    signals = directional_signals(merge(gamma))

    assert len(scales) == 100
    assert 0.9 < min(scales) <= max(scales) < 1.1
    assert min(batch.correlation for batch in statistics.batches) > 0.98
    assert statistics.absences_i_over_sigma < 0.5
    assert (statistics.d_i_over_sigma, statistics.d_cc_half) == (None, None)
    values = [signal.outer_i_over_sigma for signal in signals]
    assert max(values) < 1.5 * min(values)


def test_the_unmerged_file_says_what_is_in_it(shared_data: Path) -> None:
    path = shared_data / "gamma" / "HKLOUT_unmerged.mtz"
    mtz, unmerged = CUnmergedMtzDataFile(), CUnmergedDataFile()
    mtz.set(path)
    unmerged.set(path)
    tree, content, facts = mtz.content(), unmerged.content(), unmerged.examine().facts

    assert (tree.merged.value, [one.value for one in tree.wavelengths]) == (False, [pytest.approx(1.54179)])
    assert (content.batchs.value, content.datasetName.value, content.numberofdatasets.value) == ("1-100", "New", 1)
    assert float(content.highRes) == pytest.approx(1.7924, abs=1e-4)
    assert (facts["unique"], facts["multiplicity"]) == (12213, 3.68)
