"""The job table: what its address asks for, and the rows that answer it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlencode

from xtalflow import db
from xtalflow.db import JobFilter, Role
from xtalflow.figures import duration, figure, fixed_places, heading
from xtalflow.plugin import JobStatus, task_names
from xtalflow.services import Document, page_of_jobs

from ._acts import GOING, RATINGS

if TYPE_CHECKING:
    from django.http import QueryDict

    from xtalflow.db import Page, ProjectRecord

NEWEST_FIRST = "-number"
MOST_OPEN = 20
"""Branches that one page shows open."""
MOST_CHILDREN = 1000
"""Child jobs that an open branch shows."""
_STATUSES = {
    "going": GOING,
    **{
        status.key: (status,)
        for status in (
            JobStatus.RUNNING,
            JobStatus.QUEUED,
            JobStatus.FINISHED,
            JobStatus.UNSATISFACTORY,
            JobStatus.FAILED,
            JobStatus.INTERRUPTED,
        )
    },
}
STATUS_WORDS = tuple(_STATUSES)
USUAL = ("R1Factor", "R1Free", "RFactor", "RFree", "highResLimit", "RMSBond", "ramaOutliers")
"""Indicators that a table shows until its reader chooses, the first of those that there are."""
_USUAL_COLUMNS = 4
_MOST_COLUMNS = 40
COLUMNS = "columns"
"""Cookie in which a browser keeps the columns that were chosen for a project."""
_OF_A_CYCLE = {
    "R1Factor": "R1work",
    "R1Free": "R1free",
    "RFactor": "Rwork",
    "RFree": "Rfree",
    "CCIwork_avg": "CCIwork",
    "CCIfree_avg": "CCIfree",
    "CCFwork_avg": "CCFwork",
    "CCFfree_avg": "CCFfree",
}
"""What values of the cycles of a refinement call the indicators that it ends with."""
_CYCLE = re.compile(r"cycle \d")
_NUMBER = re.compile(r"[1-9]\d{0,8}(\.[1-9]\d{0,8})*", re.ASCII)
_SORTS = ("number", "title", "task", "status", "created", "finished", "duration")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuery:
    """What a job table shows, as its address says it; what an address has wrong is left out.

    Attributes
    ----------
    columns
        Indicators that are shown; None where nobody has chosen any.
    open
        Numbers of the jobs whose children are shown below them.
    """

    text: str = ""
    status: str = ""
    task: str = ""
    rating: str = ""
    flat: bool = False
    sort: str = NEWEST_FIRST
    columns: tuple[str, ...] | None = None
    open: tuple[str, ...] = ()
    cursor: str = ""

    @classmethod
    def parse(cls, given: QueryDict, kept: str = "") -> Self:
        """What the words behind the question mark of an address say; `kept` are the columns chosen the last time."""
        status, rating, sort = given.get("status", ""), given.get("rating", ""), given.get("sort", "")
        known_sort = sort.removeprefix("-") in _SORTS or sort.removeprefix("-").startswith("kpi:")
        return cls(
            text=given.get("q", "").strip(),
            status=status if status in _STATUSES else "",
            task=given.get("task", "").strip(),
            rating=rating if rating in RATINGS else "",
            flat=given.get("view") == "flat",
            sort=sort if known_sort else NEWEST_FIRST,
            columns=_columns(given.getlist("kpi")) if "kpi" in given else _kept_columns(kept),
            open=tuple(dict.fromkeys(filter(_NUMBER.fullmatch, given.getlist("open"))))[:MOST_OPEN],
            cursor=given.get("cursor", ""),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves out jobs."""
        return bool(self.text or self.status or self.task or self.rating)

    @property
    def is_newest_first(self) -> bool:
        """Whether a new job belongs at the top."""
        return self.sort == NEWEST_FIRST and not self.cursor

    @property
    def filter(self) -> JobFilter:
        """Which jobs it asks for."""
        return JobFilter(
            text=self.text,
            statuses=_STATUSES.get(self.status, ()),
            tasks=(self.task,) if self.task else (),
            evaluations=(RATINGS[self.rating],) if self.rating else (),
            flat=self.flat,
        )

    def link(self, **changes: Any) -> str:
        """The words behind the question mark for this table, or one that differs in these."""
        other = replace(self, **changes)
        words = [("q", other.text), ("status", other.status), ("task", other.task), ("rating", other.rating)]
        words += [("view", "flat" if other.flat else ""), ("cursor", other.cursor)]
        words += [("sort", other.sort if other.sort != NEWEST_FIRST else "")]
        pairs = [(name, value) for name, value in words if value]
        if other.columns is not None:
            pairs += [("kpi", key) for key in other.columns or ("",)]
        pairs += [("open", number) for number in other.open]
        return f"?{urlencode(pairs)}"

    @property
    def kpi_words(self) -> str:
        """The words that choose the indicators, for fragments of this table."""
        return urlencode([("kpi", key) for key in self.columns or ()])

    def sorted_by(self, name: str) -> str:
        """A link to the same rows ordered by a column: from the smallest on, or turned if they are so already."""
        first = f"-{name}" if name in {"number", "created", "finished"} else name
        turned = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        return self.link(sort=turned if self.sort == first else first, cursor="", open=())

    def order_of(self, name: str) -> str:
        """How rows are ordered by a column, in the words of ``aria-sort``; empty if by another one."""
        if self.sort.removeprefix("-") != name:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An indicator of a job; `css` tells one that only its latest cycle has."""

    key: str
    text: str
    css: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A job as the table shows it."""

    job: Document
    cells: list[Cell]
    is_open: bool = False
    twig: str = ""
    """Where its branch is opened, or closed again."""

    @property
    def depth(self) -> int:
        """How deep in the tree, as far as it is drawn."""
        return min(int(self.job["depth"]), 6)

    @property
    def progress(self) -> dict[str, Any] | None:
        """How far it is: `done` of `total`, and a text."""
        return shown_progress(self.job["progress"])

    @property
    def took(self) -> str:
        """How long it ran."""
        return duration(self.job["duration_s"])

    @property
    def ended(self) -> str:
        """When it ended, by the clock on the wall; of today the hour only."""
        return short_time(self.job["finished"])

    @property
    def mark(self) -> str:
        """What is drawn beside the title of a job that was rated."""
        return str(self.job["evaluation"]) if self.job["evaluation"] != "unknown" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A page of a job table."""

    rows: list[Row]
    columns: tuple[str, ...]
    page: Page[Document]


async def table_of(project: ProjectRecord, query: TableQuery, *, limit: int) -> Table:
    """The page of the table that is asked for, with the branches that are open."""
    page = await page_of_jobs(
        project, filter=query.filter, sort=query.sort, columns=query.columns, cursor=query.cursor, limit=limit
    )
    columns = usual_columns(page.rows) if query.columns is None else query.columns
    documents = page.rows if query.flat else await _with_branches(project, page.rows, query.open)
    return Table(rows=table_rows(documents, columns, query), columns=columns, page=page)


def table_rows(jobs: Iterable[Document], columns: Sequence[str], query: TableQuery) -> list[Row]:
    """Jobs as rows of the table."""
    rows = []
    for job in jobs:
        number, is_open = job["number"], job["number"] in query.open and not query.flat
        twig = ""
        if job["children"] and not query.flat:
            others = tuple(each for each in query.open if each != number and not each.startswith(f"{number}."))
            twig = query.link(open=others if is_open else (*query.open, number))
        cells = [_cell(job, key) for key in columns]
        rows.append(Row(job=job, cells=cells, is_open=is_open, twig=twig))
    return rows


async def branch_of(project: ProjectRecord, number: str) -> list[Document]:
    """The child jobs of a job, in their order."""
    parent = await db.find_job(project.id, number)
    which = JobFilter(parent=parent.id)
    return (await page_of_jobs(project, filter=which, sort="number", limit=MOST_CHILDREN)).rows


async def every_row(project: ProjectRecord, query: TableQuery) -> AsyncIterator[Document]:
    """All rows of a table, whatever its page."""
    cursor: str | None = ""
    while cursor is not None:
        page = await page_of_jobs(
            project, filter=query.filter, sort=query.sort, columns=query.columns, cursor=cursor, limit=1000
        )
        for row in page.rows:
            yield row
        cursor = page.next


def usual_columns(jobs: Iterable[Document]) -> tuple[str, ...]:
    """The indicators that a table shows if nobody has chosen any."""
    return usual_of({key for job in jobs for key in job["kpis"]})[:_USUAL_COLUMNS]


def usual_of(keys: Container[str]) -> tuple[str, ...]:
    """Those of the indicators that readers ask for first."""
    return tuple(key for key in USUAL if key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is above a column: a link that orders the rows by it."""

    name: str
    link: str
    order: str
    css: str = ""
    key: str = ""
    """The indicator that it is about."""

    @property
    def places(self) -> int | None:
        """Decimal places that its figures have, if they always have the same."""
        return fixed_places(self.key)

    @property
    def cycle(self) -> str:
        """What values of a cycle call it."""
        return _OF_A_CYCLE.get(self.key, "")


def heads(columns: Iterable[str], query: TableQuery) -> list[Head]:
    """What is above all columns."""

    def head(name: str, sort: str, css: str = "", key: str = "") -> Head:
        return Head(name=name, link=query.sorted_by(sort), order=query.order_of(sort), css=css, key=key)

    return [
        head("Job", "number", "job"),
        head("Title", "title"),
        head("Task", "task"),
        head("Status", "status"),
        *(head(heading(key), f"kpi:{key}", "number", key) for key in columns),
        head("Took", "duration", "number"),
        head("Ended", "finished"),
    ]


def shown_progress(progress: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The progress of a running job as a bar and a text: ``cycle 4 of 10``, or ``refinement, 1 of 5``."""
    if not progress or not progress.get("total"):
        return None
    done, total, text = progress["done"], progress["total"], str(progress.get("text", ""))
    of = f"{done:g} of {total:g}"
    text = f"cycle {of}" if _CYCLE.match(text) else f"{text}, {of}" if text else of
    return {"done": f"{done:g}", "total": f"{total:g}", "text": text}


def short_time(text: str | None) -> str:
    """A time by the clock on the wall; of today without the date."""
    if not text:
        return ""
    time = datetime.fromisoformat(text).astimezone()
    return f"{time:%H:%M}" if time.date() == datetime.now(UTC).astimezone().date() else f"{time:%Y-%m-%d %H:%M}"


async def tasks_to_choose(home: ProjectRecord, query: TableQuery) -> list[str]:
    """The tasks that a filter offers: those that there are, those of the project's jobs, and the one that it has."""
    known = await asyncio.to_thread(task_names)  # CCP4i2's Python may have to be asked
    return sorted({*known, *await db.tasks_of(home.id), *filter(None, [query.task])})


def rights(role: Role | None) -> Mapping[str, bool]:
    """What somebody of a role may do, as templates ask for it."""
    return {
        "edit": role is not None and role.includes(Role.EDITOR),
        "own": role is not None and role.includes(Role.OWNER),
    }


def _columns(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key))[:_MOST_COLUMNS]


def _kept_columns(text: str) -> tuple[str, ...] | None:
    """The columns that a browser kept as a list in JSON; None if it kept none."""
    try:
        keys: Any = json.loads(unquote(text)) if text else None
    except (ValueError, RecursionError):
        return None
    return _columns(key for key in keys if isinstance(key, str)) if isinstance(keys, list) else None


def _cell(job: Document, key: str) -> Cell:
    """An indicator of a job, or what the latest cycle of a running one says of it."""
    if key not in job["kpis"] and job["cycle"] and (value := job["cycle"].get(_OF_A_CYCLE.get(key))) is not None:
        return Cell(key=key, text=figure(value, key), css=" soon")
    return Cell(key=key, text=figure(job["kpis"].get(key), key))


async def _with_branches(project: ProjectRecord, jobs: Sequence[Document], numbers: Sequence[str]) -> list[Document]:
    """Jobs, each followed by its children if its branch is open, and so on downwards."""
    found = list(jobs)
    for number in sorted(numbers, key=lambda text: text.count(".")):
        place = next((index for index, job in enumerate(found) if job["number"] == number), None)
        if place is not None and found[place]["children"]:
            found[place + 1 : place + 1] = await branch_of(project, number)
    return found
