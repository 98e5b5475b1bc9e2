"""The files that servalcat leaves, as the outputs of the task."""

from __future__ import annotations

from pathlib import Path

from xtalflow.errors import TaskFailed
from xtalflow.xtal import CMapCoeffsDataFile, CPdbDataFile, ModelSubType, read_reflections, split_columns

from .._files import path_of
from ._input import PREFIX

NORMAL, DIFFERENCE, ANOMALOUS = 1, 2, 3
"""Sub-types of map coefficients."""


def take_models(folder: Path, pdb: CPdbDataFile, mmcif: CPdbDataFile) -> bool:
    """Put the refined model in its place, in both formats; false if it does not fit PDB, which is then unset."""
    refined = folder / f"{PREFIX}.mmcif"
    if not refined.exists():
        raise TaskFailed("servalcat ended well but wrote no model")
    refined.replace(path_of(mmcif))
    mmcif.subType = ModelSubType.MODEL
    refined = refined.with_suffix(".pdb")
    if not refined.exists():
        pdb.unSet()
        return False
    refined.replace(path_of(pdb))
    pdb.subType = ModelSubType.MODEL
    return True


def take_maps(
    folder: Path, normal: CMapCoeffsDataFile, difference: CMapCoeffsDataFile, anomalous: CMapCoeffsDataFile
) -> bool:
    """Split the map coefficients into files of their own; false if there are none of an anomalous map."""
    refined = folder / f"{PREFIX}.mtz"
    if not refined.exists():
        raise TaskFailed("servalcat ended well but wrote no map coefficients")
    outputs = {"FWT,PHWT": normal, "DELFWT,PHDELWT": difference}
    has_pairs = "FAN" in read_reflections(refined).column_labels()
    if has_pairs:
        outputs["FAN,PHAN"] = anomalous
    else:
        anomalous.unSet()
    split_columns(refined, outputs)
    for output, sub_type in ((normal, NORMAL), (difference, DIFFERENCE), (anomalous, ANOMALOUS)):
        if output.isSet():
            output.subType = sub_type
    refined.unlink()
    refined.with_suffix(".log").unlink(missing_ok=True)  # the same as our log of the program
    return has_pairs
