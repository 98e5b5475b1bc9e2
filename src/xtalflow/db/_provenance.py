"""Where a file came from and what was made of it: a walk over file → job → file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from xtalflow.engine import FileId, FileRecord, JobId, JobRecord

from ._job_numbers import number_key
from ._queries import job_by_uuid
from ._records import Derivation, FileEdge, ProvenanceGraph, UseRole
from ._rows import batched, file_rows, job_rows
from .models import File, FileImport, FileUse, Job


class Direction(StrEnum):
    """Which way to walk."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


_USES = FileUse.objects
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
    outputs = _edges(found, _USES.filter(job=start, role=UseRole.OUT))
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
    read = [edge for some in batched(jobs) for edge in _edges(found, _USES.filter(job__in=some, role=UseRole.IN))]
    made = [edge for some in batched(files) for edge in _edges(found, _USES.filter(file__in=some, role=UseRole.OUT))]
    origins = [pair for some in batched(files) for pair in _derivations(found, File.objects.filter(pk__in=some))]
    return {job for _, job, *_ in made}, {file for file, *_ in read} | {origin for _, origin in origins}


def _down(found: _Found, jobs: set[int], files: set[int]) -> tuple[set[int], set[int]]:
    made = [edge for some in batched(jobs) for edge in _edges(found, _USES.filter(job__in=some, role=UseRole.OUT))]
    read = [edge for some in batched(files) for edge in _edges(found, _USES.filter(file__in=some, role=UseRole.IN))]
    copies = [
        pair for some in batched(files) for pair in _derivations(found, File.objects.filter(derived_from__in=some))
    ]
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
    jobs: dict[int, JobRecord] = {}
    files: dict[int, FileRecord] = {}
    sources: dict[FileId, str] = {}
    for some in batched(sorted(found.jobs)):
        jobs |= {pk: job for pk, job, _ in job_rows(Job.objects.filter(pk__in=some))}
    for some in batched(sorted(found.files)):
        files |= dict(file_rows(File.objects.filter(pk__in=some).order_by("creation_time", "pk")))
        imports = FileImport.objects.filter(file__in=some).values_list("file__uuid", "name")
        sources |= {FileId(file_uuid): name for file_uuid, name in imports}
    place = {pk: position for position, pk in enumerate(files)}
    keys = {pk: number_key(job.number) for pk, job in jobs.items()}
    return ProvenanceGraph(
        start=start,
        jobs=tuple(jobs[pk] for pk in sorted(jobs, key=lambda pk: keys[pk])),
        files=tuple(files.values()),
        edges=tuple(
            FileEdge(file=files[file].id, job=jobs[job].id, role=UseRole(role), param_name=name)
            for file, job, role, name in sorted(
                found.edges, key=lambda edge: (place[edge[0]], keys[edge[1]], *edge[2:])
            )
        ),
        derivations=tuple(
            Derivation(file=files[file].id, origin=files[origin].id)
            for file, origin in sorted(found.derivations, key=lambda pair: (place[pair[0]], place[pair[1]]))
        ),
        sources=sources,
    )
