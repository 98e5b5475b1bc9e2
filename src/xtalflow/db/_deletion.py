"""Deletes jobs and brings them back: one transaction each, with its line in ``project.jsonl``.

Files are moved by whoever calls this, afterwards; what a kill leaves half done is seen by comparing the entries in the
trash with the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from xtalflow.engine import IMPORT_DIR, JOB_DIR, JobRecord, JobStatus, job_folder
from xtalflow.errors import InvalidInput, UnknownJob
from xtalflow.faults import passed

from ._job_numbers import top_number
from ._kept_rows import heirs, kept_rows, put_back_rows, remove_rows
from ._ledger import Ledger, writing
from ._project_log import JobDeletion, JobRestoration, read_project_log
from ._records import DeletionPlan, Dependent, UseRole
from ._rows import job_records
from ._transactions import Writer
from ._trash import DeletedJob, Deletion, new_entry, write_deletion
from .models import File, FileUse, Job, Project

_BUSY = {JobStatus.QUEUED, JobStatus.RUNNING}


def plan_deletion(project: UUID, job_uuids: Sequence[UUID]) -> DeletionPlan:
    """What goes if these jobs are deleted, and what depends on them; ten queries, whatever the project.

    Raises
    ------
    InvalidInput
        One is a child job, or is queued or running.
    """
    row = Project.objects.get(uuid=project)
    asked = _top_jobs(row, job_uuids)
    reads = _reads(row)
    numbers = _with_dependents(reads, {top_number(job.number) for job in asked})
    jobs = _trees(row, numbers)
    tops = job_records(jobs.filter(parent=None).order_by("number_key"))
    uuids = {job.id for job in asked}
    inherited = heirs(jobs)
    imports = File.objects.filter(job__in=jobs.values("pk"), directory=IMPORT_DIR)
    paths = imports.order_by("path").values_list("pk", "path")
    clones = Job.objects.filter(project=row, cloned_from__in=jobs.values("pk")).exclude(pk__in=jobs.values("pk"))
    reuses = Job.objects.filter(project=row, reused_from__in=jobs.values("pk")).exclude(pk__in=jobs.values("pk"))
    return DeletionPlan(
        jobs=tuple(job for job in tops if job.id in uuids),
        dependents=tuple(
            Dependent(job=job, reads=tuple(str(each) for each in sorted(reads[top_number(job.number)] & numbers)))
            for job in tops
            if job.id not in uuids
        ),
        clones=tuple((clones | reuses).order_by("number_key").values_list("number", flat=True)),
        children=jobs.exclude(parent=None).count(),
        files=File.objects.filter(job__in=jobs.values("pk"), directory=JOB_DIR).count(),
        imports=tuple(path for pk, path in paths if pk not in inherited),
        kept_imports=tuple(path for pk, path in paths if pk in inherited),
    )


@transaction.atomic
def delete_jobs(writer: Writer, job_uuids: Sequence[UUID]) -> Deletion:
    """Delete the rows of top-level jobs with all below them, after what brings them back is in the trash.

    Raises
    ------
    InvalidInput
        One is a child job, is queued or running, or another job reads its files.
    StoreUnavailable
        The project's folder is not there, read-only or full.
    """
    with writing(writer.project, writer.actor) as ledger:
        tops = _top_jobs(ledger.project, job_uuids)
        numbers = {top_number(job.number) for job in tops}
        for reader, read in sorted(_reads(ledger.project).items()):
            if reader not in numbers and read & numbers:
                number = min(read & numbers)
                raise InvalidInput(f"job {number} cannot be deleted alone: job {reader} reads its files")
        deletion = _keep(ledger, tops)
        passed("delete.noted")
        remove_jobs(ledger, tops)
        writer.log(ledger, None, JobDeletion(entry=deletion.entry, jobs=tuple(job.id for job in tops)))
        return deletion


@transaction.atomic
def restore_jobs(writer: Writer, deletion: Deletion) -> None:
    """Bring back the rows of deleted jobs as they were.

    Raises
    ------
    InvalidInput
        A number, a path or a uuid has been taken, or a file that a job reads is gone.
    """
    with writing(writer.project, writer.actor) as ledger:
        put_back_jobs(ledger, deletion)
        jobs = tuple(job.id for job in deletion.jobs)
        writer.log(ledger, None, JobRestoration(entry=deletion.entry, jobs=jobs, renamed=deletion.renamed))


@transaction.atomic
def confirm_deletions(writer: Writer, deletions: Sequence[Deletion]) -> set[str]:
    """Entries whose jobs are deleted; where a killed process had the log say otherwise, it is put right."""
    deleted = set()
    with writing(writer.project, writer.actor) as ledger:
        uuids = [job.id for deletion in deletions for job in deletion.jobs]
        there = set(Job.objects.filter(project=ledger.project, uuid__in=uuids).values_list("uuid", flat=True))
        said: dict[str, JobDeletion | JobRestoration] = {}
        for line in read_project_log(Path(ledger.project.directory), kinds=("deleted", "restored")):
            if isinstance(line.event, (JobDeletion, JobRestoration)):
                said[line.event.entry] = line.event
        for deletion in deletions:
            jobs = tuple(job.id for job in deletion.jobs)
            last = said.get(deletion.entry)
            if last is not None and last.jobs != jobs:  # an earlier entry of this name
                last = None
            if there.intersection(jobs):
                if isinstance(last, JobDeletion):
                    again = JobRestoration(entry=deletion.entry, jobs=jobs, renamed=deletion.renamed)
                    writer.log(ledger, None, again)
                continue
            deleted.add(deletion.entry)
            if isinstance(last, JobRestoration):
                writer.log(ledger, None, JobDeletion(entry=deletion.entry, jobs=jobs))
    return deleted


def registered_paths(project: UUID, paths: Iterable[str]) -> set[str]:
    """Which of these paths are those of files of the project."""
    known = File.objects.filter(project__uuid=project, path__in=list(paths))
    return set(known.values_list("path", flat=True))


def remove_jobs(ledger: Ledger, tops: Sequence[JobRecord]) -> None:
    """Delete the rows of top-level jobs with all below them, within a transaction that holds the project."""
    remove_rows(_trees(ledger.project, {top_number(job.number) for job in tops}))
    for job in tops:
        ledger.note("deleted", job.id, {"number": job.number, "task": job.task})


def put_back_jobs(ledger: Ledger, deletion: Deletion) -> None:
    """Insert the rows of deleted jobs, within a transaction that holds the project."""
    put_back_rows(ledger, deletion.rows, deletion.renamed)
    for job in deletion.jobs:
        ledger.note("restored", job.id, {"number": job.number, "task": job.task})


def deletion_of(ledger: Ledger, tops: Sequence[JobRecord], entry: str) -> Deletion:
    """What brings jobs back once they are deleted."""
    rows = kept_rows(_trees(ledger.project, {top_number(job.number) for job in tops}))
    imports = [str(row["path"]) for row in rows["files"] if row["directory"] == IMPORT_DIR]
    return Deletion(
        entry=entry,
        time=ledger.now,
        who=ledger.actor.user,
        jobs=tuple(DeletedJob(id=job.id, number=job.number, task=job.task, title=job.title) for job in tops),
        paths=(*(job_folder(job.number) for job in tops), *imports),
        rows=rows,
    )


def _keep(ledger: Ledger, tops: Sequence[JobRecord]) -> Deletion:
    """Put what brings jobs back into a new entry of the trash."""
    directory = Path(ledger.project.directory)
    entry = new_entry(directory, f"job_{tops[0].number}")
    deletion = deletion_of(ledger, tops, entry)
    write_deletion(directory, deletion)
    return deletion


def _top_jobs(project: Project, job_uuids: Sequence[UUID]) -> list[JobRecord]:
    """Top-level jobs that may be deleted, in the order of their numbers."""
    wanted = list(dict.fromkeys(job_uuids))
    found = job_records(Job.objects.filter(project=project, uuid__in=wanted).order_by("number_key"))
    if missing := set(wanted) - {job.id for job in found}:
        raise UnknownJob(str(missing.pop()))
    for job in found:
        if job.parent is not None:
            top = job.number.partition(".")[0]
            raise InvalidInput(f"job {job.number} is a part of job {top} and goes with it; delete job {top}")
        if job.status in _BUSY:
            raise InvalidInput(f"job {job.number} is {job.status.key}; cancel it before it is deleted")
    waiting = Job.objects.filter(after__uuid__in=wanted, status=JobStatus.QUEUED.value).order_by("number_key")
    if number := waiting.values_list("number", flat=True).first():
        raise InvalidInput(f"job {number} waits for a job that is to be deleted; cancel job {number} before")
    return found


def _trees(project: Project, numbers: Iterable[int]) -> QuerySet[Job]:
    return Job.objects.filter(project=project, top_number__in=list(numbers))


def _reads(project: Project) -> Mapping[int, set[int]]:
    """Top-level jobs by number, and those others whose files they or jobs below them read; imports are nobody's."""
    uses = FileUse.objects.filter(file__project=project, role=UseRole.IN, file__directory=JOB_DIR)
    edges = uses.exclude(file__job__top_number=F("job__top_number"))
    found: dict[int, set[int]] = defaultdict(set)
    for reader, maker in edges.order_by().values_list("job__top_number", "file__job__top_number").distinct():
        if maker is not None:
            found[reader].add(maker)
    return found


def _with_dependents(reads: Mapping[int, set[int]], numbers: set[int]) -> set[int]:
    """Jobs with all that read their files, and all that read those."""
    readers: dict[int, set[int]] = defaultdict(set)
    for reader, makers in reads.items():
        for maker in makers:
            readers[maker].add(reader)
    found, new = set(numbers), set(numbers)
    while new:
        new = {reader for maker in new for reader in readers[maker]} - found
        found |= new
    return found
