"""Removes files that are not needed any more, by CCP4i2's codes: what goes is said first, and it does not come back.

A registered file keeps its row and checksum. Bytes that have several names are free only when all of these go, and
are counted so.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import (
    BEAT,
    END,
    INPUT_PARAMS,
    JOB_DIR,
    JOURNAL,
    ORDER,
    PARAMS,
    RUNNER_LOG,
    START,
    FileId,
    FileRecord,
    JobRecord,
    JobStatus,
    sync_folder,
)
from xtalflow.errors import InvalidInput, NotEquipped, StoreUnavailable, UnknownTask
from xtalflow.faults import passed
from xtalflow.plugin import DIAGNOSTIC, REPORT, PurgeCode, PurgeContext, load_task

from ._documents import Document
from ._open import actor

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord

    from ._open import Client

_PAPERS = frozenset({BEAT, END, INPUT_PARAMS, JOURNAL, ORDER, PARAMS, START, REPORT, DIAGNOSTIC})
"""What tells of a job for ever."""
_OF_ALL_TASKS = (
    (RUNNER_LOG, PurgeCode.SCRATCH_DIAGNOSTIC),
    (".*.tmp", PurgeCode.SCRATCH),
    ("core*", PurgeCode.SCRATCH),
)
_MAP = "application/CCP4-map"


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedFile:
    """A file that goes: its path below the project, what it was good for, and its uuid if it is registered."""

    path: str
    code: PurgeCode
    size: int
    file: FileId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPurge:
    """What goes of a top-level job and all below it, and how many bytes that frees."""

    job: JobRecord
    files: tuple[PurgedFile, ...]
    freed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgePlan:
    """What goes of the jobs of a project; `left_alone` are numbers of jobs that did not finish."""

    project: ProjectRecord
    context: PurgeContext
    jobs: tuple[JobPurge, ...]
    left_alone: tuple[str, ...]

    @property
    def freed(self) -> int:
        """Bytes that are free afterwards."""
        return sum(one.freed for one in self.jobs)

    def document(self) -> Document:
        """The plan as JSON values."""
        return {
            "project": self.project.name,
            "directory": str(self.project.directory),
            "context": self.context.value,
            "codes": sorted(code.value for code in self.context.codes),
            "freed": self.freed,
            "left_alone": list(self.left_alone),
            "jobs": [
                {
                    "number": one.job.number,
                    "task": one.job.task,
                    "title": one.job.title,
                    "freed": one.freed,
                    "files": [
                        {
                            "path": file.path,
                            "code": file.code.value,
                            "why": file.code.words,
                            "size": file.size,
                            "uuid": str(file.file) if file.file else None,
                        }
                        for file in one.files
                    ],
                }
                for one in self.jobs
            ],
        }


async def plan_purge(
    project: ProjectRecord, context: PurgeContext = PurgeContext.TEMPORARY, jobs: Sequence[JobRecord] = ()
) -> PurgePlan:
    """What a purge of these top-level jobs would remove; of all jobs of the project by default.

    Raises
    ------
    InvalidInput
        A job is a child job, or a task names files outside its folder.
    """
    for job in jobs:
        if job.parent is not None:
            top = job.number.partition(".")[0]
            raise InvalidInput(f"job {job.number} is purged with job {top}, which it is a part of")
    trees: dict[str, list[JobRecord]] = defaultdict(list)
    for summary in reversed(await db.list_jobs(project.id, all_levels=True)):
        trees[summary.job.number.partition(".")[0]].append(summary.job)
    wanted = {job.number for job in jobs} if jobs else set(trees)
    files: dict[str, list[FileRecord]] = defaultdict(list)
    numbers = {job.id: number for number, tree in trees.items() for job in tree}
    records = await db.list_files(project.id)
    for file in records:
        if file.job is not None and file.directory == JOB_DIR:
            files[numbers[file.job]].append(file)
    read = await db.files_read_elsewhere(project.id)
    finished = [number for number in trees if number in wanted and trees[number][0].status is JobStatus.FINISHED]
    found = await asyncio.to_thread(
        lambda: {number: _of_tree(project, context, trees[number], files[number], read) for number in finished}
    )
    freed = await asyncio.to_thread(_freed, project.directory, found)
    return PurgePlan(
        project=project,
        context=context,
        jobs=tuple(
            JobPurge(job=trees[number][0], files=tuple(gone), freed=freed[number])
            for number, gone in found.items()
            if gone
        ),
        left_alone=tuple(number for number in trees if number in wanted and number not in finished),
    )


async def purge(plan: PurgePlan, *, client: Client = "python") -> Document:
    """Remove what a plan says. The record knows before a registered file goes.

    Raises
    ------
    InvalidInput
        A job reads one of the files by now; nothing is removed.
    StoreUnavailable
        A file cannot be removed; the next purge tries again.
    """
    project = plan.project
    gone = [file for job in plan.jobs for file in job.files]
    registered = [file.file for file in gone if file.file is not None]
    if registered:
        handler = await db.AsyncDatabaseHandler.open(project.id, actor=actor(client))
        await handler.mark_purged(registered)
    passed("purge.committed")
    await asyncio.to_thread(_remove, project.directory, [file.path for file in gone])
    return plan.document()


def _of_tree(
    project: ProjectRecord,
    context: PurgeContext,
    tree: Sequence[JobRecord],
    files: Sequence[FileRecord],
    read: frozenset[FileId],
) -> list[PurgedFile]:
    """Files of a job and those below it that go, each once, in the order of their paths."""
    directory = project.directory
    codes = _codes_of_outputs(tree[0], files, read)
    found: dict[str, PurgedFile] = {}
    for file in files:
        path, code = directory / file.path, codes[file.id]
        if (code in context.codes or not file.available) and path.is_file():
            found[file.path] = PurgedFile(path=file.path, code=code, size=path.stat().st_size, file=file.id)
    registered = {file.path for file in files}
    folders = {job.folder for job in tree}
    for job in tree:
        for path, code in _leftovers(directory / job.folder, job.task):
            relative = path.relative_to(directory).as_posix()
            inner = PurePosixPath(relative).parents
            owner = next(parent.as_posix() for parent in inner if parent.as_posix() in folders)
            if code not in context.codes or relative in registered or owner != job.folder:
                continue
            found.setdefault(relative, PurgedFile(path=relative, code=code, size=path.lstat().st_size))
    return [found[path] for path in sorted(found)]


def _codes_of_outputs(
    top: JobRecord, files: Sequence[FileRecord], read: frozenset[FileId]
) -> Mapping[FileId, PurgeCode]:
    """What registered outputs are good for: maps are large; what is neither the top job's nor another's input is
    intermediate.
    """
    by_id = {file.id: file for file in files}
    needed = _with_origins((file for file in files if file.job == top.id), by_id)
    wanted = _with_origins((file for file in files if file.id in read), by_id)
    codes = {}
    for file in files:
        if file.id in wanted:
            codes[file.id] = PurgeCode.KEEP
        elif file.file_type == _MAP:
            codes[file.id] = PurgeCode.LARGE
        else:
            codes[file.id] = PurgeCode.KEEP if file.id in needed else PurgeCode.INTERMEDIATE_DATA
    return codes


def _with_origins(files: Iterable[FileRecord], by_id: Mapping[FileId, FileRecord]) -> set[FileId]:
    """Files and those of children that they are, by another name."""
    found = set()
    for file in files:
        each: FileRecord | None = file
        while each is not None and each.id not in found:
            found.add(each.id)
            each = by_id.get(each.derived_from) if each.derived_from else None
    return found


def _leftovers(folder: Path, task: str) -> Iterator[tuple[Path, PurgeCode]]:
    """Files of a job's folder that its task, or we, have a code for; the first that fits counts."""
    seen = set()
    for pattern, code in (*_patterns(task), *_OF_ALL_TASKS):
        for match in sorted(folder.glob(pattern)):
            if match.resolve() != folder.resolve() / match.relative_to(folder):  # a symbolic link is on the way
                continue
            for path in sorted(match.rglob("*")) if match.is_dir() else [match]:
                if path.is_file() and not path.is_symlink() and path.name not in _PAPERS and path not in seen:
                    seen.add(path)
                    yield path, code


def _patterns(task: str) -> Iterator[tuple[str, PurgeCode]]:
    """What a task says of its files; nothing if it is not installed any more."""
    try:
        said = load_task(task).PURGESEARCHLIST
    except (UnknownTask, NotEquipped):
        return
    for pattern, code in said:
        parts = PurePosixPath(pattern).parts
        if not parts or ".." in parts or parts[0].startswith("/"):
            raise InvalidInput(f"the task {task} wants {pattern!r} purged, which is not in the folder of a job")
        try:
            yield pattern, PurgeCode(code)
        except ValueError as exc:
            raise InvalidInput(f"the task {task} gives {pattern!r} the purge code {code}, which there is not") from exc


def _freed(directory: Path, found: Mapping[str, Sequence[PurgedFile]]) -> dict[str, int]:
    """Bytes that become free by job; a file is free when the last of its names goes."""
    names: dict[tuple[int, int], int] = defaultdict(int)
    freed: dict[str, int] = defaultdict(int)
    for number, files in found.items():
        for file in files:
            status = (directory / file.path).lstat()
            key = (status.st_dev, status.st_ino)
            names[key] += 1
            if names[key] == status.st_nlink:
                freed[number] += status.st_size
    return freed


def _remove(directory: Path, paths: Sequence[str]) -> None:
    folders = set()
    for path in paths:
        try:
            (directory / path).unlink()
        except FileNotFoundError:
            continue
        except OSError as exc:
            raise StoreUnavailable(f"{directory / path}: cannot be removed: {exc.strerror or exc}") from exc
        folders.add((directory / path).parent)
        passed("purge.removed")
    for folder in folders:
        sync_folder(folder)
