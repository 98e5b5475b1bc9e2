"""Conversions of reflection data, splitting and joining of MTZ files."""

from ._conversions import (
    Conversion,
    check_conversion,
    collect_amplitudes,
    convert,
    convert_group,
    needs_french_wilson,
    read_group,
)
from ._french_wilson import FrenchWilsonRun
from ._joining import Joined, JoinedColumns, JoinPart, join_files
from ._phases import MOST_FOM, allowed_phases, best_phases, hendrickson_lattman
from ._refinement_input import FLAG, FlagColumn, RefinementData, join_flags
from ._splitting import Split, SplitFile, SplitPlan, plan_split, split_columns, split_file

__all__ = [
    "FLAG",
    "MOST_FOM",
    "Conversion",
    "FlagColumn",
    "FrenchWilsonRun",
    "JoinPart",
    "Joined",
    "JoinedColumns",
    "RefinementData",
    "Split",
    "SplitFile",
    "SplitPlan",
    "allowed_phases",
    "best_phases",
    "check_conversion",
    "collect_amplitudes",
    "convert",
    "convert_group",
    "hendrickson_lattman",
    "join_files",
    "join_flags",
    "needs_french_wilson",
    "plan_split",
    "read_group",
    "split_columns",
    "split_file",
]
