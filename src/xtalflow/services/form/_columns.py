"""Which columns of a file could be meant by a parameter."""

from __future__ import annotations

from pathlib import Path

from xtalflow.data import CDataFile
from xtalflow.errors import InvalidInput
from xtalflow.xtal import CMiniMtzDataFile, ColumnGroup


def columns_that_fit(parameter: CDataFile, path: Path) -> list[ColumnGroup]:
    """The groups of columns of a file that a parameter can take, in the order of the file.

    Empty for parameters without columns, and for files that cannot be read: that is what validation says. Whether the
    columns hold any value is not looked at.
    """
    if not isinstance(parameter, CMiniMtzDataFile):
        return []
    try:
        return parameter.possible_columns(path)
    except (InvalidInput, OSError):
        return []
