"""Conversions, splitting and joining of reflections of real crystals."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import (
    CFreeRDataFile,
    CMiniMtzDataFile,
    CObsDataFile,
    CPhsDataFile,
    JoinPart,
    ObsContent,
    PhsContent,
    convert,
    join_files,
    read_reflections,
    split_file,
)

pytestmark = pytest.mark.real_data


def file_of(kind: type[CMiniMtzDataFile], path: Path) -> CMiniMtzDataFile:
    file = kind()
    file.set(path)
    return file


def index_set(mtz: gemmi.Mtz) -> set[tuple[int, ...]]:
    return set(map(tuple, mtz.make_miller_array().tolist()))


def bessel_ratio(x: np.ndarray) -> np.ndarray:
    """I₁(x)/I₀(x) by Gauss's continued fraction, from its far end."""
    tail = np.zeros_like(x)
    for n in range(2000, 0, -1):
        tail = 1.0 / (2.0 * n / x + tail)
    return tail


# Splitting.


def test_rnase_splits_into_three_amplitude_files_and_a_free_set(shared_data: Path, tmp_path: Path) -> None:
    """Each value of each column is in its file, under the cell and names of its dataset."""
    path = shared_data / "rnase" / "rnase18_Nat_Complexes.mtz"
    whole = read_reflections(path)

    split = split_file(path, tmp_path)

    assert split.left_out == ()
    assert [(type(one.file), one.file.contentFlag.value, one.group.labels[0], one.dataset) for one in split.files] == [
        (CObsDataFile, 4, "FNAT", "RNASE/NATIVE"),
        (CFreeRDataFile, 1, "FreeR_flag", "RNASE/NATIVE"),
        (CObsDataFile, 4, "FGMP18", "RNASE3GMP/COMPLEX"),
        (CObsDataFile, 4, "FRNASA2GMP", "RNASE2GMP/COMPLEX"),
    ]
    for one in split.files:
        assert one.file.path is not None
        made, original = read_reflections(one.file.path), whole.column_with_label(one.group.labels[0]).array
        there = dict(zip(map(tuple, made.make_miller_array().tolist()), made.array[:, 3], strict=True))
        known = np.isfinite(original)
        indices = map(tuple, whole.make_miller_array()[known].tolist())
        assert there == dict(zip(indices, original[known], strict=True))
        assert one.reflections == len(there)
        assert made.cell.parameters == pytest.approx((64.897, 78.323, 38.792, 90, 90, 90))
        assert made.datasets[-1].wavelength == pytest.approx(1.54)
    free = read_reflections(split.files[1].file.path or Path())
    assert int((free.column_with_label("FREER").array == 0).sum()) == 918


def test_a_deposited_file_splits_into_data_flags_and_calculated_factors(shared_data: Path, tmp_path: Path) -> None:
    """sf-mmCIF of 4HG7: 21397 reflections, of which 262 have neither amplitude nor flag."""
    split = split_file(shared_data / "mdm2" / "4hg7-sf.cif", tmp_path)

    assert {str(one.group): one.reflections for one in split.files} == {
        "FREER [FreeR_flag]": 21397 - 262,
        "FMEAN [FP,SIGFP]": 21397 - 262,
        "FPHI [FC,PHIC]": 21397,
        "PHIFOM [PHIC,FOM]": 21397,
    }
    for one in split.files:
        one.file.examine()


# Phases.


def test_phases_of_gamma_agree_with_bessel_functions(shared_data: Path, tmp_path: Path) -> None:
    """All 12509: C and D are 0, so that φ is the angle of (A, B) and m is I₁(X)/I₀(X), of centric ones tanh X."""
    path = shared_data / "gamma" / "initial_phases.mtz"
    source = read_reflections(path)
    a, b, c, d = source.array[:, 3:].astype(float).T
    strength = np.hypot(a, b)
    centric = source.spacegroup.operations().centric_flag_array(source.make_miller_array()).astype(bool)
    merit = np.where(centric, np.tanh(strength), bessel_ratio(np.maximum(strength, 1e-12)))

    file = file_of(CPhsDataFile, path)
    assert isinstance(file, CPhsDataFile)
    conversion = convert(file, PhsContent.PHIFOM, tmp_path / "phifom.mtz")

    made = read_reflections(tmp_path / "phifom.mtz")
    assert (c == 0.0).all()
    assert (d == 0.0).all()
    assert conversion.without == {}
    assert made.nreflections == source.nreflections == 12509
    order = {tuple(index): number for number, index in enumerate(made.make_miller_array().tolist())}
    phi, fom = made.array[[order[tuple(index)] for index in source.make_miller_array().tolist()], 3:].T
    assert np.abs(fom - merit).max() < 1e-5
    told = strength > 1e-3
    off = (phi - np.degrees(np.arctan2(b, a)) + 180.0) % 360.0 - 180.0
    assert np.abs(off[told & ~centric]).max() < 1e-3
    assert np.abs(off[told & centric]).max() < 1e-2  # the coefficients themselves are this far off the allowed phases


def test_phases_of_gamma_come_back_from_figures_of_merit(shared_data: Path, tmp_path: Path) -> None:
    """Coefficients whose figure of merit is not 1 in single precision are found again to 0.1 %."""
    path = shared_data / "gamma" / "initial_phases.mtz"
    for source, content, out in (
        (path, PhsContent.PHIFOM, "a.mtz"),
        (tmp_path / "a.mtz", PhsContent.HL, "b.mtz"),
        (tmp_path / "b.mtz", PhsContent.PHIFOM, "c.mtz"),
    ):
        file = file_of(CPhsDataFile, source)
        assert isinstance(file, CPhsDataFile)
        convert(file, content, tmp_path / out)

    first, back, again = [read_reflections(tmp_path / name).array for name in ("a.mtz", "b.mtz", "c.mtz")]
    assert np.abs(first[:, 4] - again[:, 4]).max() < 1.1e-4  # figures of merit above 0.9999 count as that
    off = (first[:, 3] - again[:, 3] + 180.0) % 360.0 - 180.0
    assert np.abs(off[first[:, 4] > 1e-4]).max() < 1e-3
    original = read_reflections(path)
    order = {tuple(index): number for number, index in enumerate(original.make_miller_array().tolist())}
    coefficients = original.array[[order[tuple(index)] for index in back[:, :3].astype(int).tolist()], 3:]
    usual = (first[:, 4] > 0.01) & (first[:, 4] < 0.999)
    assert usual.sum() > 10_000
    difference = np.hypot(*(coefficients - back[:, 3:])[usual, :2].T)
    assert (difference / np.hypot(*coefficients[usual, :2].T)).max() < 1e-3


# Observations.


@pytest.mark.program
@pytest.mark.parametrize("name", ["merged_intensities_native.mtz", "merged_intensities_Xe.mtz"])
@pytest.mark.parametrize("content", list(ObsContent))
def test_conversions_of_gamma_keep_every_reflection(
    shared_data: Path, tmp_path: Path, name: str, content: ObsContent
) -> None:
    """Absences and values without σ among them; every reflection that has an intensity has a result."""
    path = shared_data / "gamma" / name
    file, source = file_of(CObsDataFile, path), read_reflections(path)
    assert isinstance(file, CObsDataFile)

    conversion = convert(file, content, tmp_path / "out.mtz")

    made = read_reflections(tmp_path / "out.mtz")
    absent = int(source.spacegroup.operations().systematic_absences(source.make_miller_array()).sum())
    assert index_set(made) == index_set(source)
    assert conversion.without == {"no value in the file": absent}
    assert np.isfinite(made.array[:, 3::2]).any(axis=1).sum() == source.nreflections - absent


@pytest.mark.program
def test_amplitudes_of_strong_reflections_of_gamma_are_roots_of_their_intensities(
    shared_data: Path, tmp_path: Path
) -> None:
    """Where I > 20 σ the prior of French and Wilson counts little."""
    file = file_of(CObsDataFile, shared_data / "gamma" / "merged_intensities_native.mtz")
    assert isinstance(file, CObsDataFile)
    convert(file, ObsContent.IMEAN, tmp_path / "i.mtz")
    convert(file, ObsContent.FMEAN, tmp_path / "f.mtz")

    i, sigma = read_reflections(tmp_path / "i.mtz").array[:, 3:].T
    f, sigma_f = read_reflections(tmp_path / "f.mtz").array[:, 3:].T
    strong = i > 20.0 * sigma
    assert strong.sum() > 4000
    ratio, precision = f[strong] / np.sqrt(i[strong]), sigma_f[strong] * 2.0 * f[strong] / sigma[strong]
    assert ratio == pytest.approx(1.0, abs=0.02)
    assert precision == pytest.approx(1.0, abs=0.02)
    assert (np.median(ratio), np.median(precision)) == pytest.approx((1.0, 1.0), abs=2e-3)


# Joining.


def test_joined_gamma_has_264_native_reflections_without_a_flag(shared_data: Path, tmp_path: Path) -> None:
    """As its description says: the flags were made for the derivative, whose cell is 0.2 % larger."""
    gamma = shared_data / "gamma"
    parts = [
        JoinPart(file=file_of(CObsDataFile, gamma / "merged_intensities_native.mtz")),
        JoinPart(file=file_of(CFreeRDataFile, gamma / "freeR.mtz")),
        JoinPart(file=file_of(CPhsDataFile, gamma / "initial_phases.mtz"), content=PhsContent.PHIFOM),
        JoinPart(file=file_of(CObsDataFile, gamma / "merged_intensities_Xe.mtz"), tag="XE"),
    ]

    joined = join_files(parts, tmp_path / "joined.mtz")

    mtz = read_reflections(tmp_path / "joined.mtz")
    native = index_set(read_reflections(gamma / "merged_intensities_native.mtz"))
    flags = dict(zip(map(tuple, mtz.make_miller_array().tolist()), mtz.column_with_label("FREER").array, strict=True))
    assert sum(np.isnan(flags[index]) for index in native) == 264
    assert mtz.nreflections == joined.reflections
    cells = {column.label: round(column.dataset.cell.a, 4) for column in mtz.columns}
    assert (cells["Iplus"], cells["PHI"], cells["XE_Iplus"]) == (34.0887, 34.15, 34.15)
    split = split_file(tmp_path / "joined.mtz", tmp_path)
    assert [one.group.kind for one in split.files] == ["IPAIR", "FREER", "PHIFOM", "IPAIR"]
    assert [one.reflections for one in split.files] == [11947 - 39, 12214, 12509, 12214 - 31]
