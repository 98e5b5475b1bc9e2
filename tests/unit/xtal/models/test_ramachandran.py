"""Residues are judged by φ and ψ in the plot of their class."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import gemmi
import pytest

from xtalflow.xtal import RamaClass, RamaVerdict, judge_by_outline, ramachandran, read_model

MakePeptide = Callable[..., gemmi.Structure]


def test_the_angles_are_those_of_the_chain(peptide: MakePeptide) -> None:
    """Ends have only one of them and are left out."""
    angles = [(-60.0, -40.0), (-120.0, 130.0), (60.0, 45.0), (-75.0, 150.0), (-60.0, -40.0)]

    residues = ramachandran(peptide(["ALA"] * 5, angles), use_cctbx=False).residues

    assert [residue.residue for residue in residues] == ["ALA 2", "ALA 3", "ALA 4"]
    for residue, (phi, psi) in zip(residues, angles[1:-1], strict=True):
        assert residue.phi == pytest.approx(phi, abs=0.2)
        assert residue.psi == pytest.approx(psi, abs=0.2)


@pytest.mark.parametrize(
    ("names", "omega", "kind"),
    [
        (["ALA", "SER", "ALA"], 180.0, RamaClass.GENERAL),
        (["ALA", "GLY", "ALA"], 180.0, RamaClass.GLYCINE),
        (["ALA", "GLY", "PRO"], 180.0, RamaClass.GLYCINE),
        (["ALA", "PRO", "ALA"], 180.0, RamaClass.TRANS_PROLINE),
        (["ALA", "PRO", "ALA"], 0.0, RamaClass.CIS_PROLINE),
        (["ALA", "PRO", "PRO"], 180.0, RamaClass.TRANS_PROLINE),
        (["ALA", "VAL", "PRO"], 180.0, RamaClass.PRE_PROLINE),
        (["ALA", "VAL", "ALA"], 180.0, RamaClass.ILE_VAL),
        (["ALA", "ILE", "ALA"], 180.0, RamaClass.ILE_VAL),
    ],
)
def test_each_residue_has_its_class(peptide: MakePeptide, names: list[str], omega: float, kind: RamaClass) -> None:
    """By its own name, the next one, and the peptide before it."""
    residues = ramachandran(peptide(names, omega=omega), use_cctbx=False).residues

    assert [residue.kind for residue in residues] == [kind]


FAVOURED, ALLOWED, OUTLIER = RamaVerdict.FAVOURED, RamaVerdict.ALLOWED, RamaVerdict.OUTLIER


@pytest.mark.parametrize(
    ("kind", "phi", "psi", "verdict"),
    [
        (RamaClass.GENERAL, -63, -43, FAVOURED),  # α helix
        (RamaClass.GENERAL, -120, 130, FAVOURED),  # β strand
        (RamaClass.GENERAL, -65, 145, FAVOURED),  # polyproline II
        (RamaClass.GENERAL, 57, 40, FAVOURED),  # left-handed helix
        (RamaClass.GENERAL, -150, -178, FAVOURED),  # across the border of the plot
        (RamaClass.GENERAL, -150, 70, ALLOWED),
        (RamaClass.GENERAL, 75, -50, ALLOWED),  # γ turn
        (RamaClass.GENERAL, 0, 0, OUTLIER),
        (RamaClass.GENERAL, 100, 100, OUTLIER),
        (RamaClass.GENERAL, 60, -90, OUTLIER),
        (RamaClass.GLYCINE, 85, 5, FAVOURED),
        (RamaClass.GLYCINE, -85, -5, FAVOURED),
        (RamaClass.GLYCINE, 100, -170, FAVOURED),
        (RamaClass.GLYCINE, 0, 0, OUTLIER),
        (RamaClass.TRANS_PROLINE, -65, 145, FAVOURED),
        (RamaClass.TRANS_PROLINE, -120, 130, OUTLIER),
        (RamaClass.CIS_PROLINE, -80, 160, FAVOURED),
        (RamaClass.CIS_PROLINE, -65, 80, OUTLIER),
        (RamaClass.PRE_PROLINE, -130, 75, FAVOURED),
        (RamaClass.PRE_PROLINE, -100, 10, OUTLIER),
        (RamaClass.ILE_VAL, -120, 130, FAVOURED),
        (RamaClass.ILE_VAL, 80, 10, OUTLIER),
    ],
)
def test_known_conformations_are_where_the_papers_show_them(
    kind: RamaClass, phi: float, psi: float, verdict: RamaVerdict
) -> None:
    """Secondary structure is favoured, the empty quarters are outliers."""
    assert judge_by_outline(kind, phi, psi) is verdict


@pytest.mark.parametrize("kind", RamaClass)
def test_what_is_favoured_is_allowed_and_the_plot_is_periodic(kind: RamaClass) -> None:
    """Every favoured point lies within the outer outline, and 360° change nothing."""
    from xtalflow.xtal.validation._ramachandran_regions import ALLOWED, FAVOURED, is_within

    for phi in range(-178, 180, 7):
        for psi in range(-178, 180, 7):
            favoured = is_within(phi, psi, FAVOURED[kind])
            assert not favoured or is_within(phi, psi, ALLOWED[kind])
            assert favoured == is_within(phi + 360 if phi < 0 else phi - 360, psi, FAVOURED[kind])


def test_a_break_in_the_chain_has_no_angles(peptide: MakePeptide) -> None:
    """Residues on both sides of a gap are left out."""
    structure = peptide(["ALA"] * 8)
    for residue in list(structure[0]["A"])[4:]:
        for atom in residue:
            atom.pos += gemmi.Position(5.0, 0.0, 0.0)

    residues = ramachandran(structure, use_cctbx=False).residues

    assert [residue.residue for residue in residues] == ["ALA 2", "ALA 3", "ALA 6", "ALA 7"]


def test_a_model_without_peptide_has_no_percentage(peptide: MakePeptide) -> None:
    """Nothing is 0 % favoured for want of residues."""
    result = ramachandran(peptide(["HOH", "HOH"]), use_cctbx=False)

    assert result.residues == ()
    assert result.percent(RamaVerdict.FAVOURED) is None


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "total", "cctbx"),
    [
        ("gamma/gamma_model.pdb", 118, (117, 1, 0)),
        ("mdm2/4hg7.cif", 89, (89, 0, 0)),
        ("mdm2/4qo4.pdb", 85, (83, 2, 0)),
        ("rnase/rnase_model.pdb", 188, (160, 22, 6)),
        ("tiny/5e5z.pdb", 4, (4, 0, 0)),
    ],
)
def test_the_outlines_agree_with_cctbx_on_real_models(
    shared_data: Path, name: str, total: int, cctbx: tuple[int, int, int]
) -> None:
    """As many residues, and counts within 2 % of them (cctbx-base 2025.11, mmtbx.validation.ramalyze)."""
    result = ramachandran(read_model(shared_data / name), use_cctbx=False)

    assert len(result.residues) == total
    for verdict, expected in zip(RamaVerdict, cctbx, strict=True):
        assert abs(result.count(verdict) - expected) <= max(1.0, 0.02 * total)


def fake_cctbx(folder: Path, monkeypatch: pytest.MonkeyPatch, evaluate: str) -> None:
    """A package called mmtbx in the place of the real one, here and in processes started from here."""
    package = folder / "mmtbx" / "rotamer"
    package.mkdir(parents=True)
    for place in (package.parent, package):
        (place / "__init__.py").touch()
    code = f"class RamachandranEval:\n    def evaluate(self, kind, angles):\n        {evaluate}\n"
    (package / "ramachandran_eval.py").write_text(code)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))


def test_the_statistics_of_cctbx_are_used_if_it_is_installed(
    peptide: MakePeptide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the result says so; MolProbity's levels tell the verdicts."""
    fake_cctbx(tmp_path, monkeypatch, "return {'general': 0.001, 'glycine': 0.02}.get(kind, 0.0001)")

    result = ramachandran(peptide(["ALA", "ALA", "GLY", "VAL", "ALA"]))

    assert "Top8000" in result.method
    assert [residue.verdict for residue in result.residues] == [ALLOWED, FAVOURED, OUTLIER]


def test_without_an_answer_of_cctbx_the_own_outlines_judge(
    peptide: MakePeptide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken installation is no reason to fail."""
    fake_cctbx(tmp_path, monkeypatch, "raise RuntimeError(kind)")

    result = ramachandran(peptide())

    assert "Lovell" in result.method
    assert {residue.verdict for residue in result.residues} == {FAVOURED}
