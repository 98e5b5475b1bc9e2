"""What an archive may hold: plain files and folders below the folders of a project, each once, within bounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xtalflow.errors import RefusedArchive

DATABASE_NAME = "DATABASE.db.xml"
FOLDERS = frozenset(
    {"CCP4_JOBS", "CCP4_IMPORTED_FILES", "CCP4_COOT", "CCP4_DOWNLOADED_FILES", "CCP4_PROJECT_FILES", "CCP4_TMP"}
)
"""Folders of a project that an archive has."""

MAX_MEMBERS = 500_000
MAX_BYTES = 4 * 2**40
MAX_RATIO = 200
"""How often larger than in the archive a member above `LARGE`, or all members together, may be: text is 10 times
larger, an empty map some 1000, but few are, and it is small."""
LARGE = 256 * 2**20
_LONGEST_NAME, _LONGEST_PATH, _DEEPEST = 255, 2000, 60
_BAD_CHARACTER = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file or a folder of an archive; `name` is relative, with ``/`` between its parts and none at its end."""

    name: str
    is_folder: bool = False
    size: int = 0

    @property
    def wanted(self) -> bool:
        """Whether it is of a project, and not something that came along."""
        return self.name == DATABASE_NAME or self.name.partition("/")[0] in FOLDERS


def check_name(path: Path, name: str) -> None:
    """Refuse a name that could lead out of the folder, or that not every computer can write.

    Raises
    ------
    RefusedArchive
        With the reason.
    """
    if not name:
        raise RefusedArchive(path, "''", "is no name of a member")
    if _BAD_CHARACTER.search(name):
        raise RefusedArchive(path, name, "has a name with a character that no name may have")
    if "\\" in name:
        raise RefusedArchive(path, name, "has a name with a backslash")
    if name.startswith("/"):
        raise RefusedArchive(path, name, "has an absolute name")
    if _DRIVE.match(name):
        raise RefusedArchive(path, name, "has a name with the letter of a drive")
    parts = name.split("/")
    if ".." in parts:
        raise RefusedArchive(path, name, "has a name that leads out of the folder")
    if "" in parts or "." in parts:
        raise RefusedArchive(path, name, "has a name with an empty part")
    encoded = [len(part.encode()) for part in parts]
    if max(encoded) > _LONGEST_NAME or sum(encoded) > _LONGEST_PATH or len(parts) > _DEEPEST:
        raise RefusedArchive(path, name, "has a name that is too long")


def check_members(path: Path, members: Iterable[Member]) -> None:
    """Refuse members that would be written to one place, one below a file, and more than there can be.

    Names are the same also if only capitals or the way of writing accents differ, since some disks say so.

    Raises
    ------
    RefusedArchive
        With the name of the second member.
    """
    seen: dict[str, Member] = {}
    total = 0
    for number, member in enumerate(members, start=1):
        if number > MAX_MEMBERS:
            raise RefusedArchive(path, "", f"has more than {MAX_MEMBERS} members")
        other = seen.setdefault(_place(member.name), member)
        if other is not member and not (other.is_folder and member.is_folder and other.name == member.name):
            words = "is there twice" if other.name == member.name else f"is there twice: also as {other.name!r}"
            raise RefusedArchive(path, member.name, words)
        total += member.size
        if total > MAX_BYTES:
            raise RefusedArchive(path, "", f"is larger than {MAX_BYTES // 2**40} TiB when unpacked")
    _check_folders(path, seen)


def _check_folders(path: Path, seen: dict[str, Member]) -> None:
    folders: dict[str, str] = {place: member.name for place, member in seen.items() if member.is_folder}
    for member in list(seen.values()):
        above = member.name
        while above := above.rpartition("/")[0]:
            place = _place(above)
            other = seen.get(place)
            if other is not None and not other.is_folder:
                raise RefusedArchive(path, member.name, f"is below {other.name!r}, which is a file")
            if folders.setdefault(place, above) != above:
                raise RefusedArchive(
                    path, member.name, f"is in a folder that is there twice: also as {folders[place]!r}"
                )


def _place(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
