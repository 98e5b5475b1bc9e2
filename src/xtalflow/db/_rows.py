"""Rows to records: the columns that a record needs, and no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from xtalflow.engine import FileId, FileRecord, JobId, JobRecord, ProjectId
from xtalflow.plugin import JobStatus

from ._records import EventRecord, KpiValue
from .models import File, Job, JobCharValue, JobEvent, JobFloatValue, Project

_K = TypeVar("_K")
KEYS_PER_STATEMENT = 10_000

_JOB_COLUMNS = {
    "id": "uuid",
    "project": "project__uuid",
    "number": "number",
    "task": "task_name",
    "title": "title",
    "status": "status",
    "parent": "parent__uuid",
    "task_version": "task_version",
    "created": "creation_time",
    "started": "start_time",
    "finished": "finish_time",
    "exit_reason": "exit_reason",
}
_FILE_COLUMNS = {
    "id": "uuid",
    "project": "project__uuid",
    "job": "job__uuid",
    "param_name": "job_param_name",
    "path": "path",
    "directory": "directory",
    "file_type": "type_id",
    "sub_type": "sub_type",
    "content_flag": "content",
    "annotation": "annotation",
    "checksum": "checksum",
    "size": "size",
    "facts": "facts",
    "digests": "digests",
    "derived_from": "derived_from__uuid",
    "available": "available",
}


def job_rows(jobs: QuerySet[Job], *more: str) -> list[tuple[Any, JobRecord, tuple[Any, ...]]]:
    """Primary key, record and `more` columns of jobs; one query."""
    rows = jobs.values_list("pk", *_JOB_COLUMNS.values(), *more)
    end = 1 + len(_JOB_COLUMNS)
    return [(row[0], _job_record(row[1:end]), row[end:]) for row in rows]


def job_records(jobs: QuerySet[Job]) -> list[JobRecord]:
    """Records of jobs; one query."""
    return [_job_record(row) for row in jobs.values_list(*_JOB_COLUMNS.values())]


def file_rows(files: QuerySet[File]) -> list[tuple[Any, FileRecord]]:
    """Primary key and record of files; one query."""
    return [(row[0], _file_record(row[1:])) for row in files.values_list("pk", *_FILE_COLUMNS.values())]


def file_records(files: QuerySet[File]) -> list[FileRecord]:
    """Records of files; one query."""
    return [_file_record(row) for row in files.values_list(*_FILE_COLUMNS.values())]


def ordered_file_records(project: Any, file_uuids: Sequence[UUID]) -> list[FileRecord]:
    """Records of these files of a project, in this order; one query."""
    records = {
        record.id: record
        for some in batched(file_uuids)
        for record in file_records(File.objects.filter(project=project, uuid__in=some))
    }
    return [records[FileId(file_uuid)] for file_uuid in file_uuids]


def inserted_file_record(row: File, project: Project, job: JobRecord) -> FileRecord:
    """The record of a file without an origin that was just inserted; no query."""
    return FileRecord(
        id=FileId(row.uuid),
        project=ProjectId(project.uuid),
        job=job.id,
        param_name=row.job_param_name,
        path=row.path,
        directory=row.directory,
        file_type=row.type_id,
        sub_type=row.sub_type,
        content_flag=row.content,
        annotation=row.annotation,
        checksum=row.checksum,
        size=row.size,
        facts=row.facts,
        digests=row.digests,
        available=row.available,
    )


def kpis_of(jobs: QuerySet[Job], keys: Sequence[str] | None = None) -> dict[Any, dict[str, KpiValue]]:
    """Indicators of jobs by their primary keys, all or those of these keys; two queries."""
    kpis: dict[Any, dict[str, KpiValue]] = defaultdict(dict)
    which: dict[str, Any] = {"job__in": jobs.values("pk")}
    if keys is not None:
        which["key__in"] = keys
    numbers = JobFloatValue.objects.filter(**which).order_by("pk").values_list("job", "key", "value", "is_integer")
    for job, key, value, is_integer in numbers:
        kpis[job][key] = int(value) if is_integer else value
    for job, key, text in JobCharValue.objects.filter(**which).order_by("pk").values_list("job", "key", "value"):
        kpis[job][key] = text
    return kpis


def event_records(events: QuerySet[JobEvent]) -> list[EventRecord]:
    """Lines of a project's history."""
    return [
        EventRecord(
            seq=row.seq,
            time=row.time,
            job=JobId(row.job_uuid) if row.job_uuid else None,
            kind=row.kind,
            who=row.who,
            where_from=row.where_from,
            data=row.data,
        )
        for row in events
    ]


def batched(keys: Iterable[_K]) -> Iterator[list[_K]]:
    """Keys in parts that fit into one statement of any SQLite; one part, but for very many."""
    left = iter(keys)
    while some := list(islice(left, KEYS_PER_STATEMENT)):
        yield some


def _job_record(row: Sequence[Any]) -> JobRecord:
    values = dict(zip(_JOB_COLUMNS, row, strict=True))
    values["status"] = JobStatus(values["status"])
    values["id"], values["project"] = JobId(values["id"]), ProjectId(values["project"])
    return JobRecord(**values)


def _file_record(row: Sequence[Any]) -> FileRecord:
    return FileRecord(**dict(zip(_FILE_COLUMNS, row, strict=True)))
