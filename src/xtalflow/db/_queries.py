"""What can be asked about a project; the number of queries never depends on the number of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet

from xtalflow.engine import FileId, FileRecord, JobId, JobRecord, JobStatus, ProjectId, ReusableJob
from xtalflow.errors import InvalidInput, UnknownJob

from ._job_numbers import top_number
from ._records import Evaluation, EventRecord, JobDetail, UsedFile, UseRole
from ._rows import batched, event_records, file_records, file_rows, job_records, job_rows, kpis_of
from ._write_files import imported_file_uuid
from .models import File, FileUse, Job, JobEvent, Project

_DETAILS = {
    "evaluation": "evaluation",
    "comments": "comments",
    "cloned_from": "cloned_from__number",
    "reused_from": "reused_from__number",
    "reuse": "reuse",
    "user": "user__username",
    "kept": "ccp4i2",
    "client": "created_by_client",
    "host": "host",
    "xtalflow_version": "xtalflow_version",
    "program_versions": "program_versions",
    "parameters": "parameters",
    "progress": "progress",
    "cycle_values": "cycle_values",
}
MOST_REUSABLE = 5000
"""Jobs among which a job looks for results that it may take."""
_Uses = dict[int, list[UsedFile]]


def job_by_uuid(project: UUID, job_uuid: UUID) -> JobRecord:
    """A job of a project, or `UnknownJob`."""
    return _the_job(job_records(Job.objects.filter(project__uuid=project, uuid=job_uuid)), str(job_uuid))


def job_and_origin(project: UUID, job_uuid: UUID) -> tuple[JobRecord, bool]:
    """A job of a project, or `UnknownJob`; and whether it came with the record of another program."""
    jobs = Job.objects.filter(project__uuid=project, uuid=job_uuid)
    is_imported = ExpressionWrapper(Q(ccp4i2__isnull=False), BooleanField())
    rows = job_rows(jobs.annotate(is_imported=is_imported), "is_imported")
    return _the_job([job for _, job, _ in rows], str(job_uuid)), bool(rows[0][2][0])


def job_by_number(project: UUID, number: str) -> JobRecord:
    """The job of a project with this number, or `UnknownJob`."""
    return _the_job(job_records(Job.objects.filter(project__uuid=project, number=number)), number)


def job_of_any_project(job_uuid: UUID) -> JobRecord:
    """The job with this uuid, whatever its project; `UnknownJob` if there is none."""
    return _the_job(job_records(Job.objects.filter(uuid=job_uuid)), str(job_uuid))


def job_detail(project: UUID, job_uuid: UUID) -> JobDetail:
    """A job with all below it: files, indicators, children; six queries."""
    number = job_by_uuid(project, job_uuid).number
    tree = Job.objects.filter(project__uuid=project, top_number=top_number(number))
    tree = tree.filter(Q(number=number) | Q(number__startswith=f"{number}.")).order_by("number_key")
    rows = job_rows(tree, *_DETAILS.values())
    kpis, uses = kpis_of(tree), _uses_of(tree)
    details: dict[JobId, JobDetail] = {}
    children: dict[JobId | None, list[JobDetail]] = defaultdict(list)
    for pk, job, more in reversed(rows):  # children come before their parents
        values = dict(zip(_DETAILS, more, strict=True))
        values["evaluation"] = Evaluation(values["evaluation"])
        kept = values.pop("kept") or {}
        values["user"] = values["user"] or str(kept.get("user", ""))
        values |= {name: values[name] or "" for name in ("cloned_from", "reused_from")}
        details[job.id] = JobDetail(
            job=job,
            kpis=kpis[pk],
            inputs=tuple(uses[UseRole.IN][pk]),
            outputs=tuple(uses[UseRole.OUT][pk]),
            children=tuple(reversed(children[job.id])),
            **values,
        )
        children[job.parent].append(details[job.id])
    return details[JobId(job_uuid)]


def count_jobs() -> dict[ProjectId, int]:
    """How many top-level jobs projects have; those without any are left out; one query."""
    counts = Job.objects.filter(parent=None).values_list("project__uuid").annotate(Count("pk")).order_by()
    return {ProjectId(project): count for project, count in counts}


def imported_jobs(project: UUID) -> frozenset[JobId]:
    """Jobs that came with the record of another program, and were not made here; one query."""
    rows = Job.objects.filter(project__uuid=project, ccp4i2__isnull=False)
    return frozenset(JobId(job_uuid) for job_uuid in rows.values_list("uuid", flat=True))


def job_inputs(project: UUID, job_uuid: UUID) -> list[FileRecord]:
    """The files that a job reads, each once."""
    reading = FileUse.objects.filter(job__uuid=job_uuid, role=UseRole.IN).values("file")
    return file_records(File.objects.filter(project__uuid=project, pk__in=reading).order_by("pk"))


def reusable_jobs(project: UUID, job: JobRecord, *, of_all: bool) -> list[ReusableJob]:
    """Finished jobs whose results a job may take: those below it, or those of the whole project; the newest first."""
    jobs = Job.objects.filter(project__uuid=project, status=JobStatus.FINISHED.value).exclude(fingerprint="")
    if not of_all:
        jobs = jobs.filter(top_number=top_number(job.number))
    rows = jobs.order_by("-finish_time", "-pk").values_list("uuid", "number", "task_name", "fingerprint")
    return [
        ReusableJob(job=JobId(each), number=number, task=task, fingerprint=fingerprint)
        for each, number, task, fingerprint in rows[:MOST_REUSABLE]
    ]


def files_by_uuid(project: UUID, file_uuids: Sequence[UUID]) -> list[FileRecord]:
    """Records of files in this order; `InvalidInput` names one that the project does not have."""
    records = {record.id: record for record in known_files(project, file_uuids)}
    for file_uuid in file_uuids:
        if file_uuid not in records:
            raise InvalidInput(f"the project {_project_name(project)} has no file {file_uuid}")
    return [records[FileId(file_uuid)] for file_uuid in file_uuids]


def known_files(project: UUID, file_uuids: Sequence[UUID]) -> list[FileRecord]:
    """Records of those of these files that a project has, in any order."""
    return [
        record
        for some in batched(file_uuids)
        for record in file_records(File.objects.filter(project__uuid=project, uuid__in=some))
    ]


def imported_file(project: UUID, checksum: str) -> FileRecord | None:
    """The imported file of a project with these bytes."""
    file_uuid = imported_file_uuid(project, checksum)
    return files_by_uuid(project, [file_uuid])[0] if file_uuid else None


def files_of_project(project: UUID, *, job: JobId | None, file_type: str | None) -> list[FileRecord]:
    """Files of a project, or of a job with all below it, in the order they were made; one query or two."""
    files = File.objects.filter(project__uuid=project).order_by("creation_time", "pk")
    if job is not None:
        files = files.filter(job__in=family_of(project, job_by_uuid(project, job).number))
    if file_type is not None:
        files = files.filter(type=file_type)
    return file_records(files)


def family_of(project: UUID, number: str) -> QuerySet[Job]:
    """A job and those below it; the first condition is implied, and is the quick one."""
    jobs = Job.objects.filter(project__uuid=project, top_number=top_number(number))
    return jobs.filter(Q(number=number) | Q(number__startswith=f"{number}."))


def files_read_elsewhere(project: UUID) -> frozenset[FileId]:
    """Files that a job reads which is no part of the job that made them; one query."""
    uses = FileUse.objects.filter(file__project__uuid=project, role=UseRole.IN)
    others = uses.exclude(file__job__top_number=F("job__top_number")).values_list("file__uuid", flat=True)
    return frozenset(FileId(file_uuid) for file_uuid in others.distinct())


def import_sources(project: UUID, file_uuids: Sequence[UUID]) -> dict[FileId, str]:
    """Where imported files came from: the paths as their users gave them."""
    rows = File.objects.filter(project__uuid=project, uuid__in=file_uuids, file_import__isnull=False)
    return {FileId(file_uuid): name for file_uuid, name in rows.values_list("uuid", "file_import__name")}


def events_of_project(project: UUID, *, after: int, limit: int) -> list[EventRecord]:
    """The history of a project from an event on, the oldest first."""
    rows = JobEvent.objects.filter(project__uuid=project, seq__gt=after).order_by("seq")[:limit]
    return event_records(rows)


def _uses_of(jobs: QuerySet[Job]) -> dict[UseRole, _Uses]:
    """Files of jobs by role and by primary key of the job; two queries."""
    of_jobs = FileUse.objects.filter(job__in=jobs.values("pk"))
    uses = list(of_jobs.order_by("pk").values_list("job", "role", "job_param_name", "file"))
    files = {
        pk: file
        for some in batched({use[3] for use in uses})
        for pk, file in file_rows(File.objects.filter(pk__in=some))
    }
    found: dict[UseRole, _Uses] = {role: defaultdict(list) for role in UseRole}
    for job, role, param_name, file in uses:
        found[UseRole(role)][job].append(UsedFile(param_name=param_name, file=files[file]))
    return found


def _the_job(found: Sequence[JobRecord], name: str) -> JobRecord:
    if not found:
        raise UnknownJob(name)
    return found[0]


def _project_name(project: UUID) -> str:
    return Project.objects.filter(uuid=project).values_list("name", flat=True).first() or str(ProjectId(project))
