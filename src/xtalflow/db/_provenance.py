"""Where a file came from and what was made of it: a walk over file → job → file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from xtalflow.engine import FileId, JobId

from ._queries import job_by_uuid
from ._records import Derivation, FileEdge, ProvenanceGraph, UseRole
from ._rows import file_rows, job_rows
from .models import File, FileImport, FileUse, Job


class Direction(StrEnum):
    """Which way to walk."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


_Edge = tuple[int, int, int, str]
"""File, job, role, name of the parameter."""


@dataclass(slots=True)
class _Found:
    """What a walk met, by primary keys."""

    jobs: set[int] = field(default_factory=set)
    files: set[int] = field(default_factory=set)
    edges: dict[_Edge, None] = field(default_factory=dict)
    derivations: dict[tuple[int, int], None] = field(default_factory=dict)


_Step = Callable[[_Found, set[int], set[int]], tuple[set[int], set[int]]]


def provenance(project: UUID, job_uuid: UUID, direction: Direction) -> ProvenanceGraph:
    """How a job hangs together with others of its project; three queries per generation.

    Upwards: the job's inputs and outputs, the jobs that made the inputs, their inputs, and so on to what was
    imported; an output of a pipeline leads to the child job that made it. Downwards: the job's outputs, the jobs
    that read them, their outputs, and so on.
    """
    job_by_uuid(project, job_uuid)
    start = Job.objects.filter(project__uuid=project, uuid=job_uuid).values_list("pk", flat=True)[0]
    found = _Found(jobs={start})
    outputs = _edges(found, FileUse.objects.filter(job=start, role=UseRole.OUT))
    for wanted, step in ((Direction.UP, _up), (Direction.DOWN, _down)):
        if direction in {wanted, Direction.BOTH}:
            _walk(found, start, {file for file, *_ in outputs}, step)
    return _graph(found, JobId(job_uuid))


def _walk(found: _Found, start: int, outputs: set[int], step: _Step) -> None:
    seen_jobs, seen_files = {start}, set(outputs)
    jobs, files = {start}, set(outputs)
    while jobs or files:
        jobs, files = step(found, jobs, files)
        jobs, files = jobs - seen_jobs, files - seen_files
        seen_jobs |= jobs
        seen_files |= files
    found.jobs |= seen_jobs
    found.files |= seen_files


def _up(found: _Found, jobs: set[int], files: set[int]) -> tuple[set[int], set[int]]:
    read = _edges(found, FileUse.objects.filter(job__in=jobs, role=UseRole.IN))
    made = _edges(found, FileUse.objects.filter(file__in=files, role=UseRole.OUT))
    origins = _derivations(found, File.objects.filter(pk__in=files, derived_from__isnull=False))
    return {job for _, job, *_ in made}, {file for file, *_ in read} | {origin for _, origin in origins}


def _down(found: _Found, jobs: set[int], files: set[int]) -> tuple[set[int], set[int]]:
    made = _edges(found, FileUse.objects.filter(job__in=jobs, role=UseRole.OUT))
    read = _edges(found, FileUse.objects.filter(file__in=files, role=UseRole.IN))
    copies = _derivations(found, File.objects.filter(derived_from__in=files))
    return {job for _, job, *_ in read}, {file for file, *_ in made} | {copy for copy, _ in copies}


def _edges(found: _Found, uses: QuerySet[FileUse]) -> list[_Edge]:
    edges = list(uses.values_list("file", "job", "role", "job_param_name"))
    found.edges.update(dict.fromkeys(edges))
    return edges


def _derivations(found: _Found, files: QuerySet[File]) -> list[tuple[int, int]]:
    pairs = [(file, origin) for file, origin in files.values_list("pk", "derived_from") if origin is not None]
    found.derivations.update(dict.fromkeys(pairs))
    return pairs


def _graph(found: _Found, start: JobId) -> ProvenanceGraph:
    jobs = {pk: job for pk, job, _ in job_rows(Job.objects.filter(pk__in=found.jobs).order_by("number_key"))}
    files = dict(file_rows(File.objects.filter(pk__in=found.files).order_by("pk")))
    sources = dict(FileImport.objects.filter(file__in=found.files).values_list("file", "name"))
    return ProvenanceGraph(
        start=start,
        jobs=tuple(jobs.values()),
        files=tuple(files.values()),
        edges=tuple(
            FileEdge(file=files[file].id, job=jobs[job].id, role=UseRole(role), param_name=name)
            for file, job, role, name in sorted(found.edges)
        ),
        derivations=tuple(
            Derivation(file=files[file].id, origin=files[origin].id) for file, origin in sorted(found.derivations)
        ),
        sources={FileId(files[pk].id): name for pk, name in sources.items()},
    )
