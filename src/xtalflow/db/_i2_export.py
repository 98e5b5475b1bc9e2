"""The record of a project as CCP4i2 keeps it, made of the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from xtalflow.engine import IMPORT_DIR, from_json
from xtalflow.errors import InvalidInput
from xtalflow.formats.ccp4i2 import (
    I2Association,
    I2Comment,
    I2File,
    I2FileExport,
    I2FileImport,
    I2FileUse,
    I2Job,
    I2Project,
    I2Record,
    I2ServerJob,
    I2Tag,
    I2Value,
    I2XData,
)

from ._i2_rows import (
    export_columns,
    import_columns,
    job_columns,
    project_columns,
    told_export,
    told_file,
    told_import,
    told_job,
    with_remainder,
)
from .models import (
    File,
    FileAssociationMember,
    FileExport,
    FileImport,
    FileUse,
    Job,
    JobCharValue,
    JobFloatValue,
    Project,
    ProjectExport,
    ProjectImport,
    ProjectTag,
    ServerJob,
)


def export_record(project: UUID, jobs: Collection[int] | None = None) -> I2Record:
    """The record of a project, or of some of its top-level jobs with all whose files they read; some thirty queries.

    Raises
    ------
    InvalidInput
        There is no top-level job of a number.
    """
    row = Project.objects.select_related("follow_from_job").get(uuid=project)
    numbers = None if jobs is None else _with_makers(row, set(jobs))
    return _Exporting(row, numbers).record()


def _with_makers(project: Project, numbers: set[int]) -> set[int]:
    """Top-level jobs, and all whose files they read, and those whose files these read; imported files are nobody's."""
    tops = set(Job.objects.filter(project=project, parent=None).values_list("top_number", flat=True))
    if missing := sorted(numbers - tops):
        raise InvalidInput(f"the project {project.name} has no job {missing[0]}")
    uses = FileUse.objects.filter(file__project=project, file__job__isnull=False).exclude(file__directory=IMPORT_DIR)
    made_by: dict[int, set[int]] = defaultdict(set)
    edges = uses.exclude(file__job__top_number=F("job__top_number")).order_by()
    for reader, maker in edges.values_list("job__top_number", "file__job__top_number").distinct():
        made_by[reader].add(maker)
    found, new = set(numbers), set(numbers)
    while new:
        new = {maker for reader in new for maker in made_by[reader]} - found
        found |= new
    return found


class _Exporting:
    def __init__(self, project: Project, numbers: Collection[int] | None) -> None:
        self.project = project
        self.jobs: QuerySet[Job] = Job.objects.filter(project=project)
        if numbers is not None:
            self.jobs = self.jobs.filter(top_number__in=numbers)
        self.of_jobs = {} if numbers is None else {"job__in": self.jobs.values("pk")}
        self.files: QuerySet[File] = File.objects.filter(project=project)
        if numbers is not None:
            read = FileUse.objects.filter(**self.of_jobs).values("file")
            self.files = self.files.filter(Q(**self.of_jobs) | Q(pk__in=read))
        self.is_whole = numbers is None

    def record(self) -> I2Record:
        project, of_jobs, of_files = self.project, self.of_jobs, {"file__in": self.files.values("pk")}
        kept: dict[str, Any] = project.ccp4i2 or {}
        comments = [from_json(I2Comment, each) for each in kept.get("comments_of_project", ())]
        jobs, beside = self._jobs()
        uuids: dict[int, UUID] = {pk: job.id for pk, job in jobs.items()}
        files = self._files(uuids)
        return I2Record(
            project=self._project(kept, [comment.text for comment in comments], set(uuids.values())),
            jobs=tuple(jobs.values()),
            files=tuple(files.values()),
            uses=self._uses(uuids, files),
            imports=tuple(self._import(row, files) for row in FileImport.objects.filter(**of_files).order_by("pk")),
            exports=tuple(self._export(row, files) for row in FileExport.objects.filter(**of_files).order_by("pk")),
            values=self._values(uuids),
            comments=(*comments, *beside["comments_of_job"]),
            tags=tags_of(project),
            associations=self._associations(files),
            server_jobs=tuple(
                I2ServerJob(
                    job=uuids[row.pk],
                    process_id=row.server_process_id,
                    machine=row.machine,
                    user=row.username,
                    mechanism=row.mechanism,
                    remote_path=row.remote_path,
                    custom_code_file=row.custom_code_file,
                    validate=row.validate,
                    key_file=row.key_file_name,
                    group=row.server_group,
                )
                for row in ServerJob.objects.filter(job__project=project, **of_jobs).order_by("pk")
            ),
            xdata=tuple(beside["xdata"]),
            project_exports=tuple(
                ProjectExport.objects.filter(project=project).order_by("pk").values_list("time", flat=True)
            ),
            project_imports=tuple(
                ProjectImport.objects.filter(project=project).order_by("pk").values_list("time", flat=True)
            ),
        )

    def _project(self, kept: Mapping[str, Any], comments: list[str], jobs: Collection[UUID]) -> I2Project:
        row = self.project
        follow = row.follow_from_job.uuid if row.follow_from_job else None
        told = I2Project(
            id=row.uuid,
            name=row.name,
            created=row.creation_time,
            directory=row.directory,
            last_job_number=row.last_job_number,
            user=row.creation_user,
            host=row.creation_host,
            last_access=row.last_access,
            description=row.description,
            follow_from_job=follow if follow in jobs else None,
            i1_name=row.i1_project_name,
            i1_directory=row.i1_project_directory,
        )
        return with_remainder(told, kept, lambda each: project_columns(each, row.creation_time, comments))

    def _jobs(self) -> tuple[dict[int, I2Job], dict[str, list[Any]]]:
        """Jobs by their primary keys, and what was kept beside them."""
        jobs: dict[int, I2Job] = {}
        beside: dict[str, list[Any]] = {"comments_of_job": [], "xdata": []}
        uuids = dict(self.jobs.values_list("pk", "uuid"))
        left_out = ("parameters", "progress", "cycle_values", "program_versions")
        for row in self.jobs.defer(*left_out).select_related("user").order_by("number_key"):
            kept = row.ccp4i2 or {}
            comments = [from_json(I2Comment, each) for each in kept.get("comments_of_job", ())]
            beside["comments_of_job"] += comments
            beside["xdata"] += [from_json(I2XData, each) for each in kept.get("xdata", ())]
            told = told_job(row.uuid, uuids[row.parent_id] if row.parent_id else None, vars(row))
            if row.user is not None:
                told = replace(told, user=row.user.username)
            texts = [comment.text for comment in comments]
            columns = partial(job_columns, created=self.project.creation_time, comments=texts)
            jobs[row.pk] = with_remainder(told, kept, columns)
        return jobs, beside

    def _files(self, jobs: Mapping[int, UUID]) -> dict[int, I2File]:
        """Files by their primary keys; one that was imported for a job that does not come belongs to none."""
        rows = self.files.defer("facts", "digests").order_by("pk")
        return {
            row.pk: with_remainder(
                told_file(row.uuid, jobs.get(row.job_id) if row.job_id else None, vars(row)), row.ccp4i2
            )
            for row in rows
        }

    def _uses(self, jobs: Mapping[int, UUID], files: Mapping[int, I2File]) -> tuple[I2FileUse, ...]:
        uses = []
        of_project = FileUse.objects.filter(job__project=self.project, **self.of_jobs).order_by("pk")
        for file, job, role, param, told in of_project.values_list("file", "job", "role", "job_param_name", "ccp4i2"):
            kept: dict[str, Any] = told or {}
            if kept.get("implied") or file not in files:
                continue
            use = I2FileUse(file=files[file].id, job=jobs[job], role=kept.get("role", role), param=param)
            uses.append(use)
            if "also" in kept:
                uses.append(replace(use, role=kept["also"]))
        return tuple(uses)

    def _import(self, row: FileImport, files: Mapping[int, I2File]) -> I2FileImport:
        told, created = told_import(files[row.pk].id, vars(row)), self.project.creation_time
        return with_remainder(told, row.ccp4i2, lambda each: import_columns(each, created))

    def _export(self, row: FileExport, files: Mapping[int, I2File]) -> I2FileExport:
        told, created = told_export(files[row.file_id].id, vars(row)), self.project.creation_time
        return with_remainder(told, row.ccp4i2, lambda each: export_columns(each, created))

    def _values(self, jobs: Mapping[int, UUID]) -> tuple[I2Value, ...]:
        of_jobs = Q(project=self.project, **self.of_jobs)
        numbers = JobFloatValue.objects.filter(of_jobs).order_by("pk").values_list("job", "key", "value", "is_integer")
        texts = JobCharValue.objects.filter(of_jobs).order_by("pk").values_list("job", "key", "value")
        rows: list[tuple[int, str, float | str]] = [
            *((job, key, int(value) if is_integer else value) for job, key, value, is_integer in numbers),
            *texts,
        ]
        return tuple(I2Value(job=jobs[job], key=key, value=value) for job, key, value in rows)

    def _associations(self, files: Mapping[int, I2File]) -> tuple[I2Association, ...]:
        members: dict[int, list[tuple[UUID, int]]] = defaultdict(list)
        of_project = FileAssociationMember.objects.filter(association__project=self.project).order_by("pk")
        for association, file, role in of_project.values_list("association", "file", "role"):
            if file in files:
                members[association].append((files[file].id, role))
        return tuple(
            I2Association(id=row.uuid, type=row.type, name=row.name, members=tuple(members[row.pk]))
            for row in self.project.file_associations.order_by("pk")
            if self.is_whole or members[row.pk]
        )


def tags_of(project: Project) -> tuple[I2Tag, ...]:
    """The tags of a project, with those that they are below."""
    rows = {pk: (parent, text) for pk, parent, text in ProjectTag.objects.values_list("pk", "parent", "text")}
    tags = []
    for pk in project.tags.order_by("pk").values_list("pk", flat=True):
        above, chain = rows[pk][0], []
        while above is not None:
            chain.append(rows[above][1])
            above = rows[above][0]
        tags.append(I2Tag(text=rows[pk][1], parent=tuple(reversed(chain))))
    return tuple(tags)
