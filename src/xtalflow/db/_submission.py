"""Makes a job and queues it, with its inputs: one transaction, so that there is never half of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from xtalflow.engine import FileRecord, Imports, Inputs, InputUse, JobRecord, NewImport, NewJob
from xtalflow.faults import passed
from xtalflow.plugin import JobStatus

from ._attempts import open_attempt
from ._clean import clean_text
from ._ledger import writing
from ._project_log import LogEvent
from ._records import AttemptRecord
from ._rows import ordered_file_records
from ._transactions import Writer
from ._write_files import add_imports, add_uses
from ._write_jobs import add_job

MakeFolder = Callable[[JobRecord, Sequence[FileRecord], Sequence[FileRecord]], Sequence[Path]]
"""Makes the folder of a job with its inputs, imported and used; what must be on the disk then.

It writes little, as the project is held meanwhile.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A job to be made and queued.

    Attributes
    ----------
    imports, uses
        Its inputs: copies made for it, and files that the project has already.
    owner, lease_s
        Who claims it at once, and for how long; empty if it waits for whoever comes.
    """

    job: NewJob
    imports: Sequence[NewImport] = ()
    uses: Sequence[InputUse] = ()
    executor: str = "local"
    owner: str = ""
    lease_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A job that is queued, its run, and the records of its inputs: imported for it, or in the project already."""

    job: JobRecord
    attempt: AttemptRecord
    imported: Sequence[FileRecord]
    used: Sequence[FileRecord]


@transaction.atomic
def submit(writer: Writer, submission: Submission, make_folder: MakeFolder) -> Submitted:
    with writing(writer.project, writer.actor) as ledger:
        new = replace(submission.job, status=JobStatus.QUEUED)
        pk, job = add_job(ledger, new)
        imported = add_imports(ledger, pk, job, submission.imports)
        add_uses(ledger, pk, job, submission.uses)
        used = ordered_file_records(ledger.project, [use.file for use in submission.uses]) if submission.uses else []
        attempt = open_attempt(
            ledger,
            pk,
            job,
            epoch=1,
            executor=clean_text(submission.executor),
            resources=new.resources,
            owner=clean_text(submission.owner),
            lease_until=ledger.now + timedelta(seconds=submission.lease_s) if submission.owner else None,
        )
        made = make_folder(job, imported, used)
        passed("submit.made")
        events: list[LogEvent] = [replace(new, id=job.id, number=job.number)]
        if submission.imports:
            events.append(Imports(imports=tuple(submission.imports)))
        if submission.uses:
            events.append(Inputs(uses=tuple(submission.uses)))
        writer.log(ledger, job.id, *events, others=made)
        passed("submit.logged")
        return Submitted(job=job, attempt=attempt, imported=imported, used=used)
