"""Which database, and where it may be."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from xtalflow.db import in_database, network_file_system
from xtalflow.db._connection import database_settings
from xtalflow.db._setup import refuse_network, secret_key
from xtalflow.errors import InvalidInput, StoreUnavailable


def test_without_a_url_it_is_sqlite_in_the_home(tmp_path: Path) -> None:
    """Write-ahead log, full synchronisation, immediate transactions, 20 s of patience."""
    settings = database_settings(tmp_path, "")

    assert settings["NAME"] == str(tmp_path / "xtalflow.sqlite3")
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert settings["OPTIONS"]["timeout"] == 20


async def test_the_connection_in_use_loses_nothing(database: None, database_url: str) -> None:
    """SQLite has a write-ahead log with full synchronisation; PostgreSQL waits for the disk at every commit."""
    from django.db import connection

    def ask(question: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]

    if database_url:
        assert await in_database(ask, "SHOW synchronous_commit") == "on"
    else:
        assert await in_database(ask, "PRAGMA journal_mode") == "wal"
        assert await in_database(ask, "PRAGMA synchronous") == 2
        assert await in_database(ask, "PRAGMA foreign_keys") == 1


def test_a_url_is_read_part_by_part(tmp_path: Path) -> None:
    """Escaped characters, port and options arrive where psycopg wants them."""
    settings = database_settings(tmp_path, "postgresql://us%40er:p%2Fw@db.site:5433/my%20db?sslmode=require")

    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["NAME"], settings["USER"], settings["PASSWORD"]) == ("my db", "us@er", "p/w")
    assert (settings["HOST"], settings["PORT"], settings["OPTIONS"]) == ("db.site", "5433", {"sslmode": "require"})


def test_a_socket_folder_is_a_host(tmp_path: Path) -> None:
    """As libpq writes it."""
    assert database_settings(tmp_path, "postgres:///x?host=/var/run/postgresql")["HOST"] == "/var/run/postgresql"


@pytest.mark.parametrize("url", ["mysql://a:secret@b/c", "postgresql://a:secret@b", "postgresql://a:secret@b:x/c", "x"])
def test_another_url_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    """The sentence tells the form that is meant and keeps the password to itself."""
    with pytest.raises(InvalidInput, match="DATABASE_URL") as caught:
        database_settings(tmp_path, url)

    assert "secret" not in str(caught.value)


MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:50 / /home rw shared:7 - nfs4 server:/home rw,vers=4.2
41 40 0:51 / {home}/local rw - xfs /dev/sdb rw
42 22 0:52 / {home}/a\040share rw - cifs //server/share rw
43 22 0:53 / {home}/scratch rw master:3 propagate_from:2 - lustre 10.0.0.1@tcp:/work rw
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [("elsewhere", None), ("local/deep", None), ("a share/x/y", "cifs"), ("scratch", "lustre"), ("scratchy", None)],
)
def test_network_file_systems_are_known(tmp_path: Path, place: str, kind: str | None) -> None:
    """The innermost mount decides; a folder that is not there yet is where its parent is."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(home=tmp_path))
    for mount_point in ("local", "a share", "scratch"):
        (tmp_path / mount_point).mkdir()

    assert network_file_system(tmp_path / place, mounts) == kind


def test_a_later_mount_hides_an_earlier_one(tmp_path: Path) -> None:
    """Of two on one point the last counts."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 0:1 / {tmp_path} rw - ext4 a rw\n2 1 0:2 / {tmp_path} rw - nfs b rw\n")

    assert network_file_system(tmp_path, mounts) == "nfs"


def test_sqlite_on_a_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the file, the kind, and both ways out."""
    monkeypatch.setattr("xtalflow.db._setup.network_file_system", lambda path: "nfs4")

    with pytest.raises(StoreUnavailable, match=r"nfs4.*XTALFLOW_HOME.*DATABASE_URL"):
        refuse_network(tmp_path)


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """The second call reads what the first made, in a file of mode 0600."""
    key = secret_key(tmp_path / "home")

    assert len(key) >= 50
    assert secret_key(tmp_path / "home") == key
    assert stat.S_IMODE((tmp_path / "home" / "secret_key").stat().st_mode) == 0o600
    assert [entry.name for entry in (tmp_path / "home").iterdir()] == ["secret_key"]


def test_importing_the_layer_does_not_import_django() -> None:
    """Only what is asked for costs."""
    script = "import sys, xtalflow.db as db; db.Actor; db.read_project_log; assert 'django' not in sys.modules"

    subprocess.run([sys.executable, "-c", script], check=True)
