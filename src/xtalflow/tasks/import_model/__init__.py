"""Import of an atomic model."""

from ._task import ImportModel

__all__ = ["ImportModel"]
