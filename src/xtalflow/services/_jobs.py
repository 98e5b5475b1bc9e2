"""Jobs: which one is meant, what there is to know of it, and of many."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow import db
from xtalflow.data import Severity
from xtalflow.engine import JobId, JobRecord, JobStatus, path_below
from xtalflow.errors import InvalidInput, UnknownJob, UnreadableFile
from xtalflow.formats import parse_xml
from xtalflow.plugin import DIAGNOSTIC, HOSTED_LOG, REPORT

from ._documents import Document, job_document, listed_file, summary_document
from ._projects import find_project, project_of_folder, uuid_of

if TYPE_CHECKING:
    from xtalflow.db import JobDetail, ProjectRecord

LOGS = ("log.txt", HOSTED_LOG)
"""Logs of programs, and of a task of CCP4i2 that runs none."""
_NUMBER = re.compile(r"[1-9]\d*(\.[1-9]\d*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundJob:
    """A job with its project."""

    project: ProjectRecord
    job: JobRecord

    @property
    def name(self) -> str:
        """The job as a user writes it: ``gamma/3.1``."""
        return f"{self.project.name}/{self.job.number}"

    @property
    def folder(self) -> Path:
        """The job's folder."""
        return self.project.directory / self.job.folder


async def find_job(text: str, here: Path) -> FoundJob:
    """The job that a user means by ``PROJECT/3.1``, by ``3.1`` inside a project's folder, or by a uuid.

    Raises
    ------
    UnknownJob, UnknownProject
        There is none such.
    InvalidInput
        The text is none of the three.
    """
    if (uuid := uuid_of(text)) is not None:
        job = await db.get_job(uuid)
        return FoundJob(project=await db.get_project(job.project), job=job)
    name, slash, number = text.rpartition("/")
    if not _NUMBER.fullmatch(number):
        raise InvalidInput(f"{text!r} is not a job: write PROJECT/3.1, or 3.1 inside a project's folder, or a uuid")
    project = await (find_project(name, here) if slash else _project_here(number, here))
    try:
        return FoundJob(project=project, job=await db.find_job(project.id, number))
    except UnknownJob as exc:
        raise UnknownJob(f"{project.name}/{number}") from exc


async def jobs_to_wait_for(texts: Sequence[str], project: ProjectRecord, here: Path) -> tuple[JobId, ...]:
    """The top-level jobs of a project that a user means, for another one to wait for.

    Raises
    ------
    InvalidInput
        One is a child job, or of another project, or has ended without having finished.
    """
    jobs = []
    for text in texts:
        found = await find_job(f"{project.name}/{text}" if _NUMBER.fullmatch(text) else text, here)
        if found.project.id != project.id:
            raise InvalidInput(f"{found.name} is not a job of {project.name}; a job waits for jobs of its own project")
        if found.job.parent is not None:
            raise InvalidInput(f"{found.name} is a part of another job; wait for that: --after {text.split('.')[0]}")
        if found.job.status.is_end and found.job.status is not JobStatus.FINISHED:
            raise InvalidInput(f"{found.name} {found.job.status.key}; a job that is to run after it would never run")
        jobs.append(found.job.id)
    return tuple(jobs)


async def job_details(found: FoundJob, *, with_report: bool = False) -> Document:
    """All of a job as JSON values, its children included."""
    detail = await db.job_detail(found.project.id, found.job.id)
    document = details_document(
        found, detail, await asyncio.to_thread(read_warnings, found.project.directory, found.folder)
    )
    if with_report:
        document["report"] = await asyncio.to_thread(read_report, found.project.directory, found.folder)
    return document


def details_document(found: FoundJob, detail: JobDetail, warnings: list[str]) -> Document:
    """All of a job of which all is known."""
    document = job_document(detail, found.project.name, found.project.directory)
    return document | {"directory": str(found.project.directory), "warnings": warnings}


async def list_jobs(
    project: ProjectRecord,
    *,
    all_levels: bool = False,
    status: JobStatus | None = None,
    task: str | None = None,
    limit: int | None = None,
) -> list[Document]:
    """Jobs of a project, the newest first, with their indicators."""
    jobs = await db.list_jobs(project.id, all_levels=all_levels, status=status, task=task, limit=limit)
    return [summary_document(job, project.name) for job in jobs]


async def list_kpis(project: ProjectRecord, job: FoundJob | None = None) -> list[Document]:
    """Indicators of the jobs of a project, or of one job and all below it, in the order of their numbers."""
    if job is not None:
        tree = await job_details(job)
        return [_kpi_row(one) for one in _walk(tree)]
    jobs = await list_jobs(project)
    return [_kpi_row(one) for one in reversed(jobs)]


async def list_files(project: ProjectRecord, job: FoundJob | None = None) -> list[Document]:
    """Files of a project, or the inputs of one job and what it and its children made, with the jobs they are from."""
    files = await db.list_files(project.id, job=job.job.id if job else None)
    if job is not None:
        known = {file.id for file in files}
        read = {used.file.id: used.file for used in (await db.job_detail(project.id, job.job.id)).inputs}
        files = [*(file for file in read.values() if file.id not in known), *files]
    jobs = await db.list_jobs(project.id, all_levels=True)
    numbers = {each.job.id: each.job.number for each in jobs}
    sources = await db.import_sources(project.id, [file.id for file in files])
    return [
        listed_file(file, project, numbers.get(file.job) if file.job else None, sources.get(file.id)) for file in files
    ]


def read_report(directory: Path, folder: Path) -> Document | None:
    """The report in the folder of a job of the project in `directory`; None if there is none."""
    path = path_below(directory, folder / REPORT)
    try:
        report: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(path, f"not JSON: {exc}") from exc
    if not isinstance(report, dict):
        raise UnreadableFile(path, "not a report")
    return report


def read_warnings(directory: Path, folder: Path) -> list[str]:
    """What a job warned of, in its report and its diagnostics, each once; what cannot be read warns of nothing."""
    said: list[str] = []
    with suppress(UnreadableFile):
        for section in (read_report(directory, folder) or {}).get("sections", []):
            said += [item["text"] for item in section["items"] if item["kind"] == "warning"]
    with suppress(UnreadableFile):
        for row in parse_xml(path_below(directory, folder / DIAGNOSTIC)):
            text = (row.findtext("description") or "").strip()
            if row.findtext("severityName") == Severity.WARNING.name and text:
                name = (row.findtext("name") or "").strip()
                said.append(f"{name}: {text}" if name else text)
    return list(dict.fromkeys(said))


def log_path(found: FoundJob) -> Path:
    """Where the log of the programs of a job is."""
    return log_in(found.folder)


def log_in(folder: Path) -> Path:
    """The log in a job's folder, or where it would be."""
    logs = [folder / name for name in LOGS]
    return next((log for log in logs if log.is_file()), logs[0])


async def logged_jobs(found: FoundJob) -> list[str]:
    """A job and those below it, as a user writes them, that have a log."""
    tree = await job_details(found)
    folders = {f"{job['project']}/{job['number']}": Path(job["folder"]) for job in _walk(tree)}
    return await asyncio.to_thread(lambda: [name for name, folder in folders.items() if log_in(folder).is_file()])


async def is_imported(found: FoundJob) -> bool:
    """Whether a job came with the record of another program, and was not made here."""
    return await db.is_imported(found.project.id, found.job.id)


async def _project_here(number: str, here: Path) -> ProjectRecord:
    if project := await project_of_folder(here):
        return project
    try:
        return await find_project(None, here)
    except InvalidInput as exc:
        raise InvalidInput(f"{number}: of which project? Write PROJECT/{number}, or go to a project's folder") from exc


def _walk(document: Document) -> list[Document]:
    return [document, *(below for child in document["children"] for below in _walk(child))]


def _kpi_row(job: Document) -> Document:
    return {key: job[key] for key in ("project", "number", "uuid", "task", "title", "status", "kpis")}
