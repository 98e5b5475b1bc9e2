"""Validation of a model: B factors, clashes, Ramachandran plot."""

from ._b_factors import BFactorSummary, BGroup, BOutlier, b_factor_summary
from ._clashes import Clash, ClashReport, clashes
from ._ramachandran import Ramachandran, RamaResidue, RamaVerdict, judge_by_outline, ramachandran
from ._ramachandran_regions import RamaClass

__all__ = [
    "BFactorSummary",
    "BGroup",
    "BOutlier",
    "Clash",
    "ClashReport",
    "RamaClass",
    "RamaResidue",
    "RamaVerdict",
    "Ramachandran",
    "b_factor_summary",
    "clashes",
    "judge_by_outline",
    "ramachandran",
]
