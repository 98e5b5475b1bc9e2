"""Records as JSON values: what ``--json`` prints and REST answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.engine import FileRecord, JobRecord
from xtalflow.plugin import JobStatus, Outcome

if TYPE_CHECKING:
    from xtalflow.db import JobDetail, JobSummary, ProjectRecord, UsedFile

Document = dict[str, Any]

_OUTCOMES = {outcome.status: outcome for outcome in Outcome}


def iso_time(time: datetime | None) -> str | None:
    """A time as JSON has it: ISO 8601 in UTC with ``Z``."""
    return None if time is None else time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def outcome_of(status: JobStatus) -> str | None:
    """How a job of this status ended; None while it has not."""
    outcome = _OUTCOMES.get(status)
    return None if outcome is None else outcome.value


def job_head(job: JobRecord, project: str) -> Document:
    """What a list tells of a job."""
    duration = None
    if job.finished and job.started:  # the clock may have been set back meanwhile
        duration = max((job.finished - job.started).total_seconds(), 0.0)
    return {
        "project": project,
        "number": job.number,
        "uuid": str(job.id),
        "task": job.task,
        "title": job.title,
        "status": job.status.key,
        "outcome": outcome_of(job.status),
        "error": job.exit_reason or None,
        "created": iso_time(job.created),
        "started": iso_time(job.started),
        "finished": iso_time(job.finished),
        "duration_s": duration,
    }


def summary_document(summary: JobSummary, project: str) -> Document:
    """A job of a list, with its indicators."""
    return job_head(summary.job, project) | {
        "evaluation": summary.evaluation.name.lower(),
        "comments": summary.comments,
        "kpis": dict(summary.kpis),
    }


def row_document(summary: JobSummary, project: str) -> Document:
    """A job of a page: as `summary_document`, with its place in the tree, and what it reports while it runs."""
    number = summary.job.number
    return summary_document(summary, project) | {
        "parent": number.rpartition(".")[0] or None,
        "depth": number.count("."),
        "children": summary.children,
        "progress": dict(summary.progress) or None,
        "cycle": dict(summary.cycle_values) or None,
    }


def job_document(detail: JobDetail, project: str, directory: Path) -> Document:
    """All of a job, its children included."""
    return job_head(detail.job, project) | {
        "folder": str(directory / detail.job.folder),
        "kpis": dict(detail.kpis),
        "inputs": _used(detail.inputs, directory),
        "files": _used(detail.outputs, directory),
        "children": [job_document(child, project, directory) for child in detail.children],
        "evaluation": detail.evaluation.name.lower(),
        "comments": detail.comments,
        "cloned_from": detail.cloned_from or None,
        "reused_from": detail.reused_from or None,
        "reuse": detail.reuse or None,
        "user": detail.user,
        "host": detail.host,
        "created_by": {"client": detail.client, "version": detail.xtalflow_version},
        "program_versions": dict(detail.program_versions),
        "parameters": dict(detail.parameters),
        "progress": dict(detail.progress) or None,
        "cycle": dict(detail.cycle_values) or None,
    }


def file_document(file: FileRecord, directory: Path, param: str | None = None) -> Document:
    """A file; `param` is what it is to the job that is shown, if that is not the one that made it."""
    return {
        "param": param or file.param_name,
        "path": str(directory / file.path),
        "type": file.file_type,
        "checksum": file.checksum,
        "uuid": str(file.id),
        "size": file.size,
        "sub_type": file.sub_type,
        "content_flag": file.content_flag,
        "annotation": file.annotation,
        "facts": dict(file.facts),
        "digests": dict(file.digests),
        "available": file.available,
        "absence": file.absence,
    }


def listed_file(file: FileRecord, project: ProjectRecord, job: str | None, source: str | None) -> Document:
    """A file of a list, with the number of its job, and where it was imported from."""
    return {"project": project.name, "job": job} | file_document(file, project.directory) | {"imported_from": source}


def _used(files: Iterable[UsedFile], directory: Path) -> list[Document]:
    return [file_document(used.file, directory, used.param_name) for used in files]
