"""What a runner is told: ``job.json`` in the job's folder, written by whoever owns the database."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.formats import write_atomically
from xtalflow.plugin import Outcome

from ._files import sync_together
from ._fingerprint import ReusableJob
from ._json_records import encode_json, from_json, to_json
from ._limits import Limits
from ._processes import ProcessIdentity
from ._records import FileRecord, JobId, ProjectId

ORDER, START, END, BEAT, RUNNER_LOG = "job.json", "start.json", "end.json", "beat", "stdout.txt"
_T = TypeVar("_T")
_STAYS = re.compile(r"job_[1-9]\d*|attempt_\d+|input_params\.xml")
"""What belongs to all runs of a job."""


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
    reusable
        Finished jobs of the project whose results may be taken again, the most likely first.
    limits
        What the run may use.
    niceness
        How much it gives way to other work: 0 to 19, see nice(1).
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
    reusable: tuple[ReusableJob, ...] = ()
    limits: Limits = field(default_factory=Limits)
    niceness: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """A runner that took its epoch: ``start.json``."""

    epoch: int
    token: str
    host: str
    pid: int
    start_time: float
    boot_id: str
    started: datetime

    @property
    def process(self) -> ProcessIdentity:
        """The runner's process."""
        return ProcessIdentity(pid=self.pid, start_time=self.start_time, boot_id=self.boot_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended: ``end.json``, written last."""

    epoch: int
    job: UUID
    outcome: Outcome
    reason: str = ""
    wall_s: float = 0.0


def write_order(folder: Path, order: JobOrder) -> None:
    """Write ``job.json`` into a job's folder; after a power cut it is written anew with the next run."""
    write_atomically(folder / ORDER, encode_json(to_json(order), indent=1), durable=False)


def read_order(folder: Path) -> JobOrder:
    """The order in a job's folder; `UnreadableFile` if there is none that can be understood."""
    return _read(folder / ORDER, JobOrder)


def take_epoch(folder: Path, start: RunStart) -> bool:
    """Make ``start.json`` if nobody has: of two runners of one epoch one gets True.

    It appears with its content. A power cut may take it, and takes the runner with it.
    """
    temporary = folder / f".{start.token}.{start.pid}.tmp"
    temporary.write_bytes(encode_json(to_json(start)))
    try:
        os.link(temporary, folder / START)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def start_of(order: JobOrder, process: ProcessIdentity) -> RunStart:
    """What a runner writes; or whoever makes sure that there will be none."""
    return RunStart(
        epoch=order.epoch,
        token=order.token,
        host=socket.gethostname(),
        pid=process.pid,
        start_time=process.start_time,
        boot_id=process.boot_id,
        started=datetime.now(UTC),
    )


def read_start(folder: Path) -> RunStart | None:
    """The runner that took the job in this folder; None if none has, or a power cut spoilt what it wrote."""
    try:
        return _read(folder / START, RunStart)
    except UnreadableFile:
        return None


def write_end(folder: Path, end: RunEnd) -> None:
    """Write ``end.json`` into a job's folder; the end of the job itself is on the disk with the journal."""
    write_atomically(folder / END, encode_json(to_json(end)), durable=False)


def read_end(folder: Path, epoch: int) -> RunEnd | None:
    """How the run of this epoch ended; None while it has not, or if only another epoch has."""
    try:
        end = _read(folder / END, RunEnd)
    except UnreadableFile as exc:
        if isinstance(exc.__cause__, FileNotFoundError):
            return None
        raise
    return end if end.epoch == epoch else None


def put_aside(folder: Path, epoch: int) -> None:
    """Move what earlier runs left in a job's folder to ``attempt_1`` …, before the run of this epoch; child jobs stay.

    Doing it again, after it was cut short, goes on with it: the order of the earlier run is moved last.
    """
    try:
        earlier = read_order(folder)
    except UnreadableFile:
        return
    if earlier.epoch >= epoch:
        return
    target = folder / f"attempt_{earlier.epoch}"
    target.mkdir(exist_ok=True)
    left = [path for path in folder.iterdir() if not _STAYS.fullmatch(path.name)]
    for path in sorted(left, key=lambda path: path.name == ORDER):
        path.rename(target / path.name)
    sync_together([target, folder])


def runs_in(folder: Path) -> list[Path]:
    """Where the runs of a job left their orders and journals: ``attempt_1`` … and the job's folder, by epoch."""
    folders = [*folder.glob("attempt_*"), folder]
    return sorted((each for each in folders if (each / ORDER).exists()), key=lambda each: read_order(each).epoch)


def _read(path: Path, kind: type[_T]) -> _T:
    try:
        return from_json(kind, json.loads(path.read_bytes()))
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(path, f"not JSON: {exc}") from exc
    except InvalidInput as exc:
        raise UnreadableFile(path, str(exc)) from exc
