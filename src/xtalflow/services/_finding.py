"""Finds projects, jobs and files by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow import db

from ._documents import Document, file_document, summary_document
from ._projects import project_document

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from xtalflow.db import FoundFile

FEW = 20
"""Results of a kind, unless asked for more or fewer."""


async def search(text: str, *, projects: Collection[UUID] | None = None, limit: int = FEW) -> Document:
    """Projects, jobs and files that a text leads to, the newest first and `limit` of each at most.

    Words are looked for in names, descriptions and tags of projects; in titles, tasks, comments and the beginning of
    numbers of jobs, and ``gamma/3.1`` is that job; in names and annotations of files, or it begins a checksum.

    Parameters
    ----------
    projects
        Only what is in these, such as those that the asker may read; all by default.
    """
    found = await db.find(text, only=None if projects is None else frozenset(projects), limit=limit)
    return {
        "projects": [project_document(project) for project in found.projects],
        "jobs": [summary_document(job, name) for name, job in found.jobs],
        "files": [_document(file) for file in found.files],
    }


def _document(found: FoundFile) -> Document:
    head: Document = {"project": found.project, "job": found.job or None}
    return head | file_document(found.file, found.directory)
