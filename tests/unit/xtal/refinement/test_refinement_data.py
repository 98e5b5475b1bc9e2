"""Files for and from refinement programs: joined flags, split columns, Wilson plots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest

from xtalflow.errors import UnsuitableContent
from xtalflow.xtal import (
    ColumnGroup,
    FlagColumn,
    choose_observations,
    join_flags,
    read_reflections,
    split_columns,
    wilson_plot,
)

CELL = gemmi.UnitCell(31.0, 42.0, 53.0, 90, 90, 90)
SPACE_GROUP = gemmi.SpaceGroup("P 21 21 21")


def make_mtz(
    hkl: np.ndarray, columns: dict[str, tuple[str, Any]], space_group: gemmi.SpaceGroup = SPACE_GROUP
) -> gemmi.Mtz:
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup, mtz.cell = space_group, CELL
    dataset = mtz.add_dataset("native")
    dataset.crystal_name, dataset.wavelength = "x1", 0.98
    mtz.set_cell_for_all(CELL)
    for label, (letter, _) in columns.items():
        mtz.add_column(label, letter)
    mtz.set_data(np.column_stack([hkl, *(values for _, values in columns.values())]).astype(np.float32))
    return mtz


def reflections(d_min: float = 3.0) -> np.ndarray:
    return np.asarray(gemmi.make_miller_array(CELL, SPACE_GROUP, d_min))


def intensities(mtz: gemmi.Mtz) -> ColumnGroup:
    return choose_observations(Path("made.mtz"), mtz)


def test_flags_are_joined_by_laue_class(tmp_path: Path) -> None:
    """Flags in another asymmetric unit, in another order, find their reflections."""
    hkl = reflections()
    flags = np.arange(len(hkl)) % 20
    data = make_mtz(hkl, {"I": ("J", 5.0 + flags), "SIGI": ("Q", np.ones(len(hkl)))})
    other = make_mtz(-hkl[::-1], {"FREE": ("I", flags[::-1])})

    facts = join_flags(data, intensities(data), FlagColumn(other, "FREE", 0), tmp_path / "joined.mtz")

    joined = read_reflections(tmp_path / "joined.mtz")
    assert joined.column_labels()[3:] == ["I", "SIGI", "FREER"]
    assert (joined.column_with_label("FREER").array == joined.column_with_label("I").array - 5.0).all()
    assert (facts.usable, facts.unflagged, facts.free) == (len(hkl), 0, int((flags == 0).sum()))


def test_what_cannot_be_used_is_counted() -> None:
    """A systematic absence, a σ of zero, and a missing value are three things; only the last is no row at all."""
    hkl = np.vstack([reflections(), [[1, 0, 0], [10, 10, 1], [10, 10, 2]]])
    value, sigma = np.full(len(hkl), 9.0), np.ones(len(hkl))
    sigma[-2], value[-1] = 0.0, np.nan
    data = make_mtz(hkl, {"I": ("J", value), "SIGI": ("Q", sigma)})

    facts = join_flags(data, intensities(data), None)

    assert (facts.usable, facts.absences, facts.unusable) == (len(hkl) - 3, 1, 1)
    assert facts.d_min == pytest.approx(3.0, abs=0.05)


def test_a_reflection_without_flag_is_counted() -> None:
    """Also at high resolution, where a program would cut the data."""
    hkl = reflections()
    inner = CELL.calculate_d_array(hkl) > 3.5
    data = make_mtz(hkl, {"F": ("F", np.full(len(hkl), 9.0)), "SIGF": ("Q", np.ones(len(hkl)))})
    other = make_mtz(hkl[inner], {"FREE": ("I", np.arange(inner.sum()) % 20)})

    facts = join_flags(data, intensities(data), FlagColumn(other, "FREE", 0))

    assert facts.unflagged == int((~inner).sum())


def test_friedel_mates_keep_their_sign_in_the_asymmetric_unit(tmp_path: Path) -> None:
    """A reflection given by its Friedel mate has I(+) and I(-) exchanged when it is moved."""
    hkl = np.array([[1, 2, 3], [-2, -3, -4]])
    columns = {"I(+)": ("K", [10, 20]), "SIGI(+)": ("M", [1, 1]), "I(-)": ("K", [11, 21]), "SIGI(-)": ("M", [1, 1])}
    data = make_mtz(hkl, columns)

    join_flags(data, intensities(data), None, tmp_path / "joined.mtz")

    joined = read_reflections(tmp_path / "joined.mtz")
    assert joined.make_miller_array().tolist() == [[1, 2, 3], [2, 3, 4]]
    assert joined.column_with_label("Iplus").array.tolist() == [10, 21]
    assert joined.column_with_label("Iminus").array.tolist() == [11, 20]


def test_columns_are_split_with_standard_labels(tmp_path: Path) -> None:
    """Rows without a value are left out; crystal, dataset and wavelength are kept."""
    hkl = reflections()
    amplitude = np.where(np.arange(len(hkl)) < 5, np.nan, 3.0)
    mtz = make_mtz(hkl, {"FWT": ("F", amplitude), "PHWT": ("P", amplitude * 10), "X": ("R", amplitude)})

    number = split_columns(mtz, {"FWT": "F", "PHWT": "PHI"}, tmp_path / "map.mtz", title="a map")

    mini = read_reflections(tmp_path / "map.mtz")
    assert number == mini.nreflections == len(hkl) - 5
    assert [(column.label, column.type) for column in mini.columns][3:] == [("F", "F"), ("PHI", "P")]
    assert (mini.title, mini.datasets[1].dataset_name, mini.datasets[1].crystal_name) == ("a map", "native", "x1")
    assert mini.datasets[1].wavelength == pytest.approx(0.98)


@pytest.mark.parametrize("label", ["NONE", "EMPTY"])
def test_columns_that_cannot_be_split_are_named(tmp_path: Path, label: str) -> None:
    """A column that is not there, or that has no value."""
    hkl = reflections()
    mtz = make_mtz(hkl, {"EMPTY": ("F", np.full(len(hkl), np.nan))})

    with pytest.raises(UnsuitableContent, match=label):
        split_columns(mtz, {label: "F"}, tmp_path / "map.mtz")


@pytest.mark.parametrize("b", [12.0, 35.0])
@pytest.mark.parametrize("amplitudes", [False, True])
def test_the_wilson_plot_finds_the_b_factor_put_in(b: float, amplitudes: bool) -> None:
    """Mean intensities of an average protein, with the exponential distribution of acentric ones."""
    hkl = reflections(1.8)
    s2 = CELL.calculate_1_d2_array(hkl)
    elements = {"C": 5.0, "N": 1.35, "O": 1.5, "H": 8.0}
    power = np.array([sum(n * gemmi.Element(e).it92.calculate_sf(x / 4) ** 2 for e, n in elements.items()) for x in s2])
    i = 100 * power * np.exp(-b * s2 / 2) * np.random.default_rng(5).exponential(1.0, len(hkl))
    columns = {"I": ("J", i), "SIGI": ("Q", 0.1 * i)}
    if amplitudes:
        columns = {"F": ("F", np.sqrt(i)), "SIGF": ("Q", 0.1 * np.sqrt(i))}
    mtz = make_mtz(hkl, columns)

    plot = wilson_plot(mtz, intensities(mtz))

    assert plot is not None
    assert plot.b == pytest.approx(b, abs=1.5)


def test_low_resolution_data_have_no_wilson_b() -> None:
    """The plot is not straight before 4 Å."""
    hkl = reflections(3.7)
    mtz = make_mtz(hkl, {"I": ("J", np.full(len(hkl), 9.0)), "SIGI": ("Q", np.ones(len(hkl)))})

    assert wilson_plot(mtz, intensities(mtz)) is None
