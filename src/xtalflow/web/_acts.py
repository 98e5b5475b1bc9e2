"""What may be done with a job from a page, in which state, and the doing of it."""

from __future__ import annotations

from xtalflow.db import Actor, Evaluation
from xtalflow.errors import InvalidInput
from xtalflow.plugin import JobStatus
from xtalflow.services import FoundJob, cancel_job, rate_job, restart_job

RATINGS = {
    each.name.lower(): each for each in (Evaluation.BEST, Evaluation.GOOD, Evaluation.REJECTED, Evaluation.UNKNOWN)
}
"""What people say of a job; ``unknown`` takes it back."""
GOING = (JobStatus.PENDING, JobStatus.QUEUED, JobStatus.RUNNING)
"""Jobs that have not come to an end."""
CAN_CANCEL = tuple(status.key for status in GOING)
CAN_RESTART = tuple(status.key for status in JobStatus if status.is_end and JobStatus.QUEUED in status.successors)
CAN_DELETE = tuple(status.key for status in JobStatus if status not in (JobStatus.QUEUED, JobStatus.RUNNING))


async def act_on_job(found: FoundJob, what: str, actor: Actor) -> str:
    """Cancel, restart or rate a job; what was done, in a sentence."""
    number = found.job.number
    if what == "cancel":
        job = await cancel_job(found, client=actor)
        if job.status.is_end:
            return f"Job {number} is {job.status.key}."
        return f"Job {number} was asked to end; whoever runs it has not answered yet."
    if what == "restart":
        await restart_job(found, client=actor)
        return f"Job {number} is queued again; what has finished of it is taken, not made again."
    if what in RATINGS:
        await rate_job(found, RATINGS[what], client=actor)
        return f"Job {number} is rated as {what}." if what != "unknown" else f"Job {number} has no rating now."
    raise InvalidInput(f"{what!r} is nothing that can be done with a job")
