"""Free-R flags: a new set, or a set completed."""

from ._task import FreeRFlag

__all__ = ["FreeRFlag"]
