"""Validation of a model: geometry, Ramachandran, B factors, clashes, difference peaks, sequence."""

from ._task import ValidateModel

__all__ = ["ValidateModel"]
