"""What this installation has, what it lacks, and what to do about it; nothing is made."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from xtalflow import __version__, db
from xtalflow.engine import Setting, Settings
from xtalflow.errors import NotEquipped, XtalflowError
from xtalflow.plugin import CCP4I2_VARIABLE, find_ccp4i2, find_program, program_version, task_head, task_names
from xtalflow.xtal import check_monomer_library

from ._documents import Document

PACKAGES = ("gemmi", "numpy", "servalcat", "Django", "lxml", "rich")
_SHOWN = 8
"""Needs of CCP4i2's tasks that are told, the most frequent first."""
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
    return [_python(), *_packages(), *_programs(), *_ccp4i2(), _monomer_library(settings)]


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
    for head in map(task_head, task_names(hosted=False)):
        for program in head.programs:
            users.setdefault(program, []).append(head.name)
        if head.error:
            advice = "install what its package needs"
            diagnoses.append(
                Diagnosis(subject="task", name=head.name, state=State.WRONG, found=head.error, advice=advice)
            )
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


def _ccp4i2() -> list[Diagnosis]:
    """The package ccp4i2, and what its tasks lack."""
    name = "ccp4i2"
    advice = (
        "for its tasks name the Python of an environment that has the package, such as ccp4-python of CCP4, as "
        f"ccp4i2_python in settings.toml or by {CCP4I2_VARIABLE}; or install it: "
        f"{sys.executable} -m pip install 'xtalflow[ccp4i2]'"
    )
    try:
        package = find_ccp4i2()
    except NotEquipped as exc:
        state = State.WRONG if os.environ.get(CCP4I2_VARIABLE) else State.ABSENT
        return [Diagnosis(subject="package", name=name, state=state, found=str(exc), advice=advice)]
    lacking = {task: package.missing(task) for task in package.tasks}
    users = Counter(need for needs in lacking.values() for need in needs)
    whole = sum(not needs for needs in lacking.values())
    found = f"{package.version} ({package.python}): {len(lacking)} tasks, {whole} with all that they are known to need"
    diagnoses = [Diagnosis(subject="package", name=name, state=State.GOOD, found=found)]
    if users:
        shown = ", ".join(f"{need} for {count}" for need, count in users.most_common(_SHOWN))
        more = f" and {len(users) - _SHOWN} more" if len(users) > _SHOWN else ""
        found = f"{len(lacking) - whole} do not find what they may need: {shown}{more}"
        advice = (
            "source the setup of CCP4 before xtalflow is started, if these tasks are wanted; "
            "`xtalflow tasks` tells for each what is not found"
        )
        diagnoses.append(Diagnosis(subject="tasks", name=name, state=State.ABSENT, found=found, advice=advice))
    for task in package.tasks.values():
        if task.error:
            found = f"CCP4i2 cannot load it: {task.error}"
            diagnoses.append(Diagnosis(subject="task", name=f"ccp4i2.{task.name}", state=State.ABSENT, found=found))
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
