"""Splitting files into typed files by groups of columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import UnsuitableContent
from xtalflow.xtal import (
    CFreeRDataFile,
    CMapCoeffsDataFile,
    CObsDataFile,
    CPhsDataFile,
    Split,
    choose_columns,
    group_all_columns,
    read_reflections,
    split_columns,
    split_file,
)

MakeMtz = Callable[..., gemmi.Mtz]
Columns = list[tuple[str, str, object]]
NAN = float("nan")


def columns(text: str) -> Columns:
    """Columns of a text such as ``FP:F SIGFP:Q``, each with a value of its own."""
    named = [word.rpartition(":") for word in text.split()]
    return [(label, letter, float(number % 7)) for number, (label, _, letter) in enumerate(named, 1)]


def groups(make_mtz: MakeMtz, text: str) -> list[str]:
    return [str(group) for group in group_all_columns(make_mtz(columns(text))).groups]


def left_out(make_mtz: MakeMtz, text: str) -> list[str]:
    return [str(one) for one in group_all_columns(make_mtz(columns(text))).left_out]


def split(folder: Path, mtz: gemmi.Mtz, *chosen: str) -> Split:
    mtz.write_to_file(str(folder / "in.mtz"))
    (folder / "out").mkdir(exist_ok=True)
    return split_file(folder / "in.mtz", folder / "out", chosen)


def flags(count: int) -> np.ndarray:
    return np.arange(count) % 20


# Groups.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "IMEAN:J SIGIMEAN:Q I(+):K SIGI(+):M I(-):K SIGI(-):M",
            ["IMEAN [IMEAN,SIGIMEAN]", "IPAIR [I(+),SIGI(+),I(-),SIGI(-)]"],
        ),
        ("F(+):G F(-):G SIGF(+):L SIGF(-):L", ["FPAIR [F(+),SIGF(+),F(-),SIGF(-)]"]),
        (
            "HLA:A HLB:A HLC:A HLD:A HLanomA:A HLanomB:A HLanomC:A HLanomD:A",
            ["HL [HLA,HLB,HLC,HLD]", "HL [HLanomA,HLanomB,HLanomC,HLanomD]"],
        ),
        ("FP:F SIGFP:Q PHIB:P FOM:W", ["FMEAN [FP,SIGFP]", "PHIFOM [PHIB,FOM]"]),
        ("FWT:F PHWT:P DELFWT:F PHDELWT:P", ["FPHI [FWT,PHWT]", "FPHI [DELFWT,PHDELWT]"]),
        ("FP:F SIGFP:Q FREE:I F:F PHI:P", ["FMEAN [FP,SIGFP]", "FREER [FREE]", "FPHI [F,PHI]"]),
    ],
)
def test_neighbours_of_types_make_groups(make_mtz: MakeMtz, text: str, found: list[str]) -> None:
    assert groups(make_mtz, text) == found
    assert left_out(make_mtz, text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("F(+):F SIGF(+):Q F(-):F SIGF(-):Q", "FPAIR"),
        ("Fplus:F SIGFplus:Q Fminus:F SIGFminus:Q", "FPAIR"),
        ("IPLUS:J SIGIPLUS:Q IMINUS:J SIGIMINUS:Q", "IPAIR"),
        ("I+:J SIGI+:Q I-:J SIGI-:Q", "IPAIR"),
        ("I(+):J I(-):J SIGI(+):Q SIGI(-):Q", "IPAIR"),
        ("F(+):G F(-):G SIGF(+):L SIGF(-):L", "FPAIR"),
    ],
)
def test_means_whose_labels_are_of_mates_are_pairs(make_mtz: MakeMtz, text: str, kind: str) -> None:
    grouping = group_all_columns(make_mtz(columns(text)))

    assert [group.kind for group in grouping.groups] == [kind]
    assert grouping.remarks == ()


def test_labels_come_before_neighbourhood(make_mtz: MakeMtz) -> None:
    """Both amplitudes before both σ."""
    assert groups(make_mtz, "F1:F F2:F SIGF1:Q SIGF2:Q") == ["FMEAN [F1,SIGF1]", "FMEAN [F2,SIGF2]"]


def test_means_whose_labels_are_of_no_mates_stay_means_with_a_remark(make_mtz: MakeMtz) -> None:
    mtz = make_mtz(columns("FNAT:F SIGFNAT:Q FDER:F SIGFDER:Q"))

    grouping = group_all_columns(mtz)

    assert [str(group) for group in grouping.groups] == ["FMEAN [FNAT,SIGFNAT]", "FMEAN [FDER,SIGFDER]"]
    assert "taken as two means" in grouping.remarks[0]
    assert choose_columns(Path("x"), mtz, "FNAT,SIGFNAT,FDER,SIGFDER").kind == "FPAIR"


def test_a_phase_with_amplitude_and_merit_is_in_two_groups(make_mtz: MakeMtz) -> None:
    """Calculated structure factors of a deposited file."""
    grouping = group_all_columns(make_mtz(columns("FP:F SIGFP:Q FC:F PHIC:P FOM:W")))

    assert [str(group) for group in grouping.groups] == ["FMEAN [FP,SIGFP]", "FPHI [FC,PHIC]", "PHIFOM [PHIC,FOM]"]
    assert grouping.remarks == ("FPHI [FC,PHIC] and PHIFOM [PHIC,FOM] share PHIC; each makes a file.",)
    assert grouping.left_out == ()


def test_the_merit_behind_a_difference_map_is_not_that_of_its_phase(make_mtz: MakeMtz) -> None:
    """Refmac's FOM follows PHDELWT."""
    text = "FP:F SIGFP:Q FC_ALL:F PHIC_ALL:P FWT:F PHWT:P DELFWT:F PHDELWT:P FOM:W"

    assert groups(make_mtz, text) == [
        "FMEAN [FP,SIGFP]",
        "FPHI [FC_ALL,PHIC_ALL]",
        "FPHI [FWT,PHWT]",
        "FPHI [DELFWT,PHDELWT]",
    ]
    assert left_out(make_mtz, text) == ["FOM: a figure of merit without its phase before it"]


def test_an_amplitude_with_sigma_and_phase_is_observation_and_map(make_mtz: MakeMtz) -> None:
    """FQP."""
    assert groups(make_mtz, "F:F SIGF:Q PHI:P") == ["FMEAN [F,SIGF]", "FPHI [F,PHI]"]
    assert choose_columns(Path("x"), make_mtz(columns("F:F SIGF:Q PHI:P")), "F,SIGF,PHI").labels == ("F", "PHI")


def test_columns_in_no_group_are_told_with_the_reason(make_mtz: MakeMtz) -> None:
    text = "DANO:D SIGDANO:Q E:E N:I ISYM:Y HLA:A HLB:A FC:F X:R PHI:P Z:T"

    told = dict(one.split(": ", 1) for one in left_out(make_mtz, text))

    assert groups(make_mtz, text) == []
    assert set(told) == {"DANO", "SIGDANO", "E", "N", "ISYM", "HLA", "HLB", "FC", "X", "PHI", "Z"}
    assert told["DANO"] == "an anomalous difference, for which there is no kind of file"
    assert told["SIGDANO"] == "a σ without its value"
    assert told["Z"] == "a column of the type T, which is not known"


def test_groups_with_a_label_that_occurs_twice_are_left_out(make_mtz: MakeMtz) -> None:
    mtz = make_mtz(columns("F:F SIGF:Q X:F SIGX:Q I:J SIGI:Q"))
    mtz.columns[5].label = "F"

    grouping = group_all_columns(mtz)

    assert [str(group) for group in grouping.groups] == ["IMEAN [I,SIGI]"]
    assert [str(one) for one in grouping.left_out] == [
        "F: the label of several columns",
        "SIGF: one of F, SIGF, of which several columns have the same label",
        "SIGX: a σ without its value",
    ]


def test_columns_that_are_no_group_cannot_be_chosen(make_mtz: MakeMtz, path: Path) -> None:
    mtz = make_mtz(columns("F:F SIGF:Q PHI:P"))

    with pytest.raises(UnsuitableContent, match="SIGF, F of types Q, F are no group"):
        choose_columns(path, mtz, "SIGF,F")
    with pytest.raises(UnsuitableContent, match="no column SIGFF; did you mean SIGF"):
        choose_columns(path, mtz, "F,SIGFF")
    with pytest.raises(UnsuitableContent, match="are no group"):
        choose_columns(path, mtz, "F,SIGF,F,SIGF")


# Files.


def test_each_group_becomes_a_file_of_its_kind(tmp_path: Path, make_mtz: MakeMtz) -> None:
    mtz = make_mtz(
        [*columns("I:J SIGI:Q HLA:A HLB:A HLC:A HLD:A DELFWT:F PHDELWT:P FAN:F PHAN:P"), ("FREE", "I", flags)]
    )
    mtz.datasets[-1].dataset_name = "peak"

    made = split(tmp_path, mtz).files

    assert [(type(one.file), one.file.contentFlag.value, one.file.subType.value) for one in made] == [
        (CObsDataFile, 3, 1),
        (CPhsDataFile, 1, None),
        (CMapCoeffsDataFile, 1, 2),
        (CMapCoeffsDataFile, 1, 3),
        (CFreeRDataFile, 1, None),
    ]
    names = ["peak_I.mtz", "peak_HLA.mtz", "peak_DELFWT.mtz", "peak_FAN.mtz", "peak_FREE.mtz"]
    assert [Path(str(one.file)).name for one in made] == names
    labels = [read_reflections(Path(str(one.file))).column_labels()[3:] for one in made]
    assert labels == [["I", "SIGI"], ["HLA", "HLB", "HLC", "HLD"], ["F", "PHI"], ["F", "PHI"], ["FREER"]]
    for one in made:
        one.file.examine()
        assert one.file.contentFlag.value == one.group.content


def test_each_dataset_keeps_its_names_its_cell_and_its_wavelength(tmp_path: Path, make_mtz: MakeMtz) -> None:
    mtz = make_mtz(columns("FA:F SIGFA:Q FB:F SIGFB:Q"), wavelength=0.9)
    second = mtz.add_dataset("deriv")
    second.project_name, second.crystal_name = "lysozyme", "gold"
    second.wavelength, second.cell = 1.04, gemmi.UnitCell(30.5, 40.4, 50.8, 90, 90, 90)
    for column in list(mtz.columns)[5:]:
        column.dataset_id = 2
    mtz.history = ["From CAD"]

    first, other = split(tmp_path, mtz).files

    read = read_reflections(Path(str(other.file)))
    assert read.cell.parameters == pytest.approx((30.5, 40.4, 50.8, 90, 90, 90))
    assert read.datasets[-1].cell.parameters == pytest.approx((30.5, 40.4, 50.8, 90, 90, 90))
    assert read.datasets[-1].wavelength == pytest.approx(1.04)
    assert other.dataset == "lysozyme/gold/deriv"
    assert read.history == ["xtalflow: FB, SIGFB of in.mtz", "From CAD"]
    assert read_reflections(Path(str(first.file))).cell.parameters == pytest.approx((30.3, 40.1, 50.7, 90, 90, 90))


def test_no_reflection_with_a_value_is_dropped(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """Systematic absences stay, and values without σ; rows without any value do not."""
    hkl = [[1, 1, 1], [1, 0, 0], [1, 1, 2], [1, 1, 3], [-1, -1, -4]]
    data = [("F", "F", [1.0, 2.0, NAN, 4.0, 5.0]), ("SIGF", "Q", [1.0, 1.0, NAN, NAN, 1.0]), ("FREE", "I", flags)]

    observed, free = split(tmp_path, make_mtz(data, hkl=hkl)).files

    read = read_reflections(Path(str(observed.file)))
    assert read.make_miller_array().tolist() == [[1, 0, 0], [1, 1, 1], [1, 1, 3], [1, 1, 4]]
    assert read.column_with_label("F").array.tolist() == [2.0, 1.0, 4.0, 5.0]
    assert (observed.reflections, observed.without) == (4, 1)
    assert (free.reflections, free.without) == (5, 0)


def test_phases_turn_with_the_index_that_moves_to_the_asymmetric_unit(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """In P 21 21 21 φ(-h k -l) = φ(h k l) + 180°(h + k), as the operator -x, y+1/2, -z+1/2 … gives it."""
    group = gemmi.SpaceGroup("P 21 21 21")
    atom = np.array([0.11, 0.23, 0.37])
    hkl = np.array([[-1, 2, -3], [2, -3, -5], [-1, -2, 4]])

    def phase(indices: np.ndarray) -> np.ndarray:
        images = [np.array(op.apply_to_xyz(list(atom))) for op in group.operations()]
        return np.degrees(np.angle(sum(np.exp(2j * np.pi * (indices @ image)) for image in images)))

    made = split(tmp_path, make_mtz([("F", "F", 1.0), ("PHI", "P", phase(hkl))], hkl=hkl)).files[0]

    read = read_reflections(Path(str(made.file)))
    indices = read.make_miller_array()
    assert (indices > 0).all()
    off = read.column_with_label("PHI").array - phase(indices)
    assert np.abs((off + 180.0) % 360.0 - 180.0).max() < 1e-3


def test_files_of_like_named_columns_do_not_replace_each_other(tmp_path: Path, make_mtz: MakeMtz) -> None:
    made = split(
        tmp_path, make_mtz(columns("F-obs:F SIGF-obs:Q f-OBS:F SIGf-OBS:Q F/o:F SIGF/o:Q f_O:F SIGf_O:Q"))
    ).files

    assert len({str(one.file).lower() for one in made}) == 4


def test_only_the_groups_named_are_taken(tmp_path: Path, make_mtz: MakeMtz) -> None:
    mtz = make_mtz(columns("F1:F SIGF1:Q F2:F SIGF2:Q I:J SIGI:Q"))

    made = split(tmp_path, mtz, "/*/*/[F1,SIGF1,F2,SIGF2]")

    assert [str(one.group) for one in made.files] == ["FPAIR [F1,SIGF1,F2,SIGF2]"]
    read = read_reflections(Path(str(made.files[0].file)))
    assert [(column.label, column.type) for column in read.columns][3:] == [
        ("Fplus", "G"),
        ("SIGFplus", "L"),
        ("Fminus", "G"),
        ("SIGFminus", "L"),
    ]


def test_groups_that_make_no_file_are_left_out_with_the_reason(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """Empty columns, a constant called a free flag, values without any σ."""
    data = [("I", "J", 1.0), ("SIGI", "Q", 1.0), ("FX", "F", NAN), ("SIGFX", "Q", NAN), ("FREE", "I", 1.0)]
    data += [("FY", "F", 1.0), ("SIGFY", "Q", NAN)]

    made = split(tmp_path, make_mtz(data))

    assert [str(one.group) for one in made.files] == ["IMEAN [I,SIGI]"]
    assert {one.labels: one.reason for one in made.left_out} == {
        ("FX", "SIGFX"): "all values of FMEAN [FX,SIGFX] are missing",
        ("FREE",): "FREE does not appear to be test flags: all its values are 1",
        ("FY", "SIGFY"): "all values of FMEAN [FY,SIGFY] are missing",
    }
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["native_I.mtz"]


def test_a_file_of_which_nothing_can_be_made_is_refused(tmp_path: Path, make_mtz: MakeMtz) -> None:
    with pytest.raises(UnsuitableContent, match="no typed file can be made of it: X: a number of no particular kind"):
        split(tmp_path, make_mtz(columns("X:R")))
    with pytest.raises(UnsuitableContent, match="it has only the indices H, K and L"):
        split(tmp_path, make_mtz([]))


def test_what_is_known_of_the_free_value_goes_with_the_flags(tmp_path: Path, make_mtz: MakeMtz) -> None:
    mtz = make_mtz([("R-free", "I", flags)])
    mtz.history = ["xtalflow: free reflections have R-free = 7"]

    made = split(tmp_path, mtz).files[0]

    assert "xtalflow: free reflections have FREER = 7" in read_reflections(Path(str(made.file))).history


# Outputs of programs.


def test_columns_of_a_program_become_outputs(tmp_path: Path, make_mtz: MakeMtz) -> None:
    amplitude = np.where(np.arange(613) < 5, NAN, 3.0)
    mtz = make_mtz(
        [("FWT", "F", amplitude), ("PHWT", "P", 30.0), ("X", "R", 1.0), ("DELFWT", "F", 2.0), ("PHD", "P", 3.0)]
    )
    mtz.write_to_file(str(tmp_path / "hklout.mtz"))
    normal, difference = CMapCoeffsDataFile(), CMapCoeffsDataFile()
    normal.set(tmp_path / "normal.mtz")
    difference.set(tmp_path / "difference.mtz")

    written = split_columns(tmp_path / "hklout.mtz", {"FWT,PHWT": normal, "DELFWT,PHD": difference})

    assert written == {"FWT,PHWT": 613, "DELFWT,PHD": 613}
    read = read_reflections(tmp_path / "difference.mtz")
    assert [(column.label, column.type) for column in read.columns][3:] == [("F", "F"), ("PHI", "P")]
    assert (read.array[:, 3:] == [2.0, 3.0]).all()
    assert (normal.contentFlag.value, difference.contentFlag.value) == (1, 1)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("FWT,PHX", "no column PHX"),
        ("FX,PHWT", "all values of FPHI .* are missing"),
        ("FP,SIGFP", "mean amplitudes, which CMapCoeffsDataFile cannot take"),
    ],
)
def test_columns_that_cannot_be_an_output_are_named(tmp_path: Path, make_mtz: MakeMtz, names: str, words: str) -> None:
    mtz = make_mtz([("FWT", "F", 1.0), ("PHWT", "P", NAN), ("FX", "F", NAN), ("FP", "F", 1.0), ("SIGFP", "Q", 1.0)])
    mtz.write_to_file(str(tmp_path / "hklout.mtz"))
    output = CMapCoeffsDataFile()
    output.set(tmp_path / "normal.mtz")

    with pytest.raises(UnsuitableContent, match=words):
        split_columns(tmp_path / "hklout.mtz", {names: output})
    assert not (tmp_path / "normal.mtz").exists()
