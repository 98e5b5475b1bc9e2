"""The trash of a project: what is in it, back from it, and empty.

Rows decide: files of jobs that the database has belong to their places in the project, those of deleted ones to their
entry in the trash. Whatever was killed half-way is put right by that rule, and nothing is lost.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from xtalflow import db
from xtalflow.engine import IMPORTED_FILES, TRASH, Usage, UsageMeter, free_name, move_within, sync_folder
from xtalflow.errors import InvalidInput, StoreUnavailable, UnreadableFile
from xtalflow.faults import passed

from ._documents import Document, iso_time
from ._open import actor

if TYPE_CHECKING:
    from xtalflow.db import Deletion, ProjectRecord

    from ._open import Client

_DOOMED = ".emptied-"
"""Beginning of the name of what is being removed for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrashEntry:
    """Something in the trash of a project.

    Attributes
    ----------
    jobs
        Number and task of the deleted jobs; none of files that were out of their place, and none while `problem` is.
    problem
        Why nobody can tell which jobs it holds, and what to do; empty if that is known.
    """

    project: str
    name: str
    time: datetime | None
    who: str
    jobs: tuple[tuple[str, str], ...]
    usage: Usage
    problem: str = ""

    def document(self) -> Document:
        """The entry as JSON values."""
        return {
            "project": self.project,
            "entry": self.name,
            "deleted": iso_time(self.time),
            "who": self.who,
            "jobs": [{"number": number, "task": task} for number, task in self.jobs],
            "files": self.usage.files,
            "size": self.usage.size,
            "problem": self.problem,
        }


async def list_trash(project: ProjectRecord) -> list[TrashEntry]:
    """What is in the trash of a project, the latest deletion first."""
    entries = await asyncio.to_thread(_entries, project)
    return sorted(entries, key=lambda entry: (entry.time is None, -entry.time.timestamp() if entry.time else 0.0))


async def restore_entry(project: ProjectRecord, name: str, *, client: Client = "python") -> TrashEntry:
    """Bring deleted jobs back, with their numbers, files and indicators.

    Raises
    ------
    InvalidInput
        There is no such entry, a number or path has been taken, or a file that the jobs read is gone.
    StoreUnavailable
        The files cannot be moved.
    """
    await settle_trash(project, client=client)
    entry = _the_entry(await list_trash(project), name)
    if not entry.jobs and not (project.directory / TRASH / name / db.DELETION).exists():
        raise InvalidInput(
            f"{name} holds no deleted jobs: what `check --repair` took out of its place is to be moved by hand, from "
            f"{project.directory / TRASH / name}"
        )
    deletion = await asyncio.to_thread(db.read_deletion, project.directory, name)
    deletion = await asyncio.to_thread(_with_free_places, project.directory, deletion)
    handler = await db.AsyncDatabaseHandler.open(project.id, actor=actor(client))
    await handler.restore_jobs(deletion)
    passed("restore.committed")
    await asyncio.to_thread(_put_back, project.directory, deletion)
    return entry


async def empty_trash(
    project: ProjectRecord, names: Sequence[str] = (), *, client: Client = "python"
) -> list[TrashEntry]:
    """Remove entries of the trash for good, all of them by default; those that were removed.

    Raises
    ------
    InvalidInput
        There is no such entry; nothing is removed then.
    StoreUnavailable
        A file cannot be removed.
    """
    await settle_trash(project, client=client)
    there = await list_trash(project)
    doomed = [_the_entry(there, name) for name in dict.fromkeys(names)] if names else there
    await asyncio.to_thread(_remove_for_good, project.directory / TRASH, [entry.name for entry in doomed])
    return doomed


async def settle_trash(project: ProjectRecord, *, client: Client = "python") -> None:
    """Finish what was killed while it deleted or restored jobs."""
    deletions = await asyncio.to_thread(_deletions, project.directory)
    if not deletions:
        return
    handler = await db.AsyncDatabaseHandler.open(project.id, actor=actor(client))
    deleted = await handler.confirm_deletions(deletions)
    for deletion in deletions:
        if deletion.entry in deleted:
            await put_into_trash(project, deletion)
        else:
            await asyncio.to_thread(_put_back, project.directory, deletion)


async def put_into_trash(project: ProjectRecord, deletion: Deletion) -> None:
    """Move the files of deleted jobs to their entry; those that are there already, or are others' by now, stay."""
    directory, entry = project.directory, project.directory / TRASH / deletion.entry
    others = await db.registered_paths(project.id, map(deletion.place_of, deletion.paths))
    places = {path: deletion.place_of(path) for path in deletion.paths if deletion.place_of(path) not in others}
    await asyncio.to_thread(_move, [(directory / place, entry / path) for path, place in places.items()])


def _deletions(directory: Path) -> list[Deletion]:
    """Those that can be understood; of the others restoring says what is wrong."""
    found = []
    for name in db.deletions(directory):
        with suppress(UnreadableFile):
            found.append(db.read_deletion(directory, name))
    return found


def _put_back(directory: Path, deletion: Deletion) -> None:
    """Move what is in an entry back to its places, and remove the entry."""
    entry = directory / TRASH / deletion.entry
    _move([(entry / path, directory / deletion.place_of(path)) for path in deletion.paths])
    for path in deletion.paths:
        if (entry / path).exists():
            place = directory / deletion.place_of(path)
            raise StoreUnavailable(f"{place}: this place has been taken; move away what is there, and ask again")
    try:
        (entry / db.DELETION).unlink()
        for folder in sorted(entry.rglob("*"), reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        if not any(entry.iterdir()):
            entry.rmdir()
        sync_folder(entry.parent)
    except FileNotFoundError:  # another process was faster
        return
    except OSError as exc:
        raise StoreUnavailable(f"{exc.filename or entry}: {exc.strerror or exc}") from exc


def _move(moves: Sequence[tuple[Path, Path]]) -> None:
    for source, target in moves:
        try:
            move_within(source, target)
        except FileNotFoundError:  # it is there already, or never was: a job that was never queued has no folder
            continue
        except FileExistsError:
            continue
        except OSError as exc:
            raise StoreUnavailable(f"{source}: cannot be moved to {target}: {exc.strerror or exc}") from exc
        passed("trash.moved")


def _with_free_places(directory: Path, deletion: Deletion) -> Deletion:
    """The deletion with another name for each imported file whose own is taken; the entry says so from now on."""
    renamed: dict[str, str] = {}
    for path in deletion.paths:
        if not (directory / path).exists() or not (directory / TRASH / deletion.entry / path).exists():
            continue
        folder, _, name = path.rpartition("/")
        if folder != IMPORTED_FILES:
            raise InvalidInput(f"{directory / path}: this place has been taken; move away what is there first")
        taken = [
            *(entry.name for entry in (directory / folder).iterdir()),
            *(Path(each).name for each in renamed.values()),
        ]
        renamed[path] = f"{folder}/{free_name(name, taken)}"
    deletion = replace(deletion, renamed=renamed)
    db.write_deletion(directory, deletion)
    return deletion


def _entries(project: ProjectRecord) -> list[TrashEntry]:
    trash = project.directory / TRASH
    found = []
    for folder in sorted(trash.iterdir()) if trash.is_dir() else []:
        if folder.name.startswith(_DOOMED):
            continue
        deletion, problem = None, ""
        try:
            if (folder / db.DELETION).exists():
                deletion = db.read_deletion(project.directory, folder.name)
        except UnreadableFile as exc:
            problem = f"its jobs cannot be told, nor brought back before this file is mended: {exc}"
        found.append(
            TrashEntry(
                project=project.name,
                name=folder.name,
                time=deletion.time if deletion else None,
                who=deletion.who if deletion else "",
                jobs=tuple((job.number, job.task) for job in deletion.jobs) if deletion else (),
                usage=UsageMeter().measure(folder),
                problem=problem,
            )
        )
    return found


def _the_entry(entries: Sequence[TrashEntry], name: str) -> TrashEntry:
    for entry in entries:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in entries) or "nothing"
    raise InvalidInput(f"there is no {name!r} in the trash; it has {known}")


def _remove_for_good(trash: Path, names: Sequence[str]) -> None:
    """Remove entries, and what is left of an earlier time; nobody takes a half of one for the whole."""
    try:
        for name in names:
            (trash / name).rename(trash / f"{_DOOMED}{uuid4().hex}")
        if trash.is_dir():
            sync_folder(trash)
        for path in trash.glob(f"{_DOOMED}*"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    except OSError as exc:
        raise StoreUnavailable(f"{exc.filename or trash}: {exc.strerror or exc}") from exc
