"""Conversions of observations and phases from one content to another."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.errors import InvalidInput, ProgramFailed, TaskFailed, UnsuitableContent
from xtalflow.xtal import (
    CObsDataFile,
    ColumnGroup,
    CPhsDataFile,
    ObsContent,
    PhsContent,
    best_content,
    choose_observations,
    convert,
    convert_group,
    convertible_contents,
    laue_rotations,
    mean_intensities,
    orbit_keys,
    read_reflections,
    take_group,
)

from .conftest import _make_mtz

MakeMtz = Callable[..., gemmi.Mtz]
NAN = float("nan")
HL = ColumnGroup(kind="HL", labels=("HLA", "HLB", "HLC", "HLD"), content=1)
PAIRS = ColumnGroup(kind="IPAIR", labels=("I(+)", "SIGI(+)", "I(-)", "SIGI(-)"), content=1)


def pairs(*rows: tuple[float, float, float, float]) -> list[tuple[str, str, np.ndarray]]:
    types = ("K", "M", "K", "M")
    return [
        (label, letter, column) for label, letter, column in zip(PAIRS.labels, types, np.array(rows).T, strict=True)
    ]


def observations(path: Path, mtz: gemmi.Mtz, columns: str = "") -> CObsDataFile:
    mtz.write_to_file(str(path))
    file = CObsDataFile()
    file.set(path)
    if columns:
        file.columnLabels = columns
    return file


def phases(path: Path, mtz: gemmi.Mtz) -> CPhsDataFile:
    mtz.write_to_file(str(path))
    file = CPhsDataFile()
    file.set(path)
    return file


# What can be converted to what.


def test_pairs_become_means_and_intensities_amplitudes_but_not_back() -> None:
    can = {content.name: [to.name for to in convertible_contents(content)] for content in ObsContent}

    assert can == {
        "IPAIR": ["IPAIR", "FPAIR", "IMEAN", "FMEAN"],
        "FPAIR": ["FPAIR", "FMEAN"],
        "IMEAN": ["IMEAN", "FMEAN"],
        "FMEAN": ["FMEAN"],
    }
    assert convertible_contents(PhsContent.PHIFOM) == (PhsContent.PHIFOM, PhsContent.HL)


@pytest.mark.parametrize(
    ("have", "required", "best"),
    [
        (ObsContent.IPAIR, (4, 3, 1), ObsContent.IPAIR),
        (ObsContent.IPAIR, (4, 3), ObsContent.FMEAN),
        (ObsContent.IPAIR, (3, 4), ObsContent.IMEAN),
        (ObsContent.FPAIR, (1, 3, 4), ObsContent.FMEAN),
        (ObsContent.FMEAN, (1, 2, 3), None),
        (ObsContent.FMEAN, (), None),
        (PhsContent.HL, (2,), PhsContent.PHIFOM),
        (PhsContent.HL, (2, 1), PhsContent.HL),
    ],
)
def test_no_conversion_comes_before_the_first_possible_one(
    have: ObsContent | PhsContent, required: tuple[int, ...], best: ObsContent | PhsContent | None
) -> None:
    assert best_content(have, required) is best


def test_what_cannot_be_converted_is_refused_with_what_can(tmp_path: Path, make_mtz: MakeMtz) -> None:
    means = observations(tmp_path / "i.mtz", make_mtz([("I", "J", 9.0), ("SIGI", "Q", 1.0)]))
    amplitudes = observations(tmp_path / "f.mtz", make_mtz([("F", "F", 9.0), ("SIGF", "Q", 1.0)]))

    with pytest.raises(
        UnsuitableContent,
        match="mean intensities cannot be converted to intensities of Friedel pairs, only to mean amplitudes",
    ):
        convert(means, ObsContent.IPAIR, tmp_path / "out.mtz")
    with pytest.raises(UnsuitableContent, match="nor to anything else"):
        convert(amplitudes, ObsContent.IMEAN, tmp_path / "out.mtz")
    with pytest.raises(UnsuitableContent, match="cannot be converted to Hendrickson-Lattman coefficients"):
        convert(amplitudes, PhsContent.HL, tmp_path / "out.mtz")
    with pytest.raises(InvalidInput, match="CObsDataFile is not set"):
        convert(CObsDataFile(), ObsContent.FMEAN, tmp_path / "out.mtz")
    assert not (tmp_path / "out.mtz").exists()


# Pairs and means.


def test_labels_are_standard_and_names_wavelength_and_history_are_kept(tmp_path: Path, make_mtz: MakeMtz) -> None:
    mtz = make_mtz(pairs((10.0, 1.0, 20.0, 2.0)), hkl=[[1, 2, 3]], wavelength=1.54)
    mtz.datasets[-1].crystal_name, mtz.history = "lysozyme", ["From AIMLESS"]

    convert(observations(tmp_path / "in.mtz", mtz), ObsContent.IMEAN, tmp_path / "out.mtz")

    new = read_reflections(tmp_path / "out.mtz")
    assert [(column.label, column.type) for column in new.columns][3:] == [("I", "J"), ("SIGI", "Q")]
    assert new.array.tolist() == [pytest.approx([1, 2, 3, 12.0, 0.8**0.5])]
    assert (new.datasets[-1].crystal_name, new.datasets[-1].wavelength) == ("lysozyme", pytest.approx(1.54))
    assert new.history == ["xtalflow: IPAIR of in.mtz as IMEAN", "From AIMLESS"]
    file = CObsDataFile()
    file.set(tmp_path / "out.mtz")
    file.examine()
    assert file.contentFlag.value == ObsContent.IMEAN


def test_reflections_whose_value_is_lost_stay_and_are_counted(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """(1 1 2) has a σ of 0 for both mates, (1 1 3) no value, (1 0 0) is a systematic absence with a value."""
    rows = [(4.0, 1.0, 4.0, 1.0), (5.0, 0.0, 6.0, 0.0), (NAN, NAN, NAN, NAN), (1.0, 1.0, 7.0, -1.0)]
    mtz = make_mtz(pairs(*rows), hkl=[[1, 1, 1], [1, 1, 2], [1, 1, 3], [1, 0, 0]])

    conversion = convert(observations(tmp_path / "in.mtz", mtz), ObsContent.IMEAN, tmp_path / "out.mtz")

    assert (conversion.reflections, conversion.with_value) == (4, 2)
    assert conversion.without == {"no value in the file": 1, "no positive σ": 1}
    assert conversion.mates_left_out == 3
    new = read_reflections(tmp_path / "out.mtz")
    assert new.make_miller_array().tolist() == [[1, 0, 0], [1, 1, 1], [1, 1, 2], [1, 1, 3]]
    assert new.column_with_label("I").array.tolist() == pytest.approx([1.0, 4.0, NAN, NAN], nan_ok=True)


def test_the_mean_of_amplitude_pairs_is_weighted_too(tmp_path: Path, make_mtz: MakeMtz) -> None:
    columns = [("F(+)", "G", 10.0), ("SIGF(+)", "L", 1.0), ("F(-)", "G", 20.0), ("SIGF(-)", "L", 2.0)]
    mtz = make_mtz(columns, hkl=[[1, 2, 3]])

    convert(observations(tmp_path / "in.mtz", mtz), ObsContent.FMEAN, tmp_path / "out.mtz")

    new = read_reflections(tmp_path / "out.mtz")
    assert new.column_labels()[3:] == ["F", "SIGF"]
    assert new.array[0, 3:].tolist() == pytest.approx([12.0, 0.8**0.5])


def test_the_same_content_only_gets_standard_labels(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """A mate that moves to the asymmetric unit takes I(+) and I(-) in the other order."""
    mtz = make_mtz(pairs((10.0, 1.0, 20.0, 0.0)), hkl=[[-1, -2, -3]])

    conversion = convert(observations(tmp_path / "in.mtz", mtz), ObsContent.IPAIR, tmp_path / "out.mtz")

    assert read_reflections(tmp_path / "out.mtz").array.tolist() == [[1, 2, 3, 20, 0, 10, 1]]
    assert conversion.without == {}
    assert conversion.mates_left_out == 0


def test_the_columns_that_the_file_names_are_taken(tmp_path: Path, make_mtz: MakeMtz) -> None:
    columns = [("FA", "F", 1.0), ("SIGFA", "Q", 1.0), ("FB", "F", 2.0), ("SIGFB", "Q", 1.0)]
    file = observations(tmp_path / "in.mtz", make_mtz(columns), "FB,SIGFB")

    convert(file, ObsContent.FMEAN, tmp_path / "out.mtz")

    assert (read_reflections(tmp_path / "out.mtz").column_with_label("F").array == 2.0).all()


def test_centric_measurements_written_twice_keep_their_sigma_in_statistics(make_mtz: MakeMtz, path: Path) -> None:
    """(0 2 3) is centric in P 21 21 21, (1 2 3) is not."""
    mtz = make_mtz(pairs((8.0, 2.0, 8.0, 2.0), (8.0, 2.0, 8.0, 2.0)), hkl=[[0, 2, 3], [1, 2, 3]])

    data = mean_intensities(mtz, choose_observations(path, mtz))

    assert dict(zip(map(tuple, data.hkl.tolist()), data.sigmas, strict=True)) == pytest.approx(
        {(0, 2, 3): 2.0, (1, 2, 3): 2.0**0.5}
    )


@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(-4, 4)),
            st.tuples(*[st.one_of(st.just(NAN), st.floats(-1, 100, width=32))] * 4),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[0],
    ),
    st.sampled_from(["P 1", "P 21 21 21", "P 31 2 1", "C 1 2 1"]),
    st.sampled_from(["IPAIR", "FPAIR"]),
)
def test_means_have_the_reflections_of_their_pairs(
    rows: list[tuple[tuple[int, int, int], tuple[float, float, float, float]]], symbol: str, kind: str
) -> None:
    """Whatever asymmetric unit they are in; a value is there if, and only if, a mate has a positive σ."""
    group = gemmi.SpaceGroup(symbol)
    rotations = laue_rotations(group)
    keys = orbit_keys(np.array([hkl for hkl, _ in rows]), rotations).tolist()
    first = dict(zip(keys, rows, strict=True))
    letters, content = ("KMKM", 1) if kind == "IPAIR" else ("GLGL", 2)
    columns = zip("abcd", letters, np.array([values for _, values in first.values()]).T, strict=True)
    mtz = _make_mtz(list(columns), hkl=[hkl for hkl, _ in first.values()], space_group=symbol)
    source = take_group(Path("in.mtz"), mtz, ColumnGroup(kind=kind, labels=("a", "b", "c", "d"), content=content))

    conversion = convert_group(source, ObsContent.IMEAN if kind == "IPAIR" else ObsContent.FMEAN)

    keys = orbit_keys(conversion.result.hkl, rotations)
    assert sorted(keys.tolist()) == sorted(first)
    expected = {
        key: any(math.isfinite(i) and sigma > 0.0 for i, sigma in (values[:2], values[2:]))
        for key, (_, values) in first.items()
    }
    assert dict(zip(keys.tolist(), conversion.result.has_value.tolist(), strict=True)) == expected
    assert conversion.with_value == sum(expected.values())


# Phases.


def phase_columns(*rows: tuple[float, ...]) -> list[tuple[str, str, np.ndarray]]:
    letters = "AAAA" if len(rows[0]) == 4 else "PW"
    labels = HL.labels if len(rows[0]) == 4 else ("PHIB", "FOM")
    return [(label, letter, column) for label, letter, column in zip(labels, letters, np.array(rows).T, strict=True)]


def test_coefficients_become_phases_with_figures_of_merit_and_back(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """I₁(2)/I₀(2) = 0.697775 (Abramowitz & Stegun, tables 9.8); (0 2 4) is centric: tanh 1 = 0.761594."""
    rows = [(2.0 * math.cos(0.5), 2.0 * math.sin(0.5), 0.0, 0.0), (-1.0, 0.0, 0.0, 0.0)]
    file = phases(tmp_path / "hl.mtz", make_mtz(phase_columns(*rows), hkl=[[1, 2, 3], [0, 2, 4]]))

    convert(file, PhsContent.PHIFOM, tmp_path / "phifom.mtz")

    new = read_reflections(tmp_path / "phifom.mtz")
    assert new.column_labels()[3:] == ["PHI", "FOM"]
    found = dict(zip(map(tuple, new.make_miller_array().tolist()), new.array[:, 3:].tolist(), strict=True))
    assert found[1, 2, 3] == pytest.approx([math.degrees(0.5), 0.697775], abs=1e-5)
    assert abs(found[0, 2, 4][0]) == pytest.approx(180.0)
    assert found[0, 2, 4][1] == pytest.approx(0.761594, abs=1e-5)

    back = CPhsDataFile()
    back.set(tmp_path / "phifom.mtz")
    convert(back, PhsContent.HL, tmp_path / "back.mtz")

    again = read_reflections(tmp_path / "back.mtz").array[:, 3:]
    assert np.abs(again[::-1] - np.array(rows)).max() < 1e-4


def test_phases_are_moved_to_the_asymmetric_unit_before_they_are_converted(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """φ(-h) = -φ(h)."""
    file = phases(tmp_path / "in.mtz", make_mtz(phase_columns((40.0, 0.5)), hkl=[[-1, -2, -3]]))

    convert(file, PhsContent.HL, tmp_path / "out.mtz")

    new = read_reflections(tmp_path / "out.mtz")
    assert new.make_miller_array().tolist() == [[1, 2, 3]]
    assert math.degrees(math.atan2(new.array[0, 4], new.array[0, 3])) == pytest.approx(-40.0, abs=1e-3)


def test_incomplete_phases_stay_without_a_value(tmp_path: Path, make_mtz: MakeMtz) -> None:
    rows = [(1.0, 0.0, 0.0, 0.0), (1.0, 0.0, NAN, NAN), (NAN, NAN, NAN, NAN)]
    file = phases(tmp_path / "in.mtz", make_mtz(phase_columns(*rows), hkl=[[1, 2, 3], [1, 2, 4], [1, 2, 5]]))

    conversion = convert(file, PhsContent.PHIFOM, tmp_path / "out.mtz")

    assert conversion.without == {"no value in the file": 1, "not all four coefficients": 1}
    assert read_reflections(tmp_path / "out.mtz").nreflections == 3

    lone = phases(tmp_path / "in.mtz", make_mtz(phase_columns((40.0, NAN), (40.0, 0.5)), hkl=[[1, 2, 3], [1, 2, 4]]))
    assert convert(lone, PhsContent.HL, tmp_path / "out.mtz").without == {"a phase or a figure of merit alone": 1}


def test_figures_of_merit_in_percent_are_refused(tmp_path: Path, make_mtz: MakeMtz) -> None:
    file = phases(tmp_path / "in.mtz", make_mtz(phase_columns((40.0, 55.0)), hkl=[[1, 2, 3]]))

    with pytest.raises(UnsuitableContent, match="FOM is between 55 and 55: figures of merit are from 0 to 1"):
        convert(file, PhsContent.HL, tmp_path / "out.mtz")


# What is broken.


def test_unmerged_data_and_repeated_labels_are_refused(path: Path, make_mtz: MakeMtz) -> None:
    repeated = make_mtz(phase_columns((1.0, 0.0, 0.0, 0.0)), hkl=[[1, 2, 3]])
    repeated.columns[4].label = "HLA"
    unmerged = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)])
    unmerged.batches.append(gemmi.Mtz.Batch())

    with pytest.raises(UnsuitableContent, match="several of its columns are called HLA"):
        take_group(path, repeated, HL)
    with pytest.raises(UnsuitableContent, match="unmerged"):
        take_group(path, unmerged, ColumnGroup(kind="IMEAN", labels=("I", "SIGI"), content=3))


def test_equivalents_are_one_reflection_if_they_do_not_contradict_each_other(path: Path, make_mtz: MakeMtz) -> None:
    """A phase of its Friedel mate is the same phase; another is not."""
    group = ColumnGroup(kind="PHIFOM", labels=("PHIB", "FOM"), content=2)
    columns = phase_columns((40.0, 0.5), (-40.0, 0.5), (NAN, NAN))
    agreeing = make_mtz(columns, hkl=[[1, 2, 3], [-1, -2, -3], [-1, -2, 3]])
    other = make_mtz(phase_columns((40.0, 0.5), (40.0, 0.5)), hkl=[[1, 2, 3], [-1, -2, -3]])

    data = take_group(path, agreeing, group)

    assert data.hkl.tolist() == [[1, 2, 3]]
    assert data.values.tolist() == [pytest.approx([40.0, 0.5])]
    with pytest.raises(UnsuitableContent, match="1 of its reflections have several equivalents in P 21 21 21 with"):
        take_group(path, other, group)


def test_indices_that_are_none_are_refused(path: Path, make_mtz: MakeMtz) -> None:
    mtz = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], hkl=[[1e9, 2, 3]])

    with pytest.raises(UnsuitableContent, match="Miller indices are no indices"):
        take_group(path, mtz, ColumnGroup(kind="IMEAN", labels=("I", "SIGI"), content=3))


# French and Wilson.


def pretend_python(folder: Path, script: str) -> str:
    """A program that is called as this Python would be."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_servalcat_s_last_words_are_in_the_sentence(
    tmp_path: Path, intensities: gemmi.Mtz, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = observations(tmp_path / "in.mtz", intensities)
    monkeypatch.setattr(
        sys, "executable", pretend_python(tmp_path, "echo starting; echo No data left in hkl data; exit 3")
    )

    with pytest.raises(ProgramFailed, match="servalcat fw ended with exit code 3: No data left in hkl data") as failed:
        convert(file, ObsContent.FMEAN, tmp_path / "out.mtz")
    assert failed.value.details == "starting\nNo data left in hkl data"
    assert not (tmp_path / "out.mtz").exists()


def test_a_servalcat_that_is_killed_or_writes_nothing_is_told_of(
    tmp_path: Path, intensities: gemmi.Mtz, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = observations(tmp_path / "in.mtz", intensities)

    monkeypatch.setattr(sys, "executable", pretend_python(tmp_path, "kill -9 $$"))
    with pytest.raises(ProgramFailed, match="was killed by signal 9"):
        convert(file, ObsContent.FMEAN, tmp_path / "out.mtz")

    monkeypatch.setattr(sys, "executable", pretend_python(tmp_path, "exit 0"))
    with pytest.raises(TaskFailed, match="wrote no amplitudes"):
        convert(file, ObsContent.FMEAN, tmp_path / "out.mtz")


def french_wilson_moments(i: float, sigma: float, mean: float, centric: bool) -> tuple[float, float]:
    """⟨F⟩ and its standard deviation over the distribution of the true intensity, by summation over F."""
    f = np.linspace(1e-6, math.sqrt(max(i, 0.0) + 12.0 * sigma), 20_000)
    true = f * f
    prior = np.exp(-true / (2.0 * mean)) / f if centric else np.exp(-true / mean)
    weight = prior * np.exp(-((true - i) ** 2) / (2.0 * sigma**2)) * 2.0 * f
    average = float((weight * f).sum() / weight.sum())
    return average, math.sqrt(float((weight * true).sum() / weight.sum()) - average**2)


@pytest.mark.program
def test_amplitudes_are_french_and_wilson_s_means(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """Of made intensities of one mean; servalcat finds that mean to some percent, which weak ones feel little.

    Systematic absences and values without a positive σ stay as reflections without amplitude.
    """
    cell, group = gemmi.UnitCell(60, 70, 80, 90, 90, 90), gemmi.SpaceGroup("P 21 21 21")
    hkl = np.vstack([gemmi.make_miller_array(cell, group, 3.0), [[1, 0, 0], [0, 0, 3]]])
    rng = np.random.default_rng(11)
    true, centric = rng.exponential(100.0, len(hkl)), group.operations().centric_flag_array(hkl).astype(bool)
    true[centric] = 100.0 * rng.normal(size=int(centric.sum())) ** 2
    sigma = np.full(len(hkl), 30.0)
    sigma[[5, 6]] = 0.0, NAN
    value = true + 30.0 * rng.normal(size=len(hkl))
    value[7] = NAN
    mtz = make_mtz([("I", "J", value), ("SIGI", "Q", sigma)], hkl=hkl, cell=cell.parameters)

    conversion = convert(observations(tmp_path / "in.mtz", mtz), ObsContent.FMEAN, tmp_path / "out.mtz")

    assert conversion.reflections == len(hkl)
    assert conversion.without == {"no value in the file": 1, "systematic absences": 2, "no positive σ": 2}
    made = read_reflections(tmp_path / "out.mtz")
    rows = dict(zip(map(tuple, made.make_miller_array().tolist()), made.array[:, 3:].tolist(), strict=True))
    assert set(rows) == set(map(tuple, hkl.tolist()))
    assert np.isnan([rows[tuple(hkl[number].tolist())][0] for number in (5, 6, 7, -1, -2)]).all()
    differences = []
    for number in range(20, 240):
        epsilon = group.operations().epsilon_factor_without_centering(hkl[number].tolist())
        expected = french_wilson_moments(value[number], 30.0, 100.0 * epsilon, bool(centric[number]))
        if epsilon == 1:
            differences.append(np.array(rows[tuple(hkl[number].tolist())]) - expected)
    assert len(differences) > 150
    assert np.abs(differences).max() < 0.4
    assert np.abs(np.mean(differences, axis=0)).max() < 0.1


@pytest.mark.program
def test_amplitudes_of_pairs_keep_what_the_mates_are(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """A missing mate stays missing; the one measurement of a centric reflection is that of both mates and the mean."""
    cell, group = gemmi.UnitCell(40, 50, 60, 90, 90, 90), gemmi.SpaceGroup("P 21 21 21")
    hkl = np.asarray(gemmi.make_miller_array(cell, group, 3.0))
    centric = group.operations().centric_flag_array(hkl).astype(bool)
    rng = np.random.default_rng(12)
    plus = rng.exponential(100.0, len(hkl))
    minus = np.where(centric, plus, plus + rng.normal(0.0, 10.0, len(hkl)))
    acentric = np.flatnonzero(~centric)
    minus[acentric[:50]] = NAN
    columns = [("I(+)", "K", plus), ("SIGI(+)", "M", 8.0), ("I(-)", "K", minus), ("SIGI(-)", "M", 8.0)]
    file = observations(tmp_path / "in.mtz", make_mtz(columns, hkl=hkl, cell=cell.parameters))

    both = convert(file, ObsContent.FPAIR, tmp_path / "pairs.mtz").result
    mean = convert(file, ObsContent.FMEAN, tmp_path / "mean.mtz").result
    single = convert(
        observations(
            tmp_path / "one.mtz", make_mtz([("I", "J", plus), ("SIGI", "Q", 8.0)], hkl=hkl, cell=cell.parameters)
        ),
        ObsContent.FMEAN,
        tmp_path / "one_f.mtz",
    ).result

    order = {tuple(index): number for number, index in enumerate(both.hkl.tolist())}
    rows = np.array([order[tuple(index)] for index in hkl.tolist()])
    pairs_made, mean_made, single_made = both.values[rows], mean.values[rows], single.values[rows]
    assert np.isnan(pairs_made[acentric[:50], 2]).all()
    assert np.isfinite(np.delete(pairs_made, acentric[:50], axis=0)).all()
    assert (pairs_made[centric, :2] == pairs_made[centric, 2:]).all()
    assert (pairs_made[centric, :2] == mean_made[centric]).all()
    assert np.abs(mean_made[centric] - single_made[centric]).max() < 0.05
