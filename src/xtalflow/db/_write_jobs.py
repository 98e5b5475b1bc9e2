"""What happens to a job's own row. Every function is part of a transaction that holds the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from xtalflow.engine import JobEnd, JobId, JobRecord, NewJob, ProjectId, Reuse, child_id
from xtalflow.errors import IllegalTransition, InvalidInput
from xtalflow.plugin import JobStatus, Progress

from ._clean import clean_checksum, clean_json, clean_text, short_text
from ._job_numbers import is_child_number, number_key, top_number
from ._ledger import Ledger
from ._project_log import JobEdit
from ._remembered import user_pk
from ._rows import job_rows
from ._write_files import add_results
from ._write_values import set_values
from .models import Job

MOST_URGENT = 100
"""Highest priority; the lowest is the same below zero."""
_FIRST = frozenset({JobStatus.PENDING, JobStatus.QUEUED})


def add_job(ledger: Ledger, new: NewJob) -> tuple[int, JobRecord]:
    """Insert a job; a top-level job gets the project's next number. The same job again is the same row."""
    if new.status not in _FIRST:
        raise InvalidInput(f"a job cannot begin as {new.status.key}")
    if new.parent is not None:
        return _add_child(ledger, new)
    if new.number is None:
        ledger.project.last_job_number += 1  # `Ledger.save` keeps it
        number = str(ledger.project.last_job_number)
    else:
        number = new.number
        number_key(number)
        if "." in number:
            raise InvalidInput(f"{number!r} is the number of a child job, which needs a parent")
        if existing := _existing(ledger, new):
            return existing
        ledger.project.last_job_number = max(ledger.project.last_job_number, top_number(number))
    return _insert(ledger, replace(new, number=number), None)


def move_job(ledger: Ledger, job_uuid: UUID, to: JobStatus, reason: str = "", **columns: Any) -> None:
    """Change the status by one conditional update; `IllegalTransition` if the present status does not allow it."""
    stamps: dict[str, Any] = {"status": to.value, "exit_reason": clean_text(reason)}
    if to is JobStatus.QUEUED:
        stamps |= {"start_time": None, "finish_time": None}
    elif to is JobStatus.RUNNING:
        stamps |= {"start_time": ledger.now}
    elif to.is_end:
        stamps |= {"finish_time": ledger.now}
    allowed = [status.value for status in to.predecessors]
    jobs = Job.objects.filter(project=ledger.project, uuid=job_uuid, status__in=allowed)
    if not jobs.update(**stamps, **columns):
        job = ledger.job_record(job_uuid)
        raise IllegalTransition(f"job {job.number} is {job.status.key} and cannot become {to.key}")
    ledger.note("status", job_uuid, {"to": to.key} | ({"reason": clean_text(reason)} if reason else {}))


def moved(job: JobRecord, to: JobStatus, reason: str, now: datetime) -> JobRecord:
    """The record of a job that `move_job` has moved."""
    job = replace(job, status=to, exit_reason=clean_text(reason))
    if to is JobStatus.QUEUED:
        return replace(job, started=None, finished=None)
    return replace(job, started=now) if to is JobStatus.RUNNING else replace(job, finished=now)


def end_job(ledger: Ledger, job_pk: int, job: JobRecord, end: JobEnd) -> None:
    """Outputs, uses, indicators and the final status of a job, within a transaction that undoes them if it raises.

    Raises
    ------
    IllegalTransition
        The job's status, which may be another than that of its record by now, does not allow it.
    """
    if not end.status.is_end:
        raise InvalidInput(f"a job cannot end as {end.status.key}")
    versions = clean_json(end.program_versions, "program_versions")
    columns = {"host": clean_text(end.host), "program_versions": versions, "fingerprint": _fingerprint(end)}
    move_job(ledger, job.id, end.status, end.reason, **columns)
    add_results(ledger, job_pk, job, end.outputs, end.uses)
    set_values(ledger, job_pk, job, end.kpis)


def _fingerprint(end: JobEnd) -> str:
    return clean_checksum(end.fingerprint, "a fingerprint") if end.fingerprint else ""


def keep_reuse(ledger: Ledger, job_uuid: UUID, reuse: Reuse) -> None:
    """Which job's results a job takes, or why it takes none."""
    source = None
    if reuse.is_reused:
        source = Job.objects.filter(project=ledger.project, uuid=reuse.source).values_list("pk", flat=True).first()
    _update(ledger, job_uuid, reused_from_id=source, reuse=clean_text(reuse.sentence))
    ledger.note("reuse", job_uuid, {"sentence": clean_text(reuse.sentence)})


def keep_progress(ledger: Ledger, job_uuid: UUID, progress: Progress) -> None:
    """Only the latest counts; no event."""
    value = clean_json({"done": progress.done, "total": progress.total, "text": progress.text}, "progress")
    _update(ledger, job_uuid, progress=value)


def keep_cycle(ledger: Ledger, job_uuid: UUID, values: Mapping[str, float]) -> None:
    """The values of the latest cycle; those of all are in the journal."""
    _update(ledger, job_uuid, cycle_values=clean_json(values, "cycle"))


def edit_job(ledger: Ledger, job_uuid: UUID, edit: JobEdit) -> bool:
    """What a user says about a job; whether that is news."""
    texts = {"title": edit.title, "comments": edit.comments}
    columns: dict[str, Any] = {name: clean_text(text) for name, text in texts.items() if text is not None}
    if edit.evaluation is not None:
        columns["evaluation"] = edit.evaluation.value
    kept = Job.objects.filter(project=ledger.project, uuid=job_uuid)
    if (known := kept.values("title", "comments", "evaluation").first()) is None:
        ledger.job(job_uuid)  # tells that there is none
    said = dict(known or {})
    columns = {name: value for name, value in columns.items() if said.get(name) != value}
    if columns:
        _update(ledger, job_uuid, **columns)
        ledger.note("edited", job_uuid, columns)
    return bool(columns)


def note_cancel_request(ledger: Ledger, job_uuid: UUID) -> None:
    """Somebody asks for the end of a job; the event of its end is written by whoever ran it."""
    ledger.note("cancel", job_uuid)


def _update(ledger: Ledger, job_uuid: UUID, **columns: Any) -> None:
    if not Job.objects.filter(project=ledger.project, uuid=job_uuid).update(**columns):
        ledger.job(job_uuid)


def _add_child(ledger: Ledger, new: NewJob) -> tuple[int, JobRecord]:
    if new.parent is None or new.number is None:
        raise InvalidInput("a child job needs a number: its parent's runner hands it out")
    parent_pk, parent = ledger.job(new.parent)
    number_key(new.number)
    if not is_child_number(new.number, parent.number):
        raise InvalidInput(
            f"{new.number!r} is refused: a child of job {parent.number} is {parent.number}.1, {parent.number}.2 …"
        )
    new = replace(new, id=new.id or child_id(new.parent, new.number))
    return _existing(ledger, new) or _insert(ledger, new, parent_pk)


def _existing(ledger: Ledger, new: NewJob) -> tuple[int, JobRecord] | None:
    """The row of a job that is being made again; `InvalidInput` if its number or uuid is another job's."""
    known = job_rows(Job.objects.filter(Q(uuid=new.id) | Q(project=ledger.project, number=new.number)))
    if not known:
        return None
    (pk, job, _), project = known[0], ledger.project
    if len(known) == 1 and (job.project, job.number, job.id, job.task) == (project.uuid, new.number, new.id, new.task):
        return pk, job
    if any(other.project != project.uuid for _, other, _ in known):
        raise InvalidInput(f"the uuid {new.id} is that of a job of another project")
    raise InvalidInput(f"the project {project.name} has a job {new.number} already")


def _priority(priority: int) -> int:
    if abs(priority) > MOST_URGENT:
        raise InvalidInput(f"a priority of {priority} is refused: it must be from -{MOST_URGENT} to {MOST_URGENT}")
    return priority


def _jobs_before(ledger: Ledger, uuids: Sequence[JobId]) -> list[int]:
    """Primary keys of top-level jobs of this project."""
    jobs = Job.objects.filter(project=ledger.project, parent=None, uuid__in=uuids)
    known = dict(jobs.values_list("uuid", "pk"))
    for each in uuids:
        if each not in known:
            raise InvalidInput(f"the project {ledger.project.name} has no top-level job {each} to wait for")
    return list(known.values())


def _insert(ledger: Ledger, new: NewJob, parent_pk: int | None) -> tuple[int, JobRecord]:
    actor, number = ledger.actor, new.number or ""
    job = Job.objects.create(
        uuid=new.id or uuid4(),
        project=ledger.project,
        parent_id=parent_pk,
        number=number,
        task_name=short_text(new.task, 100, "task"),
        title=clean_text(new.title),
        task_version=clean_text(new.task_version),
        status=new.status.value,
        parameters=clean_json(new.parameters, "parameters"),
        cloned_from=Job.objects.filter(project=ledger.project, uuid=new.cloned_from).first()
        if new.cloned_from
        else None,
        priority=_priority(new.priority),
        creation_time=ledger.now,
        user_id=user_pk(actor.user),
        created_by_client=actor.client,
        created_by_version=actor.version,
        xtalflow_version=actor.version,
    )
    if new.after:
        job.after.set(_jobs_before(ledger, new.after))
    ledger.note("created", job.uuid, {"number": number, "task": job.task_name})
    return job.pk, JobRecord(
        id=JobId(job.uuid),
        project=ProjectId(ledger.project.uuid),
        number=number,
        task=job.task_name,
        title=job.title,
        status=new.status,
        parent=new.parent,
        task_version=job.task_version,
        created=ledger.now,
    )
