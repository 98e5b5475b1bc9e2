"""Merging, compared with the same written out plainly and with gemmi's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, UnsuitableContent
from xtalflow.xtal import CObsDataFile, MergedData, UnmergedData, merge, read_reflections, read_unmerged, write_merged

from .independent import Merged, gemmi_intensities, is_absent, is_centric, mean, one_over_d2, unique_and_mate
from .observation_files import Observed, observe, write_mtz


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, observed: Observed) -> UnmergedData:
    return read_unmerged(write_mtz(tmp_path_factory.mktemp("data") / "a.mtz", observed)).of_dataset(0)


@pytest.fixture(scope="module")
def merged(data: UnmergedData) -> MergedData:
    return merge(data)


def rows_of(merged: MergedData) -> dict[tuple[int, int, int], int]:
    """The place of each unique reflection, as `independent` calls it."""
    return {unique_and_mate(tuple(hkl.tolist()))[0]: place for place, hkl in enumerate(merged.hkl)}


def test_means_and_sigmas_are_those_of_weights_one_over_sigma_squared(observed: Observed, merged: MergedData) -> None:
    expected, places = Merged(observed).together, rows_of(merged)

    assert len(merged) == len(expected)
    for hkl, rows in expected.items():
        place = places[hkl]
        assert (merged.intensities[place], merged.sigmas[place]) == pytest.approx(mean(rows), rel=1e-5)
        assert merged.counts[place] == len(rows)


def test_friedel_mates_are_apart(observed: Observed, merged: MergedData) -> None:
    """I(+) is what a rotation brings to the asymmetric unit, which for P 21 21 21 is the positive octant."""
    assert merged.pair_intensities is not None
    assert merged.pair_sigmas is not None
    assert merged.pair_counts is not None
    places, expected = rows_of(merged), Merged(observed).apart
    for (hkl, mate), rows in expected.items():
        place = places[hkl]
        found = (merged.pair_intensities[place, int(mate)], merged.pair_sigmas[place, int(mate)])
        assert found == pytest.approx(mean(rows), rel=1e-5)
        assert merged.pair_counts[place, int(mate)] == len(rows)
    assert int(np.isfinite(merged.pair_intensities).sum()) == len(expected)


def test_gemmi_merges_alike(observed: Observed, merged: MergedData) -> None:
    theirs = gemmi_intensities(observed)
    theirs.remove_systematic_absences()
    means = theirs.merged(gemmi.DataType.Mean)

    assert np.array_equal(means.miller_array, merged.hkl)
    assert merged.intensities == pytest.approx(means.value_array, rel=1e-5)
    assert merged.sigmas == pytest.approx(means.sigma_array, rel=1e-5)


def test_a_centric_reflection_has_only_i_plus(merged: MergedData) -> None:
    assert merged.pair_intensities is not None
    centric = np.array([is_centric(tuple(hkl.tolist())) for hkl in merged.hkl])

    assert np.array_equal(merged.centric, centric)
    assert centric.any()
    assert np.isfinite(merged.pair_intensities[centric, 0]).all()
    assert np.isnan(merged.pair_intensities[centric, 1]).all()


def test_systematic_absences_are_left_out_unless_they_are_asked_for(tmp_path: Path, observed: Observed) -> None:
    """(3 0 0) and (0 0 5) are forbidden by screw axes."""
    extra = Observed(
        np.vstack([observed.hkl, [[3, 0, 0], [-3, 0, 0], [0, 0, 5]]]),
        np.append(observed.values, [1.0, 2.0, 3.0]),
        np.append(observed.sigmas, [1.0, 1.0, 2.0]),
        np.append(observed.batches, [1, 1, 1]),
    )
    data = read_unmerged(write_mtz(tmp_path / "a.mtz", extra))

    without, all_of_them = merge(data), merge(data, absences=True)

    assert (without.absences, all_of_them.absences) == (3, 0)
    assert len(all_of_them) - len(without) == 2
    assert not any(is_absent(tuple(hkl.tolist())) for hkl in without.hkl)


def test_limits_of_resolution_cut(data: UnmergedData) -> None:
    cut = merge(data, d_min=5.01, d_max=12.0)
    spacings = np.array([one_over_d2(tuple(hkl.tolist())) ** -0.5 for hkl in cut.hkl])

    assert spacings.min() >= 5.01
    assert spacings.max() <= 12.0
    assert len(cut) == sum(5.01 <= one_over_d2(tuple(hkl.tolist())) ** -0.5 <= 12.0 for hkl in merge(data).hkl)
    with pytest.raises(UnsuitableContent, match="no observations are left"):
        merge(data, d_min=60.0)


def test_a_lower_symmetry_keeps_more_reflections_apart(data: UnmergedData) -> None:
    """In P 1 every orbit of eight (with Friedel mates) falls into four of two."""
    lower = merge(data, space_group="P 1")

    assert lower.crystal.space_group == "P 1"
    assert lower.counts.sum() == merge(data).counts.sum()
    assert len(lower) > 1.5 * len(merge(data))


@pytest.mark.parametrize(
    ("group", "words"), [("P 4 2 2", "the cell is not that of"), ("C 2 2 21", "the lattice is another")]
)
def test_a_space_group_that_the_crystal_cannot_have_is_refused(data: UnmergedData, group: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        merge(data, space_group=group)


def test_several_files_are_merged_as_if_they_were_one(tmp_path: Path, observed: Observed, merged: MergedData) -> None:
    first = read_unmerged(write_mtz(tmp_path / "a.mtz", observed.only(slice(0, 300))))
    second = read_unmerged(write_mtz(tmp_path / "b.mtz", observed.only(slice(300, None))))
    both = merge([first, second])

    assert np.array_equal(both.hkl, merged.hkl)
    assert both.intensities == pytest.approx(merged.intensities)
    assert np.array_equal(both.counts, merged.counts)


def test_data_of_different_crystals_are_not_merged(data: UnmergedData) -> None:
    other = replace(data, crystal=replace(data.crystal, cell=(30.0, 40.0, 52.0, 90.0, 90.0, 90.0)))

    with pytest.raises(InvalidInput, match="not of the same crystal"):
        merge([data, other])
    with pytest.raises(InvalidInput, match="no observations to merge"):
        merge([])


def test_pairs_are_written_with_names_wavelength_and_history(tmp_path: Path, observed: Observed) -> None:
    data = read_unmerged(write_mtz(tmp_path / "a.mtz", observed, history=("From AIMLESS",)))
    merged = merge(data)
    write_merged(merged, tmp_path / "pairs.mtz", pairs=True, history=["merged"])
    written = read_reflections(tmp_path / "pairs.mtz")
    file = CObsDataFile()
    file.set(tmp_path / "pairs.mtz")
    file.examine()

    assert file.contentFlag.value == 1
    assert merged.pair_intensities is not None
    assert written.column_with_label("Iplus").array == pytest.approx(
        merged.pair_intensities[:, 0], rel=1e-6, nan_ok=True
    )
    assert written.column_with_label("Iminus").array == pytest.approx(
        merged.pair_intensities[:, 1], rel=1e-6, nan_ok=True
    )
    dataset = written.datasets[-1]
    assert (dataset.project_name, dataset.crystal_name, dataset.dataset_name) == ("project", "xtal", "native")
    assert dataset.wavelength == pytest.approx(0.98)
    assert written.history == ["merged", "From AIMLESS"]


def test_means_are_written_and_pairs_only_if_they_were_kept(tmp_path: Path, data: UnmergedData) -> None:
    merged = merge(data, anomalous=False)
    write_merged(merged, tmp_path / "means.mtz", pairs=False)
    written = read_reflections(tmp_path / "means.mtz")

    assert written.column_labels()[3:] == ["I", "SIGI"]
    assert written.column_with_label("I").array == pytest.approx(merged.intensities, rel=1e-6)
    with pytest.raises(InvalidInput, match="cannot be written apart"):
        write_merged(merged, tmp_path / "pairs.mtz", pairs=True)


def test_more_observations_of_a_reflection_than_two_bytes_count_are_all_counted(tmp_path: Path) -> None:
    """Serial crystallography measures tens of thousands of times."""
    count = 40_000
    many = Observed(np.tile([[1, 2, 3]], (count, 1)), np.full(count, 10.0), np.ones(count), np.ones(count, dtype=int))

    assert merge(read_unmerged(write_mtz(tmp_path / "a.mtz", many))).counts.tolist() == [count]


def test_observations_are_reproducible() -> None:
    """The data of these tests are always the same."""
    assert np.array_equal(observe().values, observe().values)
