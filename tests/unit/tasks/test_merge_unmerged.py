"""The task that merges observations."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from unit.xtal.merging.observation_files import (
    CELL,
    UNMERGED_XDS,
    Observed,
    observe,
    shelx_text,
    write_mtz,
    xds_rows,
    xds_text,
)
from xtalflow.plugin import Outcome
from xtalflow.tasks.merge_unmerged import MergeUnmerged
from xtalflow.xtal import merge, merging_statistics, read_reflections, read_unmerged

from .test_imports import sentences

if TYPE_CHECKING:
    from .conftest import FakeHost

MAD = {"peak": (0.9795, range(1, 11)), "remote": (0.95, range(11, 21))}


@pytest.fixture(scope="module")
def observed() -> Observed:
    return observe()


def task_of(*paths: Path, **beside: Any) -> MergeUnmerged:
    """A task with these files, and the same given beside each."""
    task = MergeUnmerged()
    for path in paths:
        entry = task.inputData.UNMERGEDFILES.append({"file": path})
        for name, value in beside.items():
            entry[name].set(value)
    return task


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def warnings(task: MergeUnmerged) -> str:
    return "\n".join(row.message for row in task.errors)


def tables(task: MergeUnmerged, title: str) -> list[list[Any]]:
    items = [item for section in task.report.to_dict()["sections"] for item in section["items"]]
    return next(item["rows"] for item in items if item["kind"] == "table" and item["title"] == title)


async def test_pairs_and_means_come_out(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    """They are what `merge` gives, and the files know what they are."""
    path = write_mtz(tmp_path / "scaled.mtz", observed)
    task = task_of(path)

    assert task.validate() == []
    assert await host.run(task) is Outcome.SUCCEEDED

    merged, outputs = merge(read_unmerged(path)), task.outputData
    pairs, means = (read_reflections(Path(str(files[0]))) for files in (outputs.HKLOUT, outputs.IMEANOUT))
    assert merged.pair_intensities is not None
    assert pairs.column_labels()[3:] == ["Iplus", "SIGIplus", "Iminus", "SIGIminus"]
    assert pairs.column_with_label("Iminus").array == pytest.approx(
        merged.pair_intensities[:, 1], rel=1e-6, nan_ok=True
    )
    assert means.column_with_label("I").array == pytest.approx(merged.intensities, rel=1e-6)
    assert [file.contentFlag.value for file in (outputs.HKLOUT[0], outputs.IMEANOUT[0])] == [1, 3]
    assert [file.subType.value for file in (outputs.HKLOUT[0], outputs.IMEANOUT[0])] == [1, 1]
    assert outputs.HKLOUT[0].annotation.value == "Pairs of xtal/native from scaled.mtz"
    assert pairs.history[0] == "xtalflow merge_unmerged: scaled.mtz merged"


async def test_indicators_are_those_of_the_statistics(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    path = write_mtz(tmp_path / "scaled.mtz", observed)
    task = task_of(path)
    await host.run(task)
    expected = merging_statistics(read_unmerged(path)).overall

    performance = task.outputData.PERFORMANCE
    assert performance.spaceGroup.value == "P 21 21 21"
    assert float(performance.highResLimit) == pytest.approx(expected.d_min)
    assert float(performance.rMeas) == pytest.approx(expected.together.r_meas)
    assert float(task.outputData.CCPERFORMANCE.ccHalf) == pytest.approx(expected.together.cc_half)
    assert not task.outputData.CCPERFORMANCE.spaceGroup.isSet()


async def test_the_report_has_the_table_shells_and_plots(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    path = write_mtz(tmp_path / "scaled.mtz", observed)
    task = task_of(path)
    task.controlParameters.N_SHELLS = 6
    await host.run(task)
    expected = merging_statistics(read_unmerged(path), n_shells=6)
    shown = json.loads(json.dumps(task.report.to_dict(), allow_nan=False))
    plots = {item["title"] for section in shown["sections"] for item in section["items"] if item["kind"] == "plot"}

    table = {row[0]: row[1:] for row in tables(task, "Data")}
    assert table["Unique reflections"] == [one.unique for one in (expected.overall, expected.inner, expected.outer)]
    assert table["Rpim"][0] == expected.overall.together.r_pim
    assert table["CC anomalous"][0] == expected.overall.cc_anomalous
    assert [row[2] for row in tables(task, "Reflections by shell")] == [shell.observations for shell in expected.shells]
    assert [row[4] for row in tables(task, "Agreement by shell")] == [
        shell.together.r_meas for shell in expected.shells
    ]
    assert [row[0] for row in tables(task, "Batches of scaled.mtz")] == list(range(1, 21))
    assert {"Correlation", "Signal", "Completeness", "Multiplicity", "Disagreement"} <= plots
    assert "Rmerge by batch, scaled.mtz" in plots
    assert warnings(task) == ""


async def test_mates_are_merged_when_asked(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    task = task_of(write_mtz(tmp_path / "scaled.mtz", observed))
    task.controlParameters.ANOMALOUS = False
    await host.run(task)

    assert read_reflections(Path(str(task.outputData.HKLOUT[0]))).column_labels()[3:] == ["I", "SIGI"]
    assert task.outputData.HKLOUT[0].contentFlag.value == 3
    assert len(task.outputData.IMEANOUT) == 0


async def test_each_data_set_is_merged_apart(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    task = task_of(write_mtz(tmp_path / "mad.mtz", observed, datasets=MAD))
    await host.run(task)
    files = [read_reflections(Path(str(file))) for file in task.outputData.HKLOUT]

    assert [one.datasets[-1].dataset_name for one in files] == ["peak", "remote"]
    assert [one.datasets[-1].wavelength for one in files] == [pytest.approx(0.9795), pytest.approx(0.95)]
    titles = [section["title"] for section in task.report.to_dict()["sections"]]
    assert "Merging: xtal/peak" in titles
    assert "Merging: xtal/remote" in titles


async def test_the_data_set_named_is_merged_alone(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    path = write_mtz(tmp_path / "mad.mtz", observed, datasets=MAD)
    task = task_of(path, dataset="remote")
    await host.run(task)

    assert [read_reflections(Path(str(file))).datasets[-1].dataset_name for file in task.outputData.HKLOUT] == [
        "remote"
    ]
    assert "it has no data set native; it has peak, remote" in sentences(task_of(path, dataset="native").validate())


async def test_files_of_one_data_set_are_merged_with_each_other(
    tmp_path: Path, host: FakeHost, observed: Observed
) -> None:
    """XDS files have no names; those that are given say what belongs together."""
    first = written(tmp_path / "a.HKL", xds_text(xds_rows(observed.only(slice(0, 900))), first=UNMERGED_XDS))
    second = written(tmp_path / "b.HKL", xds_text(xds_rows(observed.only(slice(900, None))), first=UNMERGED_XDS))
    together, apart = task_of(first, second, crystalName="x", dataset="native"), task_of(first, second)
    await host.run(together)
    await host.run(apart)

    assert [file.annotation.value for file in together.outputData.HKLOUT] == ["Pairs of x/native from a.HKL, b.HKL"]
    assert read_reflections(Path(str(together.outputData.HKLOUT[0]))).nreflections == len(
        np.unique(np.abs(observed.hkl), axis=0)
    )
    assert [file.annotation.value for file in apart.outputData.HKLOUT] == [
        "Pairs of a from a.HKL",
        "Pairs of b from b.HKL",
    ]


@pytest.mark.parametrize("name", ["scaled.mtz", "again/scaled.mtz"])
def test_observations_given_twice_are_refused(tmp_path: Path, observed: Observed, name: str) -> None:
    """They would be merged as if they had been measured twice."""
    path = write_mtz(tmp_path / "scaled.mtz", observed)
    other = tmp_path / name
    other.parent.mkdir(exist_ok=True)
    other.write_bytes(path.read_bytes())

    expected = f"{path} was given twice" if path == other else f"{path} and {other} hold the same observations"
    assert expected in sentences(task_of(path, other).validate())


def test_one_file_may_be_given_twice_with_other_batches_left_out(tmp_path: Path, observed: Observed) -> None:
    path = write_mtz(tmp_path / "scaled.mtz", observed)
    task = task_of(path, path)
    first, second = task.inputData.UNMERGEDFILES
    first.excludeSelection, second.excludeSelection = "1-10", "11-20"

    assert task.validate() == []


def test_one_name_for_two_wavelengths_is_refused(tmp_path: Path, observed: Observed) -> None:
    texts = [xds_text(xds_rows(observed), first=UNMERGED_XDS)]
    texts.append(texts[0].replace("0.979500", "1.541800"))
    paths = [written(tmp_path / f"{number}.HKL", text) for number, text in enumerate(texts)]

    assert "were measured at 0.9795 and 1.5418 Å" in sentences(task_of(*paths, dataset="native").validate())


async def test_what_a_file_does_not_tell_is_given_beside_it(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    path = written(tmp_path / "sad.hkl", shelx_text(observed))
    task = task_of(path, cell=dict(zip(("a", "b", "c", "alpha", "beta", "gamma"), CELL, strict=True)), wavelength=1.54)
    without = task_of(path)

    assert "it tells no unit cell and no space group that is known; give it beside" in sentences(without.validate())
    task.controlParameters.SPACEGROUP = "P 21 21 21"
    assert task.validate() == []
    await host.run(task)
    written_mtz = read_reflections(Path(str(task.outputData.HKLOUT[0])))
    assert written_mtz.cell.parameters == CELL
    assert written_mtz.datasets[-1].wavelength == pytest.approx(1.54)
    assert "does not say whether its observations were scaled" in warnings(task)


def test_half_a_cell_is_refused(tmp_path: Path, observed: Observed) -> None:
    task = task_of(written(tmp_path / "sad.hkl", shelx_text(observed)), cell={"a": 30.0})

    text = sentences(task.validate())
    assert "UNMERGEDFILES[0].cell: is not whole: b, c, alpha, beta, gamma lacking" in text
    assert "it tells no unit cell" in text


def test_what_is_wrong_beside_a_file_is_said_of_where_it_stands(tmp_path: Path, observed: Observed) -> None:
    path = write_mtz(tmp_path / "scaled.mtz", observed, datasets=MAD)

    assert "UNMERGEDFILES[0].excludeSelection: " in sentences(task_of(path, excludeSelection="999").validate())
    assert "UNMERGEDFILES[0].dataset: " in sentences(task_of(path, dataset="inflection").validate())


async def test_batches_and_resolution_are_cut_as_asked(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    task = task_of(write_mtz(tmp_path / "a.mtz", observed), excludeSelection="1-5, 7")
    task.controlParameters.RESOLUTION_RANGE = {"low": 20.0, "high": 5.01}
    await host.run(task)
    left = np.isin(observed.batches, [6, *range(8, 21)])

    assert f"left out: {int((~left).sum())} of excluded batches" in json.dumps(
        task.report.to_dict(), ensure_ascii=False
    )
    assert [row[0] for row in tables(task, "Batches of a.mtz")] == [6, *range(8, 21)]
    assert float(task.outputData.PERFORMANCE.highResLimit) >= 5.01


@pytest.mark.parametrize(
    ("selection", "words"),
    [("1-5, seven", "is no selection of batches"), ("30", "it has no batch 30"), ("1-20", "no observations are left")],
)
def test_a_selection_that_cannot_be_is_refused(tmp_path: Path, observed: Observed, selection: str, words: str) -> None:
    task = task_of(write_mtz(tmp_path / "a.mtz", observed), excludeSelection=selection)

    assert words in sentences(task.validate())


def test_integrated_data_are_refused(tmp_path: Path, observed: Observed) -> None:
    first = "!OUTPUT_FILE=INTEGRATE.HKL    DATE=12-Jan-2020"
    xds = written(tmp_path / "INTEGRATE.HKL", xds_text(xds_rows(observed), first=first, items=()))
    mosflm = write_mtz(tmp_path / "mosflm.mtz", observed, columns={"MPART": 0})

    for path in (xds, mosflm):
        text = sentences(task_of(path).validate())
        assert "inputData.UNMERGEDFILES[0].file" in text
        assert "were integrated and are not scaled" in text


def test_merged_and_missing_files_and_none_at_all_are_refused(
    tmp_path: Path, host: FakeHost, observed: Observed
) -> None:
    task = MergeUnmerged()
    assert "inputData.UNMERGEDFILES" in sentences(task.validate())
    task.inputData.UNMERGEDFILES = [{"wavelength": 1.0}]
    assert "no file is given" in sentences(task.validate())
    assert "no such file" in sentences(task_of(tmp_path / "none.mtz").validate())


@pytest.mark.parametrize(
    ("group", "words"), [("P 4 2 2", "the cell is not that of"), ("C 2 2 21", "the lattice is another")]
)
def test_a_space_group_that_cannot_be_is_refused(tmp_path: Path, observed: Observed, group: str, words: str) -> None:
    task = task_of(write_mtz(tmp_path / "a.mtz", observed))
    task.controlParameters.SPACEGROUP = group

    text = sentences(task.validate())
    assert "controlParameters.SPACEGROUP" in text
    assert words in text


async def test_another_space_group_is_used_as_asked(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    task = task_of(write_mtz(tmp_path / "a.mtz", observed))
    task.controlParameters.SPACEGROUP = "P 1 21 1"
    await host.run(task)

    assert read_reflections(Path(str(task.outputData.HKLOUT[0]))).spacegroup.xhm() == "P 1 21 1"
    assert task.outputData.PERFORMANCE.spaceGroup.value == "P 1 21 1"
    assert "P 21 21 21" in warnings(task)


# What is remarked.


async def remarks_on(folder: Path, host: FakeHost, observed: Observed, **given: Any) -> str:
    task = task_of(write_mtz(folder / "a.mtz", observed, **given))
    assert await host.run(task) is Outcome.SUCCEEDED
    return warnings(task)


async def test_data_on_no_common_scale_are_told(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    """The beam faded to half over twenty batches."""
    faded = observed.scaled(np.linspace(1.5, 0.7, 20)[observed.batches - 1])

    assert "not on one scale" in await remarks_on(tmp_path, host, faded)


async def test_a_file_on_another_scale_is_told(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    half, rows = len(observed) // 2, np.random.default_rng(2).permutation(len(observed))
    first = write_mtz(tmp_path / "a.mtz", observed.only(rows[:half]))
    second = write_mtz(tmp_path / "b.mtz", observed.only(rows[half:]).scaled(1.3))
    task = task_of(first, second)
    await host.run(task)

    assert "b.mtz is on another scale than the other files" in warnings(task)


async def test_batches_that_disagree_are_named(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    rng, values = np.random.default_rng(1), observed.values.copy()
    for batch in (8, 9, 15):
        rows = np.flatnonzero(observed.batches == batch)
        values[rows] = values[rng.permutation(rows)]

    text = await remarks_on(tmp_path, host, replace(observed, values=values))
    assert "Batches 8-9, 15 disagree with the others" in text


async def test_a_wrong_symmetry_is_suspected(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    """Equivalents that are none disagree at low resolution too."""
    values = observed.values * np.where(observed.hkl[:, 0] * observed.hkl[:, 1] > 0, 1.0, 0.5)

    assert "even at low resolution" in await remarks_on(tmp_path, host, replace(observed, values=values))


async def test_missing_reflections_are_told(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    text = await remarks_on(tmp_path, host, observed.only(np.abs(observed.hkl[:, 2]) < 6))

    assert "% complete" in text


async def test_reflections_that_screw_axes_forbid_are_told(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    axial = [[n, 0, 0] for n in (1, 3, 5)] + [[0, n, 0] for n in (1, 3, 5)]
    extra = Observed(
        np.vstack([observed.hkl, axial]),
        np.append(observed.values, [500.0] * 6),
        np.append(observed.sigmas, [10.0] * 6),
        np.append(observed.batches, [1] * 6),
    )

    assert "Reflections that P 21 21 21 forbids are there" in await remarks_on(tmp_path, host, extra)


async def test_data_beyond_the_last_signal_are_told(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    rng = np.random.default_rng(3)
    x = (observed.hkl**2 / np.array(CELL[:3]) ** 2).sum(axis=1)
    sigmas = np.where(x > 0.5 * x.max(), 5000.0, observed.sigmas)
    noisy = Observed(observed.hkl, observed.values + rng.normal(scale=sigmas), sigmas, observed.batches)

    assert "CC1/2 falls below 0.3 at" in await remarks_on(tmp_path, host, noisy)


async def test_anisotropic_diffraction_is_told(tmp_path: Path, host: FakeHost, observed: Observed) -> None:
    factors = 10.0 ** (2.5 * (observed.hkl[:, 2] / 50.0) ** 2 * 16.0)
    sigmas = observed.sigmas * factors
    rng = np.random.default_rng(6)
    worse = Observed(observed.hkl, observed.values + rng.normal(scale=sigmas), sigmas, observed.batches)

    assert "The diffraction is anisotropic" in await remarks_on(tmp_path, host, worse)
