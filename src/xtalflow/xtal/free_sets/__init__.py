"""Free-R sets: made, completed, recognised by their numbers, kept through symmetry."""

from ._free_flags import FreeFlags, analyse_free_flags, count_flags
from ._free_sets import FreeSet, FreeSetReport, complete_free_flags, make_free_flags, write_free_flags

__all__ = [
    "FreeFlags",
    "FreeSet",
    "FreeSetReport",
    "analyse_free_flags",
    "complete_free_flags",
    "count_flags",
    "make_free_flags",
    "write_free_flags",
]
