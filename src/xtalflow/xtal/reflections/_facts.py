"""What a file of reflections says about itself, as JSON values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.data import FileFacts
from xtalflow.errors import UnsuitableContent

from ..crystal import Crystal, crystal_of_reflections, index_keys, reduce_indices
from ._batch_ranges import batch_text
from ._columns import COLUMN_KINDS, find_free_flags, find_groups
from ._digest import reflection_digests, rows_digest
from ._header import DatasetHeader, ReflectionHeader, header_of_mtz, header_of_rows
from ._merged_rows import merged_rows_to_mtz
from ._reflections import other_kind, read_reflections, reflection_format
from ._rows import ReflectionRows
from ._text_formats import read_rows

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray


def examine_reflections(path: Path) -> FileFacts:
    """Facts and digests of a file of reflections of any format, merged or not, of one reading.

    Raises
    ------
    UnreadableFile
        It cannot be read, or is truncated or broken.
    UnsuitableContent
        It is no file of reflections.
    """
    file_format = reflection_format(path)
    if not file_format:
        raise UnsuitableContent(path, f"this is no file of reflections but {other_kind(path)}")
    if file_format in ("mtz", "sf-mmcif"):
        mtz = read_reflections(path)
    else:
        rows = read_rows(path, file_format)
        if len(rows) == 0:
            raise UnsuitableContent(path, "it holds no reflections with a positive σ")
        if not (rows.merged and rows.crystal.cell is not None and rows.crystal.space_group):
            return FileFacts(facts=_rows_facts(rows), digests={"reflections": rows_digest(rows)})
        mtz = merged_rows_to_mtz(rows, rows.crystal)
    return FileFacts(facts=reflection_facts(mtz, file_format), digests=reflection_digests(mtz))


def reflection_facts(mtz: gemmi.Mtz, file_format: str) -> dict[str, Any]:
    """Cell, symmetry, resolution, number of reflections, columns and what they are.

    ``reflections`` and the limits of resolution are of rows that have any value; ``wavelength`` is that of the
    first dataset with one, None if there is none. Unmerged data also have ``batches``, ``batch_ranges``, ``unique`` and
    ``multiplicity``.
    """
    import numpy as np

    header = header_of_mtz(mtz, file_format)
    columns = list(mtz.columns)[3:]
    values = [np.isfinite(column.array) for column in columns]
    present = np.any(values, axis=0) if values else np.ones(mtz.nreflections, dtype=bool)
    spacings = mtz.make_d_array()[present]
    spacings = spacings[np.isfinite(spacings)]
    groups = find_groups(mtz, [kind for kind in COLUMN_KINDS if kind != "FREER"])
    observed = [group for group in groups if group.kind in {"IPAIR", "FPAIR", "IMEAN", "FMEAN"}]
    facts = _header_facts(header) | {
        "d_max": round(float(spacings.max()), 4) if len(spacings) else None,
        "d_min": round(float(spacings.min()), 4) if len(spacings) else None,
        "reflections": int(present.sum()),
        "columns": [
            {"label": column.label, "type": column.type, "dataset": column.dataset} for column in header.columns[3:]
        ],
        "observations": [{"kind": group.kind, "labels": list(group.labels)} for group in observed],
        "groups": [{"kind": group.kind, "labels": list(group.labels)} for group in groups if group not in observed],
        "free_flags": [group.labels[0] for group in find_free_flags(mtz)],
    }
    if not header.merged:
        facts |= _multiplicity(mtz.make_miller_array()[present], crystal_of_reflections(mtz))
    return facts


def _rows_facts(rows: ReflectionRows) -> dict[str, Any]:
    """The same as far as a text file tells it."""
    facts = _header_facts(header_of_rows(rows))
    if rows.crystal.cell is not None and rows.crystal.space_group:
        facts |= _multiplicity(rows.hkl, rows.crystal)
    return facts


def _header_facts(header: ReflectionHeader) -> dict[str, Any]:
    crystal = header.crystal
    facts: dict[str, Any] = {
        "format": header.file_format,
        "cell": [round(value, 4) for value in crystal.cell] if crystal.cell is not None else None,
        "space_group": crystal.space_group,
        "d_max": round(header.d_max, 4) if header.d_max is not None else None,
        "d_min": round(header.d_min, 4) if header.d_min is not None else None,
        "reflections": header.rows,
        "wavelength": round(header.wavelength, 5) if header.wavelength is not None else None,
        "datasets": [_dataset_facts(dataset) for dataset in header.datasets],
        "merged": header.merged,
    }
    batches = [number for dataset in header.datasets for number in dataset.batches]
    if batches:
        facts |= {"batches": len(batches), "batch_ranges": batch_text(batches)}
    return facts


def _dataset_facts(dataset: DatasetHeader) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "project": dataset.project,
        "crystal": dataset.crystal,
        "name": dataset.name,
        "cell": [round(value, 4) for value in dataset.cell] if dataset.cell is not None else None,
        "wavelength": round(dataset.wavelength, 5) if dataset.wavelength is not None else None,
    }
    return facts | ({"batches": batch_text(dataset.batches)} if dataset.batches else {})


def _multiplicity(hkl: NDArray[np.int32], crystal: Crystal) -> dict[str, Any]:
    """Unique reflections, Friedel mates counted as one, and observations for each."""
    import numpy as np

    unique = len(np.unique(index_keys(reduce_indices(hkl, crystal)[0])))
    return {"unique": unique, "multiplicity": round(len(hkl) / unique, 2) if unique else None}
