"""What a job wrote elsewhere, before it runs here: it makes room for what the job writes now, and stays on record."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from xtalflow.engine import JobRecord, sync_together
from xtalflow.errors import StoreUnavailable

from ._ledger import Ledger
from ._records import UseRole
from .models import Attempt, File, FileUse

_OLD = "attempt_0"


def put_outputs_aside(ledger: Ledger, job_pk: int, job: JobRecord) -> None:
    """Move the outputs of a job that has never run here to ``attempt_0``, within a transaction that holds the project.

    Doing it again, after it was cut short, goes on with it.

    Raises
    ------
    StoreUnavailable
        They cannot be moved.
    """
    if Attempt.objects.filter(job=job_pk).exists():
        return
    folder = f"{job.folder}/"
    uses = FileUse.objects.filter(job=job_pk, role=UseRole.OUT, file__job=job_pk, file__path__startswith=folder)
    files = list(File.objects.filter(pk__in=uses.values("file")))
    if not files:
        return
    uses.delete()
    moves = []
    for file in files:
        below = PurePosixPath(_OLD, file.path.removeprefix(folder))
        old, file.path = file.path, f"{folder}{below}"
        file.ccp4i2 = {**(file.ccp4i2 or {}), "path": str(below.parent)}
        moves.append((old, file.path))
    File.objects.bulk_update(files, ["path", "ccp4i2"])
    _move(Path(ledger.project.directory), moves)


def _move(directory: Path, moves: list[tuple[str, str]]) -> None:
    changed: set[Path] = set()
    try:
        for old, new in moves:
            source, target = directory / old, directory / new
            if source.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                source.rename(target)
                changed |= {source.parent, target.parent, target.parent.parent}
        sync_together(sorted(changed))
    except OSError as exc:
        raise StoreUnavailable(f"{exc.filename or directory}: {exc.strerror or exc}") from exc
