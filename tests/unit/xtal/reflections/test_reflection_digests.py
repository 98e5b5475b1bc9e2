"""Digests of the scientific content of reflections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import reflection_digests

MakeMtz = Callable[..., gemmi.Mtz]

PAIRS = [("Iplus", "K", 1.5), ("SIGIplus", "M", 2.0), ("Iminus", "K", 3.0), ("SIGIminus", "M", 4.0)]


def varied(count: int) -> Any:
    return np.random.default_rng(2).exponential(10.0, count)


@pytest.fixture
def columns() -> list[tuple[str, str, Any]]:
    return [("I", "J", varied), ("SIGI", "Q", 1.0), ("FREER", "I", lambda count: np.arange(count) % 20)]


def test_title_history_and_order_of_rows_and_columns_do_not_count(make_mtz: MakeMtz, columns: list) -> None:
    mtz = make_mtz(columns)
    other = make_mtz(columns)
    order = np.random.default_rng(0).permutation(mtz.nreflections)
    other.set_data(mtz.array[order][:, [0, 1, 2, 3, 4, 5]])
    other.title, other.history = "another title", ["another history"]

    assert reflection_digests(other) == reflection_digests(mtz)


def test_the_choice_of_the_asymmetric_unit_does_not_count(make_mtz: MakeMtz) -> None:
    """Friedel mates swap on the way: I(+) of -h is I(-) of h."""
    hkl = [[1, 2, 3], [2, 1, 4]]
    swapped = [PAIRS[2], PAIRS[3], PAIRS[0], PAIRS[1]]
    here = make_mtz(PAIRS, hkl=hkl)
    there = make_mtz([(old[0], old[1], new[2]) for old, new in zip(PAIRS, swapped, strict=True)], hkl=-np.array(hkl))
    turned = make_mtz(PAIRS, hkl=np.array(hkl) * [1, -1, -1])

    assert reflection_digests(there) == reflection_digests(turned) == reflection_digests(here)


def test_phases_turn_with_the_asymmetric_unit(make_mtz: MakeMtz) -> None:
    """In P 21 21 21 the phase of -h -k l is shifted by the screw; the digest is that of the same map."""
    mtz = make_mtz([("F", "F", 10.0), ("PHI", "P", 33.0)], hkl=[[1, 2, 3], [3, 2, 4]])
    other = mtz.filtered(np.ones(2, dtype=bool))
    other.expand_to_p1()
    other.spacegroup = mtz.spacegroup
    kept = other.array[
        [int(np.flatnonzero((other.array[:, :3] == hkl).all(axis=1))[0]) for hkl in ([-1, -2, 3], [-3, 2, -4])]
    ]
    other.set_data(np.ascontiguousarray(kept))

    assert reflection_digests(other) == reflection_digests(mtz)


def test_rows_without_any_value_do_not_count(make_mtz: MakeMtz) -> None:
    hkl = [[1, 1, 1], [1, 1, 2]]
    with_empty = make_mtz([("I", "J", [5.0, np.nan]), ("SIGI", "Q", [1.0, np.nan])], hkl=hkl)
    without = make_mtz([("I", "J", 5.0), ("SIGI", "Q", 1.0)], hkl=hkl[:1])

    assert reflection_digests(with_empty) == reflection_digests(without)


@pytest.mark.parametrize(
    "change",
    [
        {"cell": (30.4, 40.1, 50.7, 90.0, 90.0, 90.0)},
        {"space_group": "P 21 21 2"},
        {"wavelength": 1.0},
    ],
)
def test_cell_symmetry_and_wavelength_count(make_mtz: MakeMtz, change: dict[str, Any]) -> None:
    columns, hkl = [("I", "J", 5.0), ("SIGI", "Q", 1.0)], [[1, 1, 1], [1, 1, 2]]

    assert reflection_digests(make_mtz(columns, hkl=hkl, **change)) != reflection_digests(make_mtz(columns, hkl=hkl))


def test_one_value_changed_in_its_last_bit_counts(make_mtz: MakeMtz, columns: list) -> None:
    mtz, other = make_mtz(columns), make_mtz(columns)
    data = other.array.copy()
    data[10, 3] = np.nextafter(data[10, 3], np.float32(np.inf))
    other.set_data(data)

    assert reflection_digests(other)["reflections"] != reflection_digests(mtz)["reflections"]
    assert reflection_digests(other)["free_set"] == reflection_digests(mtz)["free_set"]


def test_a_free_flag_changed_counts_for_the_free_set_alone(make_mtz: MakeMtz, columns: list) -> None:
    mtz, other = make_mtz(columns), make_mtz(columns)
    data = other.array.copy()
    data[10, 5] = 3
    other.set_data(data)

    assert reflection_digests(other)["free_set"] != reflection_digests(mtz)["free_set"]
    assert reflection_digests(other)["reflections"] == reflection_digests(mtz)["reflections"]
