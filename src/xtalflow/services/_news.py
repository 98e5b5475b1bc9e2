"""What happens in a run, as whoever watches it wants to hear it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xtalflow.engine import Cycle, JobEnd, JobId, JobRecord, JournalLine, NewJob, Reuse, StatusChange
from xtalflow.plugin import JobStatus, Progress

KpiValue = float | int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """A job runs: the one asked for, or a child of it."""

    number: str
    task: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseDecided:
    """A job takes the results of an earlier one, or does not; `sentence` says which, and why."""

    number: str
    task: str
    is_reused: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleDone:
    """A running job has figures of one more cycle, such as ``{"cycle": 3, "R1work": 0.231}``."""

    number: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgressed:
    """A running job did `done` of `total` steps."""

    number: str
    done: float
    total: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded:
    """A job came to its end; `elapsed_s` is since it started."""

    number: str
    task: str
    title: str
    status: JobStatus
    reason: str = ""
    elapsed_s: float | None = None
    kpis: Mapping[str, KpiValue] = field(default_factory=dict)


News = JobStarted | ReuseDecided | CycleDone | JobProgressed | JobEnded
Listener = Callable[[News], None]


class Newsreader:
    """Tells the news of one run from the lines of its journal."""

    def __init__(self, job: JobRecord, listener: Listener) -> None:
        self._listener = listener
        self._jobs: dict[JobId, tuple[str, str, str]] = {job.id: (job.number, job.task, job.title)}
        self._started: dict[JobId, float] = {}

    def read(self, line: JournalLine) -> None:
        """Tell what a line says, if it is of interest."""
        event = line.event
        if isinstance(event, NewJob):
            self._jobs[line.job] = (event.number or "", event.task, event.title)
            return
        number, task, title = self._jobs.get(line.job, ("", "", ""))
        match event:
            case StatusChange(to=JobStatus.RUNNING):
                self._started[line.job] = line.time.timestamp()
                self._listener(JobStarted(number=number, task=task, title=title))
            case Reuse():
                decided = ReuseDecided(number=number, task=task, is_reused=event.is_reused, sentence=event.sentence)
                self._listener(decided)
            case Cycle():
                self._listener(CycleDone(number=number, values=event.values))
            case Progress():
                self._listener(JobProgressed(number=number, done=event.done, total=event.total, text=event.text))
            case JobEnd():
                begun = self._started.get(line.job)
                self._listener(
                    JobEnded(
                        number=number,
                        task=task,
                        title=title,
                        status=event.status,
                        reason=event.reason,
                        elapsed_s=None if begun is None else line.time.timestamp() - begun,
                        kpis={kpi.key: kpi.value for kpi in event.kpis},
                    )
                )
            case _:
                pass
