"""Import of merged reflections."""

from ._task import ImportMerged

__all__ = ["ImportMerged"]
