"""B factors and occupancies of a model in numbers."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi

OUTLIER_Z = 4.0
"""A residue whose mean B differs from its chain's by more than this many robust standard deviations stands out."""
_LEAST_SPREAD = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BGroup:
    """Atoms of one kind in one chain: how many, and mean, least and greatest B in Å²; hydrogens are left out."""

    chain: str
    kind: str
    atoms: int
    mean: float
    least: float
    greatest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BOutlier:
    """A residue with an unusual mean B (Å²), and how many standard deviations it is from the median of its kind."""

    residue: str
    mean: float
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BFactorSummary:
    """B factors of the first model.

    Attributes
    ----------
    mean
        Over all atoms but hydrogens, Å².
    groups
        Polymer, ligands and waters of each chain, in order.
    outliers
        Residues that stand out, worst first.
    not_positive
        Number of atoms with B of zero or less.
    unoccupied, overfull
        Number of atoms with an occupancy of zero or less, and of more than one.
    """

    mean: float
    groups: tuple[BGroup, ...]
    outliers: tuple[BOutlier, ...]
    not_positive: int
    unoccupied: int
    overfull: int


def b_factor_summary(structure: gemmi.Structure) -> BFactorSummary:
    """Summarise B factors by chain and kind, and name the residues that stand out."""
    groups: list[BGroup] = []
    outliers: list[BOutlier] = []
    every: list[gemmi.Atom] = []
    for chain in structure[0]:
        polymer = {str(residue.seqid) for residue in chain.get_polymer()}
        kinds: dict[str, list[gemmi.Residue]] = {"polymer": [], "ligand": [], "water": []}
        for residue in chain:
            inside = str(residue.seqid) in polymer
            kinds["water" if residue.is_water() else "polymer" if inside else "ligand"].append(residue)
        for kind, residues in kinds.items():
            atoms = [atom for residue in residues for atom in _heavy(residue)]
            if not atoms:
                continue
            values = [float(atom.b_iso) for atom in atoms]
            group = BGroup(
                chain=chain.name,
                kind=kind,
                atoms=len(atoms),
                mean=statistics.fmean(values),
                least=min(values),
                greatest=max(values),
            )
            groups.append(group)
            every += atoms
            outliers += _outliers(chain.name, residues)
    return BFactorSummary(
        mean=statistics.fmean(float(atom.b_iso) for atom in every) if every else 0.0,
        groups=tuple(groups),
        outliers=tuple(sorted(outliers, key=lambda outlier: -abs(outlier.z))),
        not_positive=sum(1 for atom in every if atom.b_iso <= 0.0),
        unoccupied=sum(1 for atom in every if atom.occ <= 0.0),
        overfull=sum(1 for atom in every if atom.occ > 1.001),
    )


def _heavy(residue: gemmi.Residue) -> Iterable[gemmi.Atom]:
    return (atom for atom in residue if not atom.is_hydrogen())


def _outliers(chain: str, residues: Sequence[gemmi.Residue]) -> list[BOutlier]:
    """Residues far from the median; the spread is 1.4826 times the median absolute deviation."""
    means = [(res, statistics.fmean(float(atom.b_iso) for atom in _heavy(res))) for res in residues if any(_heavy(res))]
    if len(means) < 10:
        return []
    middle = statistics.median(mean for _, mean in means)
    spread = 1.4826 * statistics.median(abs(mean - middle) for _, mean in means)
    scores = [(res, mean, (mean - middle) / max(spread, _LEAST_SPREAD)) for res, mean in means]
    return [
        BOutlier(residue=f"{chain}/{res.name} {res.seqid}", mean=mean, z=z)
        for res, mean, z in scores
        if abs(z) > OUTLIER_Z
    ]
