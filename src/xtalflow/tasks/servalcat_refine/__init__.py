"""Refinement with servalcat, against intensities or amplitudes."""

from ._statistics import CycleStatistics
from ._task import ServalcatRefine

__all__ = ["CycleStatistics", "ServalcatRefine"]
