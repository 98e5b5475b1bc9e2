"""Writing observations as mini-MTZ files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import UnsuitableContent
from xtalflow.xtal import choose_observations, read_reflections, write_observations

MakeMtz = Callable[..., gemmi.Mtz]


def test_labels_are_standard_and_cell_wavelength_names_and_history_are_kept(
    tmp_path: Path, path: Path, make_mtz: MakeMtz
) -> None:
    mtz = make_mtz([("IMEAN", "J", 10.0), ("SIGIMEAN", "Q", 1.0)], wavelength=1.54)
    mtz.datasets[-1].crystal_name = "lysozyme"
    mtz.history = ["From AIMLESS"]

    written = write_observations(path, mtz, choose_observations(path, mtz), tmp_path / "out.mtz", history=["taken"])

    new = read_reflections(tmp_path / "out.mtz")
    assert new.column_labels()[3:] == ["I", "SIGI"]
    assert new.cell.parameters == mtz.cell.parameters
    assert (new.datasets[-1].crystal_name, new.datasets[-1].wavelength) == ("lysozyme", pytest.approx(1.54))
    assert new.history == ["taken", "From AIMLESS"]
    assert (written.written, written.wavelength) == (mtz.nreflections, pytest.approx(1.54))


def test_absent_and_empty_rows_are_left_out_and_counted(tmp_path: Path, path: Path, make_mtz: MakeMtz) -> None:
    """(1 0 0) is forbidden by the screw axis; (1 1 2) has no value; (1 1 3) has no σ and stays."""
    hkl = [[1, 1, 1], [1, 0, 0], [1, 1, 2], [1, 1, 3]]
    mtz = make_mtz([("I", "J", [1.0, 2.0, np.nan, 4.0]), ("SIGI", "Q", [1.0, 1.0, np.nan, 0.0])], hkl=hkl)

    written = write_observations(path, mtz, choose_observations(path, mtz), tmp_path / "out.mtz")

    assert (written.written, written.systematic_absences, written.missing, written.without_sigma) == (2, 1, 1, 1)
    assert read_reflections(tmp_path / "out.mtz").make_miller_array().tolist() == [[1, 1, 1], [1, 1, 3]]


def test_friedel_mates_swap_when_they_move_to_the_asymmetric_unit(
    tmp_path: Path, path: Path, make_mtz: MakeMtz
) -> None:
    """Gemmi does this only for columns called (+) and (-)."""
    columns = [("Iplus", "K", 1.0), ("SIGIplus", "M", 2.0), ("Iminus", "K", 3.0), ("SIGIminus", "M", 4.0)]
    mtz = make_mtz(columns, hkl=[[-1, -2, -3]])

    write_observations(path, mtz, choose_observations(path, mtz), tmp_path / "out.mtz")

    new = read_reflections(tmp_path / "out.mtz")
    assert new.column_labels()[3:] == ["Iplus", "SIGIplus", "Iminus", "SIGIminus"]
    assert new.array.tolist() == [[1, 2, 3, 3, 4, 1, 2]]


def test_another_space_group_is_used_when_asked(tmp_path: Path, path: Path, intensities: gemmi.Mtz) -> None:
    group = choose_observations(path, intensities)

    write_observations(path, intensities, group, tmp_path / "out.mtz", space_group="P 21 21 2")

    assert read_reflections(tmp_path / "out.mtz").spacegroup.xhm() == "P 21 21 2"


def test_data_that_are_not_merged_are_refused(path: Path, make_mtz: MakeMtz) -> None:
    mtz = make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0)], hkl=[[1, 2, 3], [-1, -2, 3], [1, 2, 4]])

    with pytest.raises(UnsuitableContent, match="1 of its 3 reflections are equivalent"):
        choose_observations(path, mtz)
