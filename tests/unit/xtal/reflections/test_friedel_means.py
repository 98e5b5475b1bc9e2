"""Means over Friedel mates."""

from __future__ import annotations

import numpy as np
import pytest

from xtalflow.xtal import mean_of_mates

NAN = float("nan")


def mean(*pair: float, centric: bool = False) -> list[float]:
    found: list[float] = mean_of_mates(np.array([pair]), np.array([centric]))[0].tolist()
    return found


def test_mates_are_weighted_by_their_precision() -> None:
    """σ of 1 and 2 weigh 1 and 1/4: (10 + 20/4) / (5/4) = 12, σ² = 4/5."""
    assert mean(10.0, 1.0, 20.0, 2.0) == pytest.approx([12.0, 0.8**0.5])


@pytest.mark.parametrize("other", [(NAN, NAN), (20.0, 0.0), (20.0, -1.0), (20.0, NAN), (NAN, 1.0)])
def test_one_mate_alone_stands_for_the_mean(other: tuple[float, float]) -> None:
    """The other has no value, or no positive σ."""
    assert mean(10.0, 3.0, *other) == pytest.approx([10.0, 3.0])
    assert mean(*other, 10.0, 3.0) == pytest.approx([10.0, 3.0])


def test_without_a_usable_mate_there_is_no_mean() -> None:
    assert np.isnan(mean(10.0, 0.0, NAN, NAN)).all()


def test_a_centric_measurement_written_for_both_mates_counts_once() -> None:
    """Aimless writes it twice; two measurements that differ are two."""
    assert mean(10.0, 2.0, 10.0, 2.0, centric=True) == pytest.approx([10.0, 2.0])
    assert mean(10.0, 2.0, 11.0, 2.0, centric=True) == pytest.approx([10.5, 2.0**0.5])


def test_acentric_mates_that_agree_are_two_measurements() -> None:
    assert mean(10.0, 2.0, 10.0, 2.0) == pytest.approx([10.0, 2.0**0.5])
