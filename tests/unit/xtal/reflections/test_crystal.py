"""Whether two crystals agree."""

from __future__ import annotations

import gemmi
import pytest

from xtalflow.errors import InvalidInput
from xtalflow.xtal import (
    Crystal,
    check_flags_crystal,
    check_model_crystal,
    check_space_group_change,
    crystal_of_model,
    find_space_group,
)

CELL = (34.1, 54.8, 68.0, 90.0, 90.0, 90.0)
DATA = Crystal(cell=CELL, space_group="P 21 21 21")


def crystal(a: float = 34.1, beta: float = 90.0, space_group: str = "P 21 21 21") -> Crystal:
    return Crystal(cell=(a, 54.8, 68.0, 90.0, beta, 90.0), space_group=space_group)


def test_equal_crystals_agree_without_remarks() -> None:
    agreement = check_model_crystal(DATA, DATA)

    assert (agreement.refusal, agreement.remarks) == ("", ())


def test_a_cell_half_a_percent_off_is_said_and_three_percent_off_is_refused() -> None:
    assert check_model_crystal(crystal(a=34.1 * 1.004), DATA).remarks == ()
    assert "0.6 % in a length" in check_model_crystal(crystal(a=34.1 * 1.006), DATA).remarks[0]
    assert check_model_crystal(crystal(a=34.1 * 1.029), DATA).refusal == ""
    assert "more than 3 % or 3°" in check_model_crystal(crystal(a=34.1 * 1.031), DATA).refusal


def test_an_angle_more_than_three_degrees_off_is_refused() -> None:
    monoclinic = crystal(space_group="P 1 21 1", beta=100.0)

    assert check_model_crystal(crystal(space_group="P 1 21 1", beta=102.9), monoclinic).refusal == ""
    assert "3.1° in an angle" in check_model_crystal(crystal(space_group="P 1 21 1", beta=103.1), monoclinic).refusal


def test_another_point_group_is_refused() -> None:
    refusal = check_model_crystal(crystal(space_group="P 32 2 1"), DATA).refusal

    assert refusal == "the symmetry is another: the model is in P 32 2 1, the data are in P 21 21 21"


def test_other_screw_axes_ask_for_the_space_group() -> None:
    model = crystal(space_group="P 21 21 2")

    assert "other screw axes; say which is right with SPACEGROUP=" in check_model_crystal(model, DATA).refusal
    chosen = check_model_crystal(model, DATA, space_group_chosen=True)
    assert chosen.refusal == ""
    assert "P 21 21 21 is used, as asked" in chosen.remarks[0]


def test_another_centring_is_another_symmetry() -> None:
    """C 2 2 21 and P 2 2 21 are of one point group, but of two lattices."""
    assert (
        "symmetry is another"
        in check_model_crystal(crystal(space_group="C 2 2 21"), crystal(space_group="P 2 2 21")).refusal
    )


def test_two_settings_of_a_point_group_are_different_symmetries() -> None:
    """P 3 1 2 and P 3 2 1 differ in the direction of the twofolds."""
    cell = (60.0, 60.0, 80.0, 90.0, 90.0, 120.0)
    refusal = check_model_crystal(
        Crystal(cell=cell, space_group="P 3 1 2"), Crystal(cell=cell, space_group="P 3 2 1")
    ).refusal

    assert "symmetry is another" in refusal


def test_a_model_without_a_cell_takes_that_of_the_data() -> None:
    """A PDB file without CRYST1, or with a unit cube for one, says nothing of the crystal."""
    structure = gemmi.Structure()
    structure.cell = gemmi.UnitCell(1, 1, 1, 90, 90, 90)
    structure.spacegroup_hm = "P 1"

    agreement = check_model_crystal(crystal_of_model(structure), DATA)

    assert agreement.refusal == ""
    assert "gives no unit cell" in agreement.remarks[0]


def test_flags_of_one_laue_class_and_another_space_group_are_said() -> None:
    agreement = check_flags_crystal(crystal(space_group="P 21 21 2"), DATA)

    assert agreement.refusal == ""
    assert "of the same Laue class" in agreement.remarks[0]


def test_flags_of_another_lattice_are_said() -> None:
    agreement = check_flags_crystal(crystal(space_group="C 2 2 21"), DATA)

    assert "of another lattice" in agreement.remarks[0]


def test_a_space_group_may_be_changed_within_its_point_group_only() -> None:
    assert check_space_group_change(DATA, "P 21 21 2").refusal == ""
    assert "cannot be taken as P 41 21 2" in check_space_group_change(DATA, "P 41 21 2").refusal
    assert check_space_group_change(DATA, "P212121").remarks == ()


@pytest.mark.parametrize("name", ["", "P 21 21 23", "nonsense", "0", "231"])
def test_an_unknown_space_group_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="no space group is called"):
        find_space_group(name)
