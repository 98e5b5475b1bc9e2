"""Properties of entities: how a job ended, when, and what a parameter is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from xtalflow.engine import JobRecord
from xtalflow.plugin import JobStatus

from ._values import Meaning

if TYPE_CHECKING:
    from xtalflow.db import JobDetail

Properties = dict[str, Any]

FAILURES = frozenset({JobStatus.FAILED, JobStatus.INTERRUPTED})
PARAMETER_PROFILE = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
_COMPLETED, _FAILED = "http://schema.org/CompletedActionStatus", "http://schema.org/FailedActionStatus"


def described(name: str, kind: str, meaning: Meaning) -> Properties:
    properties: Properties = {
        "name": name,
        "additionalType": kind,
        "conformsTo": {"@id": PARAMETER_PROFILE},
        "workExample": [],
    }
    if meaning.is_required:
        properties["valueRequired"] = True
    text = "; ".join(part for part in (meaning.label, meaning.help) if part)
    if text:
        properties["description"] = text
    if meaning.default is not None:
        properties["defaultValue"] = str(meaning.default)
    return properties


def sentences(job: JobDetail, project: str) -> str:
    parts = [f"Job {job.job.number} of the project {project}: the task {job.job.task}, which {job.job.status.key}"]
    if job.reuse:
        parts.append(job.reuse)
    if job.comments:
        parts.append(job.comments)
    return "; ".join(parts)


def status(job: JobRecord) -> Properties:
    """How an action ended; nothing of a job of which that is not known, as of some imported ones."""
    if job.status in FAILURES:
        return {"actionStatus": _FAILED, "error": job.exit_reason or job.status.key}
    return {"actionStatus": _COMPLETED} if job.status.is_end else {}


def times(start: datetime | None, end: datetime | None) -> Properties:
    times = {"startTime": start, "endTime": end}
    return {name: iso(time) for name, time in times.items() if time is not None}


def iso(time: datetime) -> str:
    """A time as the profiles want it: with its offset in digits."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def type_of(value: Any) -> str:
    for kind, name in ((bool, "Boolean"), (int, "Integer"), (float, "Float")):
        if isinstance(value, kind):
            return name
    return "Text"
