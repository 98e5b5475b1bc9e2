"""Ramachandran validation of the peptides of a model."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ._ramachandran_regions import ALLOWED, FAVOURED, RamaClass, is_within
from ._top8000 import top8000_shares

if TYPE_CHECKING:
    import gemmi

PEPTIDE_BOND = 2.0
"""C and N farther apart than this (Å) are not bonded: the chain is broken there."""
CIS = 30.0
"""A peptide with |ω| below this (degrees) is cis."""

OWN_METHOD = "regions outlined to about 5° after Lovell et al. (2003) and Read et al. (2011)"
TOP8000_METHOD = "Top8000 statistics of MolProbity (cctbx)"


class RamaVerdict(StrEnum):
    """Where a residue lies in the plot of its class."""

    FAVOURED = "favoured"
    ALLOWED = "allowed"
    OUTLIER = "outlier"


@dataclass(frozen=True, slots=True, kw_only=True)
class RamaResidue:
    """One residue with both torsion angles, in degrees."""

    chain: str
    residue: str
    phi: float
    psi: float
    kind: RamaClass
    verdict: RamaVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramachandran:
    """Residues in the order of the model, and in words the method that judged them."""

    residues: tuple[RamaResidue, ...]
    method: str

    def count(self, verdict: RamaVerdict) -> int:
        """Number of residues with a verdict."""
        return sum(1 for residue in self.residues if residue.verdict is verdict)

    def percent(self, verdict: RamaVerdict) -> float | None:
        """Share of residues with a verdict; None without residues."""
        return 100.0 * self.count(verdict) / len(self.residues) if self.residues else None

    @property
    def outliers(self) -> tuple[RamaResidue, ...]:
        """Residues outside the allowed region."""
        return tuple(residue for residue in self.residues if residue.verdict is RamaVerdict.OUTLIER)


def ramachandran(structure: gemmi.Structure, *, use_cctbx: bool = True) -> Ramachandran:
    """Judge φ and ψ of every residue that has both, in the first model and the first conformation.

    Parameters
    ----------
    structure
        The model.
    use_cctbx
        Use the statistics that come with cctbx if that optional package is installed, otherwise the outlines of
        this package; `method` of the result says which.

    References
    ----------
    Six classes of residue as in Read et al., Structure 19 (2011) 1395-1412.
    """
    torsions = list(_torsions(structure))
    shares = top8000_shares([(one.kind, one.phi, one.psi) for one in torsions]) if use_cctbx else None
    if shares is None:
        verdicts = [judge_by_outline(one.kind, one.phi, one.psi) for one in torsions]
    else:
        verdicts = [judge_by_share(one.kind, share) for one, share in zip(torsions, shares, strict=True)]
    residues = [
        RamaResidue(chain=one.chain, residue=one.residue, phi=one.phi, psi=one.psi, kind=one.kind, verdict=verdict)
        for one, verdict in zip(torsions, verdicts, strict=True)
    ]
    return Ramachandran(residues=tuple(residues), method=OWN_METHOD if shares is None else TOP8000_METHOD)


def judge_by_outline(kind: RamaClass, phi: float, psi: float) -> RamaVerdict:
    """Favoured within the inner outline of a class, allowed within the outer one."""
    if is_within(phi, psi, FAVOURED[kind]):
        return RamaVerdict.FAVOURED
    return RamaVerdict.ALLOWED if is_within(phi, psi, ALLOWED[kind]) else RamaVerdict.OUTLIER


def judge_by_share(kind: RamaClass, share: float) -> RamaVerdict:
    """Verdict from the share of reference residues that are no likelier than this one, at MolProbity's levels."""
    if share >= 0.02:
        return RamaVerdict.FAVOURED
    least = {RamaClass.GENERAL: 0.0005, RamaClass.CIS_PROLINE: 0.0020}.get(kind, 0.0010)
    return RamaVerdict.ALLOWED if share >= least else RamaVerdict.OUTLIER


class _Torsions(NamedTuple):
    chain: str
    residue: str
    phi: float
    psi: float
    kind: RamaClass


def _torsions(structure: gemmi.Structure) -> Iterator[_Torsions]:
    import gemmi

    single = structure.clone()
    single.remove_alternative_conformations()
    for chain in single[0]:
        polymer = chain.get_polymer()
        if polymer.check_polymer_type() != gemmi.PolymerType.PeptideL:
            continue
        residues = list(polymer.first_conformer())
        for before, residue, after in zip(residues, residues[1:], residues[2:], strict=False):
            if not (_bonded(before, residue) and _bonded(residue, after)):
                continue
            phi, psi = (math.degrees(angle) for angle in gemmi.calculate_phi_psi(before, residue, after))
            if math.isnan(phi) or math.isnan(psi):
                continue
            kind = _classify(before, residue, after)
            yield _Torsions(chain.name, f"{residue.name} {residue.seqid}", phi, psi, kind)


def _bonded(residue: gemmi.Residue, after: gemmi.Residue) -> bool:
    carbon, nitrogen = residue.find_atom("C", "*"), after.find_atom("N", "*")
    return carbon is not None and nitrogen is not None and carbon.pos.dist(nitrogen.pos) < PEPTIDE_BOND


def _classify(before: gemmi.Residue, residue: gemmi.Residue, after: gemmi.Residue) -> RamaClass:
    import gemmi

    if residue.name == "GLY":
        return RamaClass.GLYCINE
    if residue.name == "PRO":
        omega = abs(math.degrees(gemmi.calculate_omega(before, residue)))
        return RamaClass.CIS_PROLINE if omega < CIS else RamaClass.TRANS_PROLINE
    if after.name == "PRO":
        return RamaClass.PRE_PROLINE
    return RamaClass.ILE_VAL if residue.name in {"ILE", "VAL"} else RamaClass.GENERAL
