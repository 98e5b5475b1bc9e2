"""Merging of unmerged reflections."""

from ._task import MergeUnmerged

__all__ = ["MergeUnmerged"]
