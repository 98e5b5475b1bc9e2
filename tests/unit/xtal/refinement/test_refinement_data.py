"""Files for and from refinement programs: joined flags, Wilson plots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import (
    ColumnGroup,
    FlagColumn,
    choose_observations,
    join_flags,
    read_reflections,
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
