"""Writes a project, or some of its jobs with what they need, as an archive that CCP4i2 takes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import FileRecord, job_folder, open_below, path_below, safe_name, sync_folder
from xtalflow.errors import InvalidInput, StoreUnavailable, UnknownFile, UnreadableFile
from xtalflow.faults import passed
from xtalflow.formats.ccp4i2 import DATABASE_NAME, FOLDERS, I2Dialect, I2Record, write_record

from ._documents import Document
from ._staging import check_target, staged
from ._zips import MISSING, Source, ZipEntry, text_entry, write_pieces, zip_pieces

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord

ARCHIVE = ".ccp4_project.zip"
"""How the names of archives end."""
_JOBS, _IMPORTED = "CCP4_JOBS", "CCP4_IMPORTED_FILES"
_TOP = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_SHA256 = 64
"""Digits of the checksums of files that were imported here; CCP4i2 has MD5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An archive that was written.

    Attributes
    ----------
    members
        How many files are in it.
    remarks
        What is not in it, and why: a sentence each.
    """

    project: ProjectRecord
    path: Path
    jobs: int
    files: int
    members: int
    size: int
    remarks: tuple[str, ...] = ()

    def document(self) -> Document:
        """The archive as JSON values."""
        return {
            "project": self.project.name,
            "path": str(self.path),
            "jobs": self.jobs,
            "files": self.files,
            "members": self.members,
            "size": self.size,
            "remarks": list(self.remarks),
        }


async def plan_archive(project: ProjectRecord, *, jobs: Collection[str] | None = None) -> ProjectArchive:
    """The archive of a project, ready to be written or sent.

    Parameters
    ----------
    jobs
        Numbers of top-level jobs; they come with all whose results they read, and with the imported
        files that they read. All jobs by default.

    Raises
    ------
    InvalidInput
        There is no such job.
    """
    record = await db.export_record(project.id, None if jobs is None else [_top_number(number) for number in jobs])
    files = {file.id: file for file in await db.list_files(project.id)}
    known = [files[each] for file in record.files for each in files.keys() & {file.id}]
    return ProjectArchive(project, record, known, is_whole=jobs is None)


async def export_archive(
    project: ProjectRecord, *, jobs: Collection[str] | None = None, out: Path | None = None
) -> Exported:
    """Write the archive of a project: all of it or nothing, and nothing in place of another file.

    Parameters
    ----------
    jobs
        As `plan_archive` has them.
    out
        The archive; by default it is called after the project, in the present folder.

    Raises
    ------
    InvalidInput
        There is no such job, there is a file of this name, or there is no folder for it.
    StoreUnavailable
        The archive cannot be written.
    """
    path = (out or Path(f"{safe_name(project.name)}{ARCHIVE}")).absolute()
    await asyncio.to_thread(check_target, path)
    archive = await plan_archive(project, jobs=jobs)
    await asyncio.to_thread(archive.write, path)
    return Exported(
        project=project,
        path=path,
        jobs=len(archive.record.jobs),
        files=len(archive.record.files),
        members=archive.members,
        size=path.stat().st_size,
        remarks=tuple(archive.remarks),
    )


def _top_number(number: str) -> int:
    if not _TOP.fullmatch(number):
        raise InvalidInput(f"{number!r} is not the number of a top-level job, such as 3")
    return int(number)


@dataclass(slots=True)
class ProjectArchive:
    """A project, or some of its jobs, as CCP4i2 takes it.

    Attributes
    ----------
    members, remarks
        How many files are in it, and what is not in it, and why: once all of it was written or sent.
    """

    project: ProjectRecord
    record: I2Record
    files: Sequence[FileRecord]
    is_whole: bool
    members: int = 0
    remarks: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write under a temporary name, bring it to the disk, and give it its own.

        Raises
        ------
        InvalidInput
            There is a file of this name.
        StoreUnavailable
            It cannot be written.
        """
        check_target(path)
        try:
            with staged(path) as temporary:
                write_pieces(temporary, self.pieces())
                passed("archive.written")
                os.link(temporary, path)  # which a file of this name refuses
                sync_folder(path.parent)
        except FileExistsError:
            check_target(path)
            raise
        except OSError as exc:
            raise StoreUnavailable(f"{path} cannot be written: {exc.strerror or exc}") from exc

    def pieces(self, *, tell: bool = False) -> Iterator[bytes]:
        """Its bytes; with `tell`, remarks are in it as a text."""
        return zip_pieces(self._entries(tell=tell))

    def _entries(self, *, tell: bool) -> Iterator[ZipEntry]:
        self.members, self.remarks = 0, []
        digests: dict[str, _Digested] = {}
        for name in self._names():
            if (entry := self._entry(name)) is not None:
                if entry.source is not None and name.startswith(f"{_IMPORTED}/"):
                    digests[name] = _Digested(entry.source)
                    entry = replace(entry, source=digests[name])
                yield entry
        if tell and self.remarks:
            yield text_entry(MISSING, "".join(f"{remark}\n" for remark in self.remarks).encode())
        yield text_entry(DATABASE_NAME, write_record(self._with_md5(digests), I2Dialect.NEW))

    def _with_md5(self, digests: Mapping[str, _Digested]) -> I2Record:
        """The record with the checksums that CCP4i2 has of imported files, which have been read by now."""
        places = {file.id: file.path for file in self.files}
        imports = []
        for row in self.record.imports:
            checksum = row.checksum
            if len(checksum) == _SHA256:
                digest = digests.get(places[row.file])  # type: ignore[index]  # a FileId is a UUID
                checksum = digest.md5.hexdigest() if digest else ""
            imports.append(replace(row, checksum=checksum))
        return replace(self.record, imports=tuple(imports))

    def _names(self) -> Iterator[str]:
        """Files and folders below the project's folder, each after the folder that it is in."""
        tops = [job_folder(job.number) for job in self.record.jobs if job.parent is None]
        others = sorted(FOLDERS - {_JOBS, _IMPORTED}) if self.is_whole else []
        yield f"{_JOBS}/"
        for folder in (*tops, *others):
            yield from self._below(folder)
        yield f"{_IMPORTED}/"
        seen = {f"{_IMPORTED}/"}
        for file in self.files:
            if absence := file.absence:
                self.remarks.append(f"{file.path} is left out: {absence.sentence}")
            elif file.path.startswith(f"{_IMPORTED}/"):
                above = [f"{each}/" for each in reversed(Path(file.path).parents[:-1]) if f"{each}/" not in seen]
                yield from above
                seen.update(above)
                yield file.path

    def _below(self, folder: str) -> Iterator[str]:
        """What is in a folder that is one, and no link."""
        try:
            is_here = path_below(self.project.directory, folder) == self.project.directory / folder
        except UnreadableFile:
            is_here = False
        if not is_here:
            self.remarks.append(f"{folder} is left out: it is a link")
            return
        for here, folders, names in os.walk(self.project.directory / folder):
            folders.sort()
            relative = Path(here).relative_to(self.project.directory).as_posix()
            yield f"{relative}/"
            yield from (f"{relative}/{name}" for name in sorted(names))
            links = [name for name in folders if Path(here, name).is_symlink()]
            self.remarks += [f"{relative}/{name} is left out: it is a link" for name in links]

    def _entry(self, name: str) -> ZipEntry | None:
        """A file or folder; None, with a remark, if it cannot be in the archive."""
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = name.encode(errors="replace").decode()
            self.remarks.append(f"{shown} is left out: an archive cannot have its name")
            return None
        if name.endswith("/"):
            return ZipEntry(name=name)
        try:
            opened = open_below(self.project.directory, name)
        except UnknownFile as exc:
            self.remarks.append(f"{name} is left out: it {exc.reason}")
            return None
        self.members += 1
        return ZipEntry(name=name, source=opened.source, modified=opened.modified)


class _Digested:
    """A file while it is read, with the MD5 of what was read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.md5 = hashlib.md5(usedforsecurity=False)

    def read(self, size: int, /) -> bytes:
        piece = self._source.read(size)
        self.md5.update(piece)
        return piece

    def close(self) -> None:
        self._source.close()
