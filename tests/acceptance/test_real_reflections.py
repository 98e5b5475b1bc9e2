"""Reflections of real crystals, with figures that other programs gave for them."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import (
    CFreeRDataFile,
    CObsDataFile,
    CPhsDataFile,
    CUnmergedDataFile,
    analyse_free_flags,
    check_model_crystal,
    choose_observations,
    complete_free_flags,
    crystal_of_model,
    crystal_of_reflections,
    laue_rotations,
    make_free_flags,
    orbit_keys,
    read_model,
    read_reflections,
    resolution_shells,
    twinning_tests,
    write_observations,
)

pytestmark = pytest.mark.real_data


def read(path: Path) -> tuple[Path, gemmi.Mtz]:
    return path, read_reflections(path)


def test_gamma_native_is_known_by_its_columns(shared_data: Path) -> None:
    """11947 rows, of which the 39 systematic absences are empty."""
    file = CObsDataFile()
    file.set(shared_data / "gamma" / "merged_intensities_native.mtz")

    facts = file.examine().facts

    assert file.contentFlag.value == 1
    assert facts["cell"] == pytest.approx([34.0887, 54.8162, 68.0108, 90, 90, 90])
    assert facts["space_group"] == "P 21 21 21"
    assert (round(facts["d_max"], 2), round(facts["d_min"], 2)) == (26.64, 1.81)
    assert facts["reflections"] == 11947 - 39
    assert facts["wavelength"] == pytest.approx(1.5418)


def test_gamma_native_is_written_without_its_39_absences(shared_data: Path, tmp_path: Path) -> None:
    """46 I(+) and 53 I(-) have no positive σ."""
    path, mtz = read(shared_data / "gamma" / "merged_intensities_native.mtz")

    written = write_observations(path, mtz, choose_observations(path, mtz), tmp_path / "obs.mtz")

    assert (written.written, written.systematic_absences, written.missing) == (11908, 39, 0)
    assert written.without_sigma == 46 + 53


def test_264_native_reflections_of_gamma_have_no_flag_until_the_set_is_completed(shared_data: Path) -> None:
    _, data = read(shared_data / "gamma" / "merged_intensities_native.mtz")
    path, old = read(shared_data / "gamma" / "freeR.mtz")

    completed = complete_free_flags(data, path, old, "FREER", seed=1)

    report = completed.report
    assert report.data_without_flag == 264
    assert (report.free_value, report.n_sets, report.conflicts) == (0, 20, 0)
    assert 100 * report.fraction == pytest.approx(5.04, abs=0.1)
    laue = laue_rotations(data.spacegroup)
    covered = orbit_keys(completed.mtz.make_miller_array(), laue)
    assert np.isin(orbit_keys(data.make_miller_array(), laue), covered).all()
    before = dict(zip(orbit_keys(old.make_miller_array(), laue), old.column_with_label("FREER").array, strict=True))
    after = dict(zip(covered, completed.mtz.column_with_label("FREER").array, strict=True))
    assert all(after[key] == flag for key, flag in before.items())


def test_completeness_of_gamma_native_is_98_4_percent(shared_data: Path) -> None:
    """As xtriage has it."""
    path, mtz = read(shared_data / "gamma" / "merged_intensities_native.mtz")
    shells = resolution_shells(mtz, choose_observations(path, mtz), 10)

    observed, possible = sum(shell.observed for shell in shells), sum(shell.possible for shell in shells)
    assert 100 * observed / possible == pytest.approx(98.4, abs=0.5)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("gamma/merged_intensities_native.mtz", ""),
        ("gamma/merged_intensities_Xe.mtz", ""),
        ("rnase/rnase18_Nat_Complexes.mtz", "FNAT,SIGFNAT"),
        ("mdm2/4hg7-sf.cif", ""),
    ],
)
def test_crystals_known_to_be_single_are_not_called_twinned(shared_data: Path, name: str, columns: str) -> None:
    """⟨|L|⟩ is near 1/2.

    xtriage gives 0.470 and 0.301 for gamma, since it leaves out weak reflections one by one, which lowers the
    moments; here a pair is judged by its sum.
    """
    path, mtz = read(shared_data / name)
    tests = twinning_tests(mtz, choose_observations(path, mtz, columns))

    assert tests.l_mean_abs == pytest.approx(0.5, abs=0.03)
    assert tests.l_mean_sq == pytest.approx(1 / 3, abs=0.04)
    assert not tests.supported


def test_status_flags_of_mdm2_are_its_free_set(shared_data: Path) -> None:
    """1065 free (f), 20070 not (o), 262 without (x)."""
    path, mtz = read(shared_data / "mdm2" / "4hg7-sf.cif")

    flags = analyse_free_flags(path, mtz, "FreeR_flag")

    assert (flags.free_value, flags.counts, flags.missing) == (0, {0: 1065, 1: 20070}, 262)
    assert choose_observations(path, mtz).labels == ("FP", "SIGFP")
    assert mtz.resolution_high() == pytest.approx(1.6, abs=0.001)


def test_rnase_needs_a_choice_of_columns(shared_data: Path) -> None:
    path, mtz = read(shared_data / "rnase" / "rnase18_Nat_Complexes.mtz")

    with pytest.raises(UnsuitableContent, match=r"FNAT,SIGFNAT.*FGMP18,SIGFGMP18.*FRNASA2GMP,SIGFRNASA2GMP"):
        choose_observations(path, mtz)
    assert choose_observations(path, mtz, "/*/*/[FNAT,SIGFNAT]").kind == "FMEAN"
    flags = analyse_free_flags(path, mtz, "FreeR_flag")
    assert (flags.n_sets, flags.free) == (20, 918)


def test_tiny_has_intensities_and_amplitudes_and_intensities_are_taken(shared_data: Path) -> None:
    path, mtz = read(shared_data / "tiny" / "5e5z.mtz")

    assert choose_observations(path, mtz).labels == ("I", "SIGI")
    assert make_free_flags(mtz, 0.05).report.n_sets == 20


def test_phases_and_unmerged_data_are_known(shared_data: Path) -> None:
    phases, unmerged = CPhsDataFile(), CUnmergedDataFile()
    phases.set(shared_data / "gamma" / "initial_phases.mtz")
    unmerged.set(shared_data / "gamma" / "HKLOUT_unmerged.mtz")

    phases.examine()
    facts = unmerged.examine().facts

    assert phases.contentFlag.value == 1
    assert (facts["batches"], facts["reflections"], facts["merged"]) == (100, 44990, False)


def test_unmerged_data_are_no_observations(shared_data: Path) -> None:
    path, mtz = read(shared_data / "gamma" / "HKLOUT_unmerged.mtz")

    with pytest.raises(UnsuitableContent, match="unmerged"):
        choose_observations(path, mtz)
    with pytest.raises(UnsuitableContent, match="does not appear to be test flags"):
        analyse_free_flags(path, mtz, "NPART")


def test_the_models_of_gamma_and_a_wrong_one(shared_data: Path) -> None:
    """gamma_model.pdb is 0.2 % off; wrong_cell.pdb is in P 32 2 1."""
    _, mtz = read(shared_data / "gamma" / "merged_intensities_native.mtz")
    data = crystal_of_reflections(mtz)
    right, wrong = (
        check_model_crystal(crystal_of_model(read_model(shared_data / name)), data)
        for name in ("gamma/gamma_model.pdb", "malformed/wrong_cell.pdb")
    )

    assert (right.refusal, right.remarks) == ("", ())
    assert "the model is in P 32 2 1, the data are in P 21 21 21" in wrong.refusal


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("truncated.mtz", UnreadableFile, "truncated"),
        ("empty.mtz", UnreadableFile, "the file is empty"),
        ("empty.pdb", UnreadableFile, "the file is empty"),
        ("pdb_named.mtz", UnsuitableContent, "an atomic model in PDB format"),
        ("wrong_cell.pdb", UnsuitableContent, "an atomic model in PDB format"),
        ("hkl_only.mtz", UnsuitableContent, "it has only the indices H, K and L"),
        ("all_missing.mtz", UnsuitableContent, "all values of FMEAN .FP,SIGFP. are missing"),
        ("free_all_one.mtz", UnsuitableContent, "it has only FreeR_flag"),
        ("broken_loop-sf.cif", UnreadableFile, r"broken_loop-sf\.cif: line 14, column 0: "),
        ("truncated_model.cif", UnreadableFile, r"truncated_model\.cif: line \d+, column \d+: "),
        ("header_only.fasta", UnsuitableContent, "a sequence"),
        ("bad_letters.fasta", UnsuitableContent, "a sequence"),
        ("missing.mtz", UnreadableFile, "no such file"),
        (".", UnreadableFile, "folder"),
    ],
)
def test_malformed_observations_are_refused_by_name(
    shared_data: Path, name: str, error: type[InvalidInput], words: str
) -> None:
    file = CObsDataFile()
    file.set(shared_data / "malformed" / name if name != "." else shared_data)

    with pytest.raises(error, match=words) as caught:
        file.examine()
    assert str(caught.value).startswith(str(file))


def test_flags_that_are_all_one_are_no_test_flags(shared_data: Path) -> None:
    file = CFreeRDataFile()
    file.set(shared_data / "malformed" / "free_all_one.mtz")

    with pytest.raises(UnsuitableContent, match="FreeR_flag does not appear to be test flags: all its values are 1"):
        file.examine()


def test_reflections_in_a_file_named_pdb_or_with_a_difficult_name_are_read(shared_data: Path, tmp_path: Path) -> None:
    """The content decides; blanks, brackets and letters beyond ASCII are as good as any."""
    for source, name in (("mtz_named.pdb", "mtz_named.pdb"), ("good_5e5z.mtz", "Données β-5e5z (1).mtz")):
        copy = tmp_path / name
        copy.write_bytes((shared_data / "malformed" / source).read_bytes())
        file = CObsDataFile()
        file.set(copy)

        assert file.examine().facts["reflections"] > 400
