"""What a viewer can show of a job is told in records, and what it cannot in sentences."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from unit.xtal.maps.crystals import write_coefficients
from xtalflow.db import ProjectRecord
from xtalflow.engine import JOB_DIR, FileId, FileRecord, JobId, JobRecord, ProjectId
from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.services import Box, FoundJob, MapKind, ModelFormat, ShownStructure, map_bytes, model_text
from xtalflow.services._density import ShownFile, _Made, _places

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def found_job() -> FoundJob:
    project = ProjectId(uuid4())
    return FoundJob(
        project=ProjectRecord(id=project, name="gamma", directory=Path("/gamma"), created=NOW, last_access=NOW),
        job=JobRecord(id=JobId(uuid4()), project=project, number="3", task="refine_pipeline", created=NOW),
    )


def coefficients(found: FoundJob, *, checksum: str = "1", available: bool = True) -> ShownFile:
    file = FileRecord(
        id=FileId(uuid4()),
        project=found.project.id,
        job=found.job.id,
        param_name="FPHIOUT",
        path="CCP4_JOBS/job_3/FPHIOUT.mtz",
        directory=JOB_DIR,
        file_type="application/CCP4-mtz-map",
        checksum=checksum,
        available=available,
    )
    return ShownFile(file=file, directory=found.project.directory)


def test_what_is_not_there_is_told_in_a_sentence() -> None:
    """No model, no such map, a purged file: each is told with its name."""
    found = found_job()
    structure = ShownStructure(found=found, maps={MapKind.NORMAL: coefficients(found, available=False)})

    with pytest.raises(InvalidInput, match="gamma/3 has no model to show"):
        structure.the_model()
    with pytest.raises(InvalidInput, match="gamma/3 has no coefficients of a mFo-DFc map to show"):
        structure.the_map(MapKind.DIFFERENCE)
    with pytest.raises(InvalidInput, match=r"^CCP4_JOBS/job_3/FPHIOUT.mtz: it was purged"):
        structure.the_map(MapKind.NORMAL)


async def test_what_leads_out_of_the_project_is_not_shown(tmp_path: Path) -> None:
    """A model, a whole map and a box of it: each is refused by the name that it has in the project."""
    found = found_job()
    found = replace(found, project=replace(found.project, directory=tmp_path / "gamma"))
    outside = write_coefficients(tmp_path / "outside.mtz")
    shown = coefficients(found, checksum=str(outside))
    path = shown.directory / shown.file.path
    path.parent.mkdir(parents=True)
    path.symlink_to(outside)
    structure = ShownStructure(found=found, model=shown, maps={MapKind.NORMAL: shown})
    refused = "^CCP4_JOBS/job_3/FPHIOUT.mtz: leads out of the project's folder$"

    with pytest.raises(UnreadableFile, match=refused):
        await model_text(structure, ModelFormat.PDB)
    with pytest.raises(UnreadableFile, match=refused):
        await map_bytes(structure, MapKind.NORMAL)
    with pytest.raises(UnreadableFile, match=refused):
        await map_bytes(structure, MapKind.NORMAL, Box(centre=(1.0, 2.0, 3.0)))

    path.unlink()
    shutil.copy(outside, path)
    assert await map_bytes(structure, MapKind.NORMAL)


def test_a_tag_is_that_of_the_bytes_and_of_what_is_made_of_them() -> None:
    found = found_job()
    one, same, other = (
        ShownStructure(found=found, maps={MapKind.NORMAL: coefficients(found, checksum=checksum)})
        for checksum in ("1", "1", "2")
    )
    tag = one.map_tag(MapKind.NORMAL)

    assert same.map_tag(MapKind.NORMAL) == tag
    assert other.map_tag(MapKind.NORMAL) != tag
    assert one.map_tag(MapKind.NORMAL, Box(centre=(1.0, 2.0, 3.0))) != tag


async def test_what_two_ask_for_at_once_is_made_once() -> None:
    """Also when one of them goes away; what failed is made anew for the next."""
    made = _Made(100)
    calls: list[str] = []

    def make(text: str) -> bytes:
        calls.append(text)
        if text == "fail":
            raise InvalidInput("it fails")
        return text.encode()

    first = asyncio.create_task(made.get("a", lambda: make("one")))
    second = asyncio.create_task(made.get("a", lambda: make("one")))
    await asyncio.sleep(0)
    first.cancel()
    answer = await second
    for _ in range(2):
        with pytest.raises(InvalidInput):
            await made.get("b", lambda: make("fail"))

    assert answer == b"one"
    assert calls == ["one", "fail", "fail"]
    assert await made.get("a", lambda: make("never")) == b"one"


async def test_the_oldest_goes_when_there_is_too_much() -> None:
    made = _Made(10)
    for name in "abc":
        await made.get(name, lambda: b"12345")
    await made.get("a", lambda: b"again")

    assert await made.get("c", lambda: b"never") == b"12345"
    assert await made.get("a", lambda: b"never") == b"again"
    assert await made.get("b", lambda: b"anew") == b"anew"


def test_places_are_read_from_the_tables_of_reports() -> None:
    """Peaks by coordinates, residues by names in one cell, in two, and in a cell with others."""
    peaks = {
        "columns": ["Height (σ)", "Nearest atom", "Distance (Å)", "x (Å)", "y (Å)", "z (Å)"],
        "rows": [[-6.123, "A/SER 12/OG", 1.0, 1.234, 2.0, 3.0]],
        "digits": [[2, None, 2, 2, 2, 2]],
    }
    angles = {
        "columns": ["Restraint", "Atoms", "Value", "Ideal", "Z"],
        "rows": [["angle", "A/ILE 78/CB – A/ILE 78/CA – A/ILE 78/C", 103.8, 111.7, -5.28]],
        "digits": [[None, None, 3, 3, 1]],
    }
    clashes = {
        "columns": ["Atom", "Atom", "Distance (Å)", "Between symmetry mates"],
        "rows": [["A/GLU 18A/CB", "W/HOH 62/O", 2.5, "no"]],
    }
    plot = {"columns": ["Chain", "Residue", "φ (°)"], "rows": [["A", "SER -1", -60.0]]}
    found = [next(_places(table)) for table in (peaks, angles, clashes, plot)]

    assert found == [
        {"label": "-6.12 σ", "note": "A/SER 12/OG", "residue": "A/12", "xyz": [1.23, 2.0, 3.0]},
        {
            "label": "A/ILE 78",
            "note": "Restraint angle, Value 103.800, Ideal 111.700, Z -5.3",
            "residue": "A/78",
            "xyz": None,
        },
        {"label": "A/GLU 18A/CB – W/HOH 62/O", "note": "Distance (Å) 2.5", "residue": "A/18A", "xyz": None},
        {"label": "A/SER -1", "note": "φ (°) -60.0", "residue": "A/-1", "xyz": None},
    ]
    assert list(_places({"columns": ["Chain", "Atoms"], "rows": [["A", 12]]})) == []
    many = {"columns": ["Chain", "Residue"], "rows": [["W", f"HOH {number}"] for number in range(74)]}
    assert len(list(_places(many))) == 74
