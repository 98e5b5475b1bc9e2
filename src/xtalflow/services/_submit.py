"""Checks what is asked for, makes the job, takes its inputs, and queues it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.data import CDataFile, Finding, Severity, find_all_files
from xtalflow.engine import (
    INPUT_PARAMS,
    FileRecord,
    JobEnd,
    JobId,
    JobRecord,
    JobStatus,
    NewJob,
    given_parameters,
    import_input_files_async,
    params_header,
    to_the_end,
)
from xtalflow.errors import InvalidInput, ValidationFailed, XtalflowError
from xtalflow.faults import passed
from xtalflow.formats import write_params
from xtalflow.plugin import CPluginScript, JobContext, find_program

from ._one_line import is_one_line
from ._open import actor

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, ProjectRecord

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
    *,
    title: str = "",
    client: str = "python",
    cloned_from: JobId | None = None,
    priority: int = 0,
) -> JobRecord:
    """Make a job of a checked plugin, take its inputs into the project, and queue it.

    What goes wrong after the job was made is kept in it: it fails, with the reason.

    Raises
    ------
    InvalidInput
        The title, which may be the one that the plugin has already, holds a control character.
    """
    title = title or plugin.title or plugin.TASKTITLE
    check_title(title)
    plugin.title = title
    handler = await db.AsyncDatabaseHandler.open(project.id, actor=actor(client))
    new = NewJob(
        task=plugin.TASKNAME,
        title=plugin.title,
        task_version=plugin.TASKVERSION,
        parameters=given_parameters(plugin),
        cloned_from=cloned_from,
        priority=priority,
        process_id=os.getpid(),
    )
    job = await handler.create_job(new)
    passed("submit.made")
    try:
        await _take_inputs(job, plugin, handler)
        passed("submit.imported")
        await handler.queue_attempt(job.id)
        passed("submit.queued")
    except (XtalflowError, OSError) as exc:
        await _fail(handler, job, str(exc))
    except asyncio.CancelledError:
        await to_the_end(handler.update_job_status(job.id, JobStatus.INTERRUPTED, reason="interrupted"))
        raise
    return await handler.job(job.id)


def _check(plugin: CPluginScript) -> list[Finding]:
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
    errors = [finding for finding in findings if finding.severity >= Severity.ERROR]
    if errors:
        raise ValidationFailed(errors)
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


async def _take_inputs(job: JobRecord, plugin: CPluginScript, handler: AsyncDatabaseHandler) -> None:
    """Copy the inputs into the project, and write the parameters as asked into the job's folder."""
    folder = handler.project_directory / job.folder
    await asyncio.to_thread(folder.mkdir, parents=True)
    plugin.job = JobContext(
        job=job.id,
        number=job.number,
        project=handler.project,
        project_name=handler.project_name,
        project_directory=handler.project_directory,
        folder=folder,
    )
    await _link_own_files(plugin, handler)
    await import_input_files_async(job, plugin, handler)
    plugin.container.project_directory = handler.project_directory
    await asyncio.to_thread(write_params, plugin.container, params_header(plugin), folder / INPUT_PARAMS)


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


async def _fail(handler: AsyncDatabaseHandler, job: JobRecord, reason: str) -> None:
    present = (await handler.job(job.id)).status
    for status in (JobStatus.QUEUED, JobStatus.RUNNING):
        if status in present.successors:
            present = (await handler.update_job_status(job.id, status)).status
    await handler.finish_job(job.id, JobEnd(status=JobStatus.FAILED, reason=reason))
