"""``project.jsonl``: what was decided about a project, written before the database keeps it.

Each line is one JSON object: a time, who and from where, a kind, the job it is about and the data of that kind. It is
written under a lock file and is on the disk when the transaction that it belongs to commits. If the commit then fails,
the line stands alone: of two lines that make a job of the same number, the later one counts.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from xtalflow.engine import (
    FileId,
    Imports,
    Inputs,
    JobEnd,
    JobId,
    NewJob,
    Outputs,
    Reuse,
    StatusChange,
    Values,
    encode_json,
    from_json,
    sync_together,
    to_json,
)
from xtalflow.errors import InvalidInput, StoreUnavailable, UnreadableFile
from xtalflow.formats.ccp4i2 import I2Record

from ._layout import PROJECT_LOG
from ._records import Actor, Evaluation

_LOCK = ".project.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEdit:
    """What a user says about a job; what is None stays."""

    title: str | None = None
    comments: str | None = None
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEdit:
    """What a user says about the project; what is None stays."""

    name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    archived: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequest:
    """Somebody asks for the end of a job's run, which whoever holds the run brings about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDeletion:
    """Top-level jobs are deleted together, with their children; what they were is in this entry of the trash."""

    jobs: tuple[JobId, ...]
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRestoration:
    """Deleted jobs are back; imported files whose places were taken have other paths."""

    jobs: tuple[JobId, ...]
    entry: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Files of a job and its children are removed; their rows stay."""

    files: tuple[FileId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOnDisk:
    """What was found of a file when its project was taken in; the checksum is empty if it was not there."""

    checksum: str = ""
    size: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    digests: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTaken:
    """The project was taken in from CCP4i2, with all that was on record there; a log has one such line, or none.

    Attributes
    ----------
    files
        What was found of each file, by its uuid.
    source
        The archive, folder or database that it came from.
    """

    record: I2Record
    files: Mapping[str, FoundOnDisk] = field(default_factory=dict)
    source: str = ""


LogEvent = (
    NewJob
    | StatusChange
    | Inputs
    | Imports
    | Outputs
    | Values
    | JobEnd
    | Reuse
    | JobEdit
    | CancelRequest
    | ProjectEdit
    | JobDeletion
    | JobRestoration
    | Purge
    | RecordTaken
)

_KINDS: dict[str, type[Any]] = {
    "created": NewJob,
    "status": StatusChange,
    "inputs": Inputs,
    "imports": Imports,
    "outputs": Outputs,
    "values": Values,
    "ended": JobEnd,
    "reuse": Reuse,
    "edited": JobEdit,
    "cancel": CancelRequest,
    "project": ProjectEdit,
    "deleted": JobDeletion,
    "restored": JobRestoration,
    "purged": Purge,
    "taken_in": RecordTaken,
}
_KIND_OF = {record: kind for kind, record in _KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line; `job` is None where it is about the project, `version` is that of the xtalflow that wrote it."""

    time: datetime
    who: str
    where_from: str
    version: str = ""
    job: JobId | None
    event: LogEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    time: datetime
    who: str
    where_from: str
    version: str = ""
    kind: str
    job: JobId | None = None
    data: Mapping[str, Any]


def append_lines(
    directory: Path,
    actor: Actor,
    time: datetime,
    events: Sequence[tuple[UUID | None, LogEvent]],
    *,
    others: Sequence[Path] = (),
) -> None:
    """Add lines, each about a job or the project, to the log of the project in this folder; on return they are on disk.

    Parameters
    ----------
    others
        Files and folders that are put on the disk side by side with the log.

    Raises
    ------
    StoreUnavailable
        The folder is not there, read-only or full.
    """
    lines = [
        LogLine(
            time=time,
            who=actor.user,
            where_from=actor.client,
            version=actor.version,
            job=JobId(job) if job else None,
            event=event,
        )
        for job, event in events
    ]
    path = directory / PROJECT_LOG
    try:
        with (directory / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            new = not path.exists()
            with path.open("r+b" if not new else "x+b") as log:
                _drop_torn_line(log)
                log.write(b"".join(_encode(line) for line in lines))
                log.flush()
            sync_together([path, *([directory] if new else []), *others])
    except OSError as exc:
        raise StoreUnavailable(f"{path}: {exc.strerror or exc}") from exc


def read_project_log(directory: Path, *, kinds: Sequence[str] = ()) -> Iterator[LogLine]:
    """The complete lines of a project's log; `UnreadableFile` names the line that cannot be understood.

    Parameters
    ----------
    kinds
        Only lines of these kinds; all by default.
    """
    path = directory / PROJECT_LOG
    wanted = tuple(f'"kind":"{kind}"'.encode() for kind in kinds)
    try:
        with path.open("rb") as log:
            for number, line in enumerate(log, 1):
                if line.endswith(b"\n") and (not wanted or any(kind in line for kind in wanted)):
                    yield _decode(line, path, number)
    except FileNotFoundError:
        return
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc


def _drop_torn_line(log: BinaryIO) -> None:
    """Cut off what a killed writer left behind its last complete line, and stand at the end."""
    end = start = log.seek(0, os.SEEK_END)
    tail, step = b"", 1
    while start > 0 and b"\n" not in tail:
        start = log.seek(max(0, start - step))
        tail, step = log.read(step), 1 << 16
    keep = start + tail.rfind(b"\n") + 1
    if keep < end:
        log.truncate(keep)
    log.seek(keep)


def _encode(line: LogLine) -> bytes:
    record: dict[str, Any] = {
        "time": line.time.isoformat(),
        "who": line.who,
        "where_from": line.where_from,
        "version": line.version,
        "kind": _KIND_OF[type(line.event)],
        "data": to_json(line.event),
    }
    if line.job is not None:
        record["job"] = str(line.job)
    return encode_json(record) + b"\n"


def _decode(line: bytes, path: Path, number: int) -> LogLine:
    try:
        envelope = from_json(_Envelope, json.loads(line))
        if envelope.kind not in _KINDS:
            raise InvalidInput(f"the kind {envelope.kind!r} is unknown")
        event = from_json(_KINDS[envelope.kind], dict(envelope.data))
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(path, f"line {number} is not JSON: {exc}") from exc
    except InvalidInput as exc:
        raise UnreadableFile(path, f"line {number}: {exc}") from exc
    return LogLine(
        time=envelope.time,
        who=envelope.who,
        where_from=envelope.where_from,
        version=envelope.version,
        job=envelope.job,
        event=event,
    )
