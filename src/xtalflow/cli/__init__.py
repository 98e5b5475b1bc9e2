"""The command line: words in, one service, tables or JSON out."""

from ._main import main

__all__ = ["main"]
