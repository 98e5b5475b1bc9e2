"""French–Wilson: amplitudes and Wilson B from intensities."""

from ._task import FrenchWilson

__all__ = ["FrenchWilson"]
