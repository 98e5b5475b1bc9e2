"""Completeness and signal in shells."""

from __future__ import annotations

from collections.abc import Callable

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import ColumnGroup, mean_intensities, resolution_shells

MakeMtz = Callable[..., gemmi.Mtz]

I_MEAN = ColumnGroup(kind="IMEAN", labels=("I", "SIGI"), content=3)


def test_complete_data_are_complete_in_every_shell(intensities: gemmi.Mtz) -> None:
    shells = resolution_shells(intensities, I_MEAN, 5)

    assert [shell.completeness for shell in shells] == [1.0] * 5
    assert sum(shell.observed for shell in shells) == intensities.nreflections
    assert shells[-1].d_min == pytest.approx(intensities.resolution_high())


def test_missing_reflections_lower_the_completeness_of_their_shell(make_mtz: MakeMtz, intensities: gemmi.Mtz) -> None:
    spacings = intensities.make_d_array()
    kept = np.flatnonzero((spacings > 5.0) | (np.arange(len(spacings)) % 2 == 0))
    data = make_mtz([("I", "J", 4.0), ("SIGI", "Q", 2.0)], hkl=intensities.make_miller_array()[kept])

    shells = resolution_shells(data, I_MEAN, 4)

    assert shells[0].completeness == 1.0
    assert shells[-1].completeness == pytest.approx(0.5, abs=0.05)
    assert shells[0].i_over_sigma == pytest.approx(2.0)


def test_values_without_a_positive_sigma_are_not_counted(make_mtz: MakeMtz) -> None:
    hkl = [[1, 1, 1], [1, 1, 2], [1, 1, 3]]
    data = make_mtz([("I", "J", [1.0, 2.0, np.nan]), ("SIGI", "Q", [1.0, 0.0, 1.0])], hkl=hkl)

    assert len(mean_intensities(data, I_MEAN)) == 1


def test_friedel_mates_are_averaged_by_weight(make_mtz: MakeMtz) -> None:
    """I(+) = 10 ± 1 and I(-) = 20 ± 2 have the mean 12, and σ² = 4/5."""
    columns = [("A", "K", 10.0), ("SA", "M", 1.0), ("B", "K", 20.0), ("SB", "M", 2.0)]
    data = make_mtz(columns, hkl=[[1, 2, 3]])

    mean = mean_intensities(data, ColumnGroup(kind="IPAIR", labels=("A", "SA", "B", "SB"), content=1))

    assert mean.values.tolist() == pytest.approx([12.0])
    assert mean.sigmas.tolist() == pytest.approx([0.8**0.5])
