"""The figures of every cycle of a job, as its journal tells them while it runs and afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.engine import JOURNAL, Cycle, JobId, JournalReader, NewJob, job_folder, path_below
from xtalflow.errors import UnreadableFile

from ._documents import Document

if TYPE_CHECKING:
    from ._jobs import FoundJob

_COUNTERS = ("cycle", "Cycle")
"""Names under which a task says which cycle it is."""


@dataclass(slots=True)
class _Course:
    """The cycles of one job in its latest run."""

    number: str
    task: str
    title: str
    epoch: int = 0
    cycles: list[Mapping[str, float]] = field(default_factory=list)

    def document(self) -> Document:
        """The cycles as a table: names of the columns, the number of the cycle first, and a row for each."""
        names = list(dict.fromkeys(name for cycle in self.cycles for name in cycle if name not in _COUNTERS))
        rows = [[_count(cycle, place), *(cycle.get(name) for name in names)] for place, cycle in enumerate(self.cycles)]
        return {
            "number": self.number,
            "task": self.task,
            "title": self.title,
            "columns": ["Cycle", *names],
            "rows": rows,
        }


async def cycles_of(found: FoundJob) -> list[Document]:
    """The figures per cycle of a job and of those below it that have any, in the order in which they began.

    Each document has ``number``, ``task``, ``title``, ``columns`` and ``rows``. A journal that cannot be read tells
    as much as could be read of it.
    """
    return await asyncio.to_thread(_read, found)


def _read(found: FoundJob) -> list[Document]:
    job = found.job
    courses: dict[JobId, _Course] = {job.id: _Course(job.number, job.task, job.title)}
    with suppress(UnreadableFile):
        for line in JournalReader(_journal(found)).read():
            event = line.event
            if isinstance(event, NewJob):
                courses.setdefault(line.job, _Course(event.number or "", event.task, event.title or event.task))
            elif isinstance(event, Cycle) and (course := courses.get(line.job)) is not None:
                if line.epoch > course.epoch:  # it was restarted, and begins anew
                    course.epoch = line.epoch
                    course.cycles.clear()
                course.cycles.append(event.values)
    own = [one for one in courses.values() if one.number == job.number or one.number.startswith(f"{job.number}.")]
    return [course.document() for course in own if course.cycles]


def _journal(found: FoundJob) -> Path:
    """The journal of the run that a job is a part of."""
    top = found.job.number.partition(".")[0]
    return path_below(found.project.directory, Path(job_folder(top)) / JOURNAL)


def _count(cycle: Mapping[str, float], place: int) -> float:
    value = next((cycle[name] for name in _COUNTERS if name in cycle), place)
    return int(value) if float(value).is_integer() else value
