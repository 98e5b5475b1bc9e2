"""Joining typed files into one, and splitting them again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.errors import InvalidInput, UnsuitableContent
from xtalflow.xtal import (
    CFreeRDataFile,
    CMapCoeffsDataFile,
    CMiniMtzDataFile,
    CObsDataFile,
    CPhsDataFile,
    JoinPart,
    ObsContent,
    PhsContent,
    join_files,
    read_reflections,
    split_file,
)

from .conftest import _make_mtz

MakeMtz = Callable[..., gemmi.Mtz]
NAN = float("nan")
F = [("F", "F", 5.0), ("SIGF", "Q", 1.0)]
PAIRS = [("I(+)", "K", 10.0), ("SIGI(+)", "M", 1.0), ("I(-)", "K", 20.0), ("SIGI(-)", "M", 2.0)]
PHASES = [("PHI", "P", 30.0), ("FOM", "W", 0.5)]
MAP = [("FWT", "F", 5.0), ("PHWT", "P", 30.0)]


def flags(count: int) -> np.ndarray:
    return np.arange(count) % 20


FREE = [("FREER", "I", flags)]


class Parts:
    """Writes files, and makes parts to join of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0

    def __call__(self, kind: type[CMiniMtzDataFile], mtz: gemmi.Mtz, **of_part: Any) -> JoinPart:
        self.number += 1
        path = self.folder / f"{self.number}.mtz"
        mtz.write_to_file(str(path))
        file = kind()
        file.set(path)
        return JoinPart(file=file, **of_part)


@pytest.fixture
def part(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


def rows(path: Path) -> dict[tuple[int, int, int], list[float]]:
    mtz = read_reflections(path)
    return dict(zip(map(tuple, mtz.make_miller_array().tolist()), mtz.array[:, 3:].tolist(), strict=True))


def test_reflections_meet_by_symmetry_and_what_a_file_lacks_is_missing(
    part: Parts, make_mtz: MakeMtz, tmp_path: Path
) -> None:
    data = make_mtz(F, hkl=[[1, 2, 3], [-1, 2, -4], [2, 2, 2]])
    free = make_mtz(FREE, hkl=[[-1, -2, -3], [1, 2, 4], [3, 3, 3]])

    joined = join_files([part(CObsDataFile, data), part(CFreeRDataFile, free)], tmp_path / "out.mtz")

    assert read_reflections(tmp_path / "out.mtz").column_labels()[3:] == ["F", "SIGF", "FREER"]
    found = rows(tmp_path / "out.mtz")
    assert list(found) == [(1, 2, 3), (1, 2, 4), (2, 2, 2), (3, 3, 3)]
    assert found[1, 2, 3] == [5.0, 1.0, 0.0]
    assert found[1, 2, 4] == [5.0, 1.0, 1.0]
    assert found[2, 2, 2] == pytest.approx([5.0, 1.0, NAN], nan_ok=True)
    assert found[3, 3, 3] == pytest.approx([NAN, NAN, 2.0], nan_ok=True)
    assert joined.reflections == 4
    assert [(one.with_value, one.without) for one in joined.columns] == [(3, 1), (3, 1)]


def test_each_part_is_converted_to_what_is_wanted(part: Parts, make_mtz: MakeMtz, tmp_path: Path) -> None:
    hl = make_mtz([("A", "A", 1.0), ("B", "A", 0.0), ("C", "A", 0.0), ("D", "A", 0.0)], hkl=[[1, 2, 3]])
    parts = [
        part(CObsDataFile, make_mtz(PAIRS, hkl=[[1, 2, 3]]), content=ObsContent.IMEAN),
        part(CPhsDataFile, hl, content=PhsContent.PHIFOM),
        part(CPhsDataFile, hl, content=PhsContent.HL),
    ]

    joined = join_files(parts, tmp_path / "out.mtz")

    assert [one.labels for one in joined.columns] == [("I", "SIGI"), ("PHI", "FOM"), ("HLA", "HLB", "HLC", "HLD")]
    assert rows(tmp_path / "out.mtz")[1, 2, 3] == pytest.approx([12, 0.8**0.5, 0, 0.446398, 1, 0, 0, 0], abs=1e-5)
    assert [one.conversion is not None for one in joined.columns] == [True, True, False]


def test_a_tag_comes_before_the_labels_and_labels_given_replace_them(
    part: Parts, make_mtz: MakeMtz, tmp_path: Path
) -> None:
    parts = [
        part(CObsDataFile, make_mtz(F), tag="F_SIGF"),
        part(CObsDataFile, make_mtz(F), labels=("FD", "SD")),
        part(CObsDataFile, make_mtz(F)),
    ]

    join_files(parts, tmp_path / "out.mtz")

    labels = read_reflections(tmp_path / "out.mtz").column_labels()[3:]
    assert labels == ["F_SIGF_F", "F_SIGF_SIGF", "FD", "SD", "F", "SIGF"]


@pytest.mark.parametrize(
    ("of_parts", "words"),
    [
        ([{}, {}], "would have the same label F; give one of them a tag"),
        ([{"tag": "F" * 29}, {}], "cannot label a column"),
        ([{"tag": "two words"}, {}], "cannot label a column"),
        ([{"labels": ("F,1", "S")}, {}], "cannot label a column"),
        ([{"labels": ("FD",)}, {}], r"1 labels \(FD\) are given for the 2 columns of F, SIGF of 1.mtz"),
        ([{"labels": ("H", "S")}, {}], "the indices and F, SIGF of 1.mtz would have the same label H"),
        ([{"labels": ("X", "X")}, {}], "would have the same label X"),
    ],
)
def test_labels_that_cannot_be_are_refused(
    part: Parts, make_mtz: MakeMtz, tmp_path: Path, of_parts: list[dict[str, Any]], words: str
) -> None:
    parts = [part(CObsDataFile, make_mtz(F), **each) for each in of_parts]

    with pytest.raises(InvalidInput, match=words):
        join_files(parts, tmp_path / "out.mtz")
    assert not (tmp_path / "out.mtz").exists()


def test_nothing_cannot_be_joined(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no files to join"):
        join_files([], tmp_path / "out.mtz")
    with pytest.raises(InvalidInput, match="is not set"):
        join_files([JoinPart(file=CObsDataFile())], tmp_path / "out.mtz")


# Datasets.


def dataset_of(mtz: gemmi.Mtz, *names: str) -> gemmi.Mtz:
    own = mtz.datasets[-1]
    own.project_name, own.crystal_name, own.dataset_name = names
    return mtz


def test_each_source_keeps_its_dataset(part: Parts, make_mtz: MakeMtz, tmp_path: Path) -> None:
    """The flags of no dataset belong to the base; columns of one dataset share it."""
    other = (30.4, 40.2, 50.6, 90.0, 90.0, 90.0)
    parts = [
        part(CObsDataFile, dataset_of(make_mtz(F, wavelength=0.9), "lys", "native", "peak")),
        part(CFreeRDataFile, dataset_of(make_mtz(FREE, wavelength=0.0), "unknown", "unknown", "unknown")),
        part(CObsDataFile, dataset_of(make_mtz(PAIRS, wavelength=1.04, cell=other), "lys", "gold", "peak")),
        part(CPhsDataFile, dataset_of(make_mtz(PHASES, wavelength=0.9), "lys", "native", "peak")),
    ]

    joined = join_files(parts, tmp_path / "out.mtz")

    mtz = read_reflections(tmp_path / "out.mtz")
    assert [column.dataset_id for column in list(mtz.columns)[3:]] == [1, 1, 0, 2, 2, 2, 2, 1, 1]
    assert [(one.crystal_name, one.dataset_name) for one in mtz.datasets] == [
        ("HKL_base", "HKL_base"),
        ("native", "peak"),
        ("gold", "peak"),
    ]
    assert mtz.datasets[2].cell.parameters == pytest.approx(other)
    assert mtz.datasets[2].wavelength == pytest.approx(1.04)
    assert mtz.cell.parameters == pytest.approx((30.3, 40.1, 50.7, 90, 90, 90))
    assert [one.dataset for one in joined.columns] == ["peak", "HKL_base", "peak", "peak"]


def test_like_named_datasets_of_other_cells_or_wavelengths_get_names_of_their_own(
    part: Parts, make_mtz: MakeMtz, tmp_path: Path
) -> None:
    """In an MTZ file a crystal has one cell and a dataset one wavelength."""
    other = (30.4, 40.2, 50.6, 90.0, 90.0, 90.0)
    made = [make_mtz(F, wavelength=0.9), make_mtz(F, wavelength=1.0), make_mtz(F, wavelength=0.9, cell=other)]
    parts = [
        part(CObsDataFile, dataset_of(mtz, "lys", "native", "peak"), tag=tag)
        for tag, mtz in zip("ABC", made, strict=True)
    ]

    join_files(parts, tmp_path / "out.mtz")

    datasets = read_reflections(tmp_path / "out.mtz").datasets
    assert [(one.crystal_name, one.dataset_name) for one in datasets][1:] == [
        ("native", "peak"),
        ("native", "peak_2"),
        ("native_2", "peak"),
    ]


def test_histories_are_joined_and_free_values_told(part: Parts, make_mtz: MakeMtz, tmp_path: Path) -> None:
    """The labels of the flags are new ones; the lines of both are at most thirty."""
    data, free = make_mtz(F), make_mtz(FREE)
    data.history = [f"line {number}" for number in range(30)]
    free.history = ["xtalflow: free reflections have FREER = 3", "From FREERFLAG"]

    join_files([part(CObsDataFile, data), part(CFreeRDataFile, free, tag="T")], tmp_path / "out.mtz")

    history = read_reflections(tmp_path / "out.mtz").history
    assert history[:4] == [
        "xtalflow: free reflections have T_FREER = 3",
        "xtalflow: F, SIGF from F, SIGF of 1.mtz",
        "xtalflow: T_FREER from FREER of 2.mtz",
        "line 0",
    ]
    assert len(history) == 30


# Files of no particular kind.


def test_a_file_of_no_kind_has_its_one_group_or_the_one_it_names(
    part: Parts, make_mtz: MakeMtz, tmp_path: Path
) -> None:
    one, several = part(CMiniMtzDataFile, make_mtz(MAP)), part(CMiniMtzDataFile, make_mtz([*F, *PHASES]))
    none = part(CMiniMtzDataFile, make_mtz([("X", "R", 1.0)]))

    with pytest.raises(UnsuitableContent, match=r"choose '2.mtz:/\*/\*/\[F,SIGF\]' or '2.mtz:/\*/\*/\[PHI,FOM\]'"):
        join_files([one, several], tmp_path / "out.mtz")
    with pytest.raises(UnsuitableContent, match="no group of columns to join: X: a number"):
        join_files([none], tmp_path / "out.mtz")

    several.file.columnLabels = "PHI,FOM"
    joined = join_files([one, JoinPart(file=several.file, tag="B")], tmp_path / "out.mtz")
    assert [(part.kind, part.labels) for part in joined.columns] == [
        ("FPHI", ("F", "PHI")),
        ("PHIFOM", ("B_PHI", "B_FOM")),
    ]


# Crystals.


def cell(factor: float) -> tuple[float, ...]:
    return (30.3 * factor, 40.1, 50.7, 90.0, 90.0, 90.0)


def test_cells_within_three_percent_are_joined_with_a_remark(part: Parts, make_mtz: MakeMtz, tmp_path: Path) -> None:
    parts = [part(CObsDataFile, make_mtz(F)), part(CObsDataFile, make_mtz(PAIRS, cell=cell(1.02)))]

    joined = join_files(parts, tmp_path / "out.mtz")

    assert "differs from that of the joined file" in joined.columns[1].remarks[0]
    assert "2.0 % in a length" in joined.columns[1].remarks[0]
    assert joined.columns[0].remarks == ()
    mtz = read_reflections(tmp_path / "out.mtz")
    assert mtz.column_with_label("Iplus").dataset.cell.a == pytest.approx(30.3 * 1.02)


@pytest.mark.parametrize(
    ("kind", "columns", "of_crystal", "words"),
    [
        (CObsDataFile, PAIRS, {"cell": cell(1.04)}, "4.0 % in a length"),
        (CFreeRDataFile, FREE, {"cell": cell(1.02)}, "2.0 % in a length"),
        (CObsDataFile, PAIRS, {"space_group": "P 1 21 1"}, "another Laue class"),
        (CObsDataFile, PAIRS, {"space_group": "C 2 2 21"}, "another lattice"),
        (CObsDataFile, PAIRS, {"space_group": "P m m 2"}, "Friedel pairs are of another point group"),
    ],
)
def test_columns_of_another_crystal_are_refused(
    part: Parts,
    make_mtz: MakeMtz,
    tmp_path: Path,
    kind: type[CMiniMtzDataFile],
    columns: list[Any],
    of_crystal: dict[str, Any],
    words: str,
) -> None:
    parts = [part(CObsDataFile, make_mtz(F)), part(kind, make_mtz(columns, **of_crystal))]

    with pytest.raises(UnsuitableContent, match=words) as refused:
        join_files(parts, tmp_path / "out.mtz")
    assert "it cannot be joined with 1.mtz" in str(refused.value)


def test_the_space_group_of_the_phases_counts(part: Parts, make_mtz: MakeMtz, tmp_path: Path) -> None:
    """Data and flags of the same Laue class take it; other phases do not."""
    parts = [
        part(CFreeRDataFile, make_mtz(FREE, space_group="P 2 2 2")),
        part(CObsDataFile, make_mtz(F, space_group="P 21 21 2")),
        part(CPhsDataFile, make_mtz(PHASES, space_group="P 21 21 21")),
    ]

    joined = join_files(parts, tmp_path / "out.mtz")

    assert joined.crystal.space_group == "P 21 21 21"
    assert read_reflections(tmp_path / "out.mtz").spacegroup.xhm() == "P 21 21 21"
    assert joined.columns[1].remarks == ("The space group was P 21 21 2; that of the joined file is P 21 21 21.",)
    other = part(CMapCoeffsDataFile, make_mtz(MAP, space_group="P 21 21 2"), tag="M")
    with pytest.raises(UnsuitableContent, match="the phases are of another space group"):
        join_files([*parts, other], tmp_path / "out.mtz")


def test_unmerged_data_are_refused(part: Parts, make_mtz: MakeMtz, tmp_path: Path) -> None:
    mtz = make_mtz(MAP)
    mtz.batches.append(gemmi.Mtz.Batch())

    with pytest.raises(UnsuitableContent, match="unmerged"):
        join_files([part(CMapCoeffsDataFile, mtz)], tmp_path / "out.mtz")


# There and back.


KINDS = {
    "FMEAN": (CObsDataFile, "FQ"),
    "IPAIR": (CObsDataFile, "KMKM"),
    "HL": (CPhsDataFile, "AAAA"),
    "PHIFOM": (CPhsDataFile, "PW"),
    "FPHI": (CMapCoeffsDataFile, "FP"),
    "FREER": (CFreeRDataFile, "I"),
}


def centric_phase(hkl: np.ndarray, group: gemmi.SpaceGroup) -> float | None:
    """Phase of a centric reflection from an atom in general position; None for an acentric one."""
    for op in group.operations():
        if op.apply_to_hkl(hkl.tolist()) == (-hkl).tolist():
            atom = np.array([0.137, 0.291, 0.413])
            images = [np.array(each.apply_to_xyz(atom.tolist())) for each in group.operations()]
            return float(np.angle(sum(np.exp(2j * np.pi * (hkl @ image)) for image in images)))
    return None


def made_values(
    kind: str, number: int, hkl: np.ndarray, group: gemmi.SpaceGroup, rng: np.random.Generator
) -> list[float]:
    """Values that the symmetry allows the reflection to have."""
    fixed = centric_phase(hkl, group)
    phi = rng.uniform(-np.pi, np.pi) if fixed is None else fixed + np.pi * rng.integers(2)
    if kind == "FREER":
        return [float(number % 3)]
    if kind == "IPAIR":
        plus, minus = rng.uniform(1, 100, 2), rng.uniform(1, 100, 2)
        return [*plus, *(plus if fixed is not None else minus)]
    if kind == "HL":
        first, second = rng.uniform(0.1, 3, 2)
        doubled = 2 * phi if fixed is not None else rng.uniform(-np.pi, np.pi)
        return [first * np.cos(phi), first * np.sin(phi), second * np.cos(doubled), second * np.sin(doubled)]
    if kind in {"PHIFOM", "FPHI"}:
        other = float(rng.uniform(0.1, 0.9))
        return [np.degrees(phi), other] if kind == "PHIFOM" else [other, np.degrees(phi)]
    return [float(rng.uniform(1, 100)), float(rng.uniform(1, 10))]


def moved(kind: str, values: list[float], hkl: np.ndarray, op: gemmi.Op, mate: bool) -> tuple[np.ndarray, list[float]]:
    """The same reflection under another index: F(hR) = F(h) exp(-2πi ht), F(-h) = F(h)*."""
    index = np.array(op.apply_to_hkl(hkl.tolist()))
    turn, sign = -2.0 * np.pi * float(hkl @ (np.array(op.tran) / op.DEN)), -1.0 if mate else 1.0
    if kind == "PHIFOM":
        values = [sign * (values[0] + np.degrees(turn)), values[1]]
    elif kind == "FPHI":
        values = [values[0], sign * (values[1] + np.degrees(turn))]
    elif kind == "HL":
        once, twice = complex(*values[:2]) * np.exp(1j * turn), complex(*values[2:]) * np.exp(2j * turn)
        values = [once.real, sign * once.imag, twice.real, sign * twice.imag]
    elif kind == "IPAIR" and mate:
        values = [*values[2:], *values[:2]]
    return (-index if mate else index), values


def same(kind: str, found: list[float], expected: list[float]) -> bool:
    angle = {"PHIFOM": 0, "FPHI": 1}.get(kind)
    for position, (one, other) in enumerate(zip(found, expected, strict=True)):
        difference = one - other
        if position == angle:
            difference = (difference + 180.0) % 360.0 - 180.0
        if np.isnan(one) != np.isnan(other) or abs(difference) > 1e-3:
            return False
    return True


@given(
    st.sampled_from(["P 1", "P 21 21 21", "P 41 21 2", "P 65 2 2", "P 31 1 2", "C 1 2 1", "R 3 2", "I 21 3"]),
    st.sets(st.sampled_from(list(KINDS)), min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
)
def test_what_was_joined_is_split_again(symbol: str, kinds: set[str], seed: int) -> None:
    """Values, missing ones and phases, from whatever asymmetric unit each reflection came."""
    rng, group = np.random.default_rng(seed), gemmi.SpaceGroup(symbol)
    lengths = {"P 41 21 2": (20, 20, 30, 90, 90, 90), "I 21 3": (25, 25, 25, 90, 90, 90)}
    hexagonal = (20, 20, 30, 90, 90, 120)
    size = lengths.get(symbol, hexagonal if symbol[2] in "36" and symbol[0] in "PR" else (19, 21, 23, 90, 90, 90))
    every = np.asarray(gemmi.make_miller_array(gemmi.UnitCell(*size), group, 7.0))
    operators = list(group.operations().sym_ops)
    everywhere: set[tuple[int, ...]] = set()
    before: dict[str, dict[tuple[int, ...], list[float]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        parts, folder = Parts(Path(temporary)), Path(temporary)
        to_join = []
        for kind in sorted(kinds):
            chosen = every[rng.permutation(len(every))[: max(3, int(rng.integers(len(every))))]]
            indices, written = [], []
            before[kind] = {}
            everywhere |= set(map(tuple, chosen.tolist()))
            for number, hkl in enumerate(chosen):
                values = made_values(kind, number, hkl, group, rng)
                blank = rng.random() < 0.2 and number > 2
                if not blank:
                    before[kind][tuple(hkl.tolist())] = values
                index, there = moved(kind, values, hkl, operators[rng.integers(len(operators))], bool(rng.integers(2)))
                indices.append(index)
                written.append([NAN] * len(there) if blank else there)
            file_kind, letters = KINDS[kind]
            labels = ["FREE"] if kind == "FREER" else [f"{kind}{number}" for number in range(len(letters))]
            columns = list(zip(labels, letters, np.array(written).T, strict=True))
            mtz = _make_mtz(columns, hkl=indices, space_group=symbol, cell=size)
            to_join.append(parts(file_kind, mtz, tag=kind))

        joined = join_files(to_join, folder / "joined.mtz")
        made = split_file(folder / "joined.mtz", folder)

        assert joined.reflections == len(everywhere)
        assert [one.group.kind for one in made.files] == sorted(kinds)
        for one in made.files:
            assert one.file.path is not None
            after, kind = rows(one.file.path), one.group.kind
            assert set(after) == set(before[kind])
            assert [hkl for hkl in after if not same(kind, after[hkl], before[kind][hkl])] == []
