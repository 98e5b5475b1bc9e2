"""Definition of the contents of the asymmetric unit."""

from ._task import DefineAsuContents

__all__ = ["DefineAsuContents"]
