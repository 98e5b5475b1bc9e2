"""Jobs of a project as a table shows them, page by page; the number of queries never depends on the number of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    Expression,
    F,
    FilteredRelation,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce, Lower, NullIf

from xtalflow.errors import InvalidInput, UnknownProject
from xtalflow.plugin import JobStatus

from ._asked import JobFilter, Page
from ._clean import clean_text
from ._paging import Order, Segment, slice_of
from ._records import Evaluation, JobSummary
from ._rows import job_rows, kpis_of
from .models import Job, JobCharValue, JobFloatValue, Project

MOST_WORDS = 8
"""Words of a text to look for; the rest of a longer one is left out."""
KPI = "kpi:"
"""Before the key of the indicator that jobs are ordered by."""


class Seconds(Func):
    """Seconds from one time to another."""

    output_field = FloatField()
    arity = 2

    template = "EXTRACT(EPOCH FROM (%(expressions)s))::double precision"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        """In SQLite's own terms: Django's would call Python for every row."""
        first, second = self.source_expressions
        days = Func(first, function="julianday") - Func(second, function="julianday")
        return (days * 86400.0).as_sql(compiler, connection)


_SORTS: dict[str, tuple[str | Expression | None, type | None]] = {
    "number": (None, None),
    "created": ("creation_time", datetime),
    "finished": ("finish_time", datetime),
    "duration": (Seconds("finish_time", "start_time"), float),
    "task": ("task_name", str),
    "status": ("status", int),
    "title": (NullIf(Lower("title"), Value("", output_field=TextField())), str),
}
"""What jobs can be ordered by, and the kind of its values."""
_ALWAYS_THERE = {"created", "task", "status"}


def page_of_jobs(
    project: UUID,
    which: JobFilter,
    sort: str,
    columns: Sequence[str] | None,
    cursor: str,
    limit: int,
) -> Page[JobSummary]:
    """A page of jobs with indicators and counts of children; nine queries at most."""
    project_pk = project_key(project)
    jobs = filtered(Job.objects.filter(project=project_pk), which)
    found = slice_of(order_of_jobs(jobs, [project_pk], sort), ["pk"], cursor, limit)
    pks = [pk for (pk,) in found.rows]
    rows = summaries(Job.objects.filter(pk__in=pks), columns)
    return Page(
        rows=[rows[pk] for pk in pks if pk in rows],  # one may have been deleted meanwhile
        total=len(found.rows) if found.is_all else jobs.count(),
        next=found.next,
        previous=found.previous,
    )


def project_key(project: UUID) -> int:
    """The primary key of a project; `UnknownProject` if there is none such."""
    pk = Project.objects.filter(uuid=project).values_list("pk", flat=True).first()
    if pk is None:
        raise UnknownProject(str(project))
    return pk


def all_jobs(project: UUID, which: JobFilter, limit: int | None) -> list[JobSummary]:
    """Jobs with their indicators and counts of children, the newest first; four queries."""
    jobs = filtered(Job.objects.filter(project__uuid=project), which).order_by("-number_key")
    return list(summaries(jobs if limit is None else jobs[:limit]).values())


def tasks_of(project: UUID) -> list[str]:
    """The tasks of the jobs of a project, child jobs among them; one query."""
    of_project = Job.objects.filter(project__uuid=project).order_by("task_name")
    return list(of_project.values_list("task_name", flat=True).distinct())


def filtered(jobs: QuerySet[Job], which: JobFilter) -> QuerySet[Job]:
    """Those of these jobs that a filter lets through."""
    if which.jobs is not None:
        jobs = jobs.filter(uuid__in=which.jobs)
    elif which.parent is not None:
        jobs = jobs.filter(parent__uuid=which.parent)
    elif not which.flat:
        jobs = top_level_by_status(jobs) if which.statuses else jobs.filter(parent__isnull=True)
    if which.statuses:
        jobs = jobs.filter(status__in=[status.value for status in which.statuses])
    if which.tasks:
        jobs = jobs.filter(task_name__in=[clean_text(task) for task in which.tasks])
    if which.evaluations:
        jobs = jobs.filter(evaluation__in=[evaluation.value for evaluation in which.evaluations])
    text = ("title", "task_name", "comments")
    for word in words_of(which.text):
        jobs = jobs.filter(contains(text, word) | Q(number__startswith=word))
    return jobs


def top_level_by_status(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Those of the top level; said so that jobs are looked up by status, since most jobs have no parent."""
    return jobs.alias(above=Coalesce(F("parent"), 0)).filter(above=0)


def words_of(text: str) -> list[str]:
    """The words of a text to look for."""
    return clean_text(text).split()[:MOST_WORDS]


def contains(columns: Sequence[str], word: str) -> Q:
    """One of the columns has a word in it, in small letters or capitals."""
    spellings = {word}
    if not word.isascii():  # SQLite knows the capitals of ASCII only
        spellings |= {word.lower(), word.upper(), word.capitalize()}
    found = Q()
    for column in columns:
        for spelling in sorted(spellings):
            found |= Q(**{f"{column}__icontains": spelling})
    return found


def summaries(jobs: QuerySet[Job], columns: Sequence[str] | None = None) -> dict[int, JobSummary]:
    """Jobs by their primary keys, in order, with their indicators and counts of children; four queries."""
    rows, kpis = job_rows(jobs, "evaluation", "comments", "progress", "cycle_values"), kpis_of(jobs, columns)
    counts = Job.objects.filter(parent__in=jobs.values("pk")).order_by().values_list("parent").annotate(Count("pk"))
    children: dict[Any, int] = dict(counts)
    found = {}
    for pk, job, (evaluation, comments, progress, cycle_values) in rows:
        runs = job.status is JobStatus.RUNNING
        found[pk] = JobSummary(
            job=job,
            evaluation=Evaluation(evaluation),
            comments=comments,
            kpis=kpis[pk],
            progress=progress if runs else {},
            cycle_values=cycle_values if runs else {},
            children=children.get(pk, 0),
        )
    return found


def order_of_jobs(jobs: QuerySet[Job], projects: Sequence[int], sort: str) -> Order:
    """The order that a word means: ``-number``, ``title``, ``kpi:RFree``; a minus puts the largest first.

    Parameters
    ----------
    projects
        Primary keys of the projects that the jobs are of.
    """
    name, is_descending = sort.removeprefix("-"), sort.startswith("-")
    if name.startswith(KPI):
        segments = _by_indicator(jobs, projects, clean_text(name.removeprefix(KPI)))
    elif name in _SORTS:
        segments = _by_column(jobs, name, is_of_one=len(projects) == 1)
    else:
        raise InvalidInput(
            f"jobs cannot be ordered by {name!r}, but by {', '.join(_SORTS)} or {KPI}KEY; a minus before it turns it"
        )
    tie: tuple[str, type] = ("number_key", str) if len(projects) == 1 else ("pk", int)
    return Order(name=sort, segments=segments, tie=tie[0], tie_kind=tie[1], is_descending=is_descending)


def _by_column(jobs: QuerySet[Job], name: str, *, is_of_one: bool) -> list[Segment]:
    column, kind = _SORTS[name]
    if column is None:
        return [Segment(rows=jobs) if is_of_one else Segment(rows=jobs.annotate(at=F("number_key")), kind=str)]
    rows = jobs.annotate(at=F(column) if isinstance(column, str) else column)
    if name in _ALWAYS_THERE:
        return [Segment(rows=rows, kind=kind)]
    return [Segment(rows=rows.filter(at__isnull=False), kind=kind), Segment(rows=rows.filter(at__isnull=True))]


def _by_indicator(jobs: QuerySet[Job], projects: Sequence[int], key: str) -> list[Segment]:
    """Jobs with a number first, then those with a text, then those without."""
    segments = []
    for relation, kind in (("float_values", float), ("char_values", str)):
        of_key = FilteredRelation(
            relation, condition=Q(**{f"{relation}__key": key, f"{relation}__project__in": projects})
        )
        rows = jobs.annotate(indicator=of_key).filter(indicator__isnull=False).annotate(at=F("indicator__value"))
        segments.append(Segment(rows=rows, kind=kind))
    numbers = JobFloatValue.objects.filter(job=OuterRef("pk"), key=key)
    texts = JobCharValue.objects.filter(job=OuterRef("pk"), key=key)
    return [*segments, Segment(rows=jobs.filter(~Exists(numbers), ~Exists(texts)))]
