"""CCP4 maps from map coefficients."""

from ._task import MakeMaps

__all__ = ["MakeMaps"]
