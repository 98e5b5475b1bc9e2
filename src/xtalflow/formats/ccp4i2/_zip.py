"""Zip files that somebody else made: what they say of their members is checked before any is opened."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from xtalflow.errors import RefusedArchive, UnreadableFile

from ._members import LARGE, MAX_MEMBERS, MAX_RATIO, Member, check_members, check_name

_MAX_DIRECTORY = 128 * 2**20
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\5\6", 22, 2**16
_LOCATOR, _LOCATOR_SIZE = b"PK\6\7", 20
_END64, _END64_SIZE = b"PK\6\6", 56
_ENTRY, _ENTRY_SIZE = b"PK\1\2", 46
_HEADER_SIZE = 30
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_PATCHED = 0x20
_ASK_AGAIN = "copy the archive again, or export the project again"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
"""What `zipfile` raises for files that are not as they should be."""


class ZipMembers:
    """The members of a zip file, checked; `wanted` are those of a project.

    Raises
    ------
    UnreadableFile
        It cannot be read, or is no zip file.
    RefusedArchive
        A member must not be unpacked, with its name; or there are too many.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise UnreadableFile(path, "there is no such file") from None
        except OSError as exc:
            raise UnreadableFile(path, exc.strerror or str(exc)) from exc
        try:
            self._size = os.fstat(self._file.fileno()).st_size
            count = _count_members(path, self._file, self._size)
            try:
                self._zip = zipfile.ZipFile(self._file)
            except _BROKEN as exc:
                raise UnreadableFile(path, f"is a damaged zip file: {exc}") from exc
            infos = self._zip.infolist()
            if len(infos) != count:
                raise RefusedArchive(path, "", "has a directory that can be read in two ways")
            self._infos: dict[str, zipfile.ZipInfo] = {}
            members = []
            for info in infos:
                member = _checked(path, info)
                members.append(member)
                self._infos.setdefault(member.name, info)
            check_members(path, members)
            self._check_places(infos)
            self.wanted = tuple({member.name: member for member in members if member.wanted}.values())
            self.left_out = tuple((member.name, "is not of a project") for member in members if not member.wanted)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self._file.close()

    def open(self, member: Member) -> ZipReader:
        """Open a member."""
        try:
            return ZipReader(self.path, member.name, self._zip.open(self._infos[member.name]))
        except _BROKEN as exc:
            raise RefusedArchive(self.path, member.name, f"is damaged: {exc}") from exc

    def _check_places(self, infos: Sequence[zipfile.ZipInfo]) -> None:
        """Refuse members that share bytes, and what is far too large for the bytes that there are."""
        ordered = sorted(infos, key=lambda info: info.header_offset)
        ends = [*(info.header_offset for info in ordered[1:]), self._zip.start_dir]
        for info, end in zip(ordered, ends, strict=False):
            if info.header_offset < 0 or info.header_offset + _HEADER_SIZE + info.compress_size > end:
                raise RefusedArchive(self.path, info.filename, "shares its bytes with another member")
        total = sum(info.file_size for info in infos)
        if total > LARGE and total > MAX_RATIO * self._size:
            raise RefusedArchive(self.path, "", f"would be more than {MAX_RATIO} times larger when unpacked")


class ZipReader:
    """A member that is read; what is wrong with it is told with its name."""

    def __init__(self, path: Path, name: str, file: IO[bytes]) -> None:
        self._path, self._name, self._file = path, name, file

    def __enter__(self) -> ZipReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end."""
        try:
            return self._file.read(size)
        except _BROKEN as exc:
            raise RefusedArchive(self._path, self._name, f"is damaged: {exc}") from exc


def _checked(path: Path, info: zipfile.ZipInfo) -> Member:
    is_folder = info.filename.endswith("/")
    name = info.filename.removesuffix("/")
    if info.orig_filename != info.filename:
        raise RefusedArchive(path, info.orig_filename, "has a name with a character that no name may have")
    check_name(path, name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if stat.S_ISLNK(kind):
        raise RefusedArchive(path, name, "is a link")
    if kind not in {0, stat.S_IFDIR if is_folder else stat.S_IFREG}:
        raise RefusedArchive(path, name, "is neither a plain file nor a folder")
    if info.flag_bits & _ENCRYPTED:
        raise RefusedArchive(path, name, "is encrypted")
    if info.flag_bits & _PATCHED or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise RefusedArchive(path, name, "is packed in a way that is not known here")
    if is_folder and info.file_size:
        raise RefusedArchive(path, name, "is a folder with bytes of its own")
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        raise RefusedArchive(path, name, "has two sizes")
    if info.file_size > LARGE and info.file_size > MAX_RATIO * info.compress_size:
        raise RefusedArchive(path, name, f"would be more than {MAX_RATIO} times larger when unpacked")
    return Member(name=name, is_folder=is_folder, size=info.file_size)


def _count_members(path: Path, file: IO[bytes], size: int) -> int:
    """How many members the directory lists: counted before it is held in memory, of which each takes some."""
    start, length = _directory(path, file, size)
    if length > _MAX_DIRECTORY:
        raise RefusedArchive(path, "", f"has a directory of more than {_MAX_DIRECTORY // 2**20} MiB")
    file.seek(start)
    data = file.read(length)
    count = at = 0
    while at < len(data):
        if data[at : at + 4] != _ENTRY or at + _ENTRY_SIZE > len(data):
            raise UnreadableFile(path, "is a damaged zip file: its directory is broken")
        at += _ENTRY_SIZE + sum(struct.unpack_from("<3H", data, at + 28))
        count += 1
        if count > MAX_MEMBERS:
            raise RefusedArchive(path, "", f"has more than {MAX_MEMBERS} members")
    file.seek(0)
    return count


def _directory(path: Path, file: IO[bytes], size: int) -> tuple[int, int]:
    """Where the directory of a zip file begins, and its length."""
    file.seek(max(size - _END_SIZE - _LONGEST_COMMENT, 0))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + _END_SIZE > len(tail):
        trouble = "is empty" if not size else "is no zip file, or not a whole one"
        raise UnreadableFile(path, f"{trouble}; {_ASK_AGAIN}")
    end = size - len(tail) + at
    length = struct.unpack_from("<L", tail, at + 12)[0]
    if end >= _LOCATOR_SIZE + _END64_SIZE:
        file.seek(end - _LOCATOR_SIZE - _END64_SIZE)
        record = file.read(_END64_SIZE)
        if file.read(4) == _LOCATOR and record.startswith(_END64):
            length = struct.unpack_from("<Q", record, 40)[0]
            end -= _LOCATOR_SIZE + _END64_SIZE
    if length > end:
        raise UnreadableFile(path, f"is a damaged zip file: its directory is not whole; {_ASK_AGAIN}")
    return end - length, length
