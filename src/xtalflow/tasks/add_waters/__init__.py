"""Ordered waters from a difference map."""

from ._task import AddWaters, too_low

__all__ = ["AddWaters", "too_low"]
