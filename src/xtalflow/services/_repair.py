"""Mends what a check of a project found, where that is safe; nothing is deleted."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import FileId, FileRecord, move_to_trash, put_back
from xtalflow.errors import UnreadableFile

from ._check import Problem, ProblemKind, ProjectCheck, check_project
from ._trash import settle_trash

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord


async def repair_project(project: ProjectRecord) -> tuple[ProjectCheck, list[str]]:
    """Mend what is safe, and check again; what is left, and sentences on what was done.

    A file that is gone or changed is copied back from one with its bytes: another of the project, or that which it was
    imported from. What has no row, and what has other bytes than it should, goes to the project's trash folder. What
    was killed while it deleted or restored jobs is finished.
    """
    await settle_trash(project)
    found = await check_project(project)
    files = await db.list_files(project.id)
    sources = await db.import_sources(project.id, [file.id for file in files])
    mended = await asyncio.to_thread(lambda: list(_mend(found.problems, project.directory, files, sources)))
    return (await check_project(project) if mended else found), mended


def _mend(
    problems: Sequence[Problem], directory: Path, files: Sequence[FileRecord], sources: Mapping[FileId, str]
) -> Iterator[str]:
    by_path = {file.path: file for file in files}
    by_checksum: dict[str, list[FileRecord]] = defaultdict(list)
    for file in files:
        by_checksum[file.checksum].append(file)
    for problem in problems:
        relative = problem.path.relative_to(directory).as_posix()
        known = by_path.get(relative)
        if problem.kind is ProblemKind.ORPHAN:
            if not problem.path.exists():  # it went with the folder that it was in
                continue
            moved = move_to_trash(problem.path, directory).relative_to(directory)
            yield f"{relative} was moved to {moved}"
        elif known is not None and known.checksum:
            others = [directory / other.path for other in by_checksum[known.checksum] if other.id != known.id]
            imported = [Path(sources[known.id])] if known.id in sources else []
            yield from _put_back(known, directory, [*others, *imported])


def _put_back(file: FileRecord, directory: Path, candidates: Sequence[Path]) -> Iterator[str]:
    for candidate in candidates:
        try:
            moved = put_back(candidate, directory / file.path, file.checksum, directory)
        except UnreadableFile:
            continue
        kept = f"; what stood there is in {moved.relative_to(directory)}" if moved else ""
        yield f"{file.path} was restored from {candidate}{kept}"
        return
