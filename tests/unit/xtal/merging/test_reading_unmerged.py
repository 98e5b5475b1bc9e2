"""Observations are read from every format that holds them, and what is none of them is refused with its place."""

from __future__ import annotations

import gzip
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import read_unmerged

from .observation_files import (
    CELL,
    GROUP,
    UNMERGED_XDS,
    XDS_ITEMS,
    Observed,
    cif_text,
    scalepack_header,
    scalepack_text,
    shelx_text,
    write_mtz,
    xds_rows,
    xds_text,
)


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def a_file(folder: Path, file_format: str, observed: Observed) -> Path:
    """The observations in a format, under a name that says nothing."""
    path = folder / "data.dat"
    if file_format == "mtz":
        return write_mtz(path, observed)
    texts = {
        "xds": lambda: xds_text(xds_rows(observed), first=UNMERGED_XDS),
        "sca": lambda: scalepack_text(observed),
        "shelx": lambda: shelx_text(observed),
        "sf-mmcif": lambda: cif_text(observed),
    }
    return written(path, texts[file_format]())


@pytest.mark.parametrize(
    ("file_format", "precision"), [("mtz", 1e-6), ("sf-mmcif", 1e-4), ("xds", 1e-4), ("sca", 0.1), ("shelx", 0.01)]
)
def test_indices_as_measured_values_and_batches_are_those_written(
    tmp_path: Path, observed: Observed, file_format: str, precision: float
) -> None:
    """The content decides what the format is; cell and symmetry come from outside where the file has none."""
    path = a_file(tmp_path, file_format, observed)

    data = read_unmerged(path, cell=CELL, space_group="P212121")

    assert data.file_format == file_format
    assert np.array_equal(data.hkl, observed.hkl)
    assert data.intensities == pytest.approx(observed.values, rel=1e-4, abs=precision)
    assert data.sigmas == pytest.approx(observed.sigmas, rel=1e-4, abs=precision)
    assert data.batch is not None
    assert np.array_equal(data.batch, observed.batches)
    assert (data.crystal.cell, data.crystal.space_group) == (CELL, "P 21 21 21")


@pytest.mark.parametrize(
    ("file_format", "scaled", "wavelength"),
    [
        ("mtz", True, 0.98),
        ("xds", True, 0.9795),
        ("sca", True, None),
        ("shelx", None, None),
        ("sf-mmcif", None, 0.9795),
    ],
)
def test_a_file_tells_its_wavelength_and_whether_it_is_scaled(
    tmp_path: Path, observed: Observed, file_format: str, scaled: bool | None, wavelength: float | None
) -> None:
    data = read_unmerged(a_file(tmp_path, file_format, observed), cell=CELL, space_group="P212121")

    assert data.scaled is scaled
    assert data.datasets[0].wavelength == (None if wavelength is None else pytest.approx(wavelength))


def test_a_wavelength_and_a_cell_given_take_the_place_of_those_in_the_file(tmp_path: Path, observed: Observed) -> None:
    path = a_file(tmp_path, "xds", observed)

    data = read_unmerged(path, cell=(30.1, 40.1, 50.1, 90.0, 90.0, 90.0), wavelength=1.5418)

    assert data.crystal.cell == (30.1, 40.1, 50.1, 90.0, 90.0, 90.0)
    assert data.datasets[0].wavelength == 1.5418


def test_a_space_group_given_is_used_only_where_the_file_tells_none(tmp_path: Path, observed: Observed) -> None:
    assert read_unmerged(a_file(tmp_path, "xds", observed), space_group="P 1").crystal.space_group == "P 21 21 21"
    cif = written(tmp_path / "a.cif", cif_text(observed, symmetry="?"))
    assert read_unmerged(cif, space_group="P 1 21 1").crystal.space_group == "P 1 21 1"


@pytest.mark.parametrize(
    ("file_format", "words"), [("sca", "no unit cell"), ("shelx", "no unit cell and no space group")]
)
def test_what_a_file_does_not_tell_must_be_given_beside_it(
    tmp_path: Path, observed: Observed, file_format: str, words: str
) -> None:
    path = a_file(tmp_path, file_format, observed)

    with pytest.raises(UnsuitableContent, match=f"it tells {words}.*; give it beside the file"):
        read_unmerged(path)


@pytest.mark.parametrize(
    "cell", [(30.0, 40.0, 50.0, 90.0, 90.0, 270.0), (0.0,) * 6, (9.0, 9.0, 9.0, 60.0, 60.0, 130.0)]
)
def test_a_cell_that_cannot_be_is_refused(tmp_path: Path, observed: Observed, cell: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInput, match="there is no cell"):
        read_unmerged(a_file(tmp_path, "shelx", observed), cell=cell, space_group="P 1")  # type: ignore[arg-type]


def test_gzipped_files_are_read(tmp_path: Path, observed: Observed) -> None:
    path = a_file(tmp_path, "xds", observed)
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(path.read_bytes()))

    assert len(read_unmerged(packed)) == len(observed)


# MTZ.


def test_data_sets_are_those_of_the_batches(tmp_path: Path, observed: Observed) -> None:
    """Columns of unmerged MTZ files belong to no data set; the headers of the batches say it."""
    path = write_mtz(
        tmp_path / "mad.mtz", observed, datasets={"peak": (0.9795, range(1, 11)), "remote": (0.95, range(11, 21))}
    )

    data = read_unmerged(path)
    remote = data.of_dataset(1)

    assert [(one.name, one.batches[0], one.batches[-1]) for one in data.datasets] == [
        ("peak", 1, 10),
        ("remote", 11, 20),
    ]
    assert len(remote) == int((observed.batches > 10).sum())
    assert remote.datasets[0].wavelength == pytest.approx(0.95)
    assert remote.batch is not None
    assert remote.batch.min() == 11


def test_partial_and_flagged_observations_are_left_out_and_counted(tmp_path: Path, observed: Observed) -> None:
    """M of M/ISYM is 1 for a part that was not summed; FLAG marks overloads and edges."""
    count = len(observed)
    flags, parts, sigmas = np.zeros(count), np.zeros(count), observed.sigmas.copy()
    flags[:5], parts[3:10], sigmas[20:22] = 1.0, 256.0, -1.0
    one = Observed(observed.hkl, observed.values, sigmas, observed.batches)
    path = write_mtz(tmp_path / "a.mtz", one, columns={"SCALEUSED": 1.0, "FLAG": flags}, isym=parts)

    data = read_unmerged(path)

    assert dict(data.left_out) == {"without a value or a positive σ": 2, "partial, not summed": 7, "flagged": 3}
    assert len(data) == count - 12


@pytest.mark.parametrize(
    ("columns", "history", "scaled"),
    [
        ({"SCALEUSED": 1.0}, (), True),
        ({"MPART": 0}, (), False),
        ({"ROT": 1.0}, ("From AIMLESS, version 0.7.8",), True),
        ({"ROT": 1.0}, ("From POINTLESS",), None),
    ],
)
def test_columns_and_history_tell_whether_an_mtz_is_scaled(
    tmp_path: Path, observed: Observed, columns: dict[str, float], history: tuple[str, ...], scaled: bool | None
) -> None:
    path = write_mtz(tmp_path / "a.mtz", observed, columns=columns, history=history)

    assert read_unmerged(path).scaled is scaled


def test_excluded_batches_are_gone_and_unknown_ones_refused(tmp_path: Path, observed: Observed) -> None:
    data = read_unmerged(write_mtz(tmp_path / "a.mtz", observed))

    left = data.without_batches([(1, 5), (7, 7)])

    assert left.batch is not None
    assert set(left.batch.tolist()) == set(range(1, 21)) - {1, 2, 3, 4, 5, 7}
    assert left.left_out["of excluded batches"] == len(data) - len(left)
    with pytest.raises(InvalidInput, match="it has no batch 30-40"):
        data.without_batches([(1, 2), (30, 40)])
    with pytest.raises(UnsuitableContent, match="no observations are left"):
        data.without_batches([(1, 20)])


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (3, 500.0, "reflection 4 has M/ISYM = 244, but there are 4 operators"),
        (3, np.nan, "reflection 4 has M/ISYM = nan"),
        (4, 1.5, "reflection 4 has BATCH = 1.5"),
        (0, 0.5, r"reflection 4 has indices \(0.5, "),
        (1, 3e9, r"reflection 4 has indices \("),
        (2, 300.0, "it has reflections to 0.17 Å, which no crystal gives"),
    ],
)
def test_numbers_that_cannot_be_are_refused_with_their_row(
    tmp_path: Path, observed: Observed, column: int, value: float, words: str
) -> None:
    path = write_mtz(tmp_path / "a.mtz", observed)
    mtz = gemmi.read_mtz_file(str(path))
    data = np.array(mtz.array)
    data[3, column] = value
    mtz.set_data(data)
    mtz.write_to_file(str(path))

    with pytest.raises(UnreadableFile, match=words):
        read_unmerged(path)


def test_observations_of_a_batch_without_header_are_refused_where_it_matters(
    tmp_path: Path, observed: Observed
) -> None:
    two = {"a": (1.0, range(1, 10)), "b": (1.1, range(10, 20))}

    with pytest.raises(UnreadableFile, match="observations of batch 20, which its header does not name"):
        read_unmerged(write_mtz(tmp_path / "a.mtz", observed, datasets=two))


# XDS.


def test_misfits_of_xds_are_left_out_and_counted(tmp_path: Path, observed: Observed) -> None:
    """XDS marks them by a negative σ."""
    sigmas = np.where(np.arange(len(observed)) % 7 == 0, -observed.sigmas, observed.sigmas)
    rows = xds_rows(Observed(observed.hkl, observed.values, sigmas, observed.batches))
    data = read_unmerged(written(tmp_path / "a", xds_text(rows, first=UNMERGED_XDS)))

    assert len(data) == int((sigmas > 0).sum())
    assert dict(data.left_out) == {"misfits of XDS (σ not positive)": int((sigmas < 0).sum())}


def test_images_of_later_files_of_xscale_begin_at_a_thousand(tmp_path: Path, observed: Observed) -> None:
    """ISET tells the files apart; image 3 of the second is batch 1003."""
    few = observed.only(slice(0, 4))
    rows = [row + iset for row, iset in zip(xds_rows(few), ("  1", "  2", "  1", "  2"), strict=True)]
    text = xds_text(rows, first=UNMERGED_XDS, items=(*XDS_ITEMS, "ISET"))
    data = read_unmerged(written(tmp_path / "a", text))

    assert data.batch is not None
    assert data.batch.tolist() == [few.batches[0], 1000 + few.batches[1], few.batches[2], 1000 + few.batches[3]]


def test_the_wavelength_of_xscale_is_that_of_its_first_input_file(tmp_path: Path, observed: Observed) -> None:
    """XSCALE writes it for each file, and none for all."""
    text = xds_text(xds_rows(observed), first=UNMERGED_XDS).replace("!X-RAY_WAVELENGTH=  0.979500\n", "")
    told = [f"! ISET=      {number} X-RAY_WAVELENGTH= {value}" for number, value in ((1, 0.9793), (2, 0.9))]
    lines = "\n".join(["! ISET=      1 INPUT_FILE=a.HKL", *told, "!END_OF_HEADER\n"])
    data = read_unmerged(written(tmp_path / "a", text.replace("!END_OF_HEADER\n", lines)))

    assert data.datasets[0].wavelength == pytest.approx(0.9793)


def test_integrated_data_of_xds_are_known_as_not_scaled(tmp_path: Path, observed: Observed) -> None:
    first = "!OUTPUT_FILE=INTEGRATE.HKL    DATE=12-Jan-2020"
    text = xds_text(xds_rows(observed), first=first, items=())
    data = read_unmerged(written(tmp_path / "INTEGRATE.HKL", text))

    assert (data.scaled, len(data)) == (False, len(observed))
    assert data.batch is not None
    assert np.array_equal(data.batch, observed.batches)


def test_a_file_of_xds_that_does_not_say_whether_it_is_merged_is_judged_by_its_rows(
    tmp_path: Path, observed: Observed
) -> None:
    """The least that XDS takes: five columns and nothing of the crystal."""
    rows = [" ".join(row.split()[:5]) for row in xds_rows(observed)]
    text = xds_text(rows, first="!FORMAT=XDS_ASCII", items=(), crystal=False)
    _, once = np.unique(np.abs(observed.hkl), axis=0, return_index=True)
    single = xds_text([rows[place] for place in once], first="!FORMAT=XDS_ASCII", items=(), crystal=False)

    assert len(read_unmerged(written(tmp_path / "a", text), cell=CELL, space_group="19")) == len(observed)
    with pytest.raises(UnsuitableContent, match=r"merged already: none of its \d+ is repeated"):
        read_unmerged(written(tmp_path / "b", single), cell=CELL, space_group="19")


# Scalepack and SHELX.


@pytest.mark.parametrize(
    "name", ["C 1 2 1", "I 2 2 2", "F 4 3 2", "R 3:H", "R 3 2:R", "P 31 2 1", "P 63 2 2", "I 41 2 2"]
)
def test_the_operators_of_scalepack_tell_the_space_group(tmp_path: Path, observed: Observed, name: str) -> None:
    """The centring is in the symbol alone, the setting of a rhombohedral lattice in the operators alone."""
    group = gemmi.SpaceGroup(name)
    text = scalepack_text(observed.only(slice(0, 9)), group)

    assert read_unmerged(written(tmp_path / "a", text), cell=CELL).crystal.space_group == group.xhm()


def test_values_of_scalepack_may_touch_or_be_too_large(tmp_path: Path) -> None:
    """Stars stand for what eight characters cannot hold; indices of -100 leave no blank."""
    lines = scalepack_header()
    lines += [
        "-100-101-102 100 101 102     7 1 0  1 12345.6-12345.6",
        "-100-101-102 100 101 102     8 1 0  1-12345.612345678",
        "   1   2   3   1   2   3     9 1 0  1********    10.0",
    ]
    data = read_unmerged(written(tmp_path / "a", "\n".join(lines)), cell=(300.0, 400.0, 500.0, 90.0, 90.0, 90.0))

    assert (data.hkl.tolist(), data.intensities.tolist(), data.sigmas.tolist()) == (
        [[-100, -101, -102]],
        [-12345.6],
        [12345678.0],
    )
    assert dict(data.left_out) == {"without a value or a positive σ": 2}


def test_numbers_without_a_point_are_hundredths_in_a_file_for_shelx(tmp_path: Path) -> None:
    """F8.2 of Fortran means 123456 as 1234.56; nothing behind the line of zeros is read."""
    text = "   1   2   3  123456     250   1\n  -1  -2   3  1200.0    2.50   1\n   0   0   0\nTITL what follows\n"
    data = read_unmerged(written(tmp_path / "a", text), cell=CELL, space_group="19")

    assert (data.intensities.tolist(), data.sigmas.tolist()) == ([1234.56, 1200.0], [2.5, 2.5])


def test_twins_of_shelx_and_raw_data_of_saint_are_told_from_plain_data(tmp_path: Path, observed: Observed) -> None:
    twin = shelx_text(observed).replace("   3\n", "  -3\n")
    raw = "".join(f"{line} {'0.12345 ' * 6} 0 123.4 567.8 9.1\n" for line in shelx_text(observed).splitlines()[:-1])

    with pytest.raises(UnsuitableContent, match="HKLF 5"):
        read_unmerged(written(tmp_path / "a", twin), cell=CELL, space_group="19")
    saint = read_unmerged(written(tmp_path / "b", raw), cell=CELL, space_group="19")
    assert (saint.file_format, saint.scaled, len(saint)) == ("saint", False, len(observed))


# mmCIF.


def test_measurements_of_one_wavelength_are_one_data_set_with_images_apart(tmp_path: Path, observed: Observed) -> None:
    """Two sweeps at one wavelength and one at another make two data sets."""
    few = observed.only(slice(0, 6))
    lines = cif_text(few).splitlines()
    rows = [f"{1 + place // 2}{line[1:]}" for place, line in enumerate(lines[-6:])]
    tables = [
        "loop_\n_diffrn.id\n_diffrn.crystal_id\n1 A\n2 A\n3 A",
        "loop_\n_diffrn_radiation.diffrn_id\n_diffrn_radiation.wavelength_id\n1 1\n2 1\n3 2",
        "loop_\n_diffrn_radiation_wavelength.id\n_diffrn_radiation_wavelength.wavelength\n1 0.9795\n2 0.9\n",
    ]
    head = [line for line in lines[:-6] if not line.startswith("_diffrn_radiation")]
    data = read_unmerged(written(tmp_path / "a", "\n".join([head[0], *tables, *head[1:], *rows])))

    assert [(one.crystal, one.wavelength) for one in data.datasets] == [("A", 0.9795), ("A", 0.9)]
    assert data.dataset.tolist() == [0, 0, 0, 0, 1, 1]
    assert data.batch is not None
    assert (data.batch - few.batches).tolist() == [0, 0, 1000, 1000, 2000, 2000]


def test_repeated_reflections_in_a_loop_of_merged_data_are_observations(tmp_path: Path, observed: Observed) -> None:
    """As they were deposited before there was a place for unmerged data."""
    text = cif_text(observed).replace("_diffrn_refln.", "_refln.").replace("intensity_net", "intensity_meas")
    data = read_unmerged(written(tmp_path / "a", text))

    assert (len(data), data.file_format) == (len(observed), "sf-mmcif")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1.0000 1\n", "1.0000 x\n", "row 1 of its reflections has 'x' as pdbx_image_id"),
        ("    1    1    1 ", " 1 1.5 1 ", "row 1 of its reflections has no whole numbers as indices"),
        ("100.0000", "much", "row 1 of its reflections has 'much' as intensity_net"),
        ("_diffrn_refln.intensity_net", "_diffrn_refln.other", "no intensities with σ, only "),
    ],
)
def test_what_is_wrong_in_mmcif_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    one = Observed(np.array([[1, 1, 1]] * 2), np.array([100.0, 90.0]), np.ones(2), np.array([1, 2]))

    with pytest.raises(InvalidInput, match=words):
        read_unmerged(written(tmp_path / "a", cif_text(one).replace(old, new, 1)))


# What is broken.


def nth_line(text: str, number: int, change: tuple[str, str]) -> str:
    lines = text.splitlines()
    lines[number - 1] = lines[number - 1].replace(*change, 1)
    return "\n".join(lines) + "\n"


ONE = Observed(
    np.array([[1, 2, 3], [-1, -2, 3], [1, 2, -3]]), np.array([111.1, 122.2, 133.3]), np.full(3, 4.5), np.arange(1, 4)
)
XDS = xds_text(xds_rows(ONE), first=UNMERGED_XDS)
SCA, SHELX = scalepack_text(ONE), shelx_text(ONE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (nth_line(XDS, 21, ("1.2220E+02", "twelve")), "line 21 .* is not made of numbers"),
        (nth_line(XDS, 21, ("1.2220E+02", "nan")), "line 21 .* is not made of numbers"),
        (nth_line(XDS, 21, ("1.2220E+02", "1e99")), "line 21 .* has something that is no number, or none that can be"),
        (nth_line(XDS, 21, ("-1    -2", "-1    -2.5")), "line 21 .* has indices that cannot be"),
        (nth_line(XDS, 21, ("-1    -2", "9999999 -2")), "line 21 .* has indices that cannot be"),
        (nth_line(XDS, 22, (" 2.6 0.01000 100  50   1.23", "")), "line 22 .* has 7 numbers and not 8"),
        (nth_line(XDS, 22, ("2.6", "9e9")), "line 22 .* has no number of an image"),
        (XDS.replace("!END_OF_DATA", ""), "its data have no end"),
        (XDS.replace("!END_OF_HEADER", "!"), "its header has no end"),
        (XDS.replace("!ITEM_IOBS=4", "!ITEM_IOBS=5"), "gives columns places that they cannot have"),
        (XDS.replace("!ITEM_IOBS=4\n", ""), "names no column IOBS"),
        (XDS.replace("   30.000", "   thirty"), "its cell .* is not made of numbers"),
        (XDS.replace("   30.000", "  -30.000"), "there is no cell"),
        (nth_line(SCA, 11, ("122.2", "12x.2")), "line 11 .* is not made of numbers"),
        (nth_line(SCA, 11, ("122.2", "12-.2")), "line 11 .* has no number as intensity"),
        (nth_line(SCA, 11, ("-2", " +")), "line 11 .* has no whole number as index"),
        (nth_line(SCA, 11, ("122.2", "122.2   9")), "line 11 .* is longer than 53 characters"),
        (nth_line(SCA, 3, ("0", "half")), "line 3 .* is not the translation of an operator"),
        (nth_line(SCA, 4, ("-1  0", " 0  1")), "its operators of symmetry make no space group"),
        (nth_line(SCA, 4, ("1", "x")), "line 4 .* is not the rotation of an operator"),
        ("\n".join(SCA.splitlines()[:6]), "ends before the last of 4 operators"),
        (nth_line(SHELX, 2, ("122.20", "122,20")), "line 2 .* is not made of numbers"),
        (nth_line(SHELX, 2, ("122.20", "1.2.20")), "line 2 .* has no number as intensity"),
        (nth_line(SHELX, 2, ("  -1", " 1-1")), "line 2 .* has no whole number as index"),
        ("\n".join([*SHELX.splitlines()[:2], "", SHELX.splitlines()[2]]), "line 3 is empty"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_unmerged(written(tmp_path / "a", text), cell=CELL, space_group="19")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (xds_text([], first=UNMERGED_XDS), "no observation"),
        ("\n".join(scalepack_header()), "no observation"),
        (shelx_text(Observed(np.zeros((0, 3), int), np.zeros(0), np.zeros(0), np.zeros(0, int))), "no observation"),
        (xds_text(["0 0 0 1 1 1 1 1 1 1 1 1"] * 2, first=UNMERGED_XDS), "but of the reflection 0 0 0"),
        ("to whom it may concern\n", "this is no file of reflections but text of another kind than MTZ, mmCIF, XDS"),
        (XDS.replace("MERGE=FALSE", "MERGE=TRUE"), "merged already"),
    ],
)
def test_files_without_observations_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UnsuitableContent, match=words):
        read_unmerged(written(tmp_path / "a", text), cell=CELL, space_group="19")


def test_merged_mtz_is_refused(tmp_path: Path) -> None:
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = GROUP
    mtz.set_cell_for_all(gemmi.UnitCell(*CELL))
    mtz.add_dataset("made")
    mtz.add_column("I", "J")
    mtz.add_column("SIGI", "Q")
    mtz.set_data(np.array([[1, 2, 3, 10.0, 1.0]], dtype=np.float32))
    mtz.write_to_file(str(tmp_path / "a.mtz"))

    with pytest.raises(UnsuitableContent, match="merged already"):
        read_unmerged(tmp_path / "a.mtz")
