"""Which database: SQLite in the home folder, or PostgreSQL by its URL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from xtalflow.engine import without_password
from xtalflow.errors import InvalidInput, NotEquipped

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

DATABASE_FILE = "xtalflow.sqlite3"
MOUNTS = Path("/proc/self/mountinfo")

_NETWORK = frozenset(
    {"nfs", "nfs4", "lustre", "cifs", "smb2", "smb3", "smbfs", "gpfs", "beegfs", "ceph", "afs", "panfs", "fuse.sshfs"}
)


def database_settings(home: Path, url: str) -> dict[str, Any]:
    """Django's settings of the database: of `url`, or of SQLite in `home` if that is empty."""
    if not url:
        return sqlite_settings(home / DATABASE_FILE)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise InvalidInput(f"DATABASE_URL is not a URL: {exc}") from exc
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise InvalidInput(
            f"DATABASE_URL = {without_password(url)!r} is refused: it must be postgresql://USER:PASSWORD@HOST:PORT/NAME"
        )
    if find_spec("psycopg") is None:
        raise NotEquipped("PostgreSQL needs psycopg: pip install 'xtalflow[postgresql]'")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def sqlite_settings(path: Path) -> dict[str, Any]:
    """Django's settings of an SQLite database.

    A write-ahead log lets readers go on while one writes; ``synchronous=FULL`` keeps every commit over a power cut;
    immediate transactions wait for their turn at the start, where waiting is possible.
    """
    return {
        "ENGINE": "xtalflow.db.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def database_name(connection: BaseDatabaseWrapper) -> str:
    """The database as a sentence names it: its file, or its name on its server."""
    name, host = connection.settings_dict["NAME"], connection.settings_dict["HOST"]
    return (
        f"the database {name} on {host or 'localhost'}" if connection.vendor == "postgresql" else f"the database {name}"
    )


def network_file_system(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that `path` is on, such as ``nfs4``; None if it is local, or nobody can tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    place = path.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    place, depth, found = place.resolve(), 0, ""
    for line in lines:
        mount_point, kind = _mount(line)
        # of two mounts on one point the later hides the earlier
        if mount_point is not None and place.is_relative_to(mount_point) and len(mount_point.parts) >= depth:
            depth, found = len(mount_point.parts), kind
    return found if found in _NETWORK else None


def _mount(line: str) -> tuple[Path | None, str]:
    """Mount point and kind of file system of a line of mountinfo, see proc(5)."""
    fields = line.split(" ")
    if "-" not in fields[6:]:
        return None, ""
    kind = fields[fields.index("-", 6) + 1]
    point = fields[4].encode("utf-8", "surrogateescape").decode("unicode_escape").encode("latin-1", "replace")
    return Path(point.decode("utf-8", "surrogateescape")), kind
