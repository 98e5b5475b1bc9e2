"""A project on disk: its folder, and the ``project.json`` that says whose it is."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xtalflow.engine import IMPORTED_FILES, ProjectId, encode_json, from_json, safe_name, sync_folder, to_json
from xtalflow.errors import InvalidInput, StoreUnavailable, UnreadableFile
from xtalflow.formats import write_atomically

PROJECT_FILE = "project.json"
PROJECT_LOG = "project.jsonl"
JOBS = "CCP4_JOBS"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """What a project's folder says of itself: ``project.json``."""

    name: str
    uuid: ProjectId
    created: datetime | None = None
    format_version: int = FORMAT_VERSION


def free_folder_name(name: str, taken: Iterable[str]) -> str:
    """A folder name for a project or anything else that a user named: safe everywhere, and not yet taken.

    Names are NFC; reserved characters and device names are replaced; what differs in case only counts as taken and
    gets ``_1``, ``_2`` …

    Examples
    --------
    >>> free_folder_name("Gamma: 2", ["GAMMA_ 2"])
    'Gamma_ 2_1'
    """
    used = {unicodedata.normalize("NFC", other).casefold() for other in taken}
    safe = safe_name(name)
    candidate, number = safe, 0
    while candidate.casefold() in used:
        number += 1
        candidate = f"{safe}_{number}"
    return candidate


def make_project_folder(directory: Path, project: ProjectFile) -> None:
    """Make the folders of a new project, and its ``project.json``.

    Raises
    ------
    InvalidInput
        The folder belongs to another project.
    StoreUnavailable
        The folder cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if (directory / PROJECT_FILE).exists():
            other = read_project_file(directory)
            if other.uuid != project.uuid:
                raise InvalidInput(
                    f"{directory}: this is already the folder of the project {other.name!r} ({other.uuid})"
                )
        for folder in (JOBS, IMPORTED_FILES):
            (directory / folder).mkdir(exist_ok=True)
        write_project_file(directory, project)
        sync_folder(directory.parent)
    except OSError as exc:
        raise StoreUnavailable(f"{directory}: {exc.strerror or exc}") from exc


def write_project_file(directory: Path, project: ProjectFile) -> None:
    """Write ``project.json``."""
    content = {"format_version": FORMAT_VERSION} | to_json(project)
    write_atomically(directory / PROJECT_FILE, encode_json(content, indent=1) + b"\n")


def rewrite_project_file(directory: Path, project: ProjectFile) -> None:
    """Write ``project.json`` of a project that has another name by now; `StoreUnavailable` if it cannot be."""
    try:
        write_project_file(directory, project)
    except OSError as exc:
        raise StoreUnavailable(f"{directory / PROJECT_FILE}: {exc.strerror or exc}") from exc


def read_project_file(directory: Path) -> ProjectFile:
    """What a folder's ``project.json`` says; `UnreadableFile` if there is none that can be understood."""
    path = directory / PROJECT_FILE
    try:
        project = from_json(ProjectFile, json.loads(path.read_bytes()))
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(path, f"not JSON: {exc}") from exc
    except InvalidInput as exc:
        raise UnreadableFile(path, str(exc)) from exc
    if project.format_version > FORMAT_VERSION:
        raise UnreadableFile(path, f"has format {project.format_version}; this xtalflow knows up to {FORMAT_VERSION}")
    return project
