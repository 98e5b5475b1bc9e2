"""Deletes jobs: what goes and what depends on it is said first, and all of it can be brought back."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import TRASH, Usage, UsageMeter
from xtalflow.errors import InvalidInput
from xtalflow.faults import passed

from ._documents import Document, job_head
from ._open import actor
from ._trash import put_into_trash, settle_trash

if TYPE_CHECKING:
    from xtalflow.db import DeletionPlan, ProjectRecord

    from ._jobs import FoundJob
    from ._open import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDeletion:
    """What goes if jobs of a project are deleted, and what depends on them; `usage` is that of all that goes."""

    project: ProjectRecord
    plan: DeletionPlan
    usage: Usage

    @property
    def entry(self) -> str:
        """What the entry in the trash will be called, unless there is one of this name."""
        return f"job_{self.plan.jobs[0].number}"

    def document(self) -> Document:
        """The plan as JSON values."""
        plan, name = self.plan, self.project.name
        return {
            "project": name,
            "jobs": [job_head(job, name) for job in plan.jobs],
            "dependents": [job_head(one.job, name) | {"reads": list(one.reads)} for one in plan.dependents],
            "clones": list(plan.clones),
            "children": plan.children,
            "registered_files": plan.files,
            "imports": list(plan.imports),
            "kept_imports": list(plan.kept_imports),
            "files": self.usage.files,
            "size": self.usage.size,
        }


async def plan_deletion(found: Sequence[FoundJob]) -> PlannedDeletion:
    """What goes if these jobs are deleted, with those that read their files.

    Raises
    ------
    InvalidInput
        They are of several projects; one is a child job, or is queued or running.
    """
    projects = {one.project.id: one.project for one in found}
    if len(projects) != 1:
        names = " and ".join(sorted(project.name for project in projects.values()))
        raise InvalidInput(f"these jobs are of the projects {names}; delete those of one project at a time")
    (project,) = projects.values()
    plan = await db.plan_deletion(project.id, [one.job.id for one in found])
    jobs = [*plan.jobs, *(one.job for one in plan.dependents)]
    paths = [project.directory / path for path in (*(job.folder for job in jobs), *plan.imports)]
    usage = await asyncio.to_thread(UsageMeter().measure_all, paths)
    return PlannedDeletion(project=project, plan=plan, usage=usage)


async def delete_jobs(
    planned: PlannedDeletion, *, with_dependents: bool = False, client: Client = "python"
) -> Document:
    """Delete jobs and move their files to the trash of the project; what went, and the entry of the trash.

    Raises
    ------
    InvalidInput
        Other jobs read their files, and are not to go with them; or one is queued or running by now.
    StoreUnavailable
        The project's folder is not there, read-only or full.
    """
    refuse_dependents(planned, with_dependents=with_dependents)
    project, plan = planned.project, planned.plan
    await settle_trash(project, client=client)
    handler = await db.AsyncDatabaseHandler.open(project.id, actor=actor(client))
    jobs = [*plan.jobs, *(one.job for one in plan.dependents)]
    deletion = await handler.delete_jobs([job.id for job in jobs])
    passed("delete.committed")
    await put_into_trash(project, deletion)
    return planned.document() | {"entry": deletion.entry, "trash": str(project.directory / TRASH / deletion.entry)}


def restore_command(project: str, entry: str) -> str:
    """The command that brings an entry of a project's trash back, as it can be typed anywhere."""
    return shlex.join(["xtalflow", "trash", "-p", project, "restore", entry])


def refuse_dependents(planned: PlannedDeletion, *, with_dependents: bool) -> None:
    """Refuse to delete jobs whose files others read, unless these are to go too."""
    if not planned.plan.dependents or with_dependents:
        return
    first, *more = planned.plan.dependents
    others = f", and {len(more)} more" if more else ""
    raise InvalidInput(
        f"job {' and '.join(first.reads)} cannot be deleted alone: job {first.job.number} ({first.job.task}) reads its "
        f"files{others}; with --with-dependents they all go"
    )
