"""What a file of reflections says about itself, as JSON values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ._columns import COLUMN_KINDS, find_free_flags, find_groups
from ._crystal import crystal_of_reflections
from ._mini_mtz import wavelength_of
from ._reflections import read_head, read_reflections, reflection_format

if TYPE_CHECKING:
    import gemmi

_SCALEPACK = re.compile(rb"\A\s*(?:1\r?\n\s*-\d+\r?\n|\d+ [PIFCRABHpifcrabh]\S*)")
_SHELX = re.compile(rb"\A(?:[ \d-]{4}){3}[ \d.-]{8}[ \d.-]{8}")


def reflection_facts(mtz: gemmi.Mtz, file_format: str) -> dict[str, Any]:
    """Cell, symmetry, resolution, number of reflections, columns and what they are.

    ``reflections`` and the limits of resolution are of rows that have any value; ``wavelength`` is that of the
    first dataset with one, None if there is none.
    """
    import numpy as np

    crystal = crystal_of_reflections(mtz)
    columns = list(mtz.columns)[3:]
    values = [np.isfinite(column.array) for column in columns]
    present = np.any(values, axis=0) if values else np.ones(mtz.nreflections, dtype=bool)
    spacings = mtz.make_d_array()[present]
    spacings = spacings[np.isfinite(spacings)]
    wavelengths = [wavelength_of(dataset) for dataset in mtz.datasets]
    groups = find_groups(mtz, [kind for kind in COLUMN_KINDS if kind != "FREER"])
    observed = [group for group in groups if group.kind in {"IPAIR", "FPAIR", "IMEAN", "FMEAN"}]
    return {
        "format": file_format,
        "cell": [round(value, 4) for value in crystal.cell] if crystal.cell is not None else None,
        "space_group": crystal.space_group,
        "d_max": round(float(spacings.max()), 4) if len(spacings) else None,
        "d_min": round(float(spacings.min()), 4) if len(spacings) else None,
        "reflections": int(present.sum()),
        "columns": [
            {"label": column.label, "type": column.type, "dataset": column.dataset.dataset_name} for column in columns
        ],
        "wavelength": next((round(value, 5) for value in wavelengths if value is not None), None),
        "observations": [{"kind": group.kind, "labels": list(group.labels)} for group in observed],
        "groups": [{"kind": group.kind, "labels": list(group.labels)} for group in groups if group not in observed],
        "free_flags": [group.labels[0] for group in find_free_flags(mtz)],
        "merged": len(mtz.batches) == 0,
    }


def unmerged_facts(path: Path) -> dict[str, Any]:
    """Format and, as far as gemmi reads it, content of data from integration or scaling.

    Raises
    ------
    UnreadableFile
        It cannot be read.
    UnsuitableContent
        Its format is not known.
    """
    import gemmi

    if reflection_format(path):
        mtz = read_reflections(path)
        return reflection_facts(mtz, reflection_format(path)) | {"batches": len(mtz.batches)}
    head = read_head(path)
    if head.startswith(b"!FORMAT=XDS_ASCII"):
        try:
            xds = gemmi.read_xds_ascii(str(path))
        except (RuntimeError, ValueError) as exc:
            raise UnreadableFile(path, f"the file of XDS is broken or truncated ({exc})") from exc
        group = gemmi.find_spacegroup_by_number(xds.spacegroup_number)
        return {
            "format": "xds",
            "cell": [round(value, 4) for value in xds.cell_constants],
            "space_group": group.xhm() if group is not None else "",
            "reflections": xds.data_size,
            "wavelength": round(xds.wavelength, 5) or None,
            "merged": b"MERGE=TRUE" in head[:200],
        }
    for pattern, name in ((_SCALEPACK, "sca"), (_SHELX, "shelx")):
        if pattern.match(head):
            return {"format": name}
    raise UnsuitableContent(path, "its format is none of MTZ, mmCIF, XDS, Scalepack and SHELX")
