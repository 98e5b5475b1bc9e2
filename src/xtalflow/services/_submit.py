"""Checks what is asked for, makes the job, takes its inputs, and queues it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.data import CDataFile, Finding, Severity, find_all_files
from xtalflow.engine import (
    FileRecord,
    JobRecord,
    NewImport,
    NewJob,
    TakenInputs,
    given_parameters,
    move_to_trash,
    papers_and_outputs,
    take_inputs_async,
    to_the_end,
    write_input_params,
)
from xtalflow.errors import InvalidInput, StoreUnavailable, ValidationFailed
from xtalflow.faults import passed
from xtalflow.plugin import CPluginScript, JobContext, find_program

from ._following import LEASE_S
from ._one_line import is_one_line
from ._open import actor
from ._options import JobOptions, Resources
from ._uploads import uploads_folder

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, ProjectRecord, Submitted

    from ._open import Client

UNREADABLE = 104
"""Code of a file whose content does not fit, as `CDataFile` has it."""


async def check_job(plugin: CPluginScript) -> list[Finding]:
    """All remarks on a job that could be run; nothing is made.

    Raises
    ------
    ValidationFailed
        It cannot be run; all that is wrong is named at once.
    NotEquipped
        A program that the task runs is not there.
    """
    return await asyncio.to_thread(_check, plugin)


def check_title(title: str) -> None:
    """Refuse a title that is no text of one line, which parameter files and tables can have."""
    if not is_one_line(title):
        raise InvalidInput(f"the title {title!r} is refused: it must be one line without control characters")


async def submit_job(
    project: ProjectRecord,
    plugin: CPluginScript,
    options: JobOptions = JobOptions(),  # noqa: B008  it is frozen
    *,
    client: Client = "python",
) -> JobRecord:
    """Take the inputs of a checked plugin into the project, make its job, and queue it for a worker.

    Raises
    ------
    InvalidInput
        The title, which may be the one that the plugin has already, holds a control character; or an input cannot be
        read, or changed while it was copied. Nothing is made then.
    """
    _give_title(plugin, options.title)
    handler = db.AsyncDatabaseHandler.of(project, actor=actor(client))
    return (await submit(handler, plugin, options)).job


async def submit(
    handler: AsyncDatabaseHandler, plugin: CPluginScript, options: JobOptions, *, owner: str = ""
) -> Submitted:
    """As `submit_job`; with an `owner`, who claims the run at once."""
    _give_title(plugin, options.title)
    new = NewJob(
        task=plugin.TASKNAME,
        title=plugin.title,
        task_version=plugin.TASKVERSION,
        parameters=given_parameters(plugin),
        cloned_from=options.cloned_from,
        priority=options.priority,
        after=options.after,
        resources=Resources.of(plugin, options).to_dict(),
    )
    await _link_own_files(plugin, handler)
    taken = await take_inputs_async(plugin, handler)
    passed("submit.imported")
    try:
        submission = db.Submission(
            job=new,
            imports=[_as_sent(entry) for entry in taken.imports],
            uses=taken.uses,
            owner=owner,
            lease_s=LEASE_S,
        )
        submitted = await to_the_end(handler.submit(submission, _MakeFolder(handler, plugin, taken)))
    except BaseException:
        taken.drop_copies(await _kept(handler, taken), project_directory=handler.project_directory)
        raise
    passed("submit.queued")
    taken.drop_copies(submitted.imported, project_directory=handler.project_directory)
    return submitted


def _as_sent(entry: NewImport) -> NewImport:
    """An import of an upload is from a file of that name, wherever whoever sent it has it."""
    source = Path(entry.source_path)
    return replace(entry, source_path=source.name) if source.is_relative_to(uploads_folder()) else entry


def _give_title(plugin: CPluginScript, title: str) -> None:
    title = title or plugin.title or plugin.TASKTITLE
    check_title(title)
    plugin.title = title


@dataclass(frozen=True, slots=True)
class _MakeFolder:
    """Makes the folder of a job, with its parameters as asked; called within the transaction that makes the job.

    What must be on the disk before that is committed is returned: the folder, and the copies of the inputs.
    """

    handler: AsyncDatabaseHandler
    plugin: CPluginScript
    taken: TakenInputs

    def __call__(self, job: JobRecord, imported: Sequence[FileRecord], used: Sequence[FileRecord]) -> Sequence[Path]:
        plugin, directory = self.plugin, self.handler.project_directory
        folder = directory / job.folder
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.exists():  # of a submission that was killed before it was done
                move_to_trash(folder, directory)
            folder.mkdir()
            plugin.job = JobContext(
                job=job.id,
                number=job.number,
                project=self.handler.project,
                project_name=self.handler.project_name,
                project_directory=directory,
                folder=folder,
            )
            self.taken.link(imported, used)
            plugin.container.project_directory = directory
            write_input_params(plugin)
        except OSError as exc:
            raise StoreUnavailable(f"{exc.filename or folder}: {exc.strerror or exc}") from exc
        return [*papers_and_outputs(folder), folder.parent, *self.taken.unsynced]


async def _kept(handler: AsyncDatabaseHandler, taken: TakenInputs) -> list[FileRecord]:
    """What is on record of copies whose submission went wrong, perhaps after all was kept."""
    found = [await handler.imported_file(entry.file.checksum) for entry in taken.imports]
    return [record for record in found if record is not None]


def _check(plugin: CPluginScript) -> list[Finding]:
    findings = job_findings(plugin)
    errors = [finding for finding in findings if finding.severity >= Severity.ERROR]
    if errors:
        raise ValidationFailed(errors)
    return findings


def job_findings(plugin: CPluginScript) -> list[Finding]:
    """All that is wrong with a job, and all remarks on it; the files that it reads are read for that.

    Raises
    ------
    NotEquipped
        A program that the task runs is not there.
    """
    for program in plugin.PROGRAMS:
        find_program(program)
    try:
        findings = _unique(plugin.validate())
        findings += [
            finding
            for file in find_all_files(plugin.container["inputData"])
            if file.isSet() and not _is_refused(file, findings)
            for finding in _examined(file)
        ]
    except OSError as exc:
        raise InvalidInput(f"{exc.filename or plugin.TASKNAME}: {exc.strerror or exc}") from exc
    return findings


def _examined(file: CDataFile) -> list[Finding]:
    """What is wrong with the content of a file."""
    try:
        file.examine()
    except InvalidInput as exc:
        name = type(file).__name__
        path = file.object_path()
        return [Finding(path=path, severity=Severity.ERROR, code=UNREADABLE, message=str(exc), class_name=name)]
    return []


def _is_refused(file: CDataFile, findings: list[Finding]) -> bool:
    path = file.object_path()
    return any(
        finding.severity >= Severity.ERROR and (finding.path == path or path.startswith(f"{finding.path}["))
        for finding in findings
    )


def _unique(findings: list[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))


async def _link_own_files(plugin: CPluginScript, handler: AsyncDatabaseHandler) -> None:
    """Files of the project itself are not copied: the job reads them where they are, and the record says so."""
    directory = handler.project_directory.resolve()
    inside = {
        file: path
        for file in find_all_files(plugin.container["inputData"])
        if file.isSet() and (path := _below(file.path, directory))
    }
    if not inside:
        return
    known: dict[str, FileRecord] = {record.path: record for record in await db.list_files(handler.project)}
    for file, path in inside.items():
        if record := known.get(path):
            file.link(record)


def _below(path: Path | None, directory: Path) -> str:
    """The path of a file below a folder, with ``/``; empty if it is not in it."""
    if path is None:
        return ""
    resolved = path.resolve()
    return resolved.relative_to(directory).as_posix() if resolved.is_relative_to(directory) else ""
