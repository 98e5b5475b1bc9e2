"""Compares the database with the disk; nothing is changed."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import (
    IMPORTED_FILES,
    TEMPORARY,
    Absence,
    FileRecord,
    JobId,
    JobRecord,
    JobStatus,
    read_end,
    read_start,
    sha256_of,
)
from xtalflow.errors import InvalidInput, UnreadableFile

from ._documents import Document

if TYPE_CHECKING:
    from xtalflow.db import AttemptRecord, ProjectRecord


_LONGEST_COPY_S = 3600.0


class ProblemKind(StrEnum):
    """In what way database and disk disagree."""

    MISSING = "missing"
    CHANGED = "changed"
    ORPHAN = "orphan"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One disagreement."""

    kind: ProblemKind
    path: Path
    sentence: str
    job: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCheck:
    """What a look through one project found."""

    project: ProjectRecord
    jobs: int
    files: int
    problems: tuple[Problem, ...]
    absent: Mapping[Absence, int] = field(default_factory=dict)
    """How many files are on record only, by the reason, which is no problem."""

    @property
    def remark(self) -> str:
        """How many files are on record only, in words; empty if none is."""
        words = {Absence.NOT_IMPORTED: "not there when the project was imported", Absence.PURGED: "purged"}
        return ", ".join(
            f"{count} of the files {'was' if count == 1 else 'were'} {words[why]}" for why, count in self.absent.items()
        )

    def document(self) -> Document:
        """The findings as JSON values."""
        return {
            "project": self.project.name,
            "directory": str(self.project.directory),
            "jobs": self.jobs,
            "files": self.files,
            "absent": {why.value: self.absent.get(why, 0) for why in Absence},
            "problems": [
                {"kind": one.kind.value, "job": one.job or None, "path": str(one.path), "sentence": one.sentence}
                for one in self.problems
            ],
        }


async def check_project(project: ProjectRecord) -> ProjectCheck:
    """Compare all files and jobs of a project with its folder, checksums included."""
    jobs = [summary.job for summary in await db.list_jobs(project.id, all_levels=True)]
    files = await db.list_files(project.id)
    attempts = await _attempts(project, jobs)
    bare = await _jobs_without_folders(project, files)
    problems = await asyncio.to_thread(_compare, project.directory, jobs, files, attempts, bare)
    absent = Counter(file.absence for file in files if file.absence)
    return ProjectCheck(
        project=project, jobs=len(jobs), files=len(files), problems=tuple(problems), absent=dict(sorted(absent.items()))
    )


async def _jobs_without_folders(project: ProjectRecord, files: Sequence[FileRecord]) -> frozenset[JobId]:
    """Imported jobs of which no file came, so that they may have no folders."""
    came = {file.job for file in files if file.absence is not Absence.NOT_IMPORTED}
    return await db.imported_jobs(project.id) - came


async def _attempts(project: ProjectRecord, jobs: Sequence[JobRecord]) -> dict[str, AttemptRecord]:
    """The latest attempts of top-level jobs that are said to be running."""
    handler = await db.AsyncDatabaseHandler.open(project.id)
    running = [job for job in jobs if job.parent is None and job.status is JobStatus.RUNNING]
    attempts = {}
    for job in running:
        try:
            attempts[job.number] = await handler.attempt(job.id)
        except InvalidInput:  # it was tracked in the process of a program of its own
            continue
    return attempts


def _compare(
    directory: Path,
    jobs: Sequence[JobRecord],
    files: Sequence[FileRecord],
    attempts: Mapping[str, AttemptRecord],
    bare: frozenset[JobId],
) -> list[Problem]:
    if not directory.is_dir():
        return [Problem(kind=ProblemKind.MISSING, path=directory, sentence="the project's folder is not there")]
    numbers = {job.id: job.number for job in jobs}
    problems = [
        problem
        for file in files
        if file.available and (problem := _check_file(directory, file, numbers.get(file.job, "") if file.job else ""))
    ]
    problems += _missing_folders(directory, [job for job in jobs if job.id not in bare])
    problems += _orphans(directory, jobs, files)
    problems += _unfinished(directory, jobs, attempts)
    return problems


def _check_file(directory: Path, file: FileRecord, job: str) -> Problem | None:
    path = directory / file.path
    if not path.exists():
        sentence = f"{file.param_name} of job {job} is not there"
        return Problem(kind=ProblemKind.MISSING, path=path, job=job, sentence=sentence)
    try:
        changed = path.stat().st_size != file.size or (bool(file.checksum) and sha256_of(path) != file.checksum)
    except (UnreadableFile, OSError) as exc:
        return Problem(kind=ProblemKind.CHANGED, path=path, job=job, sentence=f"it cannot be read: {exc}")
    if not changed:
        return None
    sentence = f"{file.param_name} of job {job} has other bytes than when it was registered"
    return Problem(kind=ProblemKind.CHANGED, path=path, job=job, sentence=sentence)


def _missing_folders(directory: Path, jobs: Sequence[JobRecord]) -> list[Problem]:
    """Jobs that were queued have a folder."""
    without = {JobStatus.PENDING, JobStatus.INTERRUPTED}
    return [
        Problem(
            kind=ProblemKind.MISSING,
            path=directory / job.folder,
            job=job.number,
            sentence=f"the folder of job {job.number} is not there",
        )
        for job in jobs
        if job.status not in without and not (directory / job.folder).is_dir()
    ]


def _orphans(directory: Path, jobs: Sequence[JobRecord], files: Sequence[FileRecord]) -> list[Problem]:
    """Folders of no job, and imported files of no row."""
    unfinished = tuple(f"{job.folder}/" for job in jobs if not job.status.is_end)  # a child's row may be on its way
    folders, known = {job.folder for job in jobs}, {file.path for file in files}
    found = []
    for path in sorted(directory.glob("CCP4_JOBS/**/job_*")):
        relative = path.relative_to(directory).as_posix()
        if path.is_dir() and relative not in folders and not relative.startswith(unfinished):
            found.append(Problem(kind=ProblemKind.ORPHAN, path=path, sentence="no job has this folder"))
    found += [
        Problem(kind=ProblemKind.ORPHAN, path=path, sentence="no imported file is known by this name")
        for path in sorted((directory / IMPORTED_FILES).glob("*"))
        if path.relative_to(directory).as_posix() not in known and not _is_being_made(path)
    ]
    return found


def _is_being_made(path: Path) -> bool:
    """Whether a file may be a copy that some import is making just now."""
    try:
        return path.name.startswith(TEMPORARY) and time.time() - path.stat().st_mtime < _LONGEST_COPY_S
    except OSError:
        return True


def _unfinished(directory: Path, jobs: Sequence[JobRecord], attempts: Mapping[str, AttemptRecord]) -> list[Problem]:
    found = []
    for job in jobs:
        attempt = attempts.get(job.number)
        if attempt is None or job.parent is not None or attempt.host not in ("", socket.gethostname()):
            continue
        folder = directory / job.folder
        try:
            ended = read_end(folder, attempt.epoch) is not None
        except InvalidInput:
            ended = False
        if ended:
            sentence = f"job {job.number} has ended, and its supervisor has not put its results on record yet"
        elif (start := read_start(folder)) is None or not start.process.is_alive():
            sentence = (
                f"job {job.number} is shown as running, but nothing runs it any more: its supervisor has to see it"
            )
        else:
            continue
        found.append(Problem(kind=ProblemKind.UNFINISHED, path=folder, job=job.number, sentence=sentence))
    return found
