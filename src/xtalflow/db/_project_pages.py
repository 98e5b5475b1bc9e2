"""Projects as a table shows them, page by page; the number of queries never depends on the number of rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Lower

from xtalflow.errors import InvalidInput
from xtalflow.plugin import JobStatus

from ._asked import Page, ProjectFilter
from ._clean import clean_text
from ._job_pages import contains, words_of
from ._paging import Order, Segment, slice_of
from ._projects import project_records
from ._records import ProjectSummary
from .models import File, Job, Project, ProjectTag

_JOBS = Job.objects.filter(parent__isnull=True)
_FILES = File.objects.filter(available=True, derived_from__isnull=True)


def _of_project(rows: QuerySet[Any], what: Any) -> Any:
    """An aggregate over the rows of a project, 0 of none."""
    found = rows.filter(project=OuterRef("pk")).order_by().values("project").annotate(found=what).values("found")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


_SORTS: dict[str, tuple[Any, type]] = {
    "name": (Lower("name"), str),
    "activity": (F("last_access"), datetime),
    "created": (F("creation_time"), datetime),
    "jobs": (_of_project(_JOBS, Count("pk")), int),
    "size": (_of_project(_FILES, Sum("size")), int),
}
"""What projects can be ordered by, and the kind of its values."""


def page_of_projects(which: ProjectFilter, sort: str, cursor: str, limit: int) -> Page[ProjectSummary]:
    """A page of projects with counts of their jobs and files; six queries at most."""
    projects = filtered_projects(which)
    name, is_descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in _SORTS:
        raise InvalidInput(
            f"projects cannot be ordered by {name!r}, but by {', '.join(_SORTS)}; a minus before it turns it"
        )
    at, kind = _SORTS[name]
    segments = [Segment(rows=projects.annotate(at=at), kind=kind)]
    order = Order(name=sort, segments=segments, tie="pk", tie_kind=int, is_descending=is_descending)
    found = slice_of(order, ["uuid"], cursor, limit)
    rows = {row.project.id: row for row in _summaries([row[0] for row in found.rows])}
    return Page(
        rows=[rows[uuid] for (uuid,) in found.rows if uuid in rows],
        total=len(found.rows) if found.is_all else projects.count(),
        next=found.next,
        previous=found.previous,
    )


def filtered_projects(which: ProjectFilter) -> QuerySet[Project]:
    """Projects that a filter lets through."""
    projects = Project.objects.order_by("pk")
    if which.only is not None:
        projects = projects.filter(uuid__in=which.only)
    if which.archived is not None:
        projects = projects.filter(archived=which.archived)
    for tag in which.tags:
        projects = projects.filter(Exists(_tags().filter(text=clean_text(tag))))
    for word in words_of(which.text):
        tagged = Exists(_tags().filter(contains(["text"], word)))
        projects = projects.filter(contains(["name", "description"], word) | tagged)
    return projects


def all_tags() -> list[str]:
    """The tags that projects have, in order."""
    return list(
        ProjectTag.objects.filter(projects__isnull=False).distinct().order_by("text").values_list("text", flat=True)
    )


def _tags() -> QuerySet[ProjectTag]:
    return ProjectTag.objects.filter(projects=OuterRef("pk")).order_by()


def _summaries(uuids: list[Any]) -> list[ProjectSummary]:
    jobs: dict[Any, dict[JobStatus, int]] = defaultdict(dict)
    counts = _JOBS.filter(project__uuid__in=uuids).order_by().values_list("project__uuid", "status")
    for uuid, status, count in counts.annotate(Count("pk")):
        jobs[uuid][JobStatus(status)] = count
    files = _FILES.filter(project__uuid__in=uuids).order_by().values_list("project__uuid")
    sizes = {uuid: (count, size) for uuid, count, size in files.annotate(Count("pk"), Sum("size"))}
    return [
        ProjectSummary(
            project=project,
            jobs=jobs[project.id],
            files=sizes.get(project.id, (0, 0))[0],
            size=sizes.get(project.id, (0, 0))[1],
        )
        for project in project_records(Project.objects.filter(uuid__in=uuids))
    ]
