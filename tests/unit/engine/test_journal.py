"""The journal: every event comes back as it was; what is torn or broken is noticed."""

import errno
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from xtalflow.engine import (
    Cycle,
    FileId,
    InputUse,
    JobEnd,
    JobId,
    JournalReader,
    JournalWriter,
    Kpi,
    NewFile,
    NewImport,
    NewJob,
    StatusChange,
    decode_line,
)
from xtalflow.engine._journal import Event, Imports, Inputs, Outputs, Values
from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.plugin import JobStatus, Progress

JOB = JobId(uuid4())
FILE = NewFile(
    id=FileId(uuid4()),
    file_path="CCP4_JOBS/job_1/FREEROUT.mtz",
    file_type="application/CCP4-mtz-freerflag",
    param_name="FREEROUT",
    annotation="Δ free set",
    sub_type=0,
    content_flag=1,
    checksum="ab" * 32,
    size=12,
    facts={"cell": [1.0, 2.0, 3.0, 90.0, 90.0, 90.0]},
    digests={"free_set": "cd" * 32},
    derived_from=FileId(uuid4()),
)
USE = InputUse(file=FILE.id, param_name="DICT_LIST[0]")
EVENTS: list[Event] = [
    NewJob(task="freerflag", title="Free", parent=JOB, number="1.2", id=JobId(uuid4()), status=JobStatus.QUEUED),
    StatusChange(to=JobStatus.RUNNING),
    Inputs(uses=(USE,)),
    Imports(imports=(NewImport(file=FILE, source_path="/a b/x.mtz", last_modified=datetime.now(UTC)),)),
    Outputs(files=(FILE,)),
    Values(
        kpis=(Kpi(key="RFree", value=0.21), Kpi(key="nAtoms", value=943), Kpi(key="spaceGroup", value="P 21 21 21"))
    ),
    JobEnd(status=JobStatus.FINISHED, outputs=(FILE,), uses=(USE,), kpis=(Kpi(key="R", value=1.0),), host="x"),
    Progress(done=1, total=10, text="cycle"),
    Cycle(values={"cycle": 1.0, "R1work": 0.3}),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_comes_back_as_it_was_written(event: Event, tmp_path: Path) -> None:
    with JournalWriter(tmp_path / "journal.jsonl", epoch=2) as writer:
        written = writer.write(JOB, event)

    (read,) = JournalReader(tmp_path / "journal.jsonl").read()

    assert read == written
    assert (read.epoch, read.seq) == (2, 1)


def test_an_integer_indicator_stays_an_integer(tmp_path: Path) -> None:
    with JournalWriter(tmp_path / "j", epoch=1) as writer:
        line = writer.write(JOB, Values(kpis=(Kpi(key="nAtoms", value=943),)))

    event = decode_line(line.encode()).event

    assert isinstance(event, Values)
    assert type(event.kpis[0].value) is int


def test_a_torn_last_line_is_not_yet_there(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with JournalWriter(path, epoch=1) as writer:
        writer.write(JOB, EVENTS[1])
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    reader = JournalReader(path)

    first = list(reader.read())
    path.write_bytes(whole + whole)
    second = list(reader.read())

    assert len(first) == len(second) == 1
    assert list(reader.read()) == []


def test_no_journal_is_no_lines(tmp_path: Path) -> None:
    assert list(JournalReader(tmp_path / "none").read()) == []


def line(**changes: object) -> bytes:
    good = {
        "job": str(JOB),
        "epoch": 1,
        "seq": 1,
        "time": "2026-01-01T00:00:00+00:00",
        "kind": "status",
        "data": {"to": 3},
    }
    return json.dumps(good | changes).encode() + b"\n"


def test_the_line_that_the_broken_ones_vary_is_read() -> None:
    assert decode_line(line()).event == StatusChange(to=JobStatus.RUNNING)


@pytest.mark.parametrize(
    "broken",
    [
        b"not json\n",
        b"[]\n",
        line(job="x"),
        line(kind="nonsense"),
        line(time="2026-01-01T00:00:00"),
        line(data={"to": 99}),
        line(data={}),
        line(epoch=True),
        line(epoch=10**30),
        line(time="0001-01-01T00:00:00+14:00"),
        line(kind="values", data={"kpis": [{"key": "n", "value": 10**400}]}),
        line(kind="cycle", data={"values": {"R": float("nan")}}),
    ],
)
def test_a_broken_line_is_refused_with_a_reason(broken: bytes, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        decode_line(broken)
    (tmp_path / "journal.jsonl").write_bytes(broken)
    with pytest.raises(UnreadableFile, match=r"journal\.jsonl"):
        list(JournalReader(tmp_path / "journal.jsonl").read())


def test_an_event_that_cannot_be_kept_leaves_no_line_and_no_gap(tmp_path: Path) -> None:
    with JournalWriter(tmp_path / "j", epoch=1) as writer:
        with pytest.raises(InvalidInput, match="JSON"):
            writer.write(JOB, Cycle(values={"R": float("nan")}))
        writer.write(JOB, EVENTS[1])

    assert [line.seq for line in JournalReader(tmp_path / "j").read()] == [1]


def test_half_a_line_on_a_full_disk_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(io.FileIO):
        room = 40

        def write(self, data: object) -> int:
            if not FullDisk.room:
                raise OSError(errno.ENOSPC, "No space left on device")
            taken, FullDisk.room = FullDisk.room, 0
            return super().write(memoryview(data)[:taken])  # type: ignore[arg-type]  # bytes or a view of them

    with JournalWriter(tmp_path / "j", epoch=1) as writer:
        writer.write(JOB, EVENTS[1])
        writer.close()
        monkeypatch.setattr(writer, "_file", FullDisk(tmp_path / "j", "a"))
        with pytest.raises(OSError, match="No space left"):
            writer.write(JOB, EVENTS[1])
        FullDisk.room = 10_000
        writer.write(JOB, EVENTS[7])

    assert [line.event for line in JournalReader(tmp_path / "j").read()] == [EVENTS[1], EVENTS[7]]


def test_a_reason_with_an_undecodable_file_name_comes_back(tmp_path: Path) -> None:
    reason = f"/data/{os.fsdecode(bytes([0xFF]))}.mtz: there is no such file"
    with JournalWriter(tmp_path / "j", epoch=1) as writer:
        writer.write(JOB, JobEnd(status=JobStatus.FAILED, reason=reason))

    (read,) = JournalReader(tmp_path / "j").read()
    assert read.event == JobEnd(status=JobStatus.FAILED, reason=reason)
