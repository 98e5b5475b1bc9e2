"""The trash of a project: what was deleted, in an entry of its own with all that brings it back.

An entry is a folder in ``CCP4_TRASH`` with the files at the places that they had in the project, and a
``deletion.json`` with the rows. Whether its jobs are deleted is for the database to say: with their rows there the
files belong to their place in the project, without them to the entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from xtalflow.engine import TRASH, JobId, encode_json, from_json, path_below, sync_folder, to_json
from xtalflow.errors import InvalidInput, StoreUnavailable, UnreadableFile
from xtalflow.formats import write_atomically

from ._clean import clean_path

DELETION = "deletion.json"
FORMAT_VERSION = 1

Rows = Mapping[str, tuple[Mapping[str, Any], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedJob:
    """A top-level job that was deleted, with its children."""

    id: JobId
    number: str
    task: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """Jobs that were deleted together, and what brings them back: ``deletion.json``.

    Attributes
    ----------
    paths
        What belongs to the entry: folders of jobs and imported files, below the project's folder.
    rows
        What the database had, by table; rows name each other by their uuids.
    renamed
        Places in the project of imported files whose own were taken when the jobs came back.
    """

    entry: str
    time: datetime
    who: str
    jobs: tuple[DeletedJob, ...]
    paths: tuple[str, ...]
    rows: Rows
    renamed: Mapping[str, str] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION

    def place_of(self, path: str) -> str:
        """Where in the project a path of the entry belongs."""
        return self.renamed.get(path, path)


def new_entry(directory: Path, name: str) -> str:
    """Make the folder of a new entry, called `name` or after it; its name.

    Raises
    ------
    StoreUnavailable
        The project's folder is not there, read-only or full.
    """
    trash, number, entry = directory / TRASH, 0, name
    try:
        trash.mkdir(exist_ok=True)
        while True:
            try:
                (trash / entry).mkdir()
            except FileExistsError:
                number += 1
                entry = f"{name}_{number}"
                continue
            sync_folder(trash)
            sync_folder(directory)
            return entry
    except OSError as exc:
        raise StoreUnavailable(f"{trash}: {exc.strerror or exc}") from exc


def write_deletion(directory: Path, deletion: Deletion) -> None:
    """Keep what brings deleted jobs back; it is on the disk when this returns."""
    path = directory / TRASH / deletion.entry / DELETION
    content = {"format_version": FORMAT_VERSION} | to_json(deletion)
    try:
        write_atomically(path, encode_json(content) + b"\n")
    except OSError as exc:
        raise StoreUnavailable(f"{path}: {exc.strerror or exc}") from exc


def read_deletion(directory: Path, entry: str) -> Deletion:
    """The deletion of an entry; `UnreadableFile` if it has none in the project that can be understood."""
    path = path_below(directory, Path(TRASH) / entry / DELETION)
    try:
        deletion = from_json(Deletion, json.loads(path.read_bytes()))
        for each in (*deletion.paths, *deletion.renamed.values()):
            clean_path(each)
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(path, f"not JSON: {exc}") from exc
    except InvalidInput as exc:
        raise UnreadableFile(path, str(exc)) from exc
    if deletion.format_version > FORMAT_VERSION:
        raise UnreadableFile(path, f"has format {deletion.format_version}; this xtalflow knows up to {FORMAT_VERSION}")
    if deletion.entry != entry:
        raise UnreadableFile(path, f"belongs to the entry {deletion.entry!r}")
    return deletion


def deletions(directory: Path) -> Iterator[str]:
    """Names of the entries of deleted jobs in the trash of the project in this folder, in order of their names."""
    trash = directory / TRASH
    if trash.is_dir():
        yield from sorted(file.parent.name for file in trash.glob(f"*/{DELETION}"))
