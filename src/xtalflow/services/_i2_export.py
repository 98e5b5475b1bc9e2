"""Writes a project, or some of its jobs with what they need, as an archive that CCP4i2 takes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from xtalflow import db
from xtalflow.engine import FileRecord, job_folder, safe_name, sync_folder
from xtalflow.errors import InvalidInput, StoreUnavailable
from xtalflow.faults import passed
from xtalflow.formats.ccp4i2 import DATABASE_NAME, FOLDERS, I2Dialect, I2Record, write_record

from ._documents import Document

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord

ARCHIVE = ".ccp4_project.zip"
"""How the names of archives end."""
_CHUNK = 1 << 20
_JOBS, _IMPORTED = "CCP4_JOBS", "CCP4_IMPORTED_FILES"
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


async def export_archive(
    project: ProjectRecord, *, jobs: Collection[str] | None = None, out: Path | None = None
) -> Exported:
    """Write the archive of a project: all of it or nothing, and nothing in place of another file.

    Parameters
    ----------
    jobs
        Numbers of top-level jobs; they come with all whose results they read, and with the imported
        files that they read. All jobs by default.
    out
        The archive; by default it is called after the project, in the present folder.

    Raises
    ------
    InvalidInput
        There is no such job, or there is a file of this name.
    StoreUnavailable
        The archive cannot be written.
    """
    path = (out or Path(f"{safe_name(project.name)}{ARCHIVE}")).absolute()
    if await asyncio.to_thread(os.path.lexists, path):
        raise InvalidInput(f"{path} is there already")
    record = await db.export_record(project.id, None if jobs is None else [_top_number(number) for number in jobs])
    files = {file.id: file for file in await db.list_files(project.id)}
    known = [files[each] for file in record.files for each in files.keys() & {file.id}]
    writing = _Writing(project, record, known, is_whole=jobs is None)
    await asyncio.to_thread(writing.write, path)
    return Exported(
        project=project,
        path=path,
        jobs=len(record.jobs),
        files=len(record.files),
        members=writing.members,
        size=path.stat().st_size,
        remarks=tuple(writing.remarks),
    )


def _top_number(number: str) -> int:
    if not (number.isascii() and number.isdigit()):
        raise InvalidInput(f"{number!r} is not the number of a top-level job, such as 3")
    return int(number)


@dataclass(slots=True)
class _Writing:
    project: ProjectRecord
    record: I2Record
    files: Sequence[FileRecord]
    is_whole: bool
    members: int = 0
    remarks: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write under a temporary name, bring it to the disk, and give it its own."""
        temporary = path.with_name(f".{uuid4().hex}.tmp")
        try:
            with temporary.open("xb") as sink:
                with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
                    archive.writestr(DATABASE_NAME, write_record(self._with_md5(), I2Dialect.NEW))
                    for name in self._names():
                        self._add(archive, name)
                sink.flush()
                os.fsync(sink.fileno())
            passed("archive.written")
            os.link(temporary, path)  # which a file of this name refuses
            sync_folder(path.parent)
        except FileExistsError as exc:
            raise InvalidInput(f"{path} is there already") from exc
        except OSError as exc:
            raise StoreUnavailable(f"{exc.filename or path}: {exc.strerror or exc}") from exc
        finally:
            temporary.unlink(missing_ok=True)

    def _with_md5(self) -> I2Record:
        """The record with the checksums that CCP4i2 has of imported files."""
        paths = {file.id: self.project.directory / file.path for file in self.files}
        imports = []
        for row in self.record.imports:
            checksum = row.checksum
            if len(checksum) == _SHA256:
                try:
                    with paths[row.file].open("rb") as file:  # type: ignore[index]  # a FileId is a UUID
                        checksum = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
                except OSError:
                    checksum = ""
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
            if not file.available:
                self.remarks.append(f"{file.path} is not there any more")
            elif file.path.startswith(f"{_IMPORTED}/"):
                above = [f"{each}/" for each in reversed(Path(file.path).parents[:-1]) if f"{each}/" not in seen]
                yield from above
                seen.update(above)
                yield file.path

    def _below(self, folder: str) -> Iterator[str]:
        for here, folders, names in os.walk(self.project.directory / folder):
            folders.sort()
            relative = Path(here).relative_to(self.project.directory).as_posix()
            yield f"{relative}/"
            yield from (f"{relative}/{name}" for name in sorted(names))

    def _add(self, archive: zipfile.ZipFile, name: str) -> None:
        path = self.project.directory / name
        try:
            name.encode()
            if name.endswith("/"):
                archive.writestr(zipfile.ZipInfo(name), b"")
                return
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except UnicodeEncodeError:
            self.remarks.append(
                f"{name.encode(errors='replace').decode()} is left out: an archive cannot have its name"
            )
            return
        except OSError as exc:
            self.remarks.append(f"{name} is left out: {exc.strerror or exc}")
            return
        with os.fdopen(descriptor, "rb") as source:
            status = os.fstat(source.fileno())
            if not stat.S_ISREG(status.st_mode):
                self.remarks.append(f"{name} is left out: it is no file")
                return
            info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as sink:
                while chunk := source.read(_CHUNK):
                    sink.write(chunk)
        self.members += 1
