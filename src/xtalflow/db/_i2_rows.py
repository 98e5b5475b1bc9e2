"""Rows of CCP4i2's record as columns of the tables, and back.

What columns cannot say is kept beside them, as JSON. When the record is asked for again, a kept value counts as long
as the columns are what they were made of it: what somebody changed here since is what is told.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from xtalflow.engine import IMPORT_DIR, JOB_DIR, from_json, to_json
from xtalflow.formats.ccp4i2 import NATIVE, I2File, I2FileExport, I2FileImport, I2Job, I2Project, type_name
from xtalflow.plugin import HOSTED, JobStatus

from ._i2_sieve import ABANDONED, EVALUATIONS, task_here

_Row = TypeVar("_Row")
_Columns = dict[str, Any]


def remainder(row: _Row, told: _Row, *, but: Iterable[str] = ()) -> dict[str, Any] | None:
    """What a row says that `told`, which was made of its columns, does not; None if that is nothing."""
    names = [f.name for f in dataclasses.fields(row) if f.name not in set(but)]  # type: ignore[arg-type]  # a record
    kept = {name: to_json(getattr(row, name)) for name in names if getattr(row, name) != getattr(told, name)}
    return kept or None


def with_remainder(
    told: _Row, kept: Mapping[str, Any] | None, columns: Callable[[_Row], _Columns] = lambda row: {}
) -> _Row:
    """A row with all that was kept beside its columns and does not contradict them."""
    now = columns(told)
    names = {f.name for f in dataclasses.fields(told)}  # type: ignore[arg-type]  # a record
    for name, value in (kept or {}).items():
        if name in names:
            candidate = from_json(type(told), to_json(told) | {name: value})
            if columns(candidate) == now:
                told = candidate
    return told


def _task_told(task: str) -> str:
    """What a record says of a task: CCP4i2's by their own names."""
    return task.removeprefix(HOSTED) if task.startswith(HOSTED) else f"{NATIVE}{task}"


def project_columns(project: I2Project, created: datetime, comments: Iterable[str]) -> _Columns:
    """Columns of a project, which was made at `created` if it does not say when."""
    return {
        "description": project.description or "\n".join(comments),
        "creation_time": project.created or created,
        "creation_user": project.user,
        "creation_host": project.host,
        "last_job_number": project.last_job_number,
        "i1_project_name": project.i1_name,
        "i1_project_directory": project.i1_directory,
    }


def job_columns(job: I2Job, created: datetime, comments: Iterable[str]) -> _Columns:
    """Columns of a job, but for the rows that it points to."""
    status = job.status if job.status in list(JobStatus) else JobStatus.UNKNOWN.value
    return {
        "number": job.number,
        "title": job.title,
        "status": JobStatus.FAILED.value if status in ABANDONED else status,
        "exit_reason": ABANDONED.get(status, ""),
        "evaluation": job.evaluation if job.evaluation in EVALUATIONS else 0,
        "comments": job.comments or "\n".join(comments),
        "creation_time": job.created or created,
        "finish_time": job.finished,
        "task_name": task_here(job.task),
        "task_version": job.task_version,
        "process_id": job.process_id,
        "user_agent": job.user_agent,
    }


def file_columns(file: I2File) -> _Columns:
    """Columns of a file that are made of its row alone."""
    return {
        "directory": IMPORT_DIR if file.path_flag == IMPORT_DIR else JOB_DIR,
        "type_id": type_name(file.type),
        "sub_type": file.sub_type,
        "content": file.content,
        "annotation": file.annotation,
        "job_param_name": file.param,
    }


def import_columns(row: I2FileImport, created: datetime) -> _Columns:
    """Columns of where a file came from."""
    return {
        "time": row.created or created,
        "name": row.source,
        "checksum": row.checksum,
        "last_modified": row.last_modified,
    }


def export_columns(row: I2FileExport, created: datetime) -> _Columns:
    """Columns of a copy that was given away."""
    return {"time": row.created or created, "name": row.name}


def told_job(job: UUID, parent: UUID | None, columns: Mapping[str, Any]) -> I2Job:
    """What the columns of a job say of it."""
    return I2Job(
        id=job,
        parent=parent,
        number=columns["number"],
        task=_task_told(columns["task_name"]),
        status=columns["status"],
        title=columns["title"],
        evaluation=columns["evaluation"],
        created=columns["creation_time"],
        finished=columns["finish_time"],
        user_agent=columns["user_agent"],
        task_version=columns["task_version"],
        process_id=columns["process_id"],
        comments=columns["comments"],
    )


def told_file(file: UUID, job: UUID | None, columns: Mapping[str, Any]) -> I2File:
    """What the columns of a file say of it."""
    return I2File(
        id=file,
        job=job,
        name=columns["name"],
        type=columns["type_id"],
        param=columns["job_param_name"],
        path_flag=columns["directory"],
        sub_type=columns["sub_type"],
        content=columns["content"],
        annotation=columns["annotation"],
    )


def told_import(file: UUID, columns: Mapping[str, Any]) -> I2FileImport:
    """What the columns of an import say of it."""
    return I2FileImport(
        file=file,
        created=columns["time"],
        last_modified=columns["last_modified"],
        checksum=columns["checksum"],
        source=columns["name"],
    )


def told_export(file: UUID, columns: Mapping[str, Any]) -> I2FileExport:
    """What the columns of a copy that was given away say of it."""
    return I2FileExport(file=file, name=columns["name"], created=columns["time"])
