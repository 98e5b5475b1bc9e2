"""Reading reflections: formats by content, and what cannot be read."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import UnreadableFile, UnsuitableContent
from xtalflow.xtal import analyse_free_flags, choose_observations, find_free_flags, read_reflections, reflection_format

MakeMtz = Callable[..., gemmi.Mtz]

SF_CIF = """\
data_r1abcsf
_cell.length_a 30.0
_cell.length_b 40.0
_cell.length_c 50.0
_cell.angle_alpha 90
_cell.angle_beta 90
_cell.angle_gamma 90
_symmetry.space_group_name_H-M 'P 21 21 21'
_diffrn_radiation_wavelength.wavelength 0.9795
loop_
_refln.index_h
_refln.index_k
_refln.index_l
_refln.status
{tags}
{rows}
"""


def sf_cif(path: Path, tags: str, rows: str) -> Path:
    path.write_text(SF_CIF.format(tags=tags, rows=rows))
    return path


@pytest.fixture
def amplitudes_cif(tmp_path: Path) -> Path:
    rows = "1 1 1 o 10.0 0.5\n1 1 2 f 12.0 0.5\n1 2 3 o 14.0 0.5\n2 2 2 x ? ?"
    return sf_cif(tmp_path / "r1abcsf.ent", "_refln.F_meas_au\n_refln.F_meas_sigma_au", rows)


def test_mtz_is_read_whatever_it_is_called(tmp_path: Path, intensities: gemmi.Mtz) -> None:
    """The content decides, not the suffix; blanks, brackets and umlauts in the name do not matter."""
    path = tmp_path / "Données β (1).pdb"
    intensities.write_to_file(str(path))

    assert read_reflections(path).nreflections == intensities.nreflections
    assert reflection_format(path) == "mtz"


def test_gzipped_mtz_is_read_whatever_it_is_called(tmp_path: Path, intensities: gemmi.Mtz) -> None:
    """Gzip is known by its first bytes."""
    path = tmp_path / "packed.mtz"
    path.write_bytes(gzip.compress(intensities.write_to_bytes()))

    assert np.array_equal(read_reflections(path).array, intensities.array)


def test_sf_mmcif_gives_columns_wavelength_and_limits_of_resolution(amplitudes_cif: Path) -> None:
    """cif2mtz leaves the limits unset; they are set here."""
    mtz = read_reflections(amplitudes_cif)

    assert reflection_format(amplitudes_cif) == "sf-mmcif"
    assert choose_observations(amplitudes_cif, mtz).labels == ("FP", "SIGFP")
    assert mtz.resolution_low() == pytest.approx(mtz.cell.calculate_d([1, 1, 1]))
    assert mtz.datasets[-1].wavelength == pytest.approx(0.9795)


def test_gzipped_sf_mmcif_is_read(tmp_path: Path, amplitudes_cif: Path) -> None:
    path = tmp_path / "r1abcsf.ent.gz"
    path.write_bytes(gzip.compress(amplitudes_cif.read_bytes()))

    assert read_reflections(path).nreflections == 4


def test_status_f_makes_the_free_value_0(amplitudes_cif: Path) -> None:
    """Of the three statuses f is 0, o is 1, and x has no flag."""
    mtz = read_reflections(amplitudes_cif)
    flags = analyse_free_flags(amplitudes_cif, mtz, "FreeR_flag")

    assert (flags.free_value, flags.counts, flags.missing) == (0, {0: 1, 1: 2}, 1)
    assert flags.reason == "the file says so"


def test_status_tells_the_free_value_of_flags_with_other_numbers(tmp_path: Path) -> None:
    """pdbx_r_free_flag may have any number for free; status f says which."""
    rows = "".join(f"1 1 {n} {'f' if n % 10 == 3 else 'o'} {n % 10} 10.0 0.5\n" for n in range(1, 101))
    tags = "_refln.pdbx_r_free_flag\n_refln.F_meas_au\n_refln.F_meas_sigma_au"
    path = sf_cif(tmp_path / "r1abcsf.cif", tags, rows)

    assert analyse_free_flags(path, read_reflections(path), "FreeR_flag").free_value == 3


def test_status_that_is_all_o_is_no_free_set(tmp_path: Path) -> None:
    """Data deposited without a free set have none, rather than a bad one."""
    path = sf_cif(tmp_path / "a.cif", "_refln.F_meas_au\n_refln.F_meas_sigma_au", "1 1 1 o 10 1\n1 1 2 o 11 1")

    assert find_free_flags(read_reflections(path)) == []


def test_of_several_blocks_the_first_with_observations_is_taken(tmp_path: Path, amplitudes_cif: Path) -> None:
    calculated = SF_CIF.format(tags="_refln.F_calc\n_refln.phase_calc", rows="1 1 1 o 9.0 45.0").replace(
        "r1abcsf", "r0"
    )
    path = tmp_path / "two.cif"
    path.write_text(calculated + amplitudes_cif.read_text())

    assert choose_observations(path, read_reflections(path)).kind == "FMEAN"


def test_an_mtz_cut_anywhere_is_refused(tmp_path: Path, intensities: gemmi.Mtz) -> None:
    """Gemmi reads a file that lost the end of its header without a word."""
    whole = intensities.write_to_bytes()
    path = tmp_path / "cut.mtz"
    for length in (10, 70, 100, len(whole) // 2, len(whole) - 600, len(whole) - 100):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableFile, match=r"cut\.mtz: .*truncated"):
            read_reflections(path)


def test_a_header_that_promises_too_much_is_refused(tmp_path: Path, intensities: gemmi.Mtz) -> None:
    """Memory is not asked for on the word of a broken header."""
    whole = intensities.write_to_bytes()
    start = whole.index(b"NCOL")
    path = tmp_path / "huge.mtz"
    path.write_bytes(whole[:start] + b"NCOL        5  1999999999        0".ljust(80) + whole[start + 80 :])

    with pytest.raises(UnreadableFile, match="truncated"):
        read_reflections(path)


def test_a_cut_gzip_is_refused(tmp_path: Path, intensities: gemmi.Mtz) -> None:
    path = tmp_path / "cut.mtz.gz"
    packed = gzip.compress(intensities.write_to_bytes())
    path.write_bytes(packed[: len(packed) // 2])

    with pytest.raises(UnreadableFile, match="gzip"):
        read_reflections(path)


def test_missing_files_folders_and_empty_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mtz").touch()
    for name, words in (("none.mtz", "no such file"), (".", "folder"), ("empty.mtz", "empty")):
        with pytest.raises(UnreadableFile, match=words):
            read_reflections(tmp_path / name)


def test_a_file_without_permission_is_refused(
    tmp_path: Path, intensities: gemmi.Mtz, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "locked.mtz"
    intensities.write_to_file(str(path))

    def locked(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", locked)
    monkeypatch.setattr(Path, "read_bytes", locked)
    with pytest.raises(UnreadableFile, match="not permitted"):
        read_reflections(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"CRYST1   30.000   40.000   50.000  90.00  90.00  90.00 P 21 21 21\n", "an atomic model in PDB format"),
        (b">gamma\nMKV\n", "a sequence"),
        (b"<?xml version='1.0'?><a/>", "an XML file"),
        (b"%PDF-1.4", "a PDF document"),
        (b"data_x\n_cell.length_a 3\n", "holds no reflections"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "wrong.mtz"
    path.write_bytes(content)

    with pytest.raises(UnsuitableContent, match=words):
        read_reflections(path)


@pytest.mark.timeout(20)
def test_many_blanks_are_looked_at_once(tmp_path: Path) -> None:
    """Each was tried with every other by a pattern that told CIF from the rest."""
    path = tmp_path / "blanks"
    path.write_bytes(b" " * 60000 + b"x")

    with pytest.raises(UnsuitableContent, match="text of another kind"):
        read_reflections(path)


def test_broken_cif_gives_line_and_column(tmp_path: Path) -> None:
    path = sf_cif(tmp_path / "broken.cif", "_refln.F_meas_au", "1 1 1 o 10\n1 1 2 o")

    with pytest.raises(UnreadableFile, match=r"broken\.cif: line \d+, column \d+: "):
        read_reflections(path)


def test_reflections_without_a_cell_are_refused(tmp_path: Path, amplitudes_cif: Path) -> None:
    text = amplitudes_cif.read_text()
    path = tmp_path / "nocell.cif"
    path.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("_cell")))

    with pytest.raises(UnsuitableContent, match="no unit cell"):
        read_reflections(path)
