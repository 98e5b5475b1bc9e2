"""Unmerged observations: read, merged, and judged by shell, batch and direction."""

from ._anisotropy import DirectionalSignal, directional_signals
from ._batch_statistics import BatchStatistics
from ._groups import common_crystal
from ._merging import MergedData, merge, write_merged
from ._reading import read_unmerged
from ._repeats import find_repeats
from ._shell_statistics import MergingAgreement, ShellStatistics
from ._statistics import MergingStatistics, merging_statistics
from ._unmerged import UnmergedData

__all__ = [
    "BatchStatistics",
    "DirectionalSignal",
    "MergedData",
    "MergingAgreement",
    "MergingStatistics",
    "ShellStatistics",
    "UnmergedData",
    "common_crystal",
    "directional_signals",
    "find_repeats",
    "merge",
    "merging_statistics",
    "read_unmerged",
    "write_merged",
]
