"""What a runner is told: ``job.json`` in the job's folder, written by whoever owns the database."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.formats import write_atomically
from xtalflow.plugin import Outcome

from ._files import sync_folder
from ._json_records import encode_json, from_json, to_json
from ._records import FileRecord, JobId, ProjectId

ORDER, START, END, BEAT = "job.json", "start.json", "end.json", "beat"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """A job to run.

    Attributes
    ----------
    epoch
        Number of the attempt; the runner takes it by making ``start.json``.
    token
        Name under which the run is known to its executor.
    inputs
        The project's files that the job reads; the runner verifies their checksums.
    environment
        Variables that the task needs, such as ``CLIBD_MON``; never a secret.
    """

    job: JobId
    number: str
    task: str
    title: str = ""
    project: ProjectId
    project_name: str
    epoch: int
    token: str
    inputs: tuple[FileRecord, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """A runner that took its epoch: ``start.json``."""

    epoch: int
    token: str
    host: str
    pid: int
    started: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended: ``end.json``, written last."""

    epoch: int
    job: UUID
    outcome: Outcome
    reason: str = ""
    wall_s: float = 0.0


def write_order(folder: Path, order: JobOrder) -> None:
    """Write ``job.json`` into a job's folder."""
    write_atomically(folder / ORDER, encode_json(to_json(order), indent=1))


def read_order(folder: Path) -> JobOrder:
    """The order in a job's folder; `UnreadableFile` if there is none that can be understood."""
    return _read(folder / ORDER, JobOrder)


def take_epoch(folder: Path, start: RunStart) -> bool:
    """Make ``start.json`` if nobody has: of two runners of one epoch one gets True."""
    try:
        descriptor = os.open(folder / START, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(encode_json(to_json(start)))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)
    return True


def write_end(folder: Path, end: RunEnd) -> None:
    """Write ``end.json`` into a job's folder."""
    write_atomically(folder / END, encode_json(to_json(end)))


def read_end(folder: Path, epoch: int) -> RunEnd | None:
    """How the run of this epoch ended; None while it has not, or if only another epoch has."""
    try:
        end = _read(folder / END, RunEnd)
    except UnreadableFile as exc:
        if isinstance(exc.__cause__, FileNotFoundError):
            return None
        raise
    return end if end.epoch == epoch else None


def _read(path: Path, kind: type[_T]) -> _T:
    try:
        return from_json(kind, json.loads(path.read_bytes()))
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(path, f"not JSON: {exc}") from exc
    except InvalidInput as exc:
        raise UnreadableFile(path, str(exc)) from exc
