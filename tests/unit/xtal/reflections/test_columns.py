"""Column groups and the choice among them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, UnsuitableContent
from xtalflow.xtal import (
    choose_columns,
    choose_free_flags,
    choose_group,
    choose_observations,
    find_free_flags,
    find_observations,
    parse_columns,
)

MakeMtz = Callable[..., gemmi.Mtz]

PAIRS = [("I(+)", "K", 10.0), ("SIGI(+)", "M", 1.0), ("I(-)", "K", 11.0), ("SIGI(-)", "M", 1.0)]
F_PAIRS = [("F(+)", "G", 10.0), ("SIGF(+)", "L", 1.0), ("F(-)", "G", 11.0), ("SIGF(-)", "L", 1.0)]
I_MEAN = [("IMEAN", "J", 10.0), ("SIGIMEAN", "Q", 1.0)]
F_MEAN = [("FP", "F", 3.0), ("SIGFP", "Q", 0.1)]


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (F_MEAN + F_PAIRS + I_MEAN + PAIRS, "IPAIR"),
        (F_MEAN + F_PAIRS + I_MEAN, "IMEAN"),
        (F_MEAN + F_PAIRS, "FPAIR"),
        (F_MEAN, "FMEAN"),
    ],
)
def test_the_most_informative_kind_is_taken(make_mtz: MakeMtz, path: Path, columns: list, kind: str) -> None:
    """IPAIR comes before IMEAN before FPAIR before FMEAN."""
    assert choose_observations(path, make_mtz(columns)).kind == kind


def test_kinds_that_serve_come_before_more_informative_ones(make_mtz: MakeMtz, path: Path) -> None:
    """If none serves, the one group is taken, for whoever needs another to say so; of several none."""
    amplitudes = [*F_MEAN, ("FD", "F", 3.0), ("SIGFD", "Q", 0.1)]

    assert choose_observations(path, make_mtz(I_MEAN + F_MEAN), kinds=("FMEAN",)).kind == "FMEAN"
    assert choose_observations(path, make_mtz(F_MEAN), kinds=("IPAIR", "IMEAN")).kind == "FMEAN"
    with pytest.raises(UnsuitableContent, match=r"it has no mean intensities, only FMEAN \[FP,SIGFP\], FMEAN \[FD,"):
        choose_observations(path, make_mtz(amplitudes), kinds=("IMEAN",))


def test_columns_given_come_before_the_rule(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz(F_MEAN + I_MEAN)

    assert choose_observations(path, mtz, "/*/*/[FP,SIGFP]").kind == "FMEAN"
    assert choose_observations(path, mtz, "FP").labels == ("FP", "SIGFP")


def test_several_groups_of_one_kind_are_refused_with_the_choices(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz([*F_MEAN, ("FD", "F", 3.0), ("SIGFD", "Q", 0.1)])

    with pytest.raises(UnsuitableContent, match=r"'data\.mtz:/\*/\*/\[FP,SIGFP\]' or 'data\.mtz:/\*/\*/\[FD,SIGFD\]'"):
        choose_observations(path, mtz)


def test_a_group_without_values_is_no_choice(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz([("IMEAN", "J", np.nan), ("SIGIMEAN", "Q", np.nan), *F_MEAN])

    assert choose_observations(path, mtz).kind == "FMEAN"
    with pytest.raises(UnsuitableContent, match=r"all values of IMEAN \[IMEAN,SIGIMEAN\] are missing"):
        choose_observations(path, mtz, "IMEAN,SIGIMEAN")


def test_pairs_in_another_order_are_found_by_name(make_mtz: MakeMtz) -> None:
    """Some programs write both intensities before both σ."""
    mtz = make_mtz([PAIRS[0], PAIRS[2], PAIRS[1], PAIRS[3]])

    assert [group.labels for group in find_observations(mtz)] == [("I(+)", "SIGI(+)", "I(-)", "SIGI(-)")]


def test_sigma_apart_from_its_value_is_found_by_name(make_mtz: MakeMtz) -> None:
    mtz = make_mtz([("FP", "F", 3.0), ("FREE", "I", 1.0), ("SIGFP", "Q", 0.1)])

    assert [str(group) for group in find_observations(mtz)] == ["FMEAN [FP,SIGFP]"]


def test_means_named_as_four_columns_are_a_pair(make_mtz: MakeMtz, path: Path) -> None:
    """FQFQ and JQJQ are accepted as pairs when all four are named."""
    mtz = make_mtz([("F1", "F", 3.0), ("SIGF1", "Q", 0.1), ("F2", "F", 3.0), ("SIGF2", "Q", 0.1)])

    assert choose_observations(path, mtz, "F1,SIGF1,F2,SIGF2").kind == "FPAIR"


def test_calculated_amplitudes_are_no_observations(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz([("FC", "F", 3.0), ("PHIC", "P", 30.0)])

    with pytest.raises(UnsuitableContent, match="it has only FC, PHIC"):
        choose_observations(path, mtz)
    assert choose_group(path, mtz, ("FPHI",), "map coefficients").labels == ("FC", "PHIC")


def test_an_unknown_column_gets_close_names(make_mtz: MakeMtz, path: Path) -> None:
    with pytest.raises(UnsuitableContent, match=r"no column FPP; did you mean FP"):
        choose_observations(path, make_mtz(F_MEAN), "FPP,SIGFP")


def test_columns_of_other_types_are_refused(make_mtz: MakeMtz, path: Path) -> None:
    with pytest.raises(UnsuitableContent, match="of types Q, F are not intensities"):
        choose_observations(path, make_mtz(F_MEAN), "SIGFP,FP")


@pytest.mark.parametrize(
    "label", ["FREE", "RFREE", "FREER", "FreeR_flag", "R-free-flags", "FreeRflag", "R_FREE_FLAGS", "TEST"]
)
def test_free_flags_are_known_by_name(make_mtz: MakeMtz, label: str) -> None:
    mtz = make_mtz([*F_MEAN, (label, "I", 1.0), ("MULTIPLICITY", "I", 3.0)])

    assert [group.labels for group in find_free_flags(mtz)] == [(label,)]


def test_flags_of_xdsconv_are_of_type_x(make_mtz: MakeMtz) -> None:
    assert [group.labels for group in find_free_flags(make_mtz([*F_MEAN, ("FreeRflag", "X", 1.0)]))] == [("FreeRflag",)]


def test_several_columns_of_flags_are_refused_with_the_choices(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz([("FREE", "I", 1.0), ("FreeR_flag", "I", 1.0)])

    with pytest.raises(UnsuitableContent, match=r"several free flags .*\[FREE\].*\[FreeR_flag\]"):
        choose_free_flags(path, mtz)
    assert choose_free_flags(path, mtz, "FREE").labels == ("FREE",)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ("IMEAN,SIGFP", "SIGFP is the σ of FP, not of IMEAN"),
        ("I(+),SIGI(-),I(-),SIGI(+)", r"SIGI\(-\) is the σ of I\(-\), not of I\(\+\)"),
        ("I(-),SIGI(-),I(+),SIGI(+)", r"I\(-\) is the Friedel mate of I\(\+\); write I\(\+\),SIGI\(\+\),I\(-\),"),
    ],
)
@pytest.mark.parametrize("choose", [choose_observations, choose_columns])
def test_values_and_sigmas_that_are_mixed_up_are_refused(
    make_mtz: MakeMtz, path: Path, choose: Callable[..., object], columns: str, sentence: str
) -> None:
    with pytest.raises(UnsuitableContent, match=sentence):
        choose(path, make_mtz(F_MEAN + I_MEAN + PAIRS), columns)


def two_datasets() -> gemmi.Mtz:
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = gemmi.SpaceGroup("P 1")
    mtz.set_cell_for_all(gemmi.UnitCell(10, 11, 12, 90, 90, 90))
    for name in ("native", "gold"):
        dataset = mtz.add_dataset(name)
        dataset.crystal_name = f"{name}_crystal"
        mtz.add_column(name.upper(), "F")
        mtz.add_column(f"s{name}", "Q")
    mtz.set_data(np.array([[1, 0, 0, 3, 0.1, 4, 0.2]], dtype=np.float32))
    return mtz


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (
            "NATIVE,sgold",
            "the columns NATIVE of native_crystal/native, sgold of gold_crystal/gold do not belong together",
        ),
        ("/gold_crystal/*/[NATIVE,snative]", r"column NATIVE is in /native_crystal/native, not in /gold_crystal/\*"),
        ("/*/nope/[NATIVE,snative]", r"column NATIVE is in /native_crystal/native, not in /\*/nope"),
    ],
)
def test_columns_of_another_dataset_are_refused(path: Path, columns: str, sentence: str) -> None:
    with pytest.raises(UnsuitableContent, match=sentence):
        choose_observations(path, two_datasets(), columns)


@pytest.mark.parametrize("place", ["", "/*/*/", "/native_crystal/*/", "/*/native/", "/native_crystal/native/"])
def test_columns_are_found_in_the_dataset_that_is_named(path: Path, place: str) -> None:
    assert choose_observations(path, two_datasets(), f"{place}[NATIVE,snative]").kind == "FMEAN"


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("F,SIGF", "F,SIGF"),
        ("/*/*/[F, SIGF]", "F,SIGF"),
        ("/_/_/[F,SIGF]", "F,SIGF"),
        ("/x/*/[F,SIGF]", "/x/*/[F,SIGF]"),
        (" /x/y/F ", "/x/y/[F]"),
        ("F/SIGF,Q", "F/SIGF,Q"),
    ],
)
def test_a_choice_is_written_as_it_is_read(text: str, again: str) -> None:
    assert str(parse_columns(text)) == again
    assert parse_columns(again) == parse_columns(text)


@pytest.mark.parametrize("text", ["", "F,", "/*/*/[]", ",SIGF"])
def test_a_choice_that_names_no_column_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="names no columns"):
        parse_columns(text)
