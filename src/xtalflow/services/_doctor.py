"""What this installation has, what it lacks, and what to do about it; nothing is made."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from xtalflow import __version__, db
from xtalflow.engine import Setting, Settings
from xtalflow.errors import NotEquipped, XtalflowError
from xtalflow.plugin import find_program, load_task, program_version, task_names
from xtalflow.xtal import check_monomer_library

from ._documents import Document

PACKAGES = ("gemmi", "numpy", "servalcat", "Django", "lxml", "rich")
EXECUTORS = {"slurm": "sbatch", "pbs": "qsub", "sge": "qconf"}


class State(StrEnum):
    """How it stands with one thing."""

    GOOD = "good"
    ABSENT = "absent"
    """Not there, and not needed by everybody."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing looked at: what was found, and what to do."""

    subject: str
    name: str
    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All that was looked at."""

    settings: tuple[Setting, ...]
    diagnoses: tuple[Diagnosis, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return all(one.state is not State.WRONG for one in self.diagnoses)

    def document(self) -> Document:
        """The examination as JSON values."""
        return {
            "version": __version__,
            "well": self.is_well,
            "settings": [asdict(setting) for setting in self.settings],
            "findings": [asdict(one) for one in self.diagnoses],
        }


async def examine_installation(settings: Settings) -> Examination:
    """Look at everything that jobs need."""
    equipment = await asyncio.to_thread(_equipment, settings)
    database = await _database(settings)
    diagnoses = [*equipment, database, _projects(settings), *_executors()]
    return Examination(settings=tuple(settings.rows()), diagnoses=tuple(diagnoses))


def _equipment(settings: Settings) -> list[Diagnosis]:
    return [_python(), *_packages(), *_programs(), _monomer_library(settings)]


def _python() -> Diagnosis:
    found = f"{platform.python_version()} ({sys.executable}) on {platform.system()} {platform.machine()}"
    return Diagnosis(subject="package", name="Python", state=State.GOOD, found=found)


def _packages() -> list[Diagnosis]:
    diagnoses = []
    for name in PACKAGES:
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            advice = f"install it: {sys.executable} -m pip install {name}"
            diagnoses.append(
                Diagnosis(subject="package", name=name, state=State.WRONG, found="not found", advice=advice)
            )
        else:
            diagnoses.append(Diagnosis(subject="package", name=name, state=State.GOOD, found=version))
    return diagnoses


def _programs() -> list[Diagnosis]:
    """Programs that registered tasks run, and tasks that cannot be loaded."""
    diagnoses, users = [], dict[str, list[str]]()
    for name in task_names():
        try:
            for program in load_task(name).PROGRAMS:
                users.setdefault(program, []).append(name)
        except NotEquipped as exc:
            advice = "install what its package needs"
            diagnoses.append(Diagnosis(subject="task", name=name, state=State.WRONG, found=str(exc), advice=advice))
    for program, tasks in sorted(users.items()):
        try:
            path = find_program(program)
        except NotEquipped as exc:
            advice = f"install it, or source its setup; needed by {', '.join(tasks)}"
            diagnoses.append(
                Diagnosis(subject="program", name=program, state=State.WRONG, found=str(exc), advice=advice)
            )
        else:
            found = f"{program_version(path)} {path}".strip()
            diagnoses.append(Diagnosis(subject="program", name=program, state=State.GOOD, found=found))
    return diagnoses


def _monomer_library(settings: Settings) -> Diagnosis:
    folder = settings.monomer_library
    advice = (
        "refinement and validation need one: install CCP4 (its lib/data/monomers), or clone "
        "https://github.com/MonomerLibrary/monomers; then set CLIBD_MON, or monomer_library in settings.toml"
    )
    if folder is None:
        return Diagnosis(subject="library", name="monomers", state=State.ABSENT, found="none is named", advice=advice)
    try:
        check_monomer_library(folder)
    except XtalflowError as exc:
        return Diagnosis(subject="library", name="monomers", state=State.WRONG, found=str(exc), advice=advice)
    return Diagnosis(subject="library", name="monomers", state=State.GOOD, found=str(folder))


async def _database(settings: Settings) -> Diagnosis:
    path = settings.home / db.DATABASE_FILE
    if not settings.database_url and not path.exists():
        if kind := db.network_file_system(settings.home):
            found = f"{path}: on a network file system ({kind})"
            advice = "set XTALFLOW_HOME to a folder on a local disk, or DATABASE_URL to a PostgreSQL database"
            return Diagnosis(subject="database", name="SQLite", state=State.WRONG, found=found, advice=advice)
        return _writable("database", "SQLite", settings.home, f"{path}: not yet made; the first job makes it")
    name = "PostgreSQL" if settings.database_url else "SQLite"
    try:
        await asyncio.to_thread(db.ensure_schema)
        projects = len(await db.list_projects())
        await db.close_connections()
    except XtalflowError as exc:
        advice = "is the server running, and does DATABASE_URL name it?" if settings.database_url else ""
        return Diagnosis(subject="database", name=name, state=State.WRONG, found=str(exc), advice=advice)
    place = next(row.value for row in settings.rows() if row.name == "database_url") if settings.database_url else path
    found = f"{place}: {projects} project{'s' * (projects != 1)}"
    return Diagnosis(subject="database", name=name, state=State.GOOD, found=found)


def _projects(settings: Settings) -> Diagnosis:
    exists = settings.projects.is_dir()
    found = str(settings.projects) if exists else f"{settings.projects}: not yet made; the first project makes it"
    return _writable("projects", "folder", settings.projects, found)


def _writable(subject: str, name: str, folder: Path, found: str) -> Diagnosis:
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return Diagnosis(subject=subject, name=name, state=State.GOOD, found=found)
    variable = "XTALFLOW_HOME" if subject == "database" else "XTALFLOW_PROJECTS"
    return Diagnosis(
        subject=subject,
        name=name,
        state=State.WRONG,
        found=f"{folder}: nothing can be written below {place}",
        advice=f"set {variable} to a folder that you may write to",
    )


def _executors() -> list[Diagnosis]:
    local = f"{os.cpu_count() or 1} cpus"
    diagnoses = [Diagnosis(subject="executor", name="local", state=State.GOOD, found=local)]
    for name, command in EXECUTORS.items():
        if path := shutil.which(command):
            diagnoses.append(Diagnosis(subject="executor", name=name, state=State.GOOD, found=path))
        else:
            found = f"its command {command} is not on PATH"
            diagnoses.append(Diagnosis(subject="executor", name=name, state=State.ABSENT, found=found))
    return diagnoses
