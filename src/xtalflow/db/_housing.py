"""Where a project's folder is: moved to another place, or away with all its rows."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from xtalflow.engine import JobStatus
from xtalflow.errors import InvalidInput
from xtalflow.faults import passed

from ._ledger import Ledger, writing
from ._projects import project_by_uuid
from ._records import ProjectRecord
from ._transactions import Writer
from .models import File, Job, Project


def last_event(writer: Writer) -> int:
    """Number of the latest event of a project: as long as it stays, nothing has happened to it."""
    return Project.objects.values_list("last_event_seq", flat=True).get(uuid=writer.project)


def refuse_busy(writer: Writer) -> None:
    """Refuse what cannot be done to a project whose jobs run or are about to; `InvalidInput` names one."""
    _refuse_busy(Project.objects.get(uuid=writer.project))


@transaction.atomic
def remove_project(writer: Writer, to: Path | None) -> None:
    """Rename the folder of a project to `to`, and delete all its rows; its folder may be gone already.

    Raises
    ------
    InvalidInput
        A job runs, or waits.
    OSError
        The folder cannot be renamed.
    """
    with writing(writer.project, writer.actor) as ledger:
        _refuse_busy(ledger.project)
        if to is not None:
            Path(ledger.project.directory).rename(to)
            passed("project.renamed")
        File.objects.filter(project=ledger.project).delete()
        Job.objects.filter(project=ledger.project).delete()
        ledger.project.delete()


@transaction.atomic
def rename_folder(writer: Writer, to: Path) -> ProjectRecord:
    """Rename the folder of a project, and learn its new place.

    Raises
    ------
    InvalidInput
        A job runs, or waits; or another project has this folder.
    OSError
        The folder cannot be renamed; ``errno.EXDEV`` if `to` is on another file system.
    """
    with writing(writer.project, writer.actor) as ledger:
        _refuse_busy(ledger.project)
        before = Path(ledger.project.directory)
        _learn(ledger, to)
        before.rename(to)
        passed("project.renamed")
    return project_by_uuid(writer.project)


@transaction.atomic
def learn_folder(writer: Writer, to: Path, last: int | None = None) -> ProjectRecord:
    """Learn where the folder of a project is now.

    Parameters
    ----------
    last
        The latest event that this place knows of; `InvalidInput` if there is a later one.
    """
    with writing(writer.project, writer.actor) as ledger:
        _refuse_busy(ledger.project)
        if last is not None and ledger.project.last_event_seq != last:
            raise InvalidInput(f"the project {ledger.project.name} was changed meanwhile; nothing was moved")
        _learn(ledger, to)
    return project_by_uuid(writer.project)


def _learn(ledger: Ledger, to: Path) -> None:
    if other := Project.objects.filter(directory=str(to)).exclude(pk=ledger.project.pk).first():
        raise InvalidInput(f"{to}: this is already the folder of the project {other.name!r}")
    Project.objects.filter(pk=ledger.project.pk).update(directory=str(to))
    ledger.note("moved", None, {"from": ledger.project.directory, "to": str(to)})


def _refuse_busy(project: Project) -> None:
    busy = Job.objects.filter(project=project, status__in=[JobStatus.QUEUED.value, JobStatus.RUNNING.value])
    if job := busy.order_by("number_key").first():
        status = JobStatus(job.status).key
        raise InvalidInput(f"job {project.name}/{job.number} is {status}; cancel it, or wait for its end, first")
