"""Merged reflections of text formats, and Friedel mates in rows of their own."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import (
    CObsDataFile,
    analyse_free_flags,
    choose_observations,
    find_free_flags,
    read_reflections,
    reflection_format,
)

from .observation_files import (
    CELL,
    CIF_HEAD,
    UNMERGED_XDS,
    Observed,
    scalepack_text,
    shelx_text,
    write_mtz,
    xds_rows,
    xds_text,
)

SCALEPACK = "    1\n -987\n    30.000    40.000    50.000    90.000    90.000    90.000 p212121\n"
PAIRS = {
    (1, 2, 3): (100.5, 2.5, 90.5, 3.5),
    (1, 2, 4): (200.0, 4.0, None, None),
    (1, 3, 2): (None, None, 55.5, 1.5),
    (0, 2, 3): (70.0, 7.0, None, None),
}
"""I(+), σ, I(-), σ; the last is centric."""


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def values_of(mtz: gemmi.Mtz) -> dict[tuple[int, int, int], tuple[float | None, ...]]:
    """Values by indices, None where they are missing."""
    rows = {}
    for row in mtz.array.tolist():
        h, k, l = (int(index) for index in row[:3])  # noqa: E741
        rows[h, k, l] = tuple(None if value != value else pytest.approx(value) for value in row[3:])
    return rows


def test_means_of_scalepack_are_read(tmp_path: Path) -> None:
    """Seven fields of which three are indices, two I and σ, two blank; indices and values may touch."""
    text = SCALEPACK + "   1   2   3   100.5     2.5\n   0   2   4-12345.612345678\n   1   2   5********     1.0\n"
    path = written(tmp_path / "data.mtz", text)
    mtz = read_reflections(path, wavelength=0.9)

    assert reflection_format(path) == "sca"
    assert choose_observations(path, mtz).kind == "IMEAN"
    assert values_of(mtz) == {(1, 2, 3): (100.5, 2.5), (0, 2, 4): (-12345.6, 12345678.0)}
    assert (mtz.cell.parameters, mtz.spacegroup.xhm()) == (CELL, "P 21 21 21")
    assert mtz.datasets[-1].wavelength == pytest.approx(0.9)


@pytest.mark.parametrize("missing", ["", "     0.0    -1.0"])
def test_pairs_of_scalepack_are_read(tmp_path: Path, missing: str) -> None:
    """A mate that was not measured is blank, or has σ = -1."""
    lines = []
    for hkl, (plus, plus_sigma, minus, minus_sigma) in PAIRS.items():
        first = f"{plus:8.1f}{plus_sigma:8.1f}" if plus is not None else missing or " " * 16
        second = f"{minus:8.1f}{minus_sigma:8.1f}" if minus is not None else missing
        lines.append("".join(f"{index:4d}" for index in hkl) + first + second)
    path = written(tmp_path / "data.sca", SCALEPACK + "\n".join(lines) + "\n")
    mtz = read_reflections(path)

    assert choose_observations(path, mtz).kind == "IPAIR"
    assert values_of(mtz) == PAIRS


def test_a_centric_reflection_written_twice_counts_once(tmp_path: Path) -> None:
    """Programs that come from MTZ write I(-) = I(+) for it."""
    text = SCALEPACK + "   1   2   3   100.5     2.5    90.5     3.5\n   0   2   3    70.0     7.0    70.0     7.0\n"

    found = values_of(read_reflections(written(tmp_path / "a", text)))

    assert found == {(1, 2, 3): PAIRS[1, 2, 3], (0, 2, 3): PAIRS[0, 2, 3]}


def test_merged_files_of_xds_are_read(tmp_path: Path) -> None:
    """With FRIEDEL'S_LAW=FALSE mates are rows of their own; the indices are those of any asymmetric unit."""
    items = ("H", "K", "L", "IOBS", "SIGMA(IOBS)")
    rows = ["-1 -2 3 100.5 2.5", "1 2 -3 90.5 3.5", "1 2 4 200 4", "-1 -3 -2 55.5 1.5", "0 -2 3 70 7", "2 2 2 9 -1"]
    pairs = written(
        tmp_path / "p", xds_text(rows, first=UNMERGED_XDS.replace("MERGE=FALSE", "MERGE=TRUE"), items=items)
    )
    means = xds_text(rows[:1], first="!FORMAT=XDS_ASCII    MERGE=TRUE    FRIEDEL'S_LAW=TRUE", items=items)

    mtz = read_reflections(pairs)
    assert values_of(mtz) == PAIRS
    assert mtz.datasets[-1].wavelength == pytest.approx(0.9795)
    assert values_of(read_reflections(written(tmp_path / "m", means))) == {(1, 2, 3): (100.5, 2.5)}


def test_files_for_shelx_are_read_with_a_crystal_from_outside(tmp_path: Path) -> None:
    """They are means or pairs by what is in them."""
    means = "   1   2   3  100.50    2.50\n   0   2   3   70.00    7.00\n   0   0   0    0.00    0.00\n"
    pairs = "   1   2   3  100.50    2.50\n  -1  -2  -3   90.50    3.50\n"

    with pytest.raises(UnsuitableContent, match="it tells no unit cell and no space group"):
        read_reflections(written(tmp_path / "m", means))
    found = read_reflections(tmp_path / "m", cell=CELL, space_group="P 21 21 21")
    assert values_of(found) == {(1, 2, 3): (100.5, 2.5), (0, 2, 3): (70.0, 7.0)}
    found = read_reflections(written(tmp_path / "p", pairs), cell=CELL, space_group="P 21 21 21")
    assert values_of(found) == {(1, 2, 3): PAIRS[1, 2, 3]}


def test_a_merged_text_file_is_what_a_task_takes_as_observations(tmp_path: Path) -> None:
    file = CObsDataFile()
    file.set(written(tmp_path / "data.sca", SCALEPACK + "   1   2   3   100.5     2.5\n   1   2   4   100.5     2.5\n"))

    facts = file.examine().facts

    assert (file.contentFlag.value, facts["format"], facts["reflections"], facts["merged"]) == (3, "sca", 2, True)


def test_digests_do_not_depend_on_the_format(tmp_path: Path) -> None:
    """The same means as Scalepack and for the same crystal as MTZ have one fingerprint."""
    sca, mtz = CObsDataFile(), CObsDataFile()
    sca.set(written(tmp_path / "a.sca", SCALEPACK + "   1   2   3   100.5     2.5\n   1   2   4   100.5     2.5\n"))
    read_reflections(tmp_path / "a.sca").write_to_file(str(tmp_path / "a.mtz"))
    mtz.set(tmp_path / "a.mtz")

    assert sca.examine().digests == mtz.examine().digests


@pytest.mark.parametrize("text", ["sca", "xds", "shelx"])
def test_unmerged_text_files_name_the_task_that_merges(tmp_path: Path, observed: Observed, text: str) -> None:
    texts = {
        "sca": scalepack_text(observed),
        "xds": xds_text(xds_rows(observed), first=UNMERGED_XDS),
        "shelx": shelx_text(observed),
    }
    path = written(tmp_path / "a", texts[text])

    with pytest.raises(UnsuitableContent, match="merge them first with the task merge_unmerged"):
        read_reflections(path, cell=CELL, space_group="P 21 21 21")


def test_unmerged_mtz_names_the_task_that_merges(tmp_path: Path, observed: Observed) -> None:
    path = write_mtz(tmp_path / "a.mtz", observed)

    with pytest.raises(
        UnsuitableContent, match=r"unmerged \(20 batches\); merge them first with the task merge_unmerged"
    ):
        choose_observations(path, read_reflections(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SCALEPACK + "   1   2   3   100.5\n", "positive σ"),
        (SCALEPACK, "no reflections"),
        (SCALEPACK + "   1   2   3   1o0.5     2.5\n", "line 4 .* is not made of numbers"),
        (SCALEPACK + "   1   2   3   100.5     2.5\n\n   1   2   4  1\n", "line 5 .* has no whole number as index"),
        (SCALEPACK.replace("30.000", "xx.000"), "its cell .* is not made of numbers"),
        (SCALEPACK[:20], "line 3, which should give the cell|its cell"),
        (SCALEPACK.replace("p212121", "p717171") + "   1   2   3   100.5     2.5\n", "no space group that is known"),
        (
            SCALEPACK + "   1   2   3   100.5     2.5\n  -1  -2   3   101.5     2.5\n",
            "1 of its 2 reflections are equivalent",
        ),
    ],
)
def test_broken_and_empty_merged_files_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_reflections(written(tmp_path / "a", text))


def test_means_that_hold_mates_apart_are_refused(tmp_path: Path) -> None:
    items = ("H", "K", "L", "IOBS", "SIGMA(IOBS)")
    text = xds_text(["1 2 3 1 1", "-1 -2 -3 1 1"], first="!FORMAT=XDS_ASCII MERGE=TRUE FRIEDEL'S_LAW=TRUE", items=items)

    with pytest.raises(UnsuitableContent, match="though it says that they were merged"):
        read_reflections(written(tmp_path / "a", text))


# Friedel mates in rows of their own, in mmCIF.

OLD_TAGS = ("index_h", "index_k", "index_l", "status", "F_meas_au", "F_meas_sigma_au")


def old_cif(path: Path, rows: str, tags: tuple[str, ...] = OLD_TAGS) -> Path:
    head = f"data_r1oldsf\n{CIF_HEAD}_symmetry.space_group_name_H-M 'P 21 21 21'\nloop_\n"
    return written(path, head + "".join(f"_refln.{tag}\n" for tag in tags) + rows)


def test_mates_in_rows_of_their_own_become_pairs(tmp_path: Path) -> None:
    """As files were deposited before there were columns for pairs; flags and single mates are kept."""
    rows = "1 2 3 o 10 1\n-1 -2 -3 o 11 2\n1 2 4 f 12 1\n-1 2 5 o 13 1\n0 2 3 o 14 1\n"
    path = old_cif(tmp_path / "old.cif", rows)
    mtz = read_reflections(path)
    group = choose_observations(path, mtz)
    found = {
        tuple(hkl): [mtz.column_with_label(name).array[row] for name in group.labels]
        for row, hkl in enumerate(mtz.make_miller_array().tolist())
    }

    assert group.kind == "FPAIR"
    assert found[1, 2, 3] == [10.0, 1.0, 11.0, 2.0]
    assert found[1, 2, 4][:2] == [12.0, 1.0]
    assert np.isnan(found[1, 2, 4][2])
    assert found[1, 2, 5][2:] == [13.0, 1.0]
    assert found[0, 2, 3][:2] == [14.0, 1.0]
    assert analyse_free_flags(path, mtz, find_free_flags(mtz)[0].labels[0]).counts == {0: 1, 1: 3}


def test_intensities_in_rows_of_mates_become_pairs_too(tmp_path: Path) -> None:
    tags = (*OLD_TAGS[:3], "intensity_meas", "intensity_sigma", "F_meas_au", "F_meas_sigma_au")
    path = old_cif(tmp_path / "old.cif", "1 2 3 100 1 10 1\n-1 -2 -3 121 2 11 1\n1 2 4 9 1 3 1\n", tags)
    group = choose_observations(path, read_reflections(path))

    assert (group.kind, group.labels) == ("IPAIR", ("I(+)", "SIGI(+)", "I(-)", "SIGI(-)"))


def test_a_centric_reflection_may_be_its_own_mate_in_a_row(tmp_path: Path) -> None:
    """With other values it is repeated, and nothing is made of the data."""
    rows = "1 2 3 o 10 1\n-1 -2 -3 o 11 2\n0 2 3 o 14 1\n0 -2 -3 {} 14 1\n0 2 4 o 14 1\n"
    path = old_cif(tmp_path / "old.cif", rows.format("o"))

    mtz = read_reflections(path)
    assert choose_observations(path, mtz).kind == "FPAIR"
    assert sorted(mtz.make_miller_array().tolist()) == [[0, 2, 3], [0, 2, 4], [1, 2, 3]]
    with pytest.raises(UnsuitableContent, match="are equivalent to others"):
        choose_observations(path, read_reflections(old_cif(path, rows.replace("{} 14", "o 15"))))


def test_a_row_that_is_repeated_is_no_pair(tmp_path: Path) -> None:
    """Then the data are not merged, and nothing is made of them."""
    path = old_cif(tmp_path / "old.cif", "1 2 3 o 10 1\n-1 -2 -3 o 11 2\n-1 -2 3 o 12 1\n")

    with pytest.raises(UnsuitableContent, match="are equivalent to others"):
        choose_observations(path, read_reflections(path))


def test_indices_of_mmcif_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"reflection 2 has indices \(1, 2, 1e\+07\)"):
        read_reflections(old_cif(tmp_path / "old.cif", "1 2 3 o 10 1\n1 2 9999999 o 11 2\n"))


def test_a_cell_of_mmcif_may_be_given(tmp_path: Path) -> None:
    path = old_cif(tmp_path / "old.cif", "1 2 3 o 10 1\n1 2 4 f 11 2\n")
    path.write_text(path.read_text().replace("_cell.length_a 30.0\n", "_cell.length_a ?\n"))

    with pytest.raises(UnsuitableContent, match="has no unit cell"):
        read_reflections(path)
    assert read_reflections(path, cell=CELL).cell.parameters == CELL
