"""The demo: a synthetic crystal, refined by the main pipeline in a home of its own, and compared with the truth."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.engine import SETTINGS_FILE
from xtalflow.errors import StoreUnavailable
from xtalflow.formats import write_atomically

from ._documents import Document

if TYPE_CHECKING:
    from .demo import DemoCrystal

DEMO_PROJECT = "demo"
DEMO_TASK = "refine_pipeline"
FOUND = 0.1
"""Å; a refined model nearer than this to the truth has found it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """A demo about to be run: its home, its crystal and the words that run the pipeline on it."""

    home: Path
    crystal: DemoCrystal

    @property
    def words(self) -> list[str]:
        """The parameters, as a user would type them."""
        crystal = self.crystal
        return [
            f"F_SIGF={crystal.observations}",
            f"XYZIN={crystal.model}",
            f"FREERFLAG={crystal.free_flags}",
            f"SEQIN={crystal.sequence}",
            "NCYCLES=10",
        ]


def enter_demo_home(home: Path) -> None:
    """Make a home of its own for the demo, and let this process live in it.

    It holds database, settings, projects and crystal, and has nothing to do with the user's own home.
    """
    settings = {"projects": str(home / "projects"), "monomer_library": str(_crystal_folder(home) / "monomer_library")}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in settings.items()]
    try:
        home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # the user's own home, which may be made first here
        home.mkdir(exist_ok=True, mode=0o700)
        write_atomically(home / SETTINGS_FILE, "".join(lines).encode())
    except OSError as exc:
        raise StoreUnavailable(f"{exc.filename or home}: {exc.strerror or exc}") from exc
    for variable in ("XTALFLOW_PROJECTS", "DATABASE_URL", "CLIBD_MON"):
        os.environ.pop(variable, None)
    os.environ["XTALFLOW_HOME"] = str(home)


async def prepare_demonstration(home: Path) -> Demonstration:
    """Make the crystal in the demo's home."""
    from .demo import make_demo_crystal

    crystal = await asyncio.to_thread(make_demo_crystal, _crystal_folder(home))
    return Demonstration(home=home, crystal=crystal)


async def compare_with_truth(demonstration: Demonstration, job: Document) -> Document:
    """How near start and refined model are to the truth, as JSON values."""
    from .demo import coordinate_error

    crystal = demonstration.crystal
    refined = next(Path(file["path"]) for file in job["files"] if file["param"] == "XYZOUT")
    start = await asyncio.to_thread(coordinate_error, crystal.truth, crystal.model)
    final = await asyncio.to_thread(coordinate_error, crystal.truth, refined)
    return {
        "start": asdict(start),
        "refined": asdict(final),
        "recovered": final.protein_rmsd <= FOUND,
    }


def _crystal_folder(home: Path) -> Path:
    return home / "crystal"
