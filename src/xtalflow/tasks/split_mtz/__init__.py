"""Splitting of merged reflections into typed files."""

from ._task import SplitMtz

__all__ = ["SplitMtz"]
