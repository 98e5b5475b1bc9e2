"""The figures per cycle of a job, read from its journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from xtalflow.engine import JOURNAL, Cycle, JobId, JournalWriter, NewJob, job_folder
from xtalflow.plugin import JobStatus
from xtalflow.services import FoundJob, cycles_of


def found_job(directory: Path, number: str, job: JobId) -> FoundJob:
    project: Any = type("Project", (), {"directory": directory, "name": "gamma"})()
    record: Any = type("Job", (), {"id": job, "number": number, "task": "pipeline", "title": "Pipeline"})()
    return FoundJob(project=project, job=record)


def journal(directory: Path, *, epoch: int = 1) -> JournalWriter:
    folder = directory / job_folder("3")
    folder.mkdir(parents=True, exist_ok=True)
    return JournalWriter(folder / JOURNAL, epoch=epoch)


def child(top: JobId, number: str) -> NewJob:
    return NewJob(task="refine", title="Refinement", parent=top, number=number, status=JobStatus.QUEUED)


async def test_cycles_are_told_by_job_in_order(tmp_path: Path) -> None:
    """Each job has a table of its own, in which a figure that came late is empty before."""
    top, one, two = (JobId(uuid4()) for _ in range(3))
    with journal(tmp_path) as writer:
        writer.write(one, child(top, "3.1"))
        writer.write(two, child(top, "3.2"))
        writer.write(two, Cycle(values={"cycle": 0, "R": 0.4}))
        writer.write(one, Cycle(values={"cycle": 0, "R": 0.3}))
        writer.write(one, Cycle(values={"cycle": 1, "R": 0.2, "CC": 0.9}))
    courses = await cycles_of(found_job(tmp_path, "3", top))

    assert [(course["number"], course["columns"], course["rows"]) for course in courses] == [
        ("3.1", ["Cycle", "R", "CC"], [[0, 0.3, None], [1, 0.2, 0.9]]),
        ("3.2", ["Cycle", "R"], [[0, 0.4]]),
    ]


async def test_a_journal_that_leads_out_of_the_project_is_not_read(tmp_path: Path) -> None:
    """It could be that of another project."""
    top = JobId(uuid4())
    with journal(tmp_path / "other") as writer:
        writer.write(top, Cycle(values={"cycle": 0, "R": 0.4}))
    own = tmp_path / "own" / job_folder("3")
    own.mkdir(parents=True)
    (own / JOURNAL).symlink_to(tmp_path / "other" / job_folder("3") / JOURNAL)

    assert len(await cycles_of(found_job(tmp_path / "other", "3", top))) == 1
    assert await cycles_of(found_job(tmp_path / "own", "3", top)) == []


async def test_a_child_has_its_own_cycles_alone(tmp_path: Path) -> None:
    """It is in the journal of the job at the top."""
    top, one, other = (JobId(uuid4()) for _ in range(3))
    with journal(tmp_path) as writer:
        writer.write(one, child(top, "3.1"))
        writer.write(other, child(top, "3.10"))
        writer.write(one, Cycle(values={"R": 0.3}))
        writer.write(other, Cycle(values={"R": 0.2}))
    courses = await cycles_of(found_job(tmp_path, "3.1", one))

    assert [(course["number"], course["rows"]) for course in courses] == [("3.1", [[0, 0.3]])]


async def test_a_restarted_job_begins_anew(tmp_path: Path) -> None:
    """Cycles of the run before are not told."""
    top = JobId(uuid4())
    for epoch, r_factor in ((1, 0.4), (2, 0.2)):
        with journal(tmp_path, epoch=epoch) as writer:
            writer.write(top, Cycle(values={"cycle": 0, "R": r_factor}))
    (course,) = await cycles_of(found_job(tmp_path, "3", top))

    assert course["rows"] == [[0, 0.2]]


async def test_what_is_broken_in_a_journal_hides_nothing_before_it(tmp_path: Path) -> None:
    """And no journal is no cycles."""
    top = JobId(uuid4())
    assert await cycles_of(found_job(tmp_path, "3", top)) == []
    with journal(tmp_path) as writer:
        writer.write(top, Cycle(values={"cycle": 0, "R": 0.4}))
    with (tmp_path / job_folder("3") / JOURNAL).open("ab") as file:
        file.write(b"{broken\n")
    (course,) = await cycles_of(found_job(tmp_path, "3", top))

    assert course["rows"] == [[0, 0.4]]
