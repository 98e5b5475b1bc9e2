"""What is queued and running in all projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow import db

from ._documents import Document, iso_time, row_document
from ._owner import Owner

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from xtalflow.db import GoingJob


async def what_runs(*, projects: Collection[UUID] | None = None) -> Document:
    """Top-level jobs that run, and those that wait in the order in which they will run; with who holds their runs.

    Parameters
    ----------
    projects
        Only what is in these, such as those that the asker may read; all by default.
    """
    going, total = await db.going_jobs(None if projects is None else frozenset(projects))
    return {"total": total, "jobs": [_document(each) for each in going]}


def _document(going: GoingJob) -> Document:
    attempt = going.attempt
    document = row_document(going.job, going.project) | {
        "user": going.user or None,
        "priority": going.priority,
        "queued": iso_time(going.queued),
        "waits_for": list(going.waits_for),
        "attempt": None,
    }
    if attempt is None:
        return document
    owner = Owner.parse(attempt.owner)
    document["attempt"] = {
        "epoch": attempt.epoch,
        "state": attempt.state.lower(),
        "executor": attempt.executor,
        "host": attempt.host or (owner.host if owner else None),
        "held_by": None if owner is None else {"host": owner.host, "pid": owner.process.pid},
        "lease_until": iso_time(attempt.lease_until),
        "cancel_requested": iso_time(attempt.cancel_requested),
        "resources": dict(attempt.resources),
    }
    return document
