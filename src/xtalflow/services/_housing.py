"""Moves the folder of a project, or the whole project away, so that nothing is lost whenever it is killed."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import FileRecord, Usage, UsageMeter, sha256_of, sync_folder
from xtalflow.errors import InvalidInput, StoreUnavailable, UnreadableFile, XtalflowError
from xtalflow.faults import passed

from ._documents import Document
from ._open import actor

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, ProjectRecord

    from ._open import Client

PROJECT_TRASH = ".xtalflow_trash"
"""Folder beside the folders of projects that keeps deleted ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSize:
    """What goes if a project is deleted; `is_there` tells whether its folder is in its place."""

    project: ProjectRecord
    jobs: int
    usage: Usage
    is_there: bool

    def document(self) -> Document:
        """The size as JSON values."""
        return {
            "project": self.project.name,
            "uuid": str(self.project.id),
            "directory": str(self.project.directory),
            "jobs": self.jobs,
            "files": self.usage.files,
            "size": self.usage.size,
        }


async def project_size(project: ProjectRecord) -> ProjectSize:
    """How many jobs, files and bytes a project has.

    Raises
    ------
    InvalidInput
        A job runs or waits, or another project is in the folder.
    """
    handler = await db.AsyncDatabaseHandler.open(project.id)
    await handler.refuse_busy()
    jobs = await db.list_jobs(project.id, all_levels=True)
    is_there = await asyncio.to_thread(_is_in, project, project.directory)
    if not is_there and await asyncio.to_thread((project.directory / db.PROJECT_FILE).exists):
        raise InvalidInput(f"{project.directory}: this is the folder of another project by now")
    usage = await asyncio.to_thread(UsageMeter().measure, project.directory)
    return ProjectSize(project=project, jobs=len(jobs), usage=usage, is_there=is_there)


async def delete_project(size: ProjectSize, *, client: Client = "python") -> Path | None:
    """Move the folder of a project to the trash beside it, and forget its jobs; where it is now, None if it was gone.

    `recover_projects` brings it back from there.

    Raises
    ------
    InvalidInput
        A job runs or waits.
    StoreUnavailable
        The folder cannot be moved; the project is as it was.
    """
    project = size.project
    handler = await db.AsyncDatabaseHandler.open(project.id, actor=actor(client))
    place = None
    if size.is_there:
        trash = project.directory.parent / PROJECT_TRASH
        place = await asyncio.to_thread(_free_place, trash, project.directory.name)
    try:
        await handler.remove_project(place)
    except OSError as exc:
        raise StoreUnavailable(f"{project.directory}: cannot be moved to {place}: {exc.strerror or exc}") from exc
    except XtalflowError:
        if place is not None and place.exists():  # its rows are still there, so it belongs to its place
            await asyncio.to_thread(place.rename, project.directory)
        raise
    if place is not None:
        await asyncio.to_thread(_sync, place.parent, project.directory.parent)
        return place
    return await asyncio.to_thread(_in_trash, project)


async def move_project(project: ProjectRecord, target: Path, *, client: Client = "python") -> ProjectRecord:
    """Move or rename the folder of a project; one that was moved there by hand is only taken note of.

    On one file system it is a rename. To another the project is copied, its files are compared with their checksums,
    and only when the copy is known to the database the old folder goes.

    Raises
    ------
    InvalidInput
        A job runs or waits, the target is not empty, in the project itself, or another project's.
    StoreUnavailable
        The folder cannot be moved; the project is where it was.
    """
    target = Path(os.path.normpath(target.expanduser().absolute()))
    source = project.directory
    handler = await db.AsyncDatabaseHandler.open(project.id, actor=actor(client))
    await handler.refuse_busy()
    there, here = await asyncio.to_thread(lambda: (_is_in(project, target), _is_in(project, source)))
    if there:
        if here and not source.samefile(target):
            raise InvalidInput(
                f"both {source} and {target} are folders of the project {project.name!r}; remove the one that is not "
                "wanted, and ask again"
            )
        return project if source == target else await handler.learn_folder(target)
    if not here:
        raise InvalidInput(f"{source}: the folder of the project {project.name!r} is not there, and not at {target}")
    await asyncio.to_thread(_check_target, source, target)
    try:
        moved = await handler.rename_folder(target)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise StoreUnavailable(f"{source}: cannot be moved to {target}: {exc.strerror or exc}") from exc
        return await _move_far(handler, project, target)
    await asyncio.to_thread(_sync, target.parent, source.parent)
    return moved


async def _move_far(handler: AsyncDatabaseHandler, project: ProjectRecord, target: Path) -> ProjectRecord:
    """Move a project to another file system."""
    last = await handler.last_event()
    files = await db.list_files(project.id)
    try:
        await asyncio.to_thread(_copy_project, project, target, files)
        passed("project.settled")
        try:
            moved = await handler.learn_folder(target, last=last)
        except XtalflowError:
            await asyncio.to_thread(shutil.rmtree, target)
            raise
        passed("project.recorded")
        await asyncio.to_thread(_remove, project.directory)
    except OSError as exc:
        raise StoreUnavailable(f"{exc.filename or target}: {exc.strerror or exc}") from exc
    return moved


def out_of_trash(folder: Path) -> Path:
    """Take the folder of a deleted project out of the trash, to the place that it had or one after it; where it is."""
    if folder.parent.name != PROJECT_TRASH:
        return folder
    home = folder.parent.parent
    place = home / db.free_folder_name(folder.name, (entry.name for entry in home.iterdir()))
    try:
        folder.rename(place)
        _sync(home, folder.parent)
    except OSError as exc:
        raise StoreUnavailable(f"{folder}: cannot be moved to {place}: {exc.strerror or exc}") from exc
    return place


def _is_in(project: ProjectRecord, folder: Path) -> bool:
    with suppress(UnreadableFile):
        return db.read_project_file(folder).uuid == project.id
    return False


def _free_place(trash: Path, name: str) -> Path:
    try:
        trash.mkdir(exist_ok=True)
        return trash / db.free_folder_name(name, (entry.name for entry in trash.iterdir()))
    except OSError as exc:
        raise StoreUnavailable(f"{trash}: {exc.strerror or exc}") from exc


def _in_trash(project: ProjectRecord) -> Path | None:
    """Where a project is that was killed on its way into the trash."""
    for file in (project.directory.parent / PROJECT_TRASH).glob(f"*/{db.PROJECT_FILE}"):
        if _is_in(project, file.parent):
            return file.parent
    return None


def _check_target(source: Path, target: Path) -> None:
    """Make the folder that the target is to be in, if nothing speaks against it."""
    if target.resolve().is_relative_to(source.resolve()):
        raise InvalidInput(f"{target}: a project cannot be moved into itself")
    try:
        if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
            raise InvalidInput(f"{target}: there is something already; name a folder that does not exist, or is empty")
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreUnavailable(f"{target}: {exc.strerror or exc}") from exc


def _copy_project(project: ProjectRecord, target: Path, files: Sequence[FileRecord]) -> None:
    """Copy a project under a temporary name beside the target, compare, and give it its name."""
    copy = target.parent / f".{project.id}.moving"
    if copy.exists():  # an earlier copy was killed
        shutil.rmtree(copy)
    try:
        _copy_tree(project.directory, copy)
        for file in files:
            _compare(project.directory / file.path, copy / file.path, file)
        passed("project.copied")
        copy.rename(target)
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(copy, ignore_errors=True)
        raise


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a folder to the disk; names of one file stay names of one file."""
    first_names: dict[tuple[int, int], Path] = {}
    for folder, folders, names in os.walk(source):
        here, there = Path(folder), target / Path(folder).relative_to(source)
        there.mkdir()
        for name in (*names, *(each for each in folders if (here / each).is_symlink())):
            status = (here / name).lstat()
            known = first_names.setdefault((status.st_dev, status.st_ino), there / name)
            if known != there / name:
                os.link(known, there / name, follow_symlinks=False)
                continue
            shutil.copy2(here / name, there / name, follow_symlinks=False)
            if not (here / name).is_symlink():
                with (there / name).open("rb") as file:
                    os.fsync(file.fileno())
        sync_folder(there)
        shutil.copystat(here, there)


def _compare(original: Path, copy: Path, file: FileRecord) -> None:
    """Refuse a copy that lost or changed a file; what was lost or changed before is as it was."""
    if not file.available or not file.checksum or not original.exists():
        return
    checksum = sha256_of(copy)
    if checksum != file.checksum and checksum != sha256_of(original):
        raise UnreadableFile(copy, f"the copy has other bytes than {original}; nothing was moved")


def _remove(folder: Path) -> None:
    """Remove a folder that has its successor; nobody takes a half of it for a project."""
    doomed = _free_place(folder.parent / PROJECT_TRASH, f"{folder.name}.moved")
    folder.rename(doomed)
    shutil.rmtree(doomed)
    with suppress(OSError):  # deleted projects may be in it
        doomed.parent.rmdir()


def _sync(*folders: Path) -> None:
    for folder in folders:
        sync_folder(folder)
