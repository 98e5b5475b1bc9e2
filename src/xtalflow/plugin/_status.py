"""The life of a job as people see it."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class JobStatus(IntEnum):
    """Status of a job, with the numbers that CCP4i2 keeps in its database."""

    UNKNOWN = 0
    PENDING = 1
    QUEUED = 2
    RUNNING = 3
    INTERRUPTED = 4
    FAILED = 5
    FINISHED = 6
    RUNNING_REMOTELY = 7
    FILE_HOLDER = 8
    TO_DELETE = 9
    UNSATISFACTORY = 10

    @property
    def key(self) -> str:
        """The name in JSON and on the screen: ``finished``."""
        return self.name.lower()

    @property
    def successors(self) -> frozenset[JobStatus]:
        """Statuses that may follow this one; to QUEUED from an end only by a restart."""
        return _SUCCESSORS.get(self, frozenset())

    @property
    def predecessors(self) -> frozenset[JobStatus]:
        """Statuses that this one may follow."""
        return frozenset(status for status in JobStatus if self in status.successors)

    @property
    def is_end(self) -> bool:
        """Whether the job has come to an end."""
        return self in _ENDS


_ENDS = frozenset({JobStatus.FINISHED, JobStatus.FAILED, JobStatus.UNSATISFACTORY, JobStatus.INTERRUPTED})
_SUCCESSORS = {
    JobStatus.PENDING: frozenset({JobStatus.QUEUED, JobStatus.INTERRUPTED}),
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.INTERRUPTED}),
    JobStatus.RUNNING: _ENDS,
    JobStatus.FAILED: frozenset({JobStatus.QUEUED}),
    JobStatus.INTERRUPTED: frozenset({JobStatus.QUEUED}),
}


class Outcome(StrEnum):
    """How a plugin's execution ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNSATISFACTORY = "unsatisfactory"
    INTERRUPTED = "interrupted"

    @property
    def status(self) -> JobStatus:
        """The status of a job whose plugin ended so."""
        return _STATUS_OF[self]


_STATUS_OF = {
    Outcome.SUCCEEDED: JobStatus.FINISHED,
    Outcome.FAILED: JobStatus.FAILED,
    Outcome.UNSATISFACTORY: JobStatus.UNSATISFACTORY,
    Outcome.INTERRUPTED: JobStatus.INTERRUPTED,
}
