"""What is made under a temporary name beside its place; what a process that was killed left goes with the next one."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from xtalflow.errors import InvalidInput

_PART, _LOCK = ".part", ".lock"
_STAGED = re.compile(r"\..+\.[0-9a-f]{32}\.part(\.lock)?", re.DOTALL)
_LONGEST = 180
"""Bytes of a place's name that its temporary name has; with the rest it has fewer than 255."""


def is_staged(name: str) -> bool:
    """Whether a name is one that is given here."""
    return _STAGED.fullmatch(name) is not None


def check_target(out: Path) -> None:
    """Refuse a target that is there already, or whose folder is not.

    Raises
    ------
    InvalidInput
        It is so.
    """
    if os.path.lexists(out):
        raise InvalidInput(f"{out} is there already; nothing is written over it: choose another with -o")
    if not out.absolute().parent.is_dir():
        raise InvalidInput(f"{out}: there is no folder {out.absolute().parent}")


@contextmanager
def staged(place: Path) -> Iterator[Path]:
    """A temporary name beside a place, ``.NAME.HEX.part``; what is still there under it at the end is removed.

    A lock beside it, ``.NAME.HEX.part.lock``, tells that somebody works there. Whoever comes next to this folder
    removes what nobody has locked any more.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    remove_abandoned(place.parent)
    name = os.fsencode(place.name)[:_LONGEST].decode(errors="ignore")
    temporary = place.with_name(f".{name}.{uuid4().hex}{_PART}")
    lock = temporary.with_name(temporary.name + _LOCK)
    descriptor = _locked_anew(lock)
    try:
        yield temporary
    finally:
        _remove(temporary)
        with suppress(OSError):
            lock.unlink(missing_ok=True)
        os.close(descriptor)


def remove_abandoned(folder: Path) -> None:
    """Remove what processes that are no more left in a folder; what cannot be removed stays."""
    with suppress(OSError):
        for each in list(folder.iterdir()):
            if is_staged(each.name) and each.name.endswith(_LOCK):
                with suppress(OSError):
                    _remove_if_free(each)


def _locked_anew(lock: Path) -> int:
    """Make a file and lock it; another one if somebody who tidies was between the two."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        with suppress(OSError):  # a file system without locks: then nobody can take what is left there for abandoned
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), lock.stat()):
                return descriptor
        os.close(descriptor)


def _remove_if_free(lock: Path) -> None:
    descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), lock.stat()):
            temporary = lock.with_name(lock.name.removesuffix(_LOCK))
            _remove(temporary)
            if not os.path.lexists(temporary):
                lock.unlink()
    finally:
        os.close(descriptor)


def _remove(temporary: Path) -> None:
    if temporary.is_dir() and not temporary.is_symlink():
        shutil.rmtree(temporary, ignore_errors=True)
    else:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
