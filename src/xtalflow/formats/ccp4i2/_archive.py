"""Archives of projects: a zip file or a folder, of which nothing gets outside the folder that it is unpacked into."""

from __future__ import annotations

import os
import shutil
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from xtalflow.errors import InvalidInput, RefusedArchive, StoreUnavailable, UnreadableFile

from ._members import DATABASE_NAME, MAX_MEMBERS, Member, check_members, check_name
from ._reading import read_record
from ._records import I2Record
from ._zip import ZipMembers, ZipReader

_CHUNK = 2**20
_MOST_XML = 64 * 2**20
_SPARE = 64 * 2**20


class Readable(Protocol):
    """A member that is open."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, or fewer at the end."""


class Archive(ABC):
    """A project in a zip file or in a folder; a context manager.

    Attributes
    ----------
    path
        The zip file or the folder.
    members
        What is to be unpacked.
    left_out
        What is there but not unpacked, and why.
    """

    path: Path
    members: tuple[Member, ...]
    left_out: tuple[tuple[str, str], ...]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""

    @abstractmethod
    def opened(self, member: Member) -> AbstractContextManager[Readable]:
        """Open a member for reading; what is wrong with it is `RefusedArchive` with its name."""

    def record(self) -> I2Record:
        """What ``DATABASE.db.xml`` says; raises as `read_record` does, and if there is none.

        Raises
        ------
        RefusedArchive
            There is no ``DATABASE.db.xml``, or it is damaged.
        """
        name = self.path / DATABASE_NAME
        for member in self.members:
            if member.name == DATABASE_NAME and not member.is_folder:
                with self.opened(member) as file:
                    return read_record(name, file.read(_MOST_XML + 1))
        raise RefusedArchive(self.path, DATABASE_NAME, "is missing: this is no project of CCP4i2")

    def extract_to(self, folder: Path, *, on_bytes: Callable[[int], None] | None = None) -> None:
        """Unpack all members into a new folder, which is whole and on the disk then; if it fails, it is removed.

        Only a process that is killed leaves a part of it.

        Parameters
        ----------
        folder
            It must not exist, and the folder above it must.
        on_bytes
            Called with the number of bytes just written; what it raises ends the unpacking.

        Raises
        ------
        RefusedArchive
            A member is damaged, or is not what the archive says of it.
        InvalidInput
            The folder is there already.
        StoreUnavailable
            There is no room, or the folder cannot be written.
        """
        if os.path.lexists(folder):
            raise InvalidInput(f"{folder} is there already")
        try:
            self._check_room(folder.parent)
            folder.mkdir()
            try:
                self._write(folder, on_bytes or (lambda written: None))
                _sync(folder.parent)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        except OSError as exc:
            raise StoreUnavailable(f"{self.path} cannot be unpacked to {folder}: {exc.strerror or exc}") from exc

    def _check_room(self, parent: Path) -> None:
        needed, free = sum(member.size for member in self.members), shutil.disk_usage(parent).free
        if needed + _SPARE > free:
            raise StoreUnavailable(
                f"{self.path} needs {needed / 1e9:.1f} GB in {parent}, where {free / 1e9:.1f} are free"
            )

    def _write(self, folder: Path, on_bytes: Callable[[int], None]) -> None:
        folders = {folder}
        for member in self.members:
            target = folder / member.name
            inner = target if member.is_folder else target.parent
            if inner not in folders:
                inner.mkdir(parents=True, exist_ok=True)
                folders.update(each for each in (inner, *inner.parents) if each.is_relative_to(folder))
            if not member.is_folder:
                self._write_file(member, target, on_bytes)
        for each in folders:
            _sync(each)

    def _write_file(self, member: Member, target: Path, on_bytes: Callable[[int], None]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            descriptor = os.open(target, flags, 0o666)
        except FileExistsError:
            raise RefusedArchive(self.path, member.name, "has a name that means another member on this disk") from None
        with os.fdopen(descriptor, "wb") as sink, self.opened(member) as file:
            written = 0
            while chunk := file.read(_CHUNK):
                written += len(chunk)
                if written > member.size:
                    raise RefusedArchive(self.path, member.name, "is larger than it was said to be")
                sink.write(chunk)
                on_bytes(len(chunk))
            if written != member.size:
                raise RefusedArchive(self.path, member.name, "is smaller than it was said to be")
            sink.flush()
            os.fsync(sink.fileno())


class ZipArchive(Archive):
    """A project in a zip file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = ZipMembers(path)
        self.members, self.left_out = self._zip.wanted, self._zip.left_out

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def opened(self, member: Member) -> ZipReader:
        """Open a member for reading; what is wrong with it is `RefusedArchive` with its name."""
        return self._zip.open(member)


class FolderArchive(Archive):
    """A project in a folder; links, pipes and devices in it are left out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        members: list[Member] = []
        left_out: list[tuple[str, str]] = []
        try:
            with os.scandir(path) as entries:
                names = sorted(entry.name for entry in entries)
            for name in names:
                self._collect(name, members, left_out)
        except OSError as exc:
            raise UnreadableFile(exc.filename or path, exc.strerror or str(exc)) from exc
        check_members(path, members)
        self.members, self.left_out = tuple(members), tuple(left_out)

    def _collect(self, name: str, members: list[Member], left_out: list[tuple[str, str]]) -> None:
        """A file, or a folder and what is in it; without recursion, however deep it is."""
        waiting = [name]
        while waiting:
            name = waiting.pop()
            check_name(self.path, name)
            status = (self.path / name).lstat()
            if stat.S_ISDIR(status.st_mode):
                member = Member(name=name, is_folder=True)
            elif stat.S_ISREG(status.st_mode):
                member = Member(name=name, size=status.st_size)
            else:
                left_out.append((name, "is a link" if stat.S_ISLNK(status.st_mode) else "is no file"))
                continue
            if not member.wanted:
                left_out.append((name, "is not of a project"))
                continue
            members.append(member)
            if len(members) > MAX_MEMBERS:
                raise RefusedArchive(self.path, "", f"has more than {MAX_MEMBERS} files and folders")
            if member.is_folder:
                with os.scandir(self.path / name) as entries:
                    waiting.extend(sorted((f"{name}/{entry.name}" for entry in entries), reverse=True))

    def close(self) -> None:
        """A folder is not held."""

    def opened(self, member: Member) -> AbstractContextManager[Readable]:
        """Open a file for reading; one that became a link meanwhile is refused."""
        try:
            descriptor = os.open(self.path / member.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as exc:
            raise RefusedArchive(self.path, member.name, f"cannot be read: {exc.strerror or exc}") from exc
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise RefusedArchive(self.path, member.name, "is no file any more")
        return os.fdopen(descriptor, "rb")


def open_archive(path: Path) -> Archive:
    """The archive of a project, ``*.ccp4_project.zip``, or a project's folder; close it, or use it in a ``with``.

    Names of members, their kinds and sizes are checked before anything is read; bytes are, when they are unpacked.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is no zip file.
    RefusedArchive
        A member must not be unpacked: `RefusedArchive.member` names it, and the message says why.
    """
    if path.is_dir():
        return FolderArchive(path)
    if path.name == DATABASE_NAME and path.is_file():
        raise UnreadableFile(path, "is the record of a project without its files; give the folder that holds it")
    return ZipArchive(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
