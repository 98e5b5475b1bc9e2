"""A part of a model as a model of its own."""

from ._task import SelectAtoms

__all__ = ["SelectAtoms"]
