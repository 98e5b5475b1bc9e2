"""What a task author's type checker sees of files of reflections; checked by mypy, never run."""

from pathlib import Path
from typing import assert_type

from xtalflow.xtal import (
    CGenericReflDataFile,
    CMmcifReflData,
    CMmcifReflDataFile,
    CMtzData,
    CObsDataFile,
    CUnmergedDataContent,
    CUnmergedDataFile,
    CUnmergedMtzDataFile,
    MergedData,
    UnmergedData,
    merge,
    merging_statistics,
    read_unmerged,
)

# The content of a kind is a tree of its own class.
assert_type(CObsDataFile().content(), CMtzData)
assert_type(CUnmergedMtzDataFile().content(), CMtzData)
assert_type(CUnmergedDataFile().content(), CUnmergedDataContent)
assert_type(CGenericReflDataFile().content(), CUnmergedDataContent)
assert_type(CMmcifReflDataFile().content(), CMmcifReflData)
assert_type(CObsDataFile().content().cell.a.value, float | None)
assert_type(CObsDataFile().content().merged.value, bool | None)

# Merging.
data = read_unmerged(Path("data.mtz"), cell=(30.0, 40.0, 50.0, 90.0, 90.0, 90.0), space_group="P 21 21 21")
assert_type(data, UnmergedData)
assert_type(merge(data, anomalous=False), MergedData)
assert_type(merge([data, data], d_min=2.0), MergedData)
assert_type(merging_statistics(data).outer.together.cc_half, float)
assert_type(merging_statistics(data).d_cc_half, float | None)
read_unmerged(Path("data.mtz"), cell=(30.0, 40.0, 50.0))  # type: ignore[arg-type]  # a cell has six numbers
