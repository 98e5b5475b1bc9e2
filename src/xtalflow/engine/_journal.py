"""The journal of a run: one line per event, written by the runner, replayed by whoever owns the database.

A line is one JSON object: the job it is about, the epoch of the run, a number that counts up, a time, a kind and the
record of that kind. A torn last line is not yet there. Lines are input and are checked like any other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Self

from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.plugin import JobStatus, Progress

from ._json_records import encode_json, from_json, to_json
from ._records import InputUse, JobEnd, JobId, Kpi, NewFile, NewImport, NewJob, Reuse

JOURNAL = "journal.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A job moves to a status."""

    to: JobStatus
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """A job reads files."""

    uses: tuple[InputUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """Files were copied into the project for a job."""

    imports: tuple[NewImport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """A job wrote files."""

    files: tuple[NewFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """A job has performance indicators."""

    kpis: tuple[Kpi, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """Values of one cycle of a running job."""

    values: Mapping[str, float]


Event = NewJob | StatusChange | Inputs | Imports | Outputs | Values | JobEnd | Reuse | Progress | Cycle

_KINDS: dict[str, type[Any]] = {
    "created": NewJob,
    "status": StatusChange,
    "inputs": Inputs,
    "imports": Imports,
    "outputs": Outputs,
    "values": Values,
    "ended": JobEnd,
    "reuse": Reuse,
    "progress": Progress,
    "cycle": Cycle,
}
_KIND_OF = {record: kind for kind, record in _KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """One event of a run."""

    job: JobId
    epoch: int
    seq: int
    time: datetime
    event: Event

    def encode(self) -> bytes:
        """The line as it stands in the file, with its newline."""
        record = {
            "job": str(self.job),
            "epoch": self.epoch,
            "seq": self.seq,
            "time": self.time.isoformat(),
            "kind": _KIND_OF[type(self.event)],
            "data": to_json(self.event),
        }
        return encode_json(record) + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    job: JobId
    epoch: int
    seq: int
    time: datetime
    kind: str
    data: Mapping[str, Any]


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def decode_line(line: bytes) -> JournalLine:
    """The event of one line; `InvalidInput` says what is wrong with it."""
    try:
        data = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(f"a line of the journal is not JSON: {exc}") from exc
    envelope = from_json(_Envelope, data)
    if envelope.kind not in _KINDS:
        raise InvalidInput(f"a line of the journal has the unknown kind {envelope.kind!r}")
    event = from_json(_KINDS[envelope.kind], dict(envelope.data))
    return JournalLine(job=envelope.job, epoch=envelope.epoch, seq=envelope.seq, time=envelope.time, event=event)


class JournalReader:
    """Reads what was added to a journal since the last look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0

    def read(self) -> Iterator[JournalLine]:
        """Complete lines that were not yet read; nothing while there is no journal."""
        try:
            with self.path.open("rb") as source:
                source.seek(self._offset)
                for line in source:
                    if not line.endswith(b"\n"):
                        return
                    self._offset += len(line)
                    try:
                        yield decode_line(line)
                    except InvalidInput as exc:
                        raise UnreadableFile(self.path, str(exc)) from exc
        except FileNotFoundError:
            return
        except OSError as exc:
            raise UnreadableFile(self.path, exc.strerror or str(exc)) from exc


class JournalWriter:
    """Appends lines to the journal of one run; each is in the operating system's hands when `write` returns."""

    def __init__(self, path: Path, *, epoch: int) -> None:
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._epoch = epoch
        self._seq = 0

    def write(self, job: JobId, event: Event) -> JournalLine:
        """Append one event; whoever replays it puts it on the disk before it is in the database.

        Raises
        ------
        InvalidInput
            The event has what JSON cannot hold, such as a number that is not finite.
        OSError
            The disk is full or broken. Either way there is no line, and its number is not used up.
        """
        line = JournalLine(job=job, epoch=self._epoch, seq=self._seq + 1, time=datetime.now(UTC), event=event)
        self._append(line.encode())
        self._seq += 1
        return line

    def _append(self, line: bytes) -> None:
        """Write all of a line or nothing: a full disk may take half of it."""
        end = self._file.seek(0, os.SEEK_END)
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(end)
            raise

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
