"""How lists are asked for, and what a page of one is: frozen, and light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from xtalflow.engine import JobId
from xtalflow.errors import InvalidInput
from xtalflow.plugin import JobStatus

from ._records import Evaluation

T = TypeVar("T")
MOST_ROWS = 1000
"""Rows of the largest page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs of a project; what is left empty leaves out none.

    Attributes
    ----------
    text
        Words that are all in the title, task or comments of a job, or begin its number, in small letters or capitals.
    statuses, tasks, evaluations
        The job has one of these.
    parent
        Only the children of this job: one branch of the tree.
    flat
        Jobs of all levels; without it, and without a parent, those of the top level.
    jobs
        Only these, whatever their level.
    """

    text: str = ""
    statuses: tuple[JobStatus, ...] = ()
    tasks: tuple[str, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    parent: JobId | None = None
    flat: bool = False
    jobs: tuple[JobId, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFilter:
    """Which files of a project; what is left empty leaves out none.

    Attributes
    ----------
    file_types
        The file is of one of these MIME types.
    sub_types, content_flags
        It has one of these, or says nothing about it.
    text
        Words that are all in its name or annotation, or begin the number of its job.
    job
        It is read by this job, or made or imported by it or one below it.
    """

    file_types: tuple[str, ...] = ()
    sub_types: tuple[int, ...] = ()
    content_flags: tuple[int, ...] = ()
    text: str = ""
    job: JobId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFilter:
    """Which projects; what is left empty leaves out none.

    Attributes
    ----------
    text
        Words that are all in the name, description or tags of a project, in small letters or capitals.
    tags
        The project has all of these.
    archived
        Those that are archived, or those that are not; both if it is None.
    only
        Only these, such as those that the asker may read.
    """

    text: str = ""
    tags: tuple[str, ...] = ()
    archived: bool | None = False
    only: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A part of a list.

    Attributes
    ----------
    total
        How many rows the whole list has.
    next, previous
        Cursors of the pages after and before; None where there is none.
    """

    rows: list[T]
    total: int
    next: str | None = None
    previous: str | None = None


def check_limit(limit: int) -> int:
    """The number of rows of a page; `InvalidInput` if it is no such."""
    if not 0 < limit <= MOST_ROWS:
        raise InvalidInput(f"a page of {limit} rows is refused: it must have 1 to {MOST_ROWS}")
    return limit
