"""Finding out what free flags are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import UnsuitableContent
from xtalflow.xtal import analyse_free_flags

MakeMtz = Callable[..., gemmi.Mtz]


def some(value: float, other: float, every: int = 20) -> Callable[[int], np.ndarray]:
    """`value` for one of `every` reflections, `other` for the rest."""
    return lambda count: np.where(np.arange(count) % every == 0, value, other)


def test_in_ccp4_sets_0_is_free(make_mtz: MakeMtz, path: Path) -> None:
    flags = analyse_free_flags(path, make_mtz([("FREER", "I", lambda count: np.arange(count) % 20)]), "FREER")

    assert (flags.free_value, flags.n_sets) == (0, 20)
    assert flags.fraction == pytest.approx(0.05, abs=0.002)
    assert flags.remarks == ()


@pytest.mark.parametrize(("free", "work"), [(1, 0), (0, 1), (-1, 1)])
def test_of_two_values_the_rarer_is_free(make_mtz: MakeMtz, path: Path, free: int, work: int) -> None:
    """Phenix and X-PLOR have 1, CCP4 has 0, SHELX has -1 for free."""
    mtz = make_mtz([("FREE", "I", some(free, work))])

    assert analyse_free_flags(path, mtz, "FREE").free_value == free


def test_the_number_given_is_the_free_value(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz([("FREER", "I", lambda count: np.arange(count) % 20)])

    assert analyse_free_flags(path, mtz, "FREER", 7).free_value == 7


def test_a_number_that_no_reflection_has_is_refused(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz([("FREER", "I", lambda count: np.arange(count) % 20)])

    with pytest.raises(
        UnsuitableContent, match="no reflection has the value 20 of FREERFLAG_NUMBER in FREER; its values are 0 to 19"
    ):
        analyse_free_flags(path, mtz, "FREER", 20)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (1.0, "all its values are 1"),
        (np.nan, "all values of FREER are missing"),
        (0.5, "not whole numbers"),
        (lambda count: np.arange(count) // 1 + 0.0, "different values|different size"),
        (lambda count: np.random.default_rng(0).binomial(8, 0.5, count), "very different size"),
    ],
)
def test_other_columns_are_no_test_flags(make_mtz: MakeMtz, path: Path, values: object, words: str) -> None:
    """Constants, numbers with fractions, row numbers, and numbers of observations."""
    mtz = make_mtz([("FREER", "I", values)], d_min=3.0)

    with pytest.raises(UnsuitableContent, match=words):
        analyse_free_flags(path, mtz, "FREER")


@pytest.mark.parametrize(
    ("every", "words"), [(150, "Only 0.67 % of the reflections are free"), (4, "25.0 % of the reflections are free")]
)
def test_a_very_small_or_large_free_set_is_said(make_mtz: MakeMtz, path: Path, every: int, words: str) -> None:
    mtz = make_mtz([("FREE", "I", some(1, 0, every))], hkl=[[1, k, m] for k in range(20) for m in range(60)])

    assert words in analyse_free_flags(path, mtz, "FREE").remarks[0]


def test_missing_flags_are_counted(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz([("FREE", "I", [0, 1, 1, np.nan])], hkl=[[1, 1, 1], [1, 1, 2], [1, 1, 3], [1, 1, 4]])

    assert analyse_free_flags(path, mtz, "FREE").missing == 1


def test_uneven_sets_are_taken_when_the_free_value_is_given(make_mtz: MakeMtz, path: Path) -> None:
    """The refusal says so."""
    mtz = make_mtz([("FREER", "I", lambda count: np.random.default_rng(0).binomial(8, 0.5, count))], d_min=3.0)

    assert analyse_free_flags(path, mtz, "FREER", 2).free_value == 2
