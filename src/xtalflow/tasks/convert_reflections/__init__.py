"""Conversion of observations or phases."""

from ._task import ConvertReflections

__all__ = ["ConvertReflections"]
