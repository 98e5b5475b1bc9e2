"""What this process remembers of rows that hardly ever change, so that not every job asks for them anew.

When the database refuses something, all is forgotten: a row that is remembered may be gone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial

from django.db import transaction

from ._clean import short_text
from .models import FileType, User

USER_S = 10.0
"""Seconds for which it is remembered which account has a name, or that none has it."""

_file_types: set[str] = set()
_users: dict[str, tuple[int | None, float]] = {}


def ensure_file_types(names: Iterable[str]) -> None:
    """Insert those kinds of files that are not there; they are remembered once that is committed."""
    new = {name: short_text(name, 255, "the type of a file") for name in sorted(set(names) - _file_types)}
    if new:
        FileType.objects.bulk_create([FileType(name=name) for name in new.values()], ignore_conflicts=True)
        transaction.on_commit(partial(_file_types.update, new))


def user_pk(name: str) -> int | None:
    """Primary key of the account of this name; None if there is none."""
    pk, until = _users.get(name, (None, 0.0))
    if time.monotonic() > until:
        pk = User.objects.filter(username=name).values_list("pk", flat=True).first()
        _users[name] = (pk, time.monotonic() + USER_S)
    return pk


def forget() -> None:
    """Look everything up again when it is next needed."""
    _file_types.clear()
    _users.clear()
